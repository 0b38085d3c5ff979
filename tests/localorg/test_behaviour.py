from __future__ import annotations

from datetime import timedelta

import pytest

from localorg.org import LocalOrg
from localorg.store.records import Records

NOON = "2026-11-22T12:00:00.000Z"
LATER = "2026-11-23T12:00:00.000Z"


@pytest.fixture
def admin(plain_org: LocalOrg) -> Records:
    return plain_org.records(plain_org.user("admin@local.example"))


def rows(org: LocalOrg, query: str) -> list[tuple[object, ...]]:
    with org.database.reader() as connection:
        return connection.execute(query).fetchall()


def made(records: Records, sobject: str, **values: object) -> str:
    (result,) = records.insert(sobject, [values])
    assert result.success, result.errors
    assert result.id is not None
    return result.id


def deal(records: Records, **values: object) -> str:
    usual = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-15", "Amount": 1000}
    return made(records, "Opportunity", **{**usual, **values})


def change(records: Records, sobject: str, record_id: str, **values: object) -> None:
    (result,) = records.update(sobject, [{"Id": record_id, **values}])
    assert result.success, result.errors


STAGE = "StageName, Probability, ForecastCategory, ForecastCategoryName, IsClosed, IsWon, ExpectedRevenue"


@pytest.mark.shows("behaviour.stage")
def test_a_new_deal_takes_everything_from_its_stage(plain_org: LocalOrg, admin: Records) -> None:
    deal(admin, StageName="value proposition")
    assert rows(plain_org, f"SELECT {STAGE} FROM Opportunity") == [
        ("Value Proposition", 50.0, "Pipeline", "Pipeline", 0, 0, 500.0)
    ]
    assert rows(
        plain_org, "SELECT Fiscal, FiscalYear, FiscalQuarter, PushCount, LastStageChangeDate FROM Opportunity"
    ) == [("2026 4", 2026, 4, 0, None)]


@pytest.mark.shows("behaviour.stage")
def test_a_stage_change_moves_what_hangs_on_it(plain_org: LocalOrg, admin: Records) -> None:
    record = deal(admin)
    plain_org.clock.advance(timedelta(days=1))
    change(admin, "Opportunity", record, StageName="Closed Won")
    assert rows(plain_org, f"SELECT {STAGE}, LastStageChangeDate FROM Opportunity") == [
        ("Closed Won", 100.0, "Closed", "Closed", 1, 1, 1000.0, LATER)
    ]


@pytest.mark.shows("behaviour.stage")
def test_a_probability_sent_along_holds(plain_org: LocalOrg, admin: Records) -> None:
    record = deal(admin)
    change(admin, "Opportunity", record, StageName="Qualification", Probability=33, ForecastCategoryName="Commit")
    assert rows(plain_org, "SELECT Probability, ForecastCategory, ExpectedRevenue FROM Opportunity") == [
        (33.0, "Forecast", 330.0)
    ]


def test_the_same_stage_again_changes_nothing(plain_org: LocalOrg, admin: Records) -> None:
    record = deal(admin, Probability=77)
    change(admin, "Opportunity", record, StageName="Prospecting", NextStep="Call")
    assert rows(plain_org, "SELECT Probability, LastStageChangeDate FROM Opportunity") == [(77.0, None)]
    assert rows(plain_org, "SELECT count(*) FROM OpportunityHistory") == [(1,)]


@pytest.mark.shows("behaviour.history")
def test_history_has_a_row_per_change_with_all_values_after_it(plain_org: LocalOrg, admin: Records) -> None:
    record = deal(admin)
    plain_org.clock.advance(timedelta(days=1))
    change(admin, "Opportunity", record, StageName="Qualification", Amount=2000)
    change(admin, "Opportunity", record, CloseDate="2027-01-31")
    change(admin, "Opportunity", record, Probability=90)
    change(admin, "Opportunity", record, Description="no history", Type="New Customer")
    columns = "StageName, Amount, CloseDate, Probability, ExpectedRevenue, PrevAmount, PrevCloseDate, CreatedDate"
    assert rows(plain_org, f"SELECT {columns} FROM OpportunityHistory ORDER BY Id") == [
        ("Prospecting", 1000.0, "2026-12-15", 10.0, 100.0, None, None, NOON),
        ("Qualification", 2000.0, "2026-12-15", 10.0, 200.0, 1000.0, "2026-12-15", LATER),
        ("Qualification", 2000.0, "2027-01-31", 10.0, 200.0, 2000.0, "2026-12-15", LATER),
        ("Qualification", 2000.0, "2027-01-31", 90.0, 1800.0, 2000.0, "2027-01-31", LATER),
    ]
    pointers = "LastAmountChangedHistoryId, LastCloseDateChangedHistoryId"
    second, third = (row[0] for row in rows(plain_org, "SELECT Id FROM OpportunityHistory ORDER BY Id")[1:3])
    assert rows(plain_org, f"SELECT {pointers} FROM Opportunity") == [(second, third)]


@pytest.mark.shows("behaviour.closed")
@pytest.mark.parametrize(
    ("dates", "pushes"),
    [(["2026-12-31"], 0), (["2027-01-01"], 1), (["2027-01-01", "2027-03-01"], 2), (["2026-11-30", "2026-12-15"], 1)],
)
def test_a_close_date_in_a_later_month_is_a_push(
    plain_org: LocalOrg, admin: Records, dates: list[str], pushes: int
) -> None:
    record = deal(admin)
    for day in dates:
        change(admin, "Opportunity", record, CloseDate=day)
    assert rows(plain_org, "SELECT PushCount FROM Opportunity") == [(pushes,)]


