"""Who looks at records and how values are shown to them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from localorg.access import User
from localorg.http.uiapi.locales import EN_US, LOCALES, Locale
from localorg.org import LocalOrg

DEFAULT_CURRENCY = "USD"
_FACTS = """
SELECT (SELECT "TimeZoneSidKey" FROM "User" WHERE "Id" = ?1), (SELECT "LocaleSidKey" FROM "User" WHERE "Id" = ?1),
    (SELECT "TimeZoneSidKey" FROM "Organization"), (SELECT "DefaultLocaleSidKey" FROM "Organization"),
    (SELECT "IsoCode" FROM "CurrencyType" WHERE "IsCorporate" = 1)
"""


@dataclass(frozen=True)
class Viewer:
    """A user with the time zone, currency (ISO code) and locale that values are formatted in."""

    user: User
    zone: ZoneInfo
    currency: str
    locale: Locale = EN_US


def viewer_of(org: LocalOrg, user: User) -> Viewer:
    """The user's view: their own time zone and locale or else the org's, and the org's currency."""
    with org.database.reader() as connection:
        zone, locale, common_zone, common_locale, currency = connection.execute(_FACTS, (user.id,)).fetchone()
    return Viewer(
        user,
        ZoneInfo(zone or common_zone or "UTC"),
        currency or DEFAULT_CURRENCY,
        LOCALES.get(locale or common_locale or EN_US.name, EN_US),
    )
