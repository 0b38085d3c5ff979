"""GraphQL: mutations."""

from __future__ import annotations

from typing import Any

import pytest


def mutate(caller: Any, text: str, **variables: object) -> Any:
    answer = caller.post("graphql", json={"query": text, "variables": variables})
    assert answer.status_code == 200, answer.text
    return answer.json


def kinds(answer: Any) -> list[str]:
    return [error["extensions"]["ErrorType"] for error in answer["errors"]]


def names(caller: Any) -> list[str]:
    return [row["Name"] for row in caller.records("SELECT Name FROM Account ORDER BY Name")]


@pytest.mark.shows("graphql.mutation")
def test_a_record_is_created_changed_and_deleted(served: Any) -> None:
    made = mutate(
        served.admin,
        """mutation make($input: AccountCreateInput!) { uiapi { AccountCreate(input: $input) {
            Record { Id Name { value } AnnualRevenue { value displayValue } } } } }""",
        input={"Account": {"Name": "New", "AnnualRevenue": 5}},
    )
    assert made["errors"] == []
    record = made["data"]["uiapi"]["AccountCreate"]["Record"]
    assert (record["Name"], record["AnnualRevenue"]) == ({"value": "New"}, {"value": 5.0, "displayValue": "$5"})
    text = """mutation change($input: AccountUpdateInput!) { uiapi { AccountUpdate(input: $input) {
        success Record { Id Name { value } } } } }"""
    changed = mutate(served.admin, text, input={"Id": record["Id"][:15], "Account": {"Name": "Old"}})
    assert changed["data"]["uiapi"]["AccountUpdate"] == {
        "success": True,
        "Record": {"Id": record["Id"], "Name": {"value": "Old"}},
    }
    gone = mutate(served.admin, f'mutation {{ uiapi {{ AccountDelete(input: {{Id: "{record["Id"]}"}}) {{ Id }} }} }}')
    assert gone == {"data": {"uiapi": {"AccountDelete": {"Id": record["Id"]}}}, "errors": []}
    assert names(served.admin) == []


@pytest.mark.shows("graphql.mutation")
def test_one_operation_takes_the_id_of_an_earlier_one(served: Any) -> None:
    found = mutate(
        served.admin,
        """mutation { uiapi { firm: AccountCreate(input: {Account: {Name: "Firm"}}) { Record { Id } }
            ContactCreate(input: {Contact: {LastName: "One", AccountId: "@{firm}"}}) {
                Record { Id AccountId { value } } } } }""",
    )["data"]["uiapi"]
    assert found["ContactCreate"]["Record"]["AccountId"]["value"] == found["firm"]["Record"]["Id"]


BOTH = """mutation { uiapi%s { good: AccountCreate(input: {Account: {Name: "Good"}}) { Record { Id } }
    bad: AccountCreate(input: {Account: {Industry: "Banking"}}) { Record { Id } } } }"""


@pytest.mark.shows("graphql.mutation")
@pytest.mark.parametrize("options", ["", "(input: {allOrNone: true})", "(input: {})"])
def test_one_refusal_undoes_all(served: Any, options: str) -> None:
    found = mutate(served.admin, BOTH % options)
    assert found["data"]["uiapi"] == {"good": None, "bad": None}
    assert sorted(kinds(found)) == ["DataFetchingException", "ExecutionAborted"]
    assert names(served.admin) == []


@pytest.mark.shows("graphql.mutation")
def test_without_all_or_none_the_others_stay(served: Any) -> None:
    found = mutate(served.admin, BOTH % "(input: {allOrNone: false})")
    assert found["data"]["uiapi"]["good"]["Record"]["Id"]
    assert (found["data"]["uiapi"]["bad"], kinds(found)) == (None, ["DataFetchingException"])
    assert names(served.admin) == ["Good"]


@pytest.mark.shows("graphql.mutation")
def test_operations_that_hang_together_are_written_or_not_together(served: Any) -> None:
    found = mutate(
        served.admin,
        """mutation { uiapi(input: {allOrNone: false}) {
            firm: AccountCreate(input: {Account: {Name: "Firm"}}) { Record { Id } }
            other: AccountCreate(input: {Account: {Name: "Other"}}) { Record { Id } }
            person: ContactCreate(input: {Contact: {FirstName: "No last name", AccountId: "@{firm}"}}) { Record { Id } }
        } }""",
    )
    assert (found["data"]["uiapi"]["firm"], found["data"]["uiapi"]["person"]) == (None, None)
    assert names(served.admin) == ["Other"]


