"""Money in several currencies, quotas, usage and fiscal quarters, read out of small mirrors made by hand."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from scoring import validate
from sidecar.book import notices, read_book
from sidecar.book.calendar import fiscal_quarters
from sidecar.book.currencies import corporate_currency, record_rates
from sidecar.catalogue import catalogue
from sidecar.configuration import Configuration
from sidecar.left_out import left_out
from sidecar.refresh import score
from sync import SILENT, Mirror, ObjectPull, PullReport

PLAIN = Configuration()


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """A mirror with the objects that every org has, without rows."""
    needed = {
        "Account": '"Id" VARCHAR, "Name" VARCHAR',
        "User": '"Id" VARCHAR, "Name" VARCHAR',
        "Opportunity": '"Id" VARCHAR, "AccountId" VARCHAR, "OwnerId" VARCHAR, "Name" VARCHAR, "StageName" VARCHAR',
    }
    with Mirror.open(tmp_path / "mirror.duckdb") as opened:
        for name, columns in needed.items():
            opened.connection.execute(f'CREATE TABLE "{name}" ({columns})')
        yield opened


def put(mirror: Mirror, table: str, *rows: dict[str, object]) -> None:
    """A table of the mirror with these rows."""
    frame = pd.DataFrame(rows)
    mirror.connection.register("rows", frame)
    mirror.connection.execute(f'CREATE OR REPLACE TABLE "{table}" AS SELECT * FROM rows')
    mirror.connection.unregister("rows")


def put_deals(mirror: Mirror, code: str | None, rate: float = 1.0) -> None:
    """A deal of 100 corporate units closing in May with lines, history and asset, all in a currency at a rate."""
    money: dict[str, object] = {"CurrencyIsoCode": code} if code else {}
    deal = {
        **dict.fromkeys(("AccountId", "OwnerId", "Name"), "x"),
        "Id": "006",
        "StageName": "Prove",
        "Amount": 100.0 * rate,
        "CloseDate": date(2026, 5, 10),
        "CreatedDate": pd.Timestamp("2026-01-01"),
        "IsClosed": False,
        "IsWon": False,
    }
    put(mirror, "Opportunity", deal | money)
    of_deal: dict[str, object] = {"Id": "1", "OpportunityId": "006"}
    put(mirror, "OpportunityLineItem", of_deal | {"TotalPrice": 60.0 * rate} | money)
    history = {"StageName": "Prove", "CreatedDate": pd.Timestamp("2026-01-01"), "Amount": 80.0 * rate}
    put(mirror, "OpportunityHistory", of_deal | history | {"CloseDate": date(2026, 3, 1)} | money)
    put(mirror, "Asset", {"Id": "02i", "AccountId": "x", "Price": 7.0 * rate, "Quantity": 2.0} | money)
    put(
        mirror,
        "Sidecar_Plan__c",
        {"Id": "p", "Sidecar_Quarter_Start__c": date(2026, 4, 1), "Sidecar_Amount__c": 50.0 * rate} | money,
    )


def money_of(mirror: Mirror) -> dict[str, float]:
    book = read_book(mirror, PLAIN)
    found = {
        "amount": book.opportunities["amount"],
        "arr": book.opportunities["arr"],
        "line": book.lines["total_price"],
        "history": book.stage_history["amount"],
        "asset": book.assets["arr"],
        "plan": book.plans["amount"],
    }
    return {name: column.iloc[0] for name, column in found.items()}


EXPECTED = {"amount": 100.0, "arr": 100.0, "line": 60.0, "history": 80.0, "asset": 14.0, "plan": 50.0}


@pytest.mark.parametrize(("code", "rate"), [(None, 1.0), ("EUR", 0.9), ("JPY", 151.25), ("USD", 1.0)])
def test_another_currency_with_its_rate_changes_nothing(mirror: Mirror, code: str | None, rate: float) -> None:
    put_deals(mirror, code, rate)
    put(
        mirror,
        "CurrencyType",
        {"Id": "1", "IsoCode": "USD", "ConversionRate": 1.0},
        {"Id": "2", "IsoCode": "EUR", "ConversionRate": 0.9},
        {"Id": "3", "IsoCode": "JPY", "ConversionRate": 151.25},
    )
    assert money_of(mirror) == pytest.approx(EXPECTED)


def test_deals_take_the_dated_rate_of_their_close_date_and_all_else_the_static_one(mirror: Mirror) -> None:
    put_deals(mirror, "EUR")
    put(mirror, "CurrencyType", {"Id": "2", "IsoCode": "EUR", "ConversionRate": 0.5})
    dated = [(date(2026, 1, 1), 0.25), (date(2026, 5, 10), 0.8), (date(2026, 6, 1), 4.0)]
    put(
        mirror,
        "DatedConversionRate",
        *({"Id": str(start), "IsoCode": "EUR", "StartDate": start, "ConversionRate": rate} for start, rate in dated),
    )
    assert money_of(mirror) == pytest.approx(
        {"amount": 125.0, "arr": 125.0, "line": 75.0, "history": 100.0, "asset": 28.0, "plan": 100.0}
    )
    mirror.connection.execute("""UPDATE "Opportunity" SET "CloseDate" = DATE '2025-12-31'""")
    assert money_of(mirror)["amount"] == 200.0, "before the first dated rate"


def test_the_corporate_currency_is_told_only_where_rows_bear_a_currency(mirror: Mirror) -> None:
    put(mirror, "Sidecar_Action__c", {"Id": "a"})
    types = {"Id": ["1", "2"], "IsoCode": ["CHF", "EUR"], "ConversionRate": [1.0, 0.5]}
    for row in pd.DataFrame(types).to_dict("records"):
        put(mirror, "CurrencyType", {str(name): value for name, value in row.items()})
        assert corporate_currency(mirror, ["Sidecar_Action__c"]) is None
    put(mirror, "Sidecar_Action__c", {"Id": "a", "CurrencyIsoCode": "EUR"})
    assert corporate_currency(mirror, ["Sidecar_Action__c"]) is None, "no currency is the corporate one"
    put(mirror, "CurrencyType", {"Id": "1", "IsoCode": "CHF", "ConversionRate": 1.0})
    assert corporate_currency(mirror, ["Sidecar_Action__c"]) == "CHF"
    put(mirror, "CurrencyType", {"Id": "1", "IsoCode": "JPY", "ConversionRate": 1.0, "IsCorporate": True})
    assert corporate_currency(mirror, ["Sidecar_Action__c"]) == "JPY"


def test_records_tell_the_currency_they_are_in_and_its_rate(mirror: Mirror) -> None:
    assert record_rates(mirror).empty
    put_deals(mirror, "EUR")
    put(mirror, "CurrencyType", {"Id": "2", "IsoCode": "EUR", "ConversionRate": 0.5})
    account = {**dict.fromkeys(("Id", "Name"), "001"), "CurrencyIsoCode": "SEK"}
    put(mirror, "Account", account)
    found = record_rates(mirror)
    assert found.loc["006"].to_list() == ["EUR", 0.5]
    assert found.loc["001", "currency"] == "SEK"
    assert found["rate"].isna().to_dict() == {"001": True, "006": False}


@pytest.mark.parametrize("rate", [None, 0.0, -1.0])
def test_money_without_a_rate_is_missing_and_the_rest_stays(mirror: Mirror, rate: float | None) -> None:
    put_deals(mirror, "SEK")
    put(
        mirror,
        "CurrencyType",
        {"Id": "1", "IsoCode": "USD", "ConversionRate": 1.0},
        *([{"Id": "2", "IsoCode": "SEK", "ConversionRate": rate}] if rate is not None else []),
    )
    book = validate(read_book(mirror, PLAIN))
    money = (book.opportunities[["amount", "arr"]], book.lines["total_price"], book.stage_history["amount"])
    assert all(each.isna().all(axis=None) for each in (*money, book.assets["arr"]))
    assert book.plans.empty
    deal = book.opportunities.iloc[0]
    assert (deal["stage"], deal["currency"]) == ("Prove", "SEK")


def test_one_code_without_any_rates_is_the_org_s_currency(mirror: Mirror) -> None:
    put_deals(mirror, "EUR")
    assert money_of(mirror) == pytest.approx(EXPECTED)


def period(start: str, end: str, label: str | None) -> dict[str, object]:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return {"Id": start, "Type": "Quarter", "StartDate": first, "EndDate": last, "FullyQualifiedLabel": label}


def quarter(mirror: Mirror, day: str, configuration: Configuration = PLAIN) -> tuple[str, str, str]:
    at = date.fromisoformat(day)
    [found] = fiscal_quarters(mirror, configuration, at, at).to_dict("records")
    return (found["label"], f"{found['start']:%Y-%m-%d}", f"{found['end']:%Y-%m-%d}")


WEEKS_445 = (
    period("2025-12-28", "2026-03-28", "Q1 FY 2026"),
    period("2026-03-29", "2026-06-27", None),
    period("2026-09-27", "2026-12-26", "Q4 FY 2026"),
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-12-28", ("Q1 FY 2026", "2025-12-28", "2026-03-28")),
        ("2026-03-29", ("FY2026 Q2", "2026-03-29", "2026-06-27")),
        ("2026-06-28", ("FY2026 Q3", "2026-06-28", "2026-09-26")),
        ("2026-12-26", ("Q4 FY 2026", "2026-09-27", "2026-12-26")),
        ("2025-12-27", ("FY2025 Q4", "2025-10-01", "2025-12-27")),
        ("2027-02-01", ("FY2027 Q1", "2026-12-27", "2027-03-31")),
    ],
)
def test_custom_fiscal_years_decide_and_months_fill_their_gaps(
    mirror: Mirror, day: str, expected: tuple[str, str, str]
) -> None:
    put(mirror, "Period", *WEEKS_445)
    assert quarter(mirror, day) == expected


def test_every_day_has_one_quarter_whatever_rows_are_missing(mirror: Mirror) -> None:
    put(mirror, "Period", *WEEKS_445, period("2026-08-20", "2026-09-30", "overlapping"))
    table = fiscal_quarters(mirror, PLAIN, date(2024, 1, 1), date(2028, 12, 31))
    assert (table["start"].iloc[1:].to_numpy() - table["end"].iloc[:-1].to_numpy() == pd.Timedelta(days=1)).all()
    assert table["start"].iloc[0] <= pd.Timestamp("2024-01-01")
    assert table["end"].iloc[-1] >= pd.Timestamp("2028-12-31")


def test_the_configuration_overrides_the_org_s_periods(mirror: Mirror) -> None:
    put(mirror, "Period", *WEEKS_445)
    configured = Configuration(calendar={"fiscal_year_start_month": 2})
    assert quarter(mirror, "2026-03-29", configured) == ("FY2027 Q1", "2026-02-01", "2026-04-30")


def test_years_may_be_named_by_their_first_day(mirror: Mirror) -> None:
    put(mirror, "Organization", {"Id": "1", "FiscalYearStartMonth": 8, "UsesStartDateAsFiscalYearName": True})
    assert quarter(mirror, "2027-01-15") == ("FY2026 Q2", "2026-11-01", "2027-01-31")


def quota(owner: str, start: str, amount: float, **more: object) -> dict[str, object]:
    values = {"Id": f"{owner}{start}", "QuotaOwnerId": owner, "StartDate": date.fromisoformat(start)}
    return values | {"QuotaAmount": amount, "ForecastingTypeId": "t1", "ProductFamily": None} | more


def plans(mirror: Mirror) -> list[tuple[object, ...]]:
    table = read_book(mirror, PLAIN).plans.astype(object)
    table = table.where(table.notna(), None)
    return sorted(table[["rep_id", "quarter_start", "pillar", "amount"]].itertuples(index=False, name=None), key=str)


def test_quotas_are_plans_by_quarter_without_counting_teams_twice(mirror: Mirror) -> None:
    kinds = [{"Id": f"t{number}", "DeveloperName": f"Type{number}", "IsActive": True} for number in (1, 2)]
    put(mirror, "ForecastingType", *kinds)
    people = {"ann": "boss", "bob": "boss", "boss": "chief", "chief": None}
    put(mirror, "User", *(dict[str, object](Id=who, Name=who, ManagerId=above) for who, above in people.items()))
    put(
        mirror,
        "ForecastingQuota",
        *(quota("ann", f"2026-0{month}-01", 10.0) for month in (4, 5, 6)),
        quota("bob", "2026-04-01", 5.0, ProductFamily="Cloud"),
        quota("boss", "2026-04-01", 30.0),
        quota("chief", "2026-07-01", 99.0),
        quota("ann", "2026-04-01", 1000.0, Id="other", ForecastingTypeId="t2"),
    )
    april, july = pd.Timestamp("2026-04-01"), pd.Timestamp("2026-07-01")
    from_quotas = [("ann", april, None, 30.0), ("bob", april, "Cloud", 5.0), ("chief", july, None, 99.0)]
    assert plans(mirror) == from_quotas
    own = {"Id": "p", "Sidecar_Rep__c": "ann", "Sidecar_Quarter_Start__c": april, "Sidecar_Amount__c": 33.0}
    put(mirror, "Sidecar_Plan__c", own)
    assert plans(mirror) == [("ann", april, None, 33.0), *from_quotas[1:]], "our own plan stands"


def test_usage_of_files_stands_before_the_org_s_records(mirror: Mirror) -> None:
    own = {"Sidecar_Account__c": "A", "Sidecar_Product__c": "NGFW", "Sidecar_Active_Users__c": 5.0}
    weeks = (date(2026, 3, 2), date(2026, 3, 9))
    put(mirror, "Sidecar_Usage__c", *(own | {"Id": str(week), "Sidecar_Week_Start__c": week} for week in weeks))
    fed = {"account_id": "A", "product": "NGFW", "week_start": weeks[1], "active_users": 7.0, "findings": 3.0}
    put(mirror, "usage_feed", fed, fed | {"product": None})
    usage = read_book(mirror, PLAIN).usage.sort_values(["week_start", "active_users"])
    assert usage["active_users"].tolist() == [5.0, 7.0, 7.0]
    assert usage["week_start"].dt.day.tolist() == [2, 9, 9]
    assert usage["findings"].fillna(0.0).tolist() == [0.0, 3.0, 3.0]


def test_an_empty_mirror_is_an_empty_book(mirror: Mirror) -> None:
    book = validate(read_book(mirror, PLAIN))
    assert {name: len(table) for name, table in vars(book).items() if len(table)} == {}


def test_what_was_left_open_is_counted(mirror: Mirror) -> None:
    assert notices(mirror, read_book(mirror, PLAIN)) == ()
    put_deals(mirror, "SEK")
    put(mirror, "CurrencyType", {"Id": "1", "IsoCode": "USD", "ConversionRate": 1.0})
    mirror.connection.execute("""UPDATE "OpportunityHistory" SET "CreatedDate" = TIMESTAMP '2026-02-01'""")
    mirror.connection.execute("""INSERT INTO "OpportunityHistory" SELECT * REPLACE ('gone' AS "OpportunityId")
        FROM "OpportunityHistory" """)
    week = date(2026, 3, 2)
    put(
        mirror,
        "Sidecar_Usage__c",
        {"Id": "u", "Sidecar_Account__c": "A", "Sidecar_Product__c": "X", "Sidecar_Week_Start__c": week},
    )
    fed = {"account_id": "A", "product": "X", "week_start": week, "active_users": -1.0}
    put(mirror, "usage_feed", fed, fed)
    told = notices(mirror, validate(read_book(mirror, PLAIN)))
    for words in (
        *(f"1 {records} in SEK, a currency without a rate" for records in ("deals", "plans", "assets")),
        "1 deals whose OpportunityHistory begins after their creation",
        "1 rows of OpportunityHistory of deals that are not there",
        "2 rows of usage hold a negative number",
        "1 rows of usage repeat an account, product and week",
        "2 rows of usage are of accounts that are not there",
        "1 records of Sidecar_Usage__c stand back",
    ):
        assert any(line.startswith(words) for line in told), words
    assert len(told) == 9


OPTIONAL = [item.name for item in catalogue(PLAIN) if not item.needed and item.usual]


@pytest.mark.parametrize("absent", OPTIONAL)
def test_an_optional_object_that_cannot_be_read_is_named_with_what_is_switched_off(absent: str) -> None:
    [told] = left_out(PullReport((ObjectPull(absent, "none", needed=False),), 0))
    assert f"{absent} (" in told
    assert "Remedy: " in told


def test_an_org_without_any_optional_object_is_scored(mirror: Mirror) -> None:
    put_deals(mirror, None)
    for name in ("OpportunityLineItem", "Asset", "Sidecar_Plan__c"):
        mirror.connection.execute(f'DROP TABLE "{name}"')
    done = score(mirror, PLAIN, date(2026, 4, 1), SILENT)
    assert len(done.desired.tables["Opportunity"]) == 1
