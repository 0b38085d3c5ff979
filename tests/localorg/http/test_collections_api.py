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


@pytest.mark.shows("rest.collections")
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


@pytest.mark.shows("rest.collections")
def test_all_or_none_writes_nothing_when_one_row_fails_in_any_chunk(served: Served) -> None:
    records = rows("Account", {"Name": "a"}) + rows("Contact", {"LastName": "b"}, {"FirstName": "c"})
    found = answers(served, "POST", "composite/sobjects", records, allOrNone=True)
    codes = [each["errors"][0]["statusCode"] for each in found]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK"] * 2 + ["REQUIRED_FIELD_MISSING"]
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0
    assert served.admin.query("SELECT COUNT() FROM Contact")["totalSize"] == 0


@pytest.mark.shows("rest.collections")
def test_update_and_upsert_answer_their_own_shapes(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    changed = answers(served, "PATCH", "composite/sobjects", rows("Account", {"id": account, "Name": "b"}))
    assert changed == [{"id": account, "success": True, "errors": []}]
    path = "composite/sobjects/Sidecar_Plan__c/Sidecar_Key__c"
    plans = rows("Sidecar_Plan__c", {"Sidecar_Key__c": "k1"}, {"Sidecar_Key__c": "k" * 300})
    first = answers(served, "PATCH", path, plans)
    second = answers(served, "PATCH", path, plans[:1])
    assert (first[0]["created"], second[0]["created"]) == (True, False)
    assert first[0]["id"] == second[0]["id"]
    assert first[1]["success"] is False and first[1]["created"] is False


@pytest.mark.shows("rest.collections")
def test_the_same_row_twice_in_one_update_fails_once(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    records = rows("Account", {"id": account, "Name": "b"}, {"id": account, "Name": "c"})
    found = answers(served, "PATCH", "composite/sobjects", records)
    assert sum(each["success"] for each in found) <= 1
    assert "DUPLICATE_VALUE" in [error["statusCode"] for each in found for error in each["errors"]]


@pytest.mark.shows("rest.collections")
def test_rows_are_deleted_by_a_list_of_ids(served: Served) -> None:
    first, second = served.admin.insert("Account", {"Name": "a"}, {"Name": "b"})
    found = served.admin.delete(f"composite/sobjects?ids={first},{second},xyz&allOrNone=false").json
    assert found is not None
    assert [each["success"] for each in found] == [True, True, False]
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0


@pytest.mark.shows("rest.collections_read")
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


@pytest.mark.shows("rest.collections")
def test_all_or_none_rolls_back_updates_and_deletes_too(served: Served) -> None:
    first, second = served.admin.insert("Account", {"Name": "a"}, {"Name": "b"})
    records = rows("Account", {"id": first, "Name": "c"}, {"id": second, "Name": "x" * 256})
    found = answers(served, "PATCH", "composite/sobjects", records, allOrNone=True)
    assert [each["errors"][0]["statusCode"] for each in found] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "STRING_TOO_LONG",
    ]
    gone = served.admin.delete(f"composite/sobjects?ids={first},001Lo0zzzzzzzzz&allOrNone=true").json
    assert gone is not None and [each["success"] for each in gone] == [False, False]
    assert served.admin.records("SELECT Name FROM Account ORDER BY Name") == [{"Name": "a"}, {"Name": "b"}]


@pytest.mark.shows("rest.collections")
def test_ten_chunks_of_one_type_each_are_the_most(served: Served) -> None:
    pair = rows("Account", {"Name": "a"}) + rows("Contact", {"LastName": "b"})
    ten = answers(served, "POST", "composite/sobjects", pair * 5)
    assert [each["success"] for each in ten] == [True] * 10
    eleven = served.admin.post("composite/sobjects", json={"records": pair * 5 + pair[:1]})
    assert error_of(eleven)[0] == "INVALID_INPUT"
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 5


@pytest.mark.shows("rest.collections")
def test_rows_without_an_id_are_inserted_by_the_upsert_by_id(served: Served) -> None:
    known = served.admin.insert("Account", {"Name": "a"})[0]
    records = rows("Account", {"Id": None, "Name": "new"}, {"Id": known[:15], "Name": "b"}, {"Name": "newer"})
    found = answers(served, "PATCH", "composite/sobjects/Account/Id", records)
    assert [(each["success"], each["created"]) for each in found] == [(True, True), (True, False), (True, True)]
    assert found[1]["id"] == known


@pytest.mark.shows("rest.collections")
def test_a_key_twice_in_one_upsert_fails_once(served: Served) -> None:
    path = "composite/sobjects/Sidecar_Plan__c/Sidecar_Key__c"
    found = answers(served, "PATCH", path, rows("Sidecar_Plan__c", {"Sidecar_Key__c": "k"}, {"Sidecar_Key__c": "K"}))
    assert sorted(each["success"] for each in found) == [False, True]
    assert served.admin.query("SELECT COUNT() FROM Sidecar_Plan__c")["totalSize"] == 1


@pytest.mark.shows("rest.collections_read")
def test_two_thousand_rows_are_read_by_one_post(served: Served) -> None:
    known = served.admin.insert("Account", {"Name": "a"})[0]
    ids = [known, *["001Lo0zzzzzzzzz"] * 1_999]
    found = served.admin.post("composite/sobjects/account", json={"ids": ids, "fields": ["name", "Name"]}).json
    assert found is not None and len(found) == 2_000
    assert (found[0]["Name"], found[1:]) == ("a", [None] * 1_999)
    more = served.admin.post("composite/sobjects/Account", json={"ids": [*ids, known], "fields": ["Id"]})
    assert error_of(more)[0] == "EXCEEDED_ID_LIMIT"


@pytest.mark.shows("rest.json_types")
def test_a_value_of_the_wrong_json_type_refuses_all_rows_and_says_where(served: Served) -> None:
    good, bad = '{"attributes": {"type": "Account"}, "Name": "a"}', '{"attributes": {"type": "Account"}, "Name": []}'
    text = f'{{"records": [\n{good},\n{bad}]}}'
    answer = served.admin.post("composite/sobjects", data=text, content_type="application/json")
    code, message = error_of(answer)
    assert code == "JSON_PARSER_ERROR"
    assert message.startswith("Cannot deserialize instance of string from START_ARRAY value [ or request may be")
    assert message.endswith("at [line:3, column:45]")
    assert text.split("\n")[2][44] == "["
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "composite/sobjects", {"records": rows("Account", {"Name": "a"}), "allOrNone": "true"}),
        ("PATCH", "composite/sobjects/Account/Id", {"records": rows("Contact", {"LastName": "a"})}),
        ("PATCH", "composite/sobjects/Account/Id", {"records": [None]}),
        ("DELETE", "composite/sobjects", None),
        ("DELETE", "composite/sobjects?ids=,", None),
        ("GET", "composite/sobjects/Account?fields=Id", None),
        ("GET", "composite/sobjects/Account?ids=001", None),
        ("GET", "composite/sobjects/Account?ids=001&fields=Nope", None),
        ("POST", "composite/sobjects/Account", {"ids": "001", "fields": ["Id"]}),
        ("POST", "composite/sobjects/Account", {"ids": [1], "fields": ["Id"]}),
    ],
)
def test_a_collection_that_makes_no_sense_is_refused(shared: Served, method: str, path: str, body: object) -> None:
    error_of(shared.admin.call(method, path, json=body))
    assert shared.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0


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
