"""sObject collections: up to 200 rows in one call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localorg.http.conftest import Served, error_of


def rows(sobject: str, *values: dict[str, object]) -> list[dict[str, object]]:
    return [{"attributes": {"type": sobject}, **each} for each in values]


def answers(served: Served, method: str, path: str, records: list[dict[str, object]], **body: object) -> Any:
    answer = served.admin.call(method, path, json={"records": records, **body})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_each_row_gets_its_own_answer_in_order(served: Served) -> None:
    found = answers(served, "POST", "composite/sobjects", rows("Account", {"Name": "a"}, {}, {"Name": "c"}))
    assert [each["success"] for each in found] == [True, False, True]
    assert found[0] == {"id": found[0]["id"], "success": True, "errors": []}
    assert found[1] == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [Name]",
                "fields": ["Name"],
            }
        ],
    }
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 2


def test_all_or_none_writes_nothing_when_one_row_fails_in_any_chunk(served: Served) -> None:
    records = rows("Account", {"Name": "a"}) + rows("Contact", {"LastName": "b"}, {"FirstName": "c"})
    found = answers(served, "POST", "composite/sobjects", records, allOrNone=True)
    codes = [each["errors"][0]["statusCode"] for each in found]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK"] * 2 + ["REQUIRED_FIELD_MISSING"]
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0
    assert served.admin.query("SELECT COUNT() FROM Contact")["totalSize"] == 0


def test_update_and_upsert_answer_their_own_shapes(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    changed = answers(served, "PATCH", "composite/sobjects", rows("Account", {"id": account, "Name": "b"}))
    assert changed == [{"id": account, "success": True, "errors": []}]
    path = "composite/sobjects/Sidecar_Plan__c/Sidecar_Key__c"
    plans = rows("Sidecar_Plan__c", {"Sidecar_Key__c": "k1"}, {"Sidecar_Key__c": "k2", "Sidecar_Amount__c": "x"})
    first = answers(served, "PATCH", path, plans)
    second = answers(served, "PATCH", path, plans[:1])
    assert (first[0]["created"], second[0]["created"]) == (True, False)
    assert first[0]["id"] == second[0]["id"]
    assert first[1]["success"] is False and first[1]["created"] is False


def test_the_same_row_twice_in_one_update_fails_once(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    records = rows("Account", {"id": account, "Name": "b"}, {"id": account, "Name": "c"})
    found = answers(served, "PATCH", "composite/sobjects", records)
    assert sum(each["success"] for each in found) <= 1
    assert "DUPLICATE_VALUE" in [error["statusCode"] for each in found for error in each["errors"]]


def test_rows_are_deleted_by_a_list_of_ids(served: Served) -> None:
    first, second = served.admin.insert("Account", {"Name": "a"}, {"Name": "b"})
    found = served.admin.delete(f"composite/sobjects?ids={first},{second},xyz&allOrNone=false").json
    assert found is not None
    assert [each["success"] for each in found] == [True, True, False]
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0


def test_rows_are_read_by_ids_with_null_for_the_missing(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    wanted = [account[:15], "001Lo0zzzzzzzzzAAA", "xyz"]
    for answer in (
        served.admin.get(f"composite/sobjects/Account?ids={','.join(wanted)}&fields=Id,Name"),
        served.admin.post("composite/sobjects/Account", json={"ids": wanted, "fields": ["Id", "Name"]}),
    ):
        assert answer.json is not None
        assert answer.json[0]["Name"] == "a"
        assert answer.json[1:] == [None, None]


def test_an_unknown_object_is_an_error_of_its_rows(served: Served) -> None:
    found = answers(served, "POST", "composite/sobjects", rows("Foo", {"Name": "a"}) + rows("Account", {"Name": "b"}))
    assert found[0]["errors"][0]["statusCode"] == "INVALID_TYPE"
    assert found[1]["success"] is True


@pytest.mark.parametrize(
    ("records", "code"),
    [
        (rows("Account", *({"Name": "a"} for _ in range(201))), "EXCEEDED_ID_LIMIT"),
        ([{"Name": "no type"}], "INVALID_INPUT"),
        ([each for _ in range(6) for each in rows("Account", {}) + rows("Contact", {})], "INVALID_INPUT"),
        (["text"], "JSON_PARSER_ERROR"),
        (None, "JSON_PARSER_ERROR"),
    ],
)
def test_a_request_that_is_no_collection_is_refused_as_a_whole(shared: Served, records: object, code: str) -> None:
    assert error_of(shared.admin.post("composite/sobjects", json={"records": records}))[0] == code
    assert shared.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0
