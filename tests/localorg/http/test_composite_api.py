"""Composite and batch: several requests in one call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localorg.http.conftest import BASE, Served, error_of


def part(name: str, method: str, path: str, body: object = None) -> dict[str, object]:
    return {"referenceId": name, "method": method, "url": f"{BASE}/{path}", "body": body}


def composite(served: Served, *parts: dict[str, object], all_or_none: bool = False) -> dict[str, Any]:
    """The subrequests' answers by their reference."""
    answer = served.admin.post("composite", json={"allOrNone": all_or_none, "compositeRequest": list(parts)})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return {each["referenceId"]: each for each in answer.json["compositeResponse"]}


ACCOUNT = part("acc", "POST", "sobjects/Account", {"Name": "A"})


@pytest.mark.shows("rest.composite")
@pytest.mark.parametrize("all_or_none", [False, True])
def test_later_requests_use_what_earlier_ones_answered(served: Served, all_or_none: bool) -> None:
    before = served.services.calls.used
    found = composite(
        served,
        ACCOUNT,
        part("con", "POST", "sobjects/Contact", {"LastName": "B", "AccountId": "@{acc.id}"}),
        part("change", "PATCH", "sobjects/Account/@{acc.id}", {"Description": "of @{con.id}"}),
        all_or_none=all_or_none,
    )
    account = found["acc"]["body"]["id"]
    assert found["acc"]["httpStatusCode"] == 201
    assert found["acc"]["httpHeaders"] == {"Location": f"{BASE}/sobjects/Account/{account}"}
    assert (found["change"]["httpStatusCode"], found["change"]["body"]) == (204, None)
    assert served.services.calls.used == before + 1
    assert served.admin.records("SELECT Account.Description, AccountId FROM Contact") == [
        {"Account": {"Description": f"of {found['con']['body']['id']}"}, "AccountId": account}
    ]


@pytest.mark.shows("rest.composite")
def test_a_value_deep_in_an_answer_can_be_used(served: Served) -> None:
    served.admin.insert("Account", {"Name": "there"})
    found = composite(
        served,
        part("rows", "GET", "query?q=SELECT+Id+FROM+Account"),
        part("change", "PATCH", "sobjects/Account/@{rows.records[0].Id}", {"Name": "here"}),
    )
    assert found["change"]["httpStatusCode"] == 204
    assert served.admin.records("SELECT Name FROM Account") == [{"Name": "here"}]


@pytest.mark.shows("rest.composite")
def test_without_all_or_none_the_others_stand(served: Served) -> None:
    found = composite(
        served,
        ACCOUNT,
        part("bad", "POST", "sobjects/Contact", {}),
        part("after", "POST", "sobjects/Contact", {"LastName": "x", "AccountId": "@{bad.id}"}),
    )
    assert [found[name]["httpStatusCode"] for name in ("acc", "bad", "after")] == [201, 400, 400]
    assert found["bad"]["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert found["after"]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 1


@pytest.mark.shows("rest.composite")
def test_all_or_none_undoes_everything(served: Served) -> None:
    found = composite(
        served,
        ACCOUNT,
        part("bad", "POST", "sobjects/Contact", {}),
        part("never", "POST", "sobjects/Account", {"Name": "B"}),
        all_or_none=True,
    )
    codes = {name: each["body"][0]["errorCode"] for name, each in found.items()}
    assert codes == {"acc": "PROCESSING_HALTED", "bad": "REQUIRED_FIELD_MISSING", "never": "PROCESSING_HALTED"}
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([ACCOUNT, ACCOUNT], "JSON_PARSER_ERROR"),
        ([{"method": "GET", "url": f"{BASE}/limits"}], "JSON_PARSER_ERROR"),
        ([part(f"p{number}", "GET", "limits") for number in range(26)], "LIMIT_EXCEEDED"),
        ([part(f"p{number}", "GET", "query?q=x") for number in range(6)], "LIMIT_EXCEEDED"),
        (None, "JSON_PARSER_ERROR"),
    ],
)
def test_what_is_no_composite_is_refused_as_a_whole(shared: Served, parts: object, code: str) -> None:
    assert error_of(shared.admin.post("composite", json={"compositeRequest": parts}))[0] == code


