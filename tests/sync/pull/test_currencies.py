"""Currencies, rates and the fiscal calendar, where an org has them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sync import CatalogueObject, Mirror, Org, pull

CODE = "CurrencyIsoCode"
RARE = {"needed": False, "usual": False}
CATALOGUE = (
    CatalogueObject("Opportunity", ("Name", "Amount"), extras=(CODE,)),
    CatalogueObject("CurrencyType", ("IsoCode", "ConversionRate"), extras=("IsCorporate",), **RARE),
    CatalogueObject("DatedConversionRate", ("IsoCode", "StartDate", "ConversionRate"), **RARE),
    CatalogueObject("FiscalYearSettings", ("StartDate", "EndDate"), **RARE),
    CatalogueObject("Period", ("Type", "StartDate", "EndDate"), **RARE),
)
DAY = datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_an_org_with_one_currency_has_nothing_to_report(local, connected: Org, mirror: Mirror) -> None:
    report = pull(connected, mirror, (*CATALOGUE, CatalogueObject("Nix__c", ("A__c",), **RARE)))
    assert report.complete
    assert [item.missing_fields for item in report.objects] == [()] * 6
    assert not report.objects[-1].usual
    assert CODE not in mirror.columns("Opportunity")


def test_a_second_currency_brings_codes_to_rows_whose_date_did_not_move(local, connected: Org, mirror: Mirror) -> None:
    local.inside.clock.set(DAY)
    local.insert("Opportunity", {"Name": "D", "StageName": "Prospecting", "CloseDate": "2026-03-31", "Amount": 5})
    pull(connected, mirror, CATALOGUE)
    local.inside.clock.set(DAY + timedelta(days=1))
    pull(connected, mirror, CATALOGUE)
    local.insert("CurrencyType", {"IsoCode": "EUR", "ConversionRate": 0.9, "DecimalPlaces": 2, "IsActive": True})
    rate = {"IsoCode": "EUR", "StartDate": "2026-01-01", "ConversionRate": 0.8}
    local.insert("DatedConversionRate", rate)
    pull(connected, mirror, CATALOGUE)
    assert mirror.connection.execute(f"SELECT {CODE}, Amount FROM Opportunity").fetchall() == [("USD", 5.0)]
    rates = mirror.connection.execute("SELECT IsoCode, ConversionRate FROM CurrencyType ORDER BY 1").fetchall()
    assert ("EUR", 0.9) in rates
    dated = mirror.connection.execute("SELECT IsoCode, StartDate, ConversionRate FROM DatedConversionRate").fetchall()
    assert dated == [("EUR", date(2026, 1, 1), 0.8)]