def test_a_cleared_amount_clears_the_expected_revenue(plain_org: LocalOrg, admin: Records) -> None:
    change(admin, "Opportunity", deal(admin), Amount=None)
    assert rows(plain_org, "SELECT Amount, ExpectedRevenue FROM Opportunity") == [(None, None)]


@pytest.mark.shows("behaviour.rollup_stamps")
def test_products_make_the_amount(plain_org: LocalOrg, admin: Records) -> None:
    record = deal(admin)
    product = made(admin, "Product2", Name="Box", ProductCode="B1", IsActive=True)
    (book,) = rows(plain_org, "SELECT Id FROM Pricebook2 WHERE IsStandard = 1")[0]
    entry = made(admin, "PricebookEntry", Pricebook2Id=book, Product2Id=product, UnitPrice=120)
    first = made(admin, "OpportunityLineItem", OpportunityId=record, PricebookEntryId=entry, Quantity=3, UnitPrice=100)
    made(
        admin, "OpportunityLineItem", OpportunityId=record, Product2Id=product, Quantity=4, TotalPrice=100, Discount=50
    )
    columns = "Name, ProductCode, Product2Id, ListPrice, UnitPrice, TotalPrice, Subtotal"
    items = rows(plain_org, f"SELECT {columns} FROM OpportunityLineItem ORDER BY Id")
    assert items == [
        ("Box", "B1", product, 120.0, 100.0, 300.0, 300.0),
        (None, None, product, None, 50.0, 100.0, 200.0),
    ]
    assert rows(plain_org, "SELECT Amount, HasOpportunityLineItem FROM Opportunity") == [(400.0, 1)]
    change(admin, "Opportunity", record, Amount=5)
    assert rows(plain_org, "SELECT Amount FROM Opportunity") == [(400.0,)]
    change(admin, "OpportunityLineItem", first, Quantity=1)
    admin.delete("OpportunityLineItem", [first])
    assert rows(plain_org, "SELECT Amount FROM Opportunity") == [(100.0,)]
    amounts = rows(plain_org, "SELECT Amount FROM OpportunityHistory ORDER BY Id")
    assert [row[0] for row in amounts] == [1000.0, 300.0, 400.0, 200.0, 100.0]


def test_an_item_takes_one_price_only(admin: Records) -> None:
    row = {"OpportunityId": deal(admin), "Quantity": 1, "UnitPrice": 1, "TotalPrice": 1}
    (result,) = admin.insert("OpportunityLineItem", [row])
    assert result.errors[0].code == "FIELD_INTEGRITY_EXCEPTION"


@pytest.mark.shows("behaviour.defaults")
def test_a_persons_name_is_made_of_its_parts(plain_org: LocalOrg, admin: Records) -> None:
    person = made(admin, "Contact", LastName="Roe", Salutation="Dr.")
    change(admin, "Contact", person, FirstName="Jo")
    change(admin, "Contact", person, Title="CIO")
    assert rows(plain_org, "SELECT Name FROM Contact") == [("Jo Roe",)]


@pytest.mark.shows("behaviour.closed")
def test_a_closed_case_says_when(plain_org: LocalOrg, admin: Records) -> None:
    case = made(admin, "Case", Subject="Broken")
    assert rows(plain_org, "SELECT CaseNumber, Status, Priority, IsClosed FROM 'Case'") == [
        ("00000001", "New", "Medium", 0)
    ]
    change(admin, "Case", case, Status="Closed")
    assert rows(plain_org, "SELECT IsClosed, ClosedDate, IsClosedOnCreate FROM 'Case'") == [(1, NOON, 0)]
    change(admin, "Case", case, Status="Working")
    assert rows(plain_org, "SELECT IsClosed, ClosedDate FROM 'Case'") == [(0, None)]


def test_a_task_belongs_to_the_account_it_is_about(plain_org: LocalOrg, admin: Records) -> None:
    account = made(admin, "Account", Name="A")
    record = deal(admin, AccountId=account)
    person = made(admin, "Contact", LastName="Roe", AccountId=account)
    for about in ({"WhatId": account}, {"WhatId": record}, {"WhoId": person}, {}):
        made(admin, "Task", Subject="Call", Priority="High", Status="Completed", **about)
    found = rows(plain_org, "SELECT AccountId, IsClosed, IsHighPriority, CompletedDateTime FROM Task ORDER BY Id")
    assert found == [(account, 1, 1, NOON)] * 3 + [(None, 1, 1, NOON)]


def test_a_new_user_gets_what_a_user_needs(plain_org: LocalOrg, admin: Records) -> None:
    made(admin, "User", Username="jo@x.example", LastName="Roe", FirstName="Jo", Email="jo@x.example")
    user = plain_org.user("jo@x.example")
    assert (user.name, user.profile, user.is_active, user.is_admin) == ("Jo Roe", "Standard User", True, False)
    (again,) = admin.insert("User", [{"Username": "JO@x.example", "LastName": "Roe", "Email": "jo@x.example"}])
    assert again.errors[0].code == "DUPLICATE_VALUE"
