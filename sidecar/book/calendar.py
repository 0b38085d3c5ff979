"""The org's fiscal calendar and its own day."""

from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import pandas as pd

from sidecar.configuration import Configuration
from sync import Mirror

T = TypeVar("T")


def start_month(mirror: Mirror, configuration: Configuration) -> int:
    """First month of the fiscal year: configured, else the org's, else January."""
    return configuration.calendar.fiscal_year_start_month or _of_organization(mirror, "FiscalYearStartMonth", 1)


def today(mirror: Mirror, now: datetime | None = None) -> date:
    """The calendar day it is in the org's time zone.

    Args:
        mirror: with a pulled Organization; without one the day is UTC's.
        now: an aware moment; default the present.
    """
    zone = _of_organization(mirror, "TimeZoneSidKey", "UTC")
    return (now or datetime.now(UTC)).astimezone(ZoneInfo(zone)).date()


def quarters(as_of: date, first_month: int, *, back: int = 8, ahead: int = 2) -> pd.DataFrame:
    """Fiscal quarters around a day.

    A fiscal year bears the number of the calendar year in which it ends (Salesforce's default).

    Returns:
        Columns `label` ("FY2026 Q4"), `start` and `end` (first and last day, datetime64), in order of time.
    """
    current = pd.Period(as_of, "M")
    since_start = (current.month - first_month) % 12
    first = current - since_start % 3
    starts = [first + 3 * offset for offset in range(-back, ahead + 1)]
    return pd.DataFrame(
        {
            "label": [_label(start, first_month) for start in starts],
            "start": pd.to_datetime([start.start_time for start in starts]).as_unit("us"),
            "end": pd.to_datetime([(start + 2).end_time.normalize() for start in starts]).as_unit("us"),
        }
    )


def _label(start: pd.Period, first_month: int) -> str:
    quarter = ((start.month - first_month) % 12) // 3 + 1
    last_month = start + (12 - 3 * quarter + 2)
    return f"FY{last_month.year} Q{quarter}"


def _of_organization(mirror: Mirror, column: str, default: T) -> T:
    if "Organization" not in mirror.table_names() or column not in mirror.columns("Organization"):
        return default
    row = mirror.connection.execute(f'SELECT "{column}" FROM "Organization" LIMIT 1').fetchone()
    return row[0] if row and row[0] is not None else default