@pytest.mark.shows("graphql.mutation")
@pytest.mark.parametrize(
    "operations",
    [
        """ContactCreate(input: {Contact: {LastName: "X", AccountId: "@{later}"}}) { Record { Id } }
        later: AccountCreate(input: {Account: {Name: "Later"}}) { Record { Id } }""",
        'AccountUpdate(input: {Id: "001000000000000AAA", Account: {Name: "X"}}) { success }',
        'AccountDelete(input: {Id: "nonsense"}) { Id }',
        'AccountDelete(input: {Id: "003000000000000AAA"}) { Id }',
    ],
)
def test_what_cannot_be_written_is_an_error_in_the_answer(served: Any, operations: str) -> None:
    found = mutate(served.admin, f"mutation {{ uiapi {{ {operations} }} }}")
    assert "DataFetchingException" in kinds(found)
    assert set(found["data"]["uiapi"].values()) == {None}
    assert names(served.admin) == []


@pytest.mark.shows("graphql.mutation")
@pytest.mark.parametrize(
    "operation",
    [
        "AccountCreate(input: {Account: {Nope: 1}}) { Record { Id } }",
        "AccountCreate(input: {Account: {CreatedDate: 1}}) { Record { Id } }",
        "AccountCreate(input: {Account: {Name: 5}}) { Record { Id } }",
        "AccountCreate { Record { Id } }",
        "PeriodCreate(input: {Period: {}}) { Record { Id } }",
        'AccountDelete(input: {Id: "001000000000000AAA"}) { Record { Id } }',
    ],
)
def test_a_malformed_operation_writes_nothing(served: Any, operation: str) -> None:
    good = 'good: AccountCreate(input: {Account: {Name: "Good"}}) { Record { Id } }'
    found = mutate(served.admin, f"mutation {{ uiapi {{ {good} {operation} }} }}")
    assert kinds(found) == ["ValidationError"]
    assert names(served.admin) == []


@pytest.mark.shows("graphql.mutation")
def test_what_security_forbids_to_write_does_not_exist(served: Any) -> None:
    account, *_ = served.admin.insert("Account", {"Name": "Theirs", "Phone": "1"})
    for operation in (
        f'AccountUpdate(input: {{Id: "{account}", Account: {{Phone: "2"}}}}) {{ success }}',
        f'AccountDelete(input: {{Id: "{account}"}}) {{ Id }}',
    ):
        found = mutate(served.integration, f"mutation {{ uiapi {{ {operation} }} }}")
        assert kinds(found) == ["ValidationError"]
    assert served.admin.records("SELECT Phone FROM Account") == [{"Phone": "1"}]


@pytest.mark.shows("graphql.mutation")
def test_parents_are_no_part_of_what_a_mutation_shows(served: Any) -> None:
    found = mutate(
        served.admin,
        """mutation { uiapi { ContactCreate(input: {Contact: {LastName: "X"}}) {
            Record { Id Owner { Id } Assets { totalCount } } } } }""",
    )
    record = found["data"]["uiapi"]["ContactCreate"]["Record"]
    assert (bool(record["Id"]), record["Owner"], record["Assets"]) == (True, None, None)
    assert [error["message"] for error in found["errors"]] == [
        f"{name} is not currently available in mutation results" for name in ("Owner", "Assets")
    ]


@pytest.mark.shows("graphql.mutation")
def test_an_ordered_refusal_reaches_mutations_and_the_ui_api(served: Any) -> None:
    order = {
        "kind": "refuse",
        "object": "Account",
        "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "message": "No",
        "count": 2,
    }
    assert served.admin.post("/local/faults", json=order).status_code < 300
    found = mutate(
        served.admin, 'mutation { uiapi { AccountCreate(input: {Account: {Name: "A"}}) { Record { Id } } } }'
    )
    assert [error["message"] for error in found["errors"]] == ["No"]
    refused = served.admin.post("ui-api/records", json={"apiName": "Account", "fields": {"Name": "A"}})
    assert refused.json["output"]["errors"][0]["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
