"""Queries that Salesforce refuses, with its codes and texts; and what rights hide."""

from __future__ import annotations

import pytest

from tests.localorg.http.conftest import Served

NO_COLUMN = "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name."

NESTED = (
    "SELECT Id FROM Account WHERE Id IN "
    "(SELECT AccountId FROM Opportunity WHERE AccountId IN (SELECT AccountId FROM Contact))"
)
THREE = (
    "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity) AND "
    "Id IN (SELECT AccountId FROM Contact) AND Id NOT IN (SELECT AccountId FROM Case)"
)


@pytest.mark.shows("soql.limits", "soql.semi_joins")
@pytest.mark.parametrize(
    ("query", "code", "text"),
    [
        ("SELECT Id, Foo FROM Account", "INVALID_FIELD", "No such column 'Foo' on entity 'Account'. " + NO_COLUMN),
        ("SELECT Owner.Foo FROM Account", "INVALID_FIELD", "No such column 'Foo' on entity 'User'"),
        ("SELECT Boss.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Boss' in field path."),
        ("SELECT Id FROM Accounts", "INVALID_TYPE", "sObject type 'Accounts' is not supported."),
        ("SELECT (SELECT Id FROM Foos) FROM Account", "INVALID_TYPE", "Didn't understand relationship 'Foos' in FROM"),
        ("SELECT Name, Name FROM Account", "MALFORMED_QUERY", "duplicate field selected: Name"),
        ("SELECT Name n FROM Account", "MALFORMED_QUERY", "only aggregate expressions use field aliasing"),
        (
            "SELECT Id FROM Account WHERE NumberOfEmployees = '5'",
            "INVALID_FIELD",
            "value of filter criterion for field 'NumberOfEmployees' must be of type int and should not be enclosed",
        ),
        ("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD", "must be of type string and should be enclosed"),
        ("SELECT Id FROM Account WHERE IsDeleted = 'true'", "INVALID_FIELD", "must be of type boolean and should not"),
        ("SELECT Id FROM Account WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        (
            "SELECT Id FROM Opportunity WHERE CloseDate > 2026-01-01T00:00:00Z",
            "INVALID_FIELD",
            "field 'CloseDate' must be of type date and",
        ),
        ("SELECT Id FROM Opportunity WHERE Amount = TODAY", "INVALID_FIELD", "must be of type double and should not"),
        ("SELECT Id FROM Opportunity WHERE CloseDate = SOON", "MALFORMED_QUERY", "unexpected token: 'SOON'"),
        ("SELECT Id FROM Opportunity WHERE CloseDate = 2026-02-30", "MALFORMED_QUERY", "2026-02-30"),
        ("SELECT Id FROM Account WHERE OwnerId = 'me'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: me"),
        ("SELECT Id FROM Account WHERE OwnerId LIKE '005%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id"),
        ("SELECT Id FROM Account WHERE Name INCLUDES ('a')", "INVALID_QUERY_FILTER_OPERATOR", "multi picklist"),
        ("SELECT Id FROM Account WHERE Description = 'a'", "INVALID_FIELD", "field 'Description' can not be filtered"),
        ("SELECT Id FROM Account ORDER BY Description", "INVALID_FIELD", "field 'Description' can not be sorted"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT FIELDS(ALL) FROM Account LIMIT 201", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT FIELDS(SOME) FROM Account", "MALFORMED_QUERY", "ALL, CUSTOM or STANDARD"),
        ("SELECT UPPER(Name) FROM Account", "MALFORMED_QUERY", "Invalid function: UPPER"),
        ("SELECT Id FROM Account WHERE COUNT(Id) > 1", "MALFORMED_QUERY", "not supported in WHERE"),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT Id FROM Account)",
            "MALFORMED_QUERY",
            "The inner and outer selects should not be on the same object type",
        ),
        (
            "SELECT Id FROM Account WHERE Name = 'a' OR Id IN (SELECT AccountId FROM Opportunity)",
            "MALFORMED_QUERY",
            "Semi join sub-selects are not supported with the 'OR' operator",
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT OwnerId FROM Opportunity)",
            "MALFORMED_QUERY",
            "should point to the same object type",
        ),
        (
            NESTED,
            "MALFORMED_QUERY",
            "Nesting of semi join sub-selects is not supported",
        ),
        (
            THREE,
            "EXCEEDED_MAX_SEMIJOIN_SUBSELECTS",
            "Maximum 2",
        ),
    ],
)
def test_a_refused_query_names_its_reason_and_place(shared: Served, query: str, code: str, text: str) -> None:
    found_code, message = shared.admin.refused(query)
    assert found_code == code
    assert text in message
    if code in ("INVALID_FIELD", "INVALID_TYPE"):
        assert "ERROR at Row:1:Column:" in message


def test_the_column_of_an_unknown_field_is_where_it_stands(shared: Served) -> None:
    _, message = shared.admin.refused("SELECT Id, Foo FROM Account")
    assert message.startswith("\nSELECT Id, Foo FROM Account\n           ^\nERROR at Row:1:Column:12\nNo such column")


@pytest.mark.shows("soql.rights")
def test_what_the_user_may_not_read_does_not_exist_for_them(shared: Served) -> None:
    secret = "SELECT Id, AnnualRevenue, Website FROM Account"
    assert shared.admin.query(secret)["done"] is True
    hidden = [
        name
        for name in ("Website", "Fax", "TickerSymbol")
        if shared.integration.get("query", query_string={"q": f"SELECT {name} FROM Account"}).status_code == 400
    ]
    assert hidden, "the integration user should not see every standard field"
    for clause in (f"SELECT {hidden[0]} FROM Account", f"SELECT Id FROM Account WHERE {hidden[0]} = 'x'"):
        code, message = shared.integration.refused(clause)
        assert code == "INVALID_FIELD"
        assert f"No such column '{hidden[0]}' on entity 'Account'" in message


@pytest.mark.shows("soql.rights")
def test_an_object_without_read_right_does_not_exist(shared: Served) -> None:
    unreadable = [
        name
        for name, sobject in shared.org.schema.objects.items()
        if not shared.org.user("integration@local.example").may_read_object(name) and sobject.access == "own"
    ]
    assert unreadable
    code, message = shared.integration.refused(f"SELECT Id FROM {unreadable[0]}")
    assert code == "INVALID_TYPE"
    assert f"sObject type '{unreadable[0]}' is not supported" in message
