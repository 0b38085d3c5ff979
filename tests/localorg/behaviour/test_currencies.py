"""More than one active currency: every row then says which is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from localorg.org import LocalOrg
from tests.localorg.behaviour.conftest import ADMIN, DEAL, Desk, error

EURO = {"IsoCode": "EUR", "ConversionRate": 0.9, "DecimalPlaces": 2, "IsActive": True}


@pytest.mark.shows("behaviour.currencies")
def test_a_second_currency_gives_rows_their_iso_code(desk: Desk) -> None:
    early = desk.deal()
    assert "CurrencyIsoCode" not in desk.org.schema.objects["Opportunity"].fields
    assert desk.records.insert("Opportunity", [{**DEAL, "CurrencyIsoCode": "EUR"}])[0].errors[0].code == "INVALID_FIELD"
    desk.made("CurrencyType", **EURO)
    field = desk.org.schema.objects["Opportunity"].fields["CurrencyIsoCode"]
    assert [code for code, _ in field.picklist_values] == ["USD", "EUR"]
    assert desk.value("Opportunity", "CurrencyIsoCode", early) == "USD"
    euro, default = desk.deal(CurrencyIsoCode="EUR"), desk.deal()
    assert desk.value("Opportunity", "CurrencyIsoCode", euro) == "EUR"
    assert desk.value("Opportunity", "CurrencyIsoCode", default) == "USD"
    refusal = error(desk.changed("Opportunity", euro, CurrencyIsoCode="XXX"))
    assert refusal.code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    histories = 'SELECT "CurrencyIsoCode" FROM "OpportunityHistory" WHERE "OpportunityId" = ?'
    desk.changed("Opportunity", euro, Amount=7)
    assert desk.rows(histories, euro) == [("EUR",), ("EUR",)]


def test_new_rows_take_the_users_currency_and_products_that_of_their_opportunity(desk: Desk) -> None:
    desk.made("CurrencyType", **EURO)
    desk.changed("User", desk.org.user(ADMIN).id, DefaultCurrencyIsoCode="EUR")
    book = str(desk.rows('SELECT "Id" FROM "Pricebook2"')[0][0])
    product = desk.made("Product2", Name="P", IsActive=True)
    price = desk.made("PricebookEntry", Pricebook2Id=book, Product2Id=product, UnitPrice=10, IsActive=True)
    deal = desk.deal(Pricebook2Id=book, CurrencyIsoCode="USD")
    item = desk.made("OpportunityLineItem", OpportunityId=deal, PricebookEntryId=price, Quantity=1, UnitPrice=1)
    assert desk.value("PricebookEntry", "CurrencyIsoCode", price) == "EUR"
    assert desk.value("OpportunityLineItem", "CurrencyIsoCode", item) == "USD"


def test_currencies_are_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "org.sqlite"
    org = LocalOrg.open(path)
    assert org.records(org.user(ADMIN)).insert("CurrencyType", [EURO])[0].success
    org.close()
    again = LocalOrg.open(path)
    assert "CurrencyIsoCode" in again.schema.objects["Account"].fields
    assert again.records(again.user(ADMIN)).insert("Account", [{"Name": "A", "CurrencyIsoCode": "eur"}])[0].success
    again.close()


def test_a_changed_time_zone_of_the_org_counts_at_once(desk: Desk) -> None:
    desk.org.clock.set(desk.org.clock.now().replace(hour=2))
    organization = desk.org.org_id
    assert desk.changed("Organization", organization, TimeZoneSidKey="America/Los_Angeles").success
    assert desk.org.database.today().isoformat() == "2026-11-21"
