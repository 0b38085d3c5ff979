"""Subtotals, TYPEOF, formats, scopes, aliases of parents, usage clauses, and the limits of a query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.localorg.http.conftest import Served, error_of

CONTACTS = "SELECT Id FROM Contacts"


@pytest.fixture(scope="module")
def book(shared: Served) -> Iterator[Served]:
    """Four deals of two accounts, tasks about an account, a deal and nothing."""
    shared.org.clock.set(dt.datetime(2026, 11, 22, 21, 5, tzinfo=dt.UTC))
    acme, zoe = shared.admin.insert("Account", {"Name": "Acme", "Phone": "1"}, {"Name": "Zoe"})
    deals = [
        ("a", acme, "Closed Won", 1234.5, "2026-03-31", "Stalled;Slipping"),
        ("b", acme, "Prospecting", 40, "2026-08-20", None),
        ("c", zoe, "Prospecting", None, "2026-08-21", None),
        ("d", zoe, "Closed Won", 7, "2026-02-01", None),
    ]
    keys = ("Name", "AccountId", "StageName", "Amount", "CloseDate", "Sidecar_Risk_Tags__c")
    ids = shared.admin.insert("Opportunity", *(dict(zip(keys, deal, strict=True)) for deal in deals))
    shared.admin.insert("Contact", {"LastName": "One", "AccountId": acme})
    shared.admin.insert("Task", {"Subject": "1", "WhatId": acme}, {"Subject": "2", "WhatId": ids[0]}, {"Subject": "3"})
    yield shared


@pytest.mark.shows("soql.subtotals")
def test_rollup_adds_subtotals_and_a_grand_total(book: Served) -> None:
    text = (
        "SELECT Account.Name, StageName, COUNT(Id) n, SUM(Amount), GROUPING(Account.Name) ga, GROUPING(StageName) gs "
        "FROM Opportunity GROUP BY ROLLUP(Account.Name, StageName) "
        "ORDER BY GROUPING(Account.Name), Account.Name, GROUPING(StageName), StageName"
    )
    assert [tuple(each.values()) for each in book.admin.records(text)] == [
        ("Acme", "Prospecting", 1, 40.0, 0, 0),
        ("Acme", "Closed Won", 1, 1234.5, 0, 0),
        ("Acme", None, 2, 1274.5, 0, 1),
        ("Zoe", "Prospecting", 1, None, 0, 0),
        ("Zoe", "Closed Won", 1, 7.0, 0, 0),
        ("Zoe", None, 2, 7.0, 0, 1),
        (None, None, 4, 1281.5, 1, 1),
    ]


@pytest.mark.shows("soql.subtotals")
def test_cube_adds_subtotals_of_every_combination(book: Served) -> None:
    text = "SELECT Account.Name, StageName, COUNT(Id) FROM Opportunity GROUP BY CUBE(Account.Name, StageName)"
    found = {(each["Name"], each["StageName"]): each["expr0"] for each in book.admin.records(text)}
    assert len(found) == 9
    assert (found["Acme", None], found[None, "Closed Won"], found[None, None]) == (2, 2, 4)
    only = book.admin.records(text + " HAVING COUNT(Id) > 2")
    assert only == [{"Name": None, "StageName": None, "expr0": 4}]


@pytest.mark.shows("soql.typeof")
def test_type_of_shows_the_fields_of_each_kind_of_parent(book: Served) -> None:
    text = (
        "SELECT Subject, TYPEOF What WHEN Account THEN Phone, Name WHEN Opportunity THEN Amount, IsWon ELSE Name END "
        "FROM Task ORDER BY Subject"
    )
    first, second, third = (each["What"] for each in book.admin.query(text)["records"])
    assert first["attributes"]["type"] == "Account" and "/sobjects/Account/001" in first["attributes"]["url"]
    assert {key: value for key, value in first.items() if key != "attributes"} == {"Phone": "1", "Name": "Acme"}
    assert second["attributes"]["type"] == "Opportunity"
    assert (second["Amount"], second["IsWon"]) == (1234.5, True)
    assert third is None
    other = "SELECT TYPEOF What WHEN Account THEN Phone ELSE Name, Type END FROM Task WHERE Subject = '2'"
    what = book.admin.query(other)["records"][0]["What"]
    assert (what["Name"], what["Type"], what["attributes"]["type"]) == ("a", "Opportunity", "Opportunity")


@pytest.mark.shows("soql.polymorphic")
def test_a_parent_of_several_objects_offers_the_fields_of_a_name(book: Served) -> None:
    found = book.admin.records("SELECT Owner.Type, Owner.Email, Owner.IsActive, What.Email FROM Task ORDER BY Subject")
    assert found[0]["Owner"] == {"Type": "User", "Email": "admin@local.example", "IsActive": True}
    assert found[0]["What"] == {"Email": None}
    assert found[2]["What"] is None
    assert "entity 'Name'" in book.admin.refused("SELECT What.Amount FROM Task")[1]


@pytest.mark.shows("soql.functions")
def test_functions_format_label_and_convert_values(book: Served) -> None:
    text = (
        "SELECT FORMAT(Amount) money, FORMAT(CloseDate) day, FORMAT(CreatedDate) moment, convertCurrency(Amount) own, "
        "toLabel(StageName), toLabel(Sidecar_Risk_Tags__c) tags, FORMAT(Name) name, FORMAT(Probability) chance "
        "FROM Opportunity WHERE Name = 'a' AND toLabel(StageName) = 'closed won'"
    )
    assert book.admin.records(text) == [
        {
            "money": "$1,234.50",
            "day": "3/31/2026",
            "moment": "11/22/2026, 9:05 PM",
            "own": 1234.5,
            "StageName": "Closed Won",
            "tags": "Stalled;Slipping",
            "name": "a",
            "chance": "100%",
        }
    ]
    grouped = "SELECT FORMAT(MAX(Amount)) best, toLabel(StageName) stage FROM Opportunity GROUP BY StageName"
    assert {"best": "$40.00", "stage": "Prospecting"} in book.admin.records(grouped)


@pytest.mark.shows("soql.aliases")
def test_a_list_in_from_gives_parents_an_alias(book: Served) -> None:
    text = (
        "SELECT o.Name, a.Name, u.Email FROM Opportunity o, o.Account a, a.Owner u WHERE a.Name = 'Zoe' AND Amount > 0"
    )
    assert book.admin.records(text) == [
        {"Name": "d", "Account": {"Name": "Zoe", "Owner": {"Email": "admin@local.example"}}}
    ]
    assert "Didn't understand relationship 'Boss'" in book.admin.refused("SELECT Id FROM Account a, a.Boss b")[1]


@pytest.mark.shows("soql.scope")
def test_a_scope_keeps_the_users_rows(book: Served) -> None:
    everything = "SELECT COUNT() FROM Opportunity USING SCOPE everything"
    mine = "SELECT COUNT() FROM Opportunity USING SCOPE mine WHERE Amount > 0"
    assert book.admin.query(everything)["totalSize"] == 4
    assert book.admin.query(mine)["totalSize"] == 3
    assert book.integration.query(mine)["totalSize"] == 0
    assert book.admin.query("SELECT COUNT() FROM Task USING SCOPE delegated")["totalSize"] == 0
    assert book.admin.refused("SELECT Id FROM Opportunity USING SCOPE team")[0] == "INVALID_QUERY_SCOPE"
    assert book.admin.refused("SELECT Id FROM OpportunityLineItem USING SCOPE mine")[0] == "INVALID_QUERY_SCOPE"
    assert "unexpected token: 'ours'" in book.admin.refused("SELECT Id FROM Account USING SCOPE ours")[1]


@pytest.mark.shows("soql.usage")
@pytest.mark.parametrize(
    "usage",
    ["FOR VIEW", "for reference", "FOR UPDATE", "UPDATE TRACKING", "update viewstat", "FOR VIEW UPDATE TRACKING"],
)
def test_usage_clauses_are_taken(book: Served, usage: str) -> None:
    assert book.admin.query(f"SELECT Id FROM Account LIMIT 1 {usage}")["totalSize"] == 1


@pytest.mark.shows("soql.currencies")
def test_amounts_of_a_currency_are_compared_in_an_org_with_several(served: Served) -> None:
    deal = {"StageName": "Prospecting", "CloseDate": "2026-12-01"}
    served.admin.insert("Opportunity", {"Name": "x", "Amount": 100, **deal}, {"Name": "y", "Amount": 90, **deal})
    text = "SELECT Name FROM Opportunity WHERE Amount > eur90"
    assert "unexpected token: 'EUR90'" in served.admin.refused(text)[1]
    served.admin.insert("CurrencyType", {"IsoCode": "EUR", "ConversionRate": 0.9, "DecimalPlaces": 2, "IsActive": True})
    assert served.admin.records(text.replace("90", "89.5")) == [{"Name": "x"}]
    assert served.admin.records(text.replace("> eur90", "= EUR90")) == [{"Name": "x"}]
    assert served.admin.records(text.replace("eur90", "USD99.5")) == [{"Name": "x"}]
    assert "unexpected token: 'GBP90'" in served.admin.refused(text.replace("eur", "gbp"))[1]
    assert served.admin.refused("SELECT Id FROM Opportunity WHERE Name = EUR5")[0] == "INVALID_FIELD"


def nested(depth: int) -> str:
    """Subqueries within one another: accounts of accounts of accounts ..."""
    text = "SELECT Id FROM ChildAccounts"
    for _ in range(depth - 1):
        text = f"SELECT Id, ({text}) FROM ChildAccounts"
    return f"SELECT Id, ({text}) FROM Account"


@pytest.mark.shows("soql.children")
def test_subqueries_nest_as_deep_as_the_version_allows(book: Served) -> None:
    assert book.admin.query(nested(4))["done"] is True
    assert "more than 5 levels of parent-to-child" in book.admin.refused(nested(5))[1]
    old = book.admin.get("/services/data/v57.0/query", query_string={"q": nested(2)})
    assert "more than 2 levels of parent-to-child" in error_of(old)[1]
    assert book.admin.get("/services/data/v57.0/query", query_string={"q": nested(1)}).status_code == 200


SEMI = "SELECT Id FROM Account WHERE Id IN "
LONG = "x" * 4_001
FIVE_LEVELS = "Owner." + "Manager." * 4 + "Name"


@pytest.mark.shows("soql.limits", "soql.semi_joins", "soql.parents")
@pytest.mark.parametrize(
    ("query", "code", "reason"),
    [
        ("SELECT Id FROM Account WITH SECURITY_ENFORCED", "MALFORMED_QUERY", "WITH SECURITY_ENFORCED is not allowed"),
        ("SELECT Id FROM Account WITH USER_MODE", "MALFORMED_QUERY", "WITH USER_MODE is not allowed"),
        ("SELECT Id FROM Account WITH NOTHING", "MALFORMED_QUERY", "unexpected token: 'NOTHING'"),
        ("SELECT Id FROM Account ALL ROWS", "MALFORMED_QUERY", "ALL ROWS not allowed in this context"),
        ("SELECT Id FROM Account ORDER BY Name FOR UPDATE", "MALFORMED_QUERY", "FOR UPDATE is not allowed with ORDER"),
        (
            f"SELECT {', '.join(f'({CONTACTS})' for _ in range(2))} FROM Account",
            "MALFORMED_QUERY",
            "duplicate subquery",
        ),
        ("SELECT Account.Owner.Manager.Manager.Manager.Manager.Name FROM Contact", "MALFORMED_QUERY", "5 levels"),
        (SEMI + "(SELECT WhatId FROM Task)", "MALFORMED_QUERY", "'Task' is not supported for semi join"),
        (SEMI + "(SELECT AccountId FROM Contact ORDER BY Id)", "MALFORMED_QUERY", "not allowed in a semi join"),
        (SEMI + "(SELECT AccountId FROM Contact LIMIT 1)", "MALFORMED_QUERY", "not allowed in a semi join"),
        (SEMI + "(SELECT COUNT() FROM Contact)", "MALFORMED_QUERY", "not allowed in a semi join"),
        (SEMI + "(SELECT AccountId FROM Contact FOR UPDATE)", "MALFORMED_QUERY", "not allowed in a semi join"),
        (SEMI + "(SELECT Account.OwnerId FROM Contact)", "MALFORMED_QUERY", "only select an Id or reference"),
        (SEMI + "(SELECT Id, Name FROM Contact)", "MALFORMED_QUERY", "exactly one field"),
        ("SELECT Id FROM Contact WHERE Account.OwnerId IN (SELECT Id FROM User)", "MALFORMED_QUERY", "left operand"),
        ("SELECT Id FROM Account WHERE NOT Id IN (SELECT AccountId FROM Contact)", "MALFORMED_QUERY", "'NOT' operator"),
        (f"SELECT Id FROM Account WHERE Name = '{LONG}'", "MALFORMED_QUERY", "4,000 characters"),
        ("SELECT Id FROM Account ORDER BY " + ", ".join(["Name"] * 33), "MALFORMED_QUERY", "at most 32 fields"),
        ("SELECT Id FROM Account LIMIT 99999999999", "MALFORMED_QUERY", "unexpected token: '99999999999'"),
        ("SELECT Id FROM Account AND", "MALFORMED_QUERY", "unexpected token: 'AND'"),
        ("SELECT CALENDAR_YEAR(CreatedDate) FROM Account", "MALFORMED_QUERY", "Field must be grouped or aggregated"),
        ("SELECT Id FROM Opportunity WHERE CloseDate = N_YEARS_AGO:5000", "MALFORMED_QUERY", "N_YEARS_AGO:5000"),
        ("SELECT Id FROM Account WHERE CreatedDate > 1699-01-01T00:00:00Z", "MALFORMED_QUERY", "outside 1700-01-01"),
        ("SELECT TYPEOF Owner WHEN User THEN Name END FROM Account", "MALFORMED_QUERY", "relationship to several"),
        ("SELECT TYPEOF Boss WHEN User THEN Name END FROM Task", "INVALID_FIELD", "relationship 'Boss'"),
        ("SELECT TYPEOF What WHEN Lamp THEN Name END FROM Task", "INVALID_TYPE", "sObject type 'Lamp'"),
        ("SELECT TYPEOF What WHEN Account THEN Nope END FROM Task", "INVALID_FIELD", "'Nope' on entity 'Account'"),
        ("SELECT What.Name, TYPEOF What WHEN Account THEN Name END FROM Task", "MALFORMED_QUERY", "duplicate field"),
        ("SELECT TYPEOF What WHEN Account THEN Name END, COUNT(Id) FROM Task", "MALFORMED_QUERY", "TYPEOF is not"),
        ("SELECT GROUPING(Name) FROM Account GROUP BY Name", "MALFORMED_QUERY", "GROUPING() needs"),
        (
            "SELECT COUNT(Id) FROM Account GROUP BY ROLLUP(Name, Industry, Type, Rating)",
            "MALFORMED_QUERY",
            "1 to 3 fields",
        ),
        ("SELECT Name FROM Account GROUP BY Name HAVING Industry = 'x'", "MALFORMED_QUERY", "Field must be grouped"),
        ("SELECT Name FROM Account HAVING Name = 'x'", "MALFORMED_QUERY", "HAVING needs a GROUP BY"),
        ("SELECT convertCurrency(Name) FROM Account", "MALFORMED_QUERY", "takes a currency field"),
        ("SELECT Name a, Industry a FROM Account GROUP BY Name, Industry", "MALFORMED_QUERY", "duplicate alias: a"),
        (
            "SELECT " + ", ".join(f"COUNT(Id) n{number}" for number in range(101)) + " FROM Account",
            "MALFORMED_QUERY",
            "maximum number of aliased fields exceeded: 100",
        ),
        ("SELECT Id FROM Account WHERE " + "NOT " * 3_000 + "Name = 'x'", "QUERY_TOO_COMPLICATED", "too complicated"),
        ("SELECT Id FROM Account WHERE " + "NOT " * 300 + "Name = 'x'", "QUERY_TOO_COMPLICATED", "too complicated"),
    ],
)
def test_what_goes_beyond_the_language_is_refused(book: Served, query: str, code: str, reason: str) -> None:
    found_code, message = book.admin.refused(query)
    assert (found_code, reason in message) == (code, True), message


def test_a_large_number_and_many_conditions_are_no_trouble(book: Served) -> None:
    assert book.admin.records(f"SELECT Id FROM Opportunity WHERE Amount > {'9' * 30}") == []
    many = " OR ".join(f"Name = 'n{number}'" for number in range(500))
    assert book.admin.records(f"SELECT Name FROM Opportunity WHERE Name = 'a' OR {many}") == [{"Name": "a"}]


@pytest.mark.shows("soql.fields")
def test_fields_of_a_kind_may_be_bounded_by_ids(book: Served) -> None:
    found = book.admin.records("SELECT Id FROM Account ORDER BY Name")[0]["Id"]
    assert book.admin.records(f"SELECT FIELDS(ALL) FROM Account WHERE Id = '{found}'")[0]["Name"] == "Acme"
    within = f"SELECT FIELDS(CUSTOM) FROM Account WHERE Name = 'Acme' AND Id IN ('{found}')"
    assert len(book.admin.records(within)) == 1


@pytest.mark.shows("soql.geolocation")
@pytest.mark.parametrize(
    "query",
    [
        "SELECT Id FROM Account WHERE DISTANCE(BillingAddress, GEOLOCATION(1, 2), 'mi') < 5",
        "SELECT DISTANCE(BillingAddress) FROM Account",
    ],
)
def test_distances_are_not_known(book: Served, query: str) -> None:
    assert book.admin.refused(query)[0] == "MALFORMED_QUERY"
