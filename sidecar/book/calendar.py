"""The org's fiscal calendar and its own day.

Quarters are the org's `Period` rows, which also tell custom fiscal years (4-4-5 weeks). Days without a row get quarters
of three months from the first month of the fiscal year, cut where a row begins; what is shorter than half a quarter is
joined to a neighbour, so that every day has exactly one quarter.
"""

from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pandas as pd

from sidecar.configuration import Configuration
from sidecar.errors import ConfigurationError
from sync import Mirror

T = TypeVar("T")

HALF_A_QUARTER = 45
AHEAD = timedelta(days=366)
"""How long after the last deal, or after today, somebody may look; later days are slips of the keyboard."""
_BY_START = "UsesStartDateAsFiscalYearName"
_QUARTER = {"label": "str", "start": "datetime64[us]", "end": "datetime64[us]"}


def start_month(mirror: Mirror, configuration: Configuration) -> int:
    """First month of the fiscal year: configured, else the org's, else January."""
    return configuration.calendar.fiscal_year_start_month or _of_organization(mirror, "FiscalYearStartMonth", 1)


def today(mirror: Mirror, now: datetime | None = None) -> date:
    """The calendar day it is in the org's time zone.

    Args:
        mirror: with a pulled Organization; without one the day is UTC's.
        now: an aware moment; default the present.
    """
    return (now or datetime.now(UTC)).astimezone(time_zone(mirror)).date()


def day_to_score(mirror: Mirror, named: date | None) -> date:
    """The day that scores are made for: the one that a person names, else the org's today.

    Args:
        mirror: after a pull.
        named: between the first deal and a year after the last, or after today.

    Raises:
        ConfigurationError: on the day nothing was known yet, or it is so far off that it must be a slip.
    """
    if named is None:
        return today(mirror)
    first, last = _first_and_last_deal(mirror)
    until = max(today(mirror), last) + AHEAD
    if first <= named <= until:
        return named
    why = "no deal was known on that day" if named < first else "that is too far ahead"
    raise ConfigurationError(
        f"--as-of {named}: {why}. Expected a day between {first}, when the first deal was made, and {until}"
    )


def _first_and_last_deal(mirror: Mirror) -> tuple[date, date]:
    """The days on which they were made; the first day of 1970 where there is none."""
    if "CreatedDate" not in mirror.columns("Opportunity"):
        return date(1970, 1, 1), date(1970, 1, 1)
    made = 'CAST("CreatedDate" AS DATE)'
    days = f"SELECT coalesce(min({made}), DATE '1970-01-01'), coalesce(max({made}), DATE '1970-01-01')"
    [(first, last)] = mirror.connection.execute(f'{days} FROM "Opportunity"').fetchall()
    return first, last


def time_zone(mirror: Mirror) -> ZoneInfo:
    """The org's time zone; UTC before Organization was pulled."""
    return ZoneInfo(_of_organization(mirror, "TimeZoneSidKey", "UTC"))


def fiscal_quarters(mirror: Mirror, configuration: Configuration, first: date, last: date) -> pd.DataFrame:
    """The org's fiscal quarters from the one that holds `first` to the one that holds `last`.

    A first month in the configuration overrides the org's calendar, its custom fiscal years included.

    Returns:
        Columns as of `quarters`; no gap and no overlap.
    """
    month = start_month(mirror, configuration)
    ahead = (last.year - first.year + 1) * 4 + 4
    months = quarters(first, month, back=4, ahead=ahead, by_start=_of_organization(mirror, _BY_START, False))
    table = months if configuration.calendar.fiscal_year_start_month else _filled(_periods(mirror), months)
    held = (table["end"] >= pd.Timestamp(first)) & (table["start"] <= pd.Timestamp(last))
    return table[held].reset_index(drop=True)


