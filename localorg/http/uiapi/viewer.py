"""Who looks at records and how values are shown to them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from localorg.access import User
from localorg.org import LocalOrg

DEFAULT_CURRENCY = "USD"


@dataclass(frozen=True)
class Viewer:
    """A user with the time zone and currency (ISO code) that values are formatted in; the locale is always en_US."""

    user: User
    zone: ZoneInfo
    currency: str


def viewer_of(org: LocalOrg, user: User) -> Viewer:
    """The user's view: their own time zone or else the org's, and the org's currency."""
    with org.database.reader() as connection:
        own = connection.execute('SELECT "TimeZoneSidKey" FROM "User" WHERE "Id" = ?', (user.id,)).fetchone()
        company = connection.execute('SELECT "TimeZoneSidKey" FROM "Organization"').fetchone()
        currency = connection.execute('SELECT "IsoCode" FROM "CurrencyType" WHERE "IsCorporate" = 1').fetchone()
    zone = (own and own[0]) or (company and company[0]) or "UTC"
    return Viewer(user, ZoneInfo(zone), currency[0] if currency else DEFAULT_CURRENCY)
