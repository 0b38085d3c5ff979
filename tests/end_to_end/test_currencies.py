"""In an org with several currencies rows of ours tell theirs, whatever the integration user's own is."""

from pathlib import Path

from sync import Mirror, Org
from tests.end_to_end.small_org import make_org, refreshed, served
from tests.served import INTEGRATION

EURO = {"IsoCode": "EUR", "ConversionRate": 0.9, "DecimalPlaces": 2, "IsActive": True}
CODES = 'SELECT DISTINCT "CurrencyIsoCode" FROM "{}"'
OURS = ("Sidecar_Projection__c", "Sidecar_Action__c")


def test_rows_of_ours_are_in_the_corporate_currency_and_stay_so(tmp_path: Path) -> None:
    key = make_org(tmp_path)
    with served(tmp_path, key) as org:
        org.insert("CurrencyType", EURO)
        org.update("User", {"Id": org.inside.user(INTEGRATION).id, "DefaultCurrencyIsoCode": "EUR"})
        with Mirror.open(tmp_path / "mirror.duckdb") as mirror, Org.connect(org.settings()) as login:
            first = refreshed(login, mirror)
            assert first.complete and first.written.rows_written > 0
            assert [org.rows(CODES.format(name)) for name in OURS] == [[("USD",)]] * 2
            assert refreshed(login, mirror).plan.rows == 0
