"""The fiscal calendar: which year and quarter a day lies in, and the org's FiscalYearSettings and Period rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from localorg.ids import IdAllocator
from localorg.store.sql import Value, insert_rows


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """A standard fiscal year: its first month, and whether it is named after the year it starts in."""

    start_month: int = 1
    named_by_start: bool = False

    def year_start(self, day: date) -> date:
        """The first day of the fiscal year in which a day lies."""
        return date(day.year - (day.month < self.start_month), self.start_month, 1)

    def year_and_quarter(self, day: date) -> tuple[int, int]:
        """The fiscal year's name and the quarter (1 to 4) of a day."""
        return self.year_name(self.year_start(day)), (day.month - self.start_month) % 12 // 3 + 1

    def year_name(self, start: date) -> int:
        """The name of the fiscal year that starts on a day."""
        return start.year if self.named_by_start or self.start_month == 1 else start.year + 1


def read_calendar(connection: sqlite3.Connection) -> FiscalCalendar:
    """The org's fiscal calendar."""
    row = connection.execute(
        'SELECT coalesce("FiscalYearStartMonth", 1), "UsesStartDateAsFiscalYearName" FROM "Organization"'
    ).fetchone()
    month = int(row[0])
    return FiscalCalendar(month if 1 <= month <= 12 else 1, bool(row[1]))


def ensure_periods(connection: sqlite3.Connection, days: Iterable[date], now: str) -> None:
    """Make the missing Year and Quarter rows of the fiscal years around the days, and of the years beside them."""
    calendar = read_calendar(connection)
    starts = {calendar.year_start(day) for day in days}
    wanted = {_months_later(start, months) for start in starts for months in (-12, 0, 12)}
    query = 'SELECT "StartDate" FROM "Period" WHERE "Type" IN (\'Year\', \'Quarter\')'
    query = """SELECT "StartDate" FROM "Period" WHERE "Type" IN ('Year', 'Quarter')"""
    present = {row[0] for row in connection.execute(query)}
    for start in sorted(wanted):
        if start.isoformat() not in present:
            _insert_year(connection, calendar, start, now)


def _insert_year(connection: sqlite3.Connection, calendar: FiscalCalendar, start: date, now: str) -> None:
    allocator = IdAllocator(connection)
    (settings_id,) = allocator.take("022")
    year_id, *quarter_ids = allocator.take("026", 5)
    name = calendar.year_name(start)
    last = _months_later(start, 12) - timedelta(days=1)
    settings: dict[str, Value] = {
        "Id": settings_id,
        "PeriodId": year_id,
        "StartDate": start.isoformat(),
        "EndDate": last.isoformat(),
        "Name": str(name),
        "IsStandardYear": 1,
        "YearType": "Standard",
        "SystemModstamp": now,
    }
    insert_rows(connection, "FiscalYearSettings", [settings])
    rows = [_period(year_id, settings_id, "Year", start, last, None, f"FY {name}", now)]
    for number, quarter_id in enumerate(quarter_ids, 1):
        first = _months_later(start, 3 * number - 3)
        end = _months_later(first, 3) - timedelta(days=1)
        rows.append(_period(quarter_id, settings_id, "Quarter", first, end, number, f"Q{number} FY {name}", now))
    insert_rows(connection, "Period", rows)


def _period(
    period_id: str, settings_id: str, kind: str, start: date, end: date, number: int | None, label: str, now: str
) -> dict[str, Value]:
    return {
        "Id": period_id,
        "FiscalYearSettingsId": settings_id,
        "Type": kind,
        "StartDate": start.isoformat(),
        "EndDate": end.isoformat(),
        "IsForecastPeriod": int(kind == "Quarter"),
        "Number": number,
        "FullyQualifiedLabel": label,
        "SystemModstamp": now,
    }


def _months_later(day: date, months: int) -> date:
    """The first of the month so many months after a first of a month."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
