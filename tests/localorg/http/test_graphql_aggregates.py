"""GraphQL: counts, sums and groups."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="module")
def book(shared: Any) -> None:
    """Four deals in two stages, closing in two years; one has no amount."""
    (account,) = shared.admin.insert("Account", {"Name": "North", "Industry": "Banking"})
    rows = (
        ("Prospecting", 100, "2025-02-01", account),
        ("Prospecting", 300, "2026-02-01", account),
        ("Qualification", None, "2026-08-01", None),
        ("Qualification", 50, "2026-08-02", None),
    )
    shared.admin.insert(
        "Opportunity",
        *(
            {"Name": f"Deal {n}", "StageName": stage, "Amount": amount, "CloseDate": day, "AccountId": parent}
            for n, (stage, amount, day, parent) in enumerate(rows)
        ),
    )


def answer(caller: Any, text: str, **variables: object) -> Any:
    body = {"query": text, "variables": variables}
    found = caller.post("graphql", json=body)
    assert found.status_code == 200, found.text
    return found.json


def aggregated(caller: Any, arguments: str, fields: str, extra: str = "") -> Any:
    edges = f"edges {{ node {{ aggregate {{ {fields} }} }} }} {extra}"
    text = f"{{ uiapi {{ aggregate {{ Opportunity{arguments} {{ {edges} }} }} }} }}"
    found = answer(caller, text)
    assert found["errors"] == [], found
    return found["data"]["uiapi"]["aggregate"]["Opportunity"]


def rows(found: Any) -> list[Any]:
    return [edge["node"]["aggregate"] for edge in found["edges"]]


@pytest.mark.shows("graphql.aggregate")
def test_all_records_make_one_row(shared: Any, book: None) -> None:
    fields = """Amount { sum { value displayValue } avg { value } min { value } max { value } count { value } }
        Id { count { value } } StageName { countDistinct { value } } CloseDate { max { value displayValue } }"""
    found = aggregated(shared.admin, "", fields, "totalCount")
    assert found["totalCount"] == 4
    assert rows(found) == [
        {
            "Amount": {
                "sum": {"value": 450.0, "displayValue": "$450.00"},
                "avg": {"value": 150.0},
                "min": {"value": 50.0},
                "max": {"value": 300.0},
                "count": {"value": 3},
            },
            "Id": {"count": {"value": 4}},
            "StageName": {"countDistinct": {"value": 2}},
            "CloseDate": {"max": {"value": "2026-08-02", "displayValue": "8/2/2026"}},
        }
    ]


@pytest.mark.shows("graphql.aggregate")
def test_groups_are_counted_ordered_and_paged(shared: Any, book: None) -> None:
    arguments = """(groupBy: {StageName: {group: true}}, first: 1,
        orderBy: {Amount: {function: SUM, order: DESC, nulls: LAST}})"""
    extra = "totalCount pageInfo { hasNextPage endCursor }"
    fields = "StageName { value label } Amount { sum { value } }"
    first = aggregated(shared.admin, arguments, fields, extra)
    assert rows(first) == [
        {"StageName": {"value": "Prospecting", "label": "Prospecting"}, "Amount": {"sum": {"value": 400.0}}}
    ]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (2, True)
    after = arguments.replace("first: 1", f'first: 1, after: "{first["pageInfo"]["endCursor"]}"')
    second = aggregated(shared.admin, after, fields, extra)
    assert [row["StageName"]["value"] for row in rows(second)] == ["Qualification"]
    assert second["pageInfo"]["hasNextPage"] is False


@pytest.mark.shows("graphql.aggregate")
def test_groups_may_be_parts_of_dates_parents_and_several(shared: Any, book: None) -> None:
    found = aggregated(
        shared.admin,
        """(where: {Amount: {ne: null}}, groupBy: {CloseDate: {function: CALENDAR_YEAR}, StageName: {group: true}},
            orderBy: {StageName: {order: DESC}})""",
        "CloseDate { calendarYear { value } } StageName { value } Id { count { value } }",
    )
    got = [
        (r["CloseDate"]["calendarYear"]["value"], r["StageName"]["value"], r["Id"]["count"]["value"])
        for r in rows(found)
    ]
    assert got[0] == (2026, "Qualification", 1)
    assert sorted(got[1:]) == [(2025, "Prospecting", 1), (2026, "Prospecting", 1)]
    by_parent = aggregated(
        shared.admin,
        "(groupBy: {Account: {Industry: {group: true}}, IsClosed: {group: true}})",
        "Account { Industry { value } } IsClosed { value } Name { count { value } }",
    )
    assert sorted((str(r["Account"]["Industry"]["value"]), r["IsClosed"]["value"]) for r in rows(by_parent)) == [
        ("Banking", False),
        ("None", False),
    ]
    moments = aggregated(
        shared.admin, "(groupBy: {CreatedDate: {function: DAY_ONLY}})", "CreatedDate { dayOnly { value } }"
    )
    assert len(rows(moments)[0]["CreatedDate"]["dayOnly"]["value"]) == 10


@pytest.mark.shows("graphql.aggregate")
@pytest.mark.parametrize(
    ("arguments", "fields", "kind"),
    [
        ("", "StageName { value }", "DataFetchingException"),
        ("(groupBy: {Amount: {group: true}})", "Amount { value }", "ValidationError"),
        ("(groupBy: {CreatedDate: {group: true}})", "CreatedDate { value }", "DataFetchingException"),
        ("(groupBy: {CloseDate: {group: true, function: CALENDAR_YEAR}})", "CloseDate { value }", "ValidationError"),
        ("", "Name { sum { value } }", "ValidationError"),
        ("", "IsClosed { count { value } }", "ValidationError"),
    ],
)
def test_what_cannot_be_aggregated_is_an_error(shared: Any, book: None, arguments: str, fields: str, kind: str) -> None:
    edges = f"edges {{ node {{ aggregate {{ {fields} }} }} }}"
    text = f"{{ uiapi {{ aggregate {{ Opportunity{arguments} {{ {edges} }} }} }} }}"
    found = answer(shared.admin, text)
    assert found["data"]["uiapi"]["aggregate"] == {"Opportunity": None}
    assert [error["extensions"]["ErrorType"] for error in found["errors"]] == [kind]


@pytest.mark.shows("graphql.rollup")
def test_subtotals_are_not_supported(shared: Any, book: None) -> None:
    text = (
        """{ uiapi { aggregate { Opportunity(groupBy: {type: ROLLUP, StageName: {group: true}}) { totalCount } } } }"""
    )
    (error,) = answer(shared.admin, text)["errors"]
    assert error["extensions"]["ErrorType"] == "OperationNotSupported"


@pytest.mark.shows("graphql.aggregate")
def test_what_security_hides_is_not_aggregated(shared: Any, book: None) -> None:
    text = "{ uiapi { aggregate { Account { edges { node { aggregate { Phone { count { value } } } } } } } } }"
    (error,) = answer(shared.integration, text)["errors"]
    assert "FieldUndefined" in error["message"]
