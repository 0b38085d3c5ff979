"""COUNT, SUM and their kind; groups; HAVING; parts of dates."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.localorg.http.conftest import Served


@pytest.fixture(scope="module")
def deals(shared: Served) -> Iterator[Served]:
    """Four deals of one account, two of which are won, and one without account."""
    account = shared.admin.insert("Account", {"Name": "Acme"})[0]
    rows = [
        ("a", account, "Closed Won", 100, "2026-01-31"),
        ("b", account, "Closed Won", 200, "2026-02-10"),
        ("c", account, "Prospecting", None, "2026-02-20"),
        ("d", account, "Prospecting", 40, "2026-08-20"),
        ("e", None, "Closed Lost", 7, "2025-08-20"),
    ]
    keys = ("Name", "AccountId", "StageName", "Amount", "CloseDate")
    shared.admin.insert("Opportunity", *(dict(zip(keys, row, strict=True)) for row in rows))
    yield shared


def test_count_alone_answers_in_total_size(deals: Served) -> None:
    assert deals.admin.query("SELECT COUNT() FROM Opportunity WHERE Amount > 40") == {
        "totalSize": 2,
        "done": True,
        "records": [],
    }
    assert deals.admin.query("SELECT COUNT() FROM Opportunity LIMIT 3")["totalSize"] == 3


@pytest.mark.shows("soql.aggregates")
def test_aggregates_ignore_nulls_and_are_named_in_order(deals: Served) -> None:
    text = (
        "SELECT COUNT(Id), COUNT(Amount) filled, COUNT_DISTINCT(StageName), SUM(Amount), AVG(Amount) mean, "
        "MIN(CloseDate), MAX(Name) FROM Opportunity"
    )
    record = deals.admin.query(text)["records"][0]
    assert record == {
        "attributes": {"type": "AggregateResult"},
        "expr0": 5,
        "filled": 4,
        "expr1": 3,
        "expr2": 347.0,
        "mean": 86.75,
        "expr3": "2025-08-20",
        "expr4": "e",
    }


def test_groups_are_named_by_the_last_part_of_their_path(deals: Served) -> None:
    text = (
        "SELECT Account.Name, StageName, COUNT(Id) n FROM Opportunity GROUP BY Account.Name, StageName "
        "ORDER BY Account.Name DESC, COUNT(Id) DESC, StageName"
    )
    assert deals.admin.records(text) == [
        {"Name": None, "StageName": "Closed Lost", "n": 1},
        {"Name": "Acme", "StageName": "Prospecting", "n": 2},
        {"Name": "Acme", "StageName": "Closed Won", "n": 2},
    ]


@pytest.mark.shows("soql.aggregates")
def test_having_keeps_groups_by_their_aggregates(deals: Served) -> None:
    text = "SELECT StageName FROM Opportunity GROUP BY StageName HAVING SUM(Amount) > 30 AND COUNT(Id) > 1"
    assert {each["StageName"] for each in deals.admin.records(text)} == {"Closed Won", "Prospecting"}


@pytest.mark.shows("soql.date_functions")
def test_dates_are_grouped_by_their_parts(deals: Served) -> None:
    text = (
        "SELECT CALENDAR_YEAR(CloseDate) y, CALENDAR_QUARTER(CloseDate), COUNT(Id) FROM Opportunity "
        "WHERE CALENDAR_MONTH(CloseDate) != 1 GROUP BY CALENDAR_YEAR(CloseDate), CALENDAR_QUARTER(CloseDate) "
        "ORDER BY CALENDAR_YEAR(CloseDate), CALENDAR_QUARTER(CloseDate)"
    )
    assert deals.admin.records(text) == [
        {"y": 2025, "expr0": 3, "expr1": 1},
        {"y": 2026, "expr0": 1, "expr1": 2},
        {"y": 2026, "expr0": 3, "expr1": 1},
    ]


@pytest.mark.shows("soql.date_functions")
def test_fiscal_parts_follow_the_fiscal_year(served: Served) -> None:
    with served.org.database.writer() as connection:
        connection.execute('UPDATE "Organization" SET "FiscalYearStartMonth" = 8')
    served.admin.insert("Opportunity", {"Name": "x", "StageName": "Prospecting", "CloseDate": "2026-08-31"})
    text = (
        "SELECT FISCAL_YEAR(CloseDate) y, FISCAL_QUARTER(CloseDate) q, FISCAL_MONTH(CloseDate) m FROM Opportunity "
        "GROUP BY FISCAL_YEAR(CloseDate), FISCAL_QUARTER(CloseDate), FISCAL_MONTH(CloseDate)"
    )
    assert served.admin.records(text) == [{"y": 2027, "q": 1, "m": 1}]


@pytest.mark.shows("soql.date_functions")
def test_moments_are_grouped_by_the_users_day_only_when_asked(served: Served) -> None:
    with served.org.database.writer() as connection:
        connection.execute('UPDATE "User" SET "TimeZoneSidKey" = ?', ("Pacific/Auckland",))
    served.org.clock.set(served.org.clock.now().replace(year=2026, month=6, day=30, hour=20))
    served.admin.insert("Account", {"Name": "late"})
    for function, expected in (("CreatedDate", "2026-06-30"), ("convertTimezone(CreatedDate)", "2026-07-01")):
        text = f"SELECT DAY_ONLY({function}) d FROM Account GROUP BY DAY_ONLY({function})"
        assert served.admin.records(text) == [{"d": expected}]


@pytest.mark.shows("soql.aggregates")
@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("SELECT Name, COUNT(Id) FROM Opportunity", "Field must be grouped or aggregated: Name"),
        ("SELECT COUNT(Id) FROM Opportunity LIMIT 1", "LIMIT"),
        ("SELECT Account.Name, Owner.Name FROM Opportunity GROUP BY Account.Name, Owner.Name", "duplicate alias: Name"),
        ("SELECT COUNT(), Name FROM Opportunity", "Grouped query cannot use COUNT()"),
        ("SELECT SUM(Name) FROM Opportunity", "does not support aggregate operator SUM"),
        ("SELECT MAX(IsWon) FROM Opportunity", "does not support aggregate operator MAX"),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY Amount", "field 'Amount' can not be grouped"),
        ("SELECT StageName FROM Opportunity GROUP BY StageName ORDER BY Name", "Field must be grouped or aggregated"),
        ("SELECT HOUR_IN_DAY(CloseDate) FROM Opportunity GROUP BY HOUR_IN_DAY(CloseDate)", "takes a dateTime field"),
        ("SELECT COUNT(Id), (SELECT Id FROM OpportunityLineItems) FROM Opportunity", "subquery is not allowed"),
    ],
)
def test_impossible_aggregates_are_refused(shared: Served, query: str, text: str) -> None:
    assert text in shared.admin.refused(query)[1]


@pytest.mark.shows("soql.aggregates")
def test_more_groups_than_a_page_are_refused(served: Served) -> None:
    admin = served.org.records(served.org.user("admin@local.example"))
    admin.insert("Account", [{"Name": f"n{number}"} for number in range(2_001)])
    code, message = served.admin.refused("SELECT Name FROM Account GROUP BY Name")
    assert code == "EXCEEDED_ID_LIMIT"
    assert "does not support queryMore()" in message
