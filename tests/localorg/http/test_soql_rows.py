"""What queries for records find: conditions, parents, children, order, rights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.localorg.http.conftest import Caller, Served


@pytest.fixture(scope="module")
def book(shared: Served) -> Iterator[Served]:
    """Two accounts with five deals, and a deal without account."""
    admin = shared.admin
    acme, zoe = admin.insert(
        "Account",
        {"Name": "Acme", "Industry": "Energy", "BillingCity": "Bonn", "Sidecar_Health__c": 40},
        {"Name": "Zoë & Söhne", "ParentId": None},
    )
    admin.patch(f"sobjects/Account/{zoe}", json={"ParentId": acme})
    deals = [
        ("Alpha", acme, "Qualification", 100, "2026-01-10", "Stalled;Slipping"),
        ("beta", acme, "Prospecting", None, "2026-02-10", "Slipping"),
        ("GAMMA", acme, "Closed Won", 300.5, "2026-03-10", None),
        ("Straße", zoe, "Closed Lost", 50, "2026-04-10", "Past close date;Stalled"),
        ("100% _sure_", None, "Needs Analysis", 0, "2026-05-10", None),
    ]
    keys = ("Name", "AccountId", "StageName", "Amount", "CloseDate", "Sidecar_Risk_Tags__c")
    admin.insert("Opportunity", *(dict(zip(keys, deal, strict=True)) for deal in deals))
    yield shared


def names(caller: Caller, where: str) -> list[str]:
    """The names of the deals that a condition finds, in the order they were made."""
    return [str(each["Name"]) for each in caller.records(f"SELECT Name FROM Opportunity WHERE {where} ORDER BY Id")]


ALL = ["Alpha", "beta", "GAMMA", "Straße", "100% _sure_"]


@pytest.mark.shows("soql.where", "soql.semi_joins")
@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Name = 'ALPHA'", ["Alpha"]),
        ("Name = 'STRAßE'", ["Straße"]),
        ("Name != 'alpha'", ALL[1:]),
        ("Name IN ('alpha', 'Beta')", ["Alpha", "beta"]),
        ("Name NOT IN ('alpha', 'STRAßE')", ["beta", "GAMMA", "100% _sure_"]),
        ("Name LIKE '%A'", ["Alpha", "beta", "GAMMA"]),
        ("Name LIKE '_eta'", ["beta"]),
        ("Name LIKE '%ß%'", ["Straße"]),
        (r"Name LIKE '100\% \_%'", ["100% _sure_"]),
        (r"Name LIKE '100\%\_%'", []),
        ("NOT Name LIKE '%a'", ["Straße", "100% _sure_"]),
        ("Name > 'beta'", ["GAMMA", "Straße"]),
        ("Amount = null", ["beta"]),
        ("Amount != null", ["Alpha", "GAMMA", "Straße", "100% _sure_"]),
        ("Amount != 100", ALL[1:]),
        ("NOT Amount > 60", ["beta", "Straße", "100% _sure_"]),
        ("Amount >= 1e2", ["Alpha", "GAMMA"]),
        ("Amount IN (0, null)", ["beta", "100% _sure_"]),
        ("Amount NOT IN (0, 50)", ["Alpha", "beta", "GAMMA"]),
        ("NextStep = ''", ALL),
        ("IsWon = TRUE", ["GAMMA"]),
        ("IsClosed = false AND (Amount > 50 OR Amount = null)", ["Alpha", "beta"]),
        ("CloseDate = 2026-02-10", ["beta"]),
        ("CloseDate > 2026-03-01 AND CloseDate <= 2026-04-10", ["GAMMA", "Straße"]),
        ("CloseDate < THIS_YEAR", []),
        ("CreatedDate = TODAY", ALL),
        ("CreatedDate >= TODAY AND CreatedDate < TOMORROW", ALL),
        ("CreatedDate > 2020-01-01T00:00:00+02:00", ALL),
        ("CreatedDate IN (YESTERDAY, TODAY)", ALL),
        ("CreatedDate NOT IN (TODAY)", []),
        ("Sidecar_Risk_Tags__c INCLUDES ('Stalled;Slipping')", ["Alpha"]),
        ("Sidecar_Risk_Tags__c INCLUDES ('stalled;slipping', 'Past close date')", ["Alpha", "Straße"]),
        ("Sidecar_Risk_Tags__c EXCLUDES ('Slipping')", ["GAMMA", "Straße", "100% _sure_"]),
        ("Account.Name = 'acme'", ["Alpha", "beta", "GAMMA"]),
        ("Account.Name = null", ["100% _sure_"]),
        ("Account.Name != 'acme'", ["Straße", "100% _sure_"]),
        ("Account.Parent.Name = 'Acme'", ["Straße"]),
        ("Opportunity.Account.Name = 'ZOË & söhne'", ["Straße"]),
        ("AccountId IN (SELECT Id FROM Account WHERE Industry = 'Energy')", ["Alpha", "beta", "GAMMA"]),
        ("AccountId NOT IN (SELECT Id FROM Account WHERE Industry = 'Energy')", ["Straße", "100% _sure_"]),
        ("Id IN (SELECT OpportunityId FROM OpportunityLineItem)", []),
    ],
)
def test_a_condition_finds_what_salesforce_would(book: Served, where: str, found: list[str]) -> None:
    assert names(book.admin, where) == found


def test_an_id_is_found_by_its_15_or_18_characters_and_in_long_lists(book: Served) -> None:
    ids = [str(each["Id"]) for each in book.admin.records("SELECT Id FROM Opportunity ORDER BY Id")]
    assert names(book.admin, f"Id = '{ids[0][:15]}'") == ["Alpha"]
    many = ", ".join(f"'{each}'" for each in ids * 30)
    assert names(book.admin, f"Id IN ({many})") == ALL


@pytest.mark.shows("soql.order")
@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("Amount", ["beta", "100% _sure_", "Straße", "Alpha", "GAMMA"]),
        ("Amount DESC", ["beta", "GAMMA", "Alpha", "Straße", "100% _sure_"]),
        ("Amount DESC NULLS LAST", ["GAMMA", "Alpha", "Straße", "100% _sure_", "beta"]),
        ("Name", ["100% _sure_", "Alpha", "beta", "GAMMA", "Straße"]),
        ("StageName", ["beta", "Alpha", "100% _sure_", "GAMMA", "Straße"]),  # as the stages are set up
        # NULLS LAST does nothing for a parent that may be missing
        ("Account.Name NULLS LAST, CloseDate DESC", ["100% _sure_", "GAMMA", "beta", "Alpha", "Straße"]),
        ("Owner.Name NULLS LAST, Name DESC", ["Straße", "GAMMA", "beta", "Alpha", "100% _sure_"]),
    ],
)
def test_rows_come_in_salesforces_order(book: Served, order: str, expected: list[str]) -> None:
    assert [each["Name"] for each in book.admin.records(f"SELECT Name FROM Opportunity ORDER BY {order}")] == expected


def test_limit_and_offset_cut_the_ordered_rows(book: Served) -> None:
    answer = book.admin.query("SELECT Name FROM Opportunity ORDER BY Name LIMIT 2 OFFSET 1")
    assert [each["Name"] for each in answer["records"]] == ["Alpha", "beta"]
    assert (answer["totalSize"], answer["done"]) == (2, True)


@pytest.mark.shows("soql.parents")
def test_a_record_has_its_attributes_and_typed_values_in_the_order_of_the_query(book: Served) -> None:
    text = "select amount, iswon, closedate, createddate, account.name, id, name from opportunity where name = 'gamma'"
    record = book.admin.query(text)["records"][0]
    assert list(record) == ["attributes", "Amount", "IsWon", "CloseDate", "CreatedDate", "Account", "Id", "Name"]
    assert record["attributes"] == {
        "type": "Opportunity",
        "url": f"/services/data/v66.0/sobjects/Opportunity/{record['Id']}",
    }
    assert (record["Amount"], record["IsWon"], record["CloseDate"]) == (300.5, True, "2026-03-10")
    assert isinstance(record["Amount"], float)
    assert record["CreatedDate"].endswith(".000+0000") and len(record["CreatedDate"]) == 28
    assert record["Account"]["attributes"]["type"] == "Account"


def test_whole_amounts_are_written_with_a_decimal(book: Served) -> None:
    answer = book.admin.get("query", query_string={"q": "SELECT Amount FROM Opportunity WHERE Name = 'Alpha'"})
    assert '"Amount":100.0}' in answer.text


@pytest.mark.shows("soql.parents")
def test_a_missing_parent_and_a_subquery_without_rows_are_null(book: Served) -> None:
    text = "SELECT Account.Owner.Name, (SELECT Id FROM OpportunityLineItems) FROM Opportunity WHERE AccountId = null"
    record = book.admin.query(text)["records"][0]
    assert record["Account"] is None
    assert record["OpportunityLineItems"] is None


def test_an_address_is_an_object_of_its_parts(book: Served) -> None:
    first, second = book.admin.records("SELECT BillingAddress FROM Account ORDER BY Name")
    assert first["BillingAddress"]["city"] == "Bonn"
    assert first["BillingAddress"]["postalCode"] is None
    assert second["BillingAddress"] is None


@pytest.mark.shows("soql.children")
def test_children_come_with_conditions_order_and_a_limit_for_each_parent(book: Served) -> None:
    text = (
        "SELECT Name, (SELECT Name, Account.Name FROM Opportunities WHERE CloseDate > 2026-01-15 "
        "ORDER BY CloseDate DESC LIMIT 1) FROM Account ORDER BY Name"
    )
    first, second = book.admin.query(text)["records"]
    assert first["Opportunities"]["totalSize"] == 1
    assert first["Opportunities"]["records"][0]["Name"] == "GAMMA"
    assert first["Opportunities"]["records"][0]["Account"]["Name"] == "Acme"
    assert [each["Name"] for each in second["Opportunities"]["records"]] == ["Straße"]


@pytest.mark.shows("soql.children")
def test_subqueries_nest(book: Served) -> None:
    text = "SELECT (SELECT StageName, (SELECT StageName FROM OpportunityHistories) FROM Opportunities) FROM Account"
    deals = book.admin.records(text + " WHERE Name = 'Acme'")[0]["Opportunities"]["records"]
    assert [[row["StageName"] for row in deal["OpportunityHistories"]["records"]] for deal in deals] == [
        [deal["StageName"]] for deal in deals
    ]


@pytest.mark.shows("soql.polymorphic")
def test_a_parent_of_several_kinds_shows_its_name_and_type(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "Acme"})[0]
    served.admin.insert("Task", {"Subject": "Call", "WhatId": account}, {"Subject": "Rest"})
    text = "SELECT Subject, What.Name, What.Type FROM Task ORDER BY Subject"
    call, rest = served.admin.query(text)["records"]
    assert (call["What"]["Name"], call["What"]["Type"]) == ("Acme", "Account")
    assert call["What"]["attributes"]["url"].endswith(f"/sobjects/Account/{account}")
    assert rest["What"] is None
    assert served.admin.records("SELECT Subject FROM Task WHERE What.Type = 'Account'") == [{"Subject": "Call"}]


def test_a_formula_is_computed_at_the_time_of_the_query(served: Served) -> None:
    deal = served.admin.insert(
        "Opportunity",
        {"Name": "d", "StageName": "Prospecting", "CloseDate": "2026-12-01", "Sidecar_Stage_Entered__c": "2026-11-01"},
    )[0]
    served.services.org.clock.set(served.org.clock.now().replace(year=2026, month=11, day=11))
    text = f"SELECT Sidecar_Stage_Age__c FROM Opportunity WHERE Id = '{deal}' AND Sidecar_Stage_Age__c > 9"
    assert served.admin.records(text) == [{"Sidecar_Stage_Age__c": 10.0}]


@pytest.mark.shows("soql.fields")
def test_fields_of_a_kind_are_written_out(book: Served) -> None:
    everything = book.admin.records("SELECT FIELDS(ALL) FROM Account LIMIT 1")[0]
    custom = book.admin.records("SELECT FIELDS(CUSTOM) FROM Account LIMIT 1")[0]
    standard = book.admin.records("SELECT FIELDS(STANDARD) FROM Account")[0]
    assert all(name.endswith("__c") for name in custom) and "Sidecar_Health__c" in custom
    assert set(everything) == set(custom) | set(standard)
    assert not set(custom) & set(standard)


@pytest.mark.shows("query.all")
def test_deleted_rows_are_seen_by_query_all_only(served: Served) -> None:
    first, second = served.admin.insert("Account", {"Name": "kept"}, {"Name": "gone"})
    served.admin.delete(f"sobjects/Account/{second}")
    text = "SELECT Id, IsDeleted FROM Account ORDER BY Id"
    assert served.admin.records(text) == [{"Id": first, "IsDeleted": False}]
    answer = served.admin.get("queryAll", query_string={"q": text}).json
    assert answer is not None
    assert [(each["Id"], each["IsDeleted"]) for each in answer["records"]] == [(first, False), (second, True)]