def _periods(mirror: Mirror) -> pd.DataFrame:
    """The quarters that the org has defined, cut where the next one begins."""
    columns = mirror.columns("Period") if "Period" in mirror.table_names() else ()
    label = next((f'"{name}"' for name in ("FullyQualifiedLabel", "QuarterLabel") if name in columns), "NULL")
    if not columns:
        return pd.DataFrame({"label": [], "start": [], "end": []}).astype(_QUARTER)
    table = mirror.connection.execute(
        f"""SELECT any_value({label}) AS label, CAST("StartDate" AS TIMESTAMP) AS start,
                   CAST(max("EndDate") AS TIMESTAMP) AS end
            FROM "Period" WHERE "Type" = 'Quarter' AND "EndDate" >= "StartDate" GROUP BY "StartDate" ORDER BY start"""
    ).df()
    before_next = table["start"].shift(-1) - pd.Timedelta(days=1)
    table["end"] = table["end"].where(~(table["end"] > before_next), before_next)
    return table.astype(_QUARTER)


def _filled(known: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """The known quarters, and those of three months for the days between, before and after."""
    if known.empty:
        return months
    day = pd.Timedelta(days=1)
    edges = [months["start"].iloc[0] - day, *known["end"], months["end"].iloc[-1]]
    begins = [*known["start"], months["end"].iloc[-1] + day]
    parts = [known.assign(label=known["label"].where(known["label"].fillna("") != "", _named(known, months)))]
    for after, before in zip(edges[:-1], begins, strict=True):
        if before - after <= day:
            continue
        gap = months.assign(start=months["start"].clip(lower=after + day), end=months["end"].clip(upper=before - day))
        parts.append(_long_enough(gap[gap["end"] >= gap["start"]]))
    table = pd.concat(parts, ignore_index=True).sort_values("start", ignore_index=True)
    # A gap too short for a quarter of its own goes to the quarter before it.
    before_next = (table["start"].shift(-1) - day).fillna(table["end"])
    return table.assign(end=before_next).astype(_QUARTER)


def _long_enough(gap: pd.DataFrame) -> pd.DataFrame:
    """The quarters of a gap, a short first one joined to the second; a short last one goes to the one before."""
    if gap.empty:
        return gap
    long = (gap["end"] - gap["start"]).dt.days + 1 >= HALF_A_QUARTER
    kept = gap[long].reset_index(drop=True)
    return kept.assign(start=kept["start"].where(kept.index > 0, gap["start"].iloc[0]))


def _named(known: pd.DataFrame, months: pd.DataFrame) -> pd.Series:
    """A label for quarters that bear none: that of the months in which their middle lies."""
    middle = known["start"] + (known["end"] - known["start"]) / 2
    at = months["start"].searchsorted(middle, side="right") - 1
    return months["label"].reindex(at).set_axis(known.index).fillna(known["start"].dt.strftime("Q from %Y-%m-%d"))


def quarters(as_of: date, first_month: int, *, back: int = 8, ahead: int = 2, by_start: bool = False) -> pd.DataFrame:
    """Fiscal quarters of three months around a day.

    A fiscal year bears the number of the calendar year in which it ends (Salesforce's default), or begins (`by_start`).

    Returns:
        Columns `label` ("FY2026 Q4"), `start` and `end` (first and last day, datetime64), in order of time.
    """
    current = pd.Period(as_of, "M")
    since_start = (current.month - first_month) % 12
    first = current - since_start % 3
    starts = [first + 3 * offset for offset in range(-back, ahead + 1)]
    return pd.DataFrame(
        {
            "label": [_label(start, first_month, by_start) for start in starts],
            "start": pd.to_datetime([start.start_time for start in starts]).as_unit("us"),
            "end": pd.to_datetime([(start + 2).end_time.normalize() for start in starts]).as_unit("us"),
        }
    )


def _label(start: pd.Period, first_month: int, by_start: bool) -> str:
    quarter = ((start.month - first_month) % 12) // 3 + 1
    first = start - 3 * (quarter - 1)
    return f"FY{(first if by_start else first + 11).year} Q{quarter}"


def _of_organization(mirror: Mirror, column: str, default: T) -> T:
    if "Organization" not in mirror.table_names() or column not in mirror.columns("Organization"):
        return default
    # All rows are fetched: DuckDB lets nothing else happen on a connection while a result is unfinished.
    row = next(iter(mirror.connection.execute(f'SELECT "{column}" FROM "Organization" LIMIT 1').fetchall()), None)
    return row[0] if row and row[0] is not None else default
