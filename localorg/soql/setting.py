"""What a query means for one user at one moment."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from localorg.access import User
from localorg.org import LocalOrg
from localorg.soql.dates import Calendar
from localorg.soql.scope import NEWEST_VERSION, Setting

_FACTS = (
    'SELECT (SELECT "TimeZoneSidKey" FROM "User" WHERE "Id" = ?), "TimeZoneSidKey", "FiscalYearStartMonth" '
    'FROM "Organization"'
)
_CURRENCIES = 'SELECT "IsoCode", "ConversionRate" FROM "CurrencyType" WHERE "IsActive" = 1'

_SEVERAL = 2  # currencies of an org whose amounts are not all of one


def setting_of(org: LocalOrg, user: User, *, all_rows: bool = False, version: int = NEWEST_VERSION) -> Setting:
    """The user's view of the org: rights, time zone, fiscal year, currencies. `version`: of the API."""
    with org.database.reader() as connection:
        own, common, month = connection.execute(_FACTS, (user.id,)).fetchone() or (None, None, None)
        currencies = {code: rate for code, rate in connection.execute(_CURRENCIES) if code and rate}
    if len(currencies) < _SEVERAL:
        currencies = {}
    calendar = Calendar(org.clock.now(), ZoneInfo(own or common or "UTC"), month or 1)
    return Setting(org.schema, user, calendar, all_rows, version, currencies)