@pytest.mark.shows("rest.composite")
def test_requests_of_one_transaction_see_what_earlier_ones_wrote(served: Served) -> None:
    found = composite(
        served,
        ACCOUNT,
        part("read", "GET", "sobjects/Account/@{acc.id}?fields=Name"),
        part("rows", "GET", "query?q=SELECT+Id+FROM+Account"),
        part("refs", "POST", "composite/sobjects", {"records": [{"attributes": {"type": "Contact"}, "LastName": "B"}]}),
        part("last", "PATCH", "sobjects/Contact/@{refs[0].id}", {"Description": "@{read.Name} @{rows.totalSize}"}),
        all_or_none=True,
    )
    assert [each["httpStatusCode"] for each in found.values()] == [201, 200, 200, 200, 204]
    assert served.admin.records("SELECT Description FROM Contact") == [{"Description": "A 1"}]


@pytest.mark.shows("rest.composite")
def test_rows_inside_a_rolled_back_request_are_gone_though_the_status_of_their_part_says_it(served: Served) -> None:
    found = composite(
        served,
        part("refs", "POST", "composite/sobjects", {"records": [{"attributes": {"type": "Account"}, "Name": "B"}]}),
        part("bad", "POST", "sobjects/Contact", {}),
        all_or_none=True,
    )
    assert found["refs"]["httpStatusCode"] == 400
    assert found["refs"]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0


@pytest.mark.shows("rest.composite")
def test_a_part_may_set_a_condition(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    change = part("change", "PATCH", f"sobjects/Account/{account}", {"Name": "b"})
    change["httpHeaders"] = {"If-Match": '"another"', "Authorization": "Bearer wrong", "Content-Type": "text/xml"}
    assert composite(served, change)["change"]["httpStatusCode"] == 412


@pytest.mark.shows("rest.composite")
@pytest.mark.parametrize("path", ["composite", "composite/", "composite/batch", "composite/graph?x", "jobs/ingest"])
def test_a_composite_is_no_part_of_itself(shared: Served, path: str) -> None:
    inner = part("inner", "POST", path, {"compositeRequest": []})
    assert composite(shared, inner)["inner"]["httpStatusCode"] == 400


@pytest.mark.parametrize("name", ["", "a.b", "_a", "a b", 1, None, "ä"])
def test_a_reference_needs_a_name_of_letters_and_digits(shared: Served, name: object) -> None:
    body = {"compositeRequest": [part("x", "GET", "limits") | {"referenceId": name}]}
    assert error_of(shared.admin.post("composite", json=body))[0] == "JSON_PARSER_ERROR"


@pytest.mark.parametrize("method", [None, "", "get", "BREW", 5, {}])
@pytest.mark.parametrize("url", [None, "", "//[", f"{BASE}/\x00[::", 7, f"{BASE}/limits"])
def test_a_part_that_is_no_request_is_refused_alone(shared: Served, method: object, url: object) -> None:
    good = part("good", "GET", "sobjects/Account")
    found = composite(shared, good, {"referenceId": "bad", "method": method, "url": url})
    assert found["good"]["httpStatusCode"] == 200
    assert found["bad"]["httpStatusCode"] in (400, 404) or (method, url) == ("get", f"{BASE}/limits")


@pytest.mark.shows("rest.batch")
def test_a_batch_is_serial_counts_each_request_and_halts_when_told(served: Served) -> None:
    requests = [
        {"method": "POST", "url": "v66.0/sobjects/Account", "richInput": {"Name": "A"}},
        {"method": "GET", "url": "v66.0/sobjects/Foo"},
        {"method": "POST", "url": "/services/data/v66.0/sobjects/Account", "richInput": {"Name": "B"}},
    ]
    before = served.services.calls.used
    free = served.admin.post("composite/batch", json={"batchRequests": requests}).json
    assert free is not None
    assert ([each["statusCode"] for each in free["results"]], free["hasErrors"]) == ([201, 404, 201], True)
    assert served.services.calls.used == before + 3
    halted = served.admin.post("composite/batch", json={"batchRequests": requests, "haltOnError": True}).json
    assert halted is not None
    assert [each["statusCode"] for each in halted["results"]] == [201, 404, 412]
    assert halted["results"][2]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 3


def test_a_subrequest_outside_the_api_is_refused(served: Served) -> None:
    outside = {"referenceId": "x", "method": "GET", "url": "/local/org"}
    assert composite(served, outside)["x"]["httpStatusCode"] == 400
