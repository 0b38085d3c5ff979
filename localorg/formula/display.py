"""Values as people read them: FORMAT() and toLabel() of a query, in the style of a US locale."""

from __future__ import annotations

import datetime as dt
import json
import math
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    return ZoneInfo(name)


def formatted(value: str | float | None, kind: str, scale: int, zone: str) -> str | None:
    """A value of a describe type as its user reads it: `$1,234.50`, `3/31/2026`, `3/31/2026, 9:05 PM`."""
    if value is None:
        return None
    if isinstance(value, str):
        return _moment(value, zone) if kind == "datetime" else _day(dt.date.fromisoformat(value[:10]))
    if not math.isfinite(value):
        return None
    if kind == "currency":
        amount = f"${abs(value):,.{scale}f}"
        return f"-{amount}" if value < 0 else amount
    number = f"{value:,.{scale}f}"
    return f"{number}%" if kind == "percent" else number


def labels(value: str | None, known: str) -> str | None:
    """The labels of a multi-select picklist's values; `known` is a JSON object of them by value."""
    if value is None:
        return None
    by_value = json.loads(known)
    return ";".join(str(by_value.get(part, part)) for part in value.split(";"))


def _moment(value: str, zone: str) -> str:
    local = dt.datetime.fromisoformat(value).astimezone(zone_of(zone))
    hour = local.hour % 12 or 12
    return f"{_day(local.date())}, {hour}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"


def _day(day: dt.date) -> str:
    return f"{day.month}/{day.day}/{day.year}"
