"""Money of several currencies in one: the org's corporate currency.

A `CurrencyType` rate says how much of a currency one unit of the corporate currency is, so an amount is divided by it.
Where the org has dated rates (advanced currency management), deals and what hangs on them take the rate of the deal's
close date, all rows of its history too: a change of an amount is then one that somebody made, never one of the rate.
Before the first dated rate, and for everything else, the `CurrencyType` rate holds. Money without a rate is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sync import Mirror

CODE = "CurrencyIsoCode"
_OF_DEALS = ("OpportunityLineItem", "OpportunityHistory")
_STATIC = """(SELECT "IsoCode" AS code, any_value("ConversionRate") AS rate FROM "CurrencyType"
    WHERE "ConversionRate" > 0 GROUP BY ALL)"""
_DATED = """(SELECT "IsoCode" AS code, CAST("StartDate" AS DATE) AS starts, any_value("ConversionRate") AS rate
    FROM "DatedConversionRate" WHERE "ConversionRate" > 0 GROUP BY ALL)"""
_NONE = "(SELECT '' AS code, DATE '1700-01-01' AS starts, 1.0 AS rate WHERE FALSE)"


@dataclass(frozen=True)
class Currencies:
    """Which rates the mirror has; `several` is False in an org with one currency, where nothing is converted."""

    several: bool
    static: str = _NONE
    dated: str = _NONE

    @classmethod
    def of(cls, mirror: Mirror) -> "Currencies":
        """The rates of this mirror.

        Codes without any `CurrencyType` are one currency as long as all deals bear the same.
        """
        names = mirror.table_names()
        if "Opportunity" not in names or CODE not in mirror.columns("Opportunity"):
            return cls(several=False)

        def rows(query: str) -> int:
            [(found,)] = mirror.connection.execute(query).fetchall()
            return int(found)

        typed = "CurrencyType" in names and rows('SELECT count(*) FROM "CurrencyType"') > 0
        if not typed and rows(f'SELECT count(DISTINCT "{CODE}") FROM "Opportunity"') < 2:
            return cls(several=False)
        return cls(True, _STATIC if typed else _NONE, _DATED if "DatedConversionRate" in names else _NONE)

    def with_rate(self, table: str, columns: frozenset[str]) -> str:
        """A relation of a table's rows with their rate as `_rate`: null where there is none, 1 without a currency.

        Args:
            table: API name.
            columns: the columns the mirror has for it.
        """
        own = f't."{CODE}"' if CODE in columns else "NULL"
        if table in _OF_DEALS:
            of_deal = f'(SELECT "Id" AS deal_key, "{CODE}" AS deal_code, "CloseDate" AS deal_close FROM "Opportunity")'
            rows = (
                f"SELECT t.*, coalesce({own}, deal_code) AS _code, CAST(deal_close AS DATE) AS _day"
                f' FROM "{table}" t LEFT JOIN {of_deal} ON deal_key = t."OpportunityId"'
            )
        else:
            day = 'CAST(t."CloseDate" AS DATE)' if table == "Opportunity" else "CAST(NULL AS DATE)"
            rows = f'SELECT t.*, {own} AS _code, {day} AS _day FROM "{table}" t'
        return f"""(
            SELECT r.* EXCLUDE (_day), CASE WHEN _code IS NULL THEN 1 ELSE coalesce(d.rate, s.rate) END AS _rate
            FROM ({rows}) r LEFT JOIN {self.static} s ON s.code = _code
            ASOF LEFT JOIN {self.dated} d ON d.code = _code AND _day >= d.starts
        )"""


def corporate_currency(mirror: Mirror, objects: Sequence[str]) -> str | None:
    """The code of the corporate currency, for amounts written in it.

    Args:
        mirror: pulled.
        objects: API names of the objects that such amounts are written on.

    Returns:
        None in an org with one currency, or where it does not tell which currency is the corporate one.
    """
    if not all(CODE in mirror.columns(name) for name in objects) or "CurrencyType" not in mirror.table_names():
        return None
    is_corporate = '"IsCorporate"' if "IsCorporate" in mirror.columns("CurrencyType") else '"ConversionRate" = 1'
    found = mirror.connection.execute(f'SELECT DISTINCT "IsoCode" FROM "CurrencyType" WHERE {is_corporate}').fetchall()
    return str(found[0][0]) if len(found) == 1 else None


def record_rates(mirror: Mirror) -> pd.DataFrame:
    """The currency and the rate of each account and deal, for what is written on them.

    Returns:
        Indexed by record id: currency (ISO code), rate (units of it for one of the corporate currency; missing where
        there is none). No rows in an org with one currency.
    """
    currencies = Currencies.of(mirror)
    parts = [
        f'SELECT "Id" AS record_id, _code AS currency, CAST(_rate AS DOUBLE) AS rate FROM {relation}'
        for name in ("Account", "Opportunity")
        if currencies.several and CODE in (columns := frozenset(mirror.columns(name)))
        for relation in (currencies.with_rate(name, columns),)
    ]
    if not parts:
        return pd.DataFrame({"currency": pd.Series(dtype="str"), "rate": pd.Series(dtype="float64")})
    return mirror.connection.execute(" UNION ALL ".join(parts)).df().set_index("record_id")
