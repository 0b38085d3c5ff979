"""Date literals (`LAST_N_DAYS:30`, `THIS_FISCAL_QUARTER`) as ranges of days.

Meanings: the SOQL reference's table of date formats and literals. LAST_N_DAYS:n begins n days ago and includes today;
all other LAST_N and NEXT_N units leave the current one out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

_LITERAL = re.compile(
    r"(?:(?P<day>YESTERDAY|TODAY|TOMORROW)"
    r"|(?P<which>LAST|THIS|NEXT)_(?P<unit>WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)"
    r"|(?P<ninety>LAST|NEXT)_90_DAYS"
    r"|(?P<side>LAST|NEXT)_N_(?P<units>DAY|WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)S:(?P<n>\d+)"
    r"|N_(?P<ago>DAY|WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)S_AGO:(?P<m>\d+))"
)
_DAYS_OFF = {"YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1}
_UNITS_OFF = {"LAST": -1, "THIS": 0, "NEXT": 1}
_LARGEST_N = 10_000


@dataclass(frozen=True)
class Calendar:
    """What date literals depend on: the moment, the running user's time zone, the org's fiscal year, and the first day
    of the week (Monday 0 ... Sunday 6; Sunday in a US locale)."""

    now: dt.datetime
    zone: ZoneInfo
    fiscal_start_month: int = 1
    week_starts: int = 6

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True)
class Days:
    """Days from `start` up to and without `end`."""

    start: dt.date
    end: dt.date

    def moments(self, zone: ZoneInfo) -> tuple[str, str]:
        """The range's bounds as stored moments (UTC) of days in `zone`."""
        return stored_moment(_midnight(self.start, zone)), stored_moment(_midnight(self.end, zone))


def stored_moment(moment: dt.datetime) -> str:
    """A moment as the org stores it: `YYYY-MM-DDTHH:MM:SS.000Z`."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def range_of(literal: str, calendar: Calendar) -> Days | None:
    """The days a literal stands for, None when there is no such literal. `literal` is in upper case."""
    match = _LITERAL.fullmatch(literal)
    try:
        return None if match is None else _range(match, calendar)
    except (ValueError, OverflowError):  # before or after all years
        return None


def _range(match: re.Match[str], calendar: Calendar) -> Days | None:
    today, part = calendar.today, match.groupdict()
    if part["day"]:
        return _days(today, _DAYS_OFF[part["day"]], 1)
    if part["unit"]:
        return _units(calendar, part["unit"], _UNITS_OFF[part["which"]], 1)
    n = int(part["n"] or part["m"] or 90)
    if n > _LARGEST_N:
        return None
    if part["ago"]:
        return _days(today, -n, 1) if part["ago"] == "DAY" else _units(calendar, part["ago"], -n, 1)
    if part["ninety"] or part["units"] == "DAY":
        last = (part["ninety"] or part["side"]) == "LAST"
        return _days(today, -n, n + 1) if last else _days(today, 1, n)
    return _units(calendar, part["units"], -n if part["side"] == "LAST" else 1, n)


def _days(today: dt.date, offset: int, count: int) -> Days:
    first = today + dt.timedelta(days=offset)
    return Days(first, first + dt.timedelta(days=count))


def _units(calendar: Calendar, unit: str, offset: int, count: int) -> Days:
    """`count` units beginning `offset` units after the current one."""
    start = _starts(calendar)[unit](calendar.today)
    if unit == "WEEK":
        return Days(start + dt.timedelta(weeks=offset), start + dt.timedelta(weeks=offset + count))
    months = {"MONTH": 1, "QUARTER": 3, "FISCAL_QUARTER": 3}.get(unit, 12)
    return Days(_months_later(start, months * offset), _months_later(start, months * (offset + count)))


def _starts(calendar: Calendar) -> dict[str, Callable[[dt.date], dt.date]]:
    """First day of the unit that a day is in."""
    fiscal = calendar.fiscal_start_month
    return {
        "WEEK": lambda day: day - dt.timedelta(days=(day.weekday() - calendar.week_starts) % 7),
        "MONTH": lambda day: day.replace(day=1),
        "QUARTER": lambda day: _period_start(day, 1, 3),
        "YEAR": lambda day: _period_start(day, 1, 12),
        "FISCAL_QUARTER": lambda day: _period_start(day, fiscal, 3),
        "FISCAL_YEAR": lambda day: _period_start(day, fiscal, 12),
    }


def _period_start(day: dt.date, first_month: int, months: int) -> dt.date:
    return _months_later(day.replace(day=1), -((day.month - first_month) % months))


def _months_later(first_of_month: dt.date, months: int) -> dt.date:
    years, month = divmod(first_of_month.month - 1 + months, 12)
    return dt.date(first_of_month.year + years, month + 1, 1)


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone)
