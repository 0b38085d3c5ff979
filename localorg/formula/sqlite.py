"""The SQL functions that compiled formulas and queries call and SQLite does not have."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from localorg.formula.display import formatted, labels, zone_of
from localorg.ids import id18, is_id

_Value = str | int | float | None

_user: ContextVar[str | None] = ContextVar("user", default=None)
_MOMENT = "%Y-%m-%dT%H:%M:%S.000Z"
LONGEST_TEXT = 100_000  # characters of a text that a function makes longer
_SIGNIFICANT = 15  # digits a number is sure to have


@contextmanager
def running_as(user_id: str | None) -> Iterator[None]:
    """Let `$User` in formulas be this user, or nobody, while the block runs."""
    token = _user.set(user_id)
    try:
        yield
    finally:
        _user.reset(token)


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions. Those about the present moment, `sf_today` and `sf_now`, are the database's."""
    for name, function in _FUNCTIONS.items():
        parameters = function.__code__.co_argcount
        connection.create_function(name, parameters, _null_for_errors(function), deterministic=True)
    connection.create_function("sf_user_id", 0, _user.get)


def _null_for_errors(function: Callable[..., _Value]) -> Callable[..., _Value]:
    """The function, null where it fails: what is #Error! in the page is null through the API."""

    def call(*values: _Value) -> _Value:
        try:
            return function(*values)
        except (TypeError, ValueError, ArithmeticError):
            return None

    return call


def _fold(value: object) -> str | None:
    return None if value is None else str(value).lower()


def _upper(value: object) -> str | None:
    return None if value is None else str(value).upper()


def _local(moment: str | None, zone: str) -> str | None:
    """A stored moment as the wall clock of a time zone shows it."""
    if moment is None:
        return None
    return dt.datetime.fromisoformat(moment).astimezone(zone_of(zone)).strftime(_MOMENT)


def _number_text(value: float | None) -> str | None:
    """A number as TEXT() writes it: no exponent, no `.0`."""
    if value is None or not math.isfinite(value):
        return None
    if isinstance(value, int):
        return str(value)
    text = f"{Decimal(f'{value:.{_SIGNIFICANT}g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(text: str | None) -> float | None:
    try:
        return float(text.replace(",", "")) if text is not None and re.fullmatch(r"\s*[-+.\d,eE]+\s*", text) else None
    except ValueError:
        return None


def _date(year: float | None, month: float | None, day: float | None) -> str | None:
    try:
        return None if year is None or month is None or day is None else _day(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None


def _day(year: int, month: int, day: int) -> str:
    return dt.date(year, month, day).isoformat()


def _date_value(text: str | None) -> str | None:
    try:
        return None if text is None else dt.date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def _moment_value(text: str | None) -> str | None:
    try:
        return None if text is None else _parsed_moment(text).strftime(_MOMENT)
    except ValueError:
        return None


def _parsed_moment(text: str) -> dt.datetime:
    return dt.datetime.strptime(f"{text.strip()} +0000", "%Y-%m-%d %H:%M:%S %z")


def _add_months(moment: str | None, months: float | None) -> str | None:
    """The last day of a month stays the last day, and a day that the month does not have is its last."""
    if moment is None or months is None:
        return None
    year, month, day = int(moment[:4]), int(moment[5:7]), int(moment[8:10])
    years, index = divmod(month - 1 + int(months), 12)
    if not 1 <= year + years <= 9999:
        return None
    days = calendar.monthrange(year + years, index + 1)[1]
    last = day == calendar.monthrange(year, month)[1]
    return _day(year + years, index + 1, days if last else min(day, days)) + moment[10:]


def _add_seconds(moment: str | None, seconds: float | None) -> str | None:
    if moment is None or seconds is None:
        return None
    try:
        return (dt.datetime.fromisoformat(moment) + dt.timedelta(seconds=round(seconds))).strftime(_MOMENT)
    except (OverflowError, ValueError):
        return None


def _add_days(day: str | None, days: float | None) -> str | None:
    """Only whole days move a date."""
    if day is None or days is None:
        return None
    try:
        return (dt.date.fromisoformat(day) + dt.timedelta(days=math.trunc(days))).isoformat()
    except (OverflowError, ValueError):
        return None


def _find(wanted: str, text: str, start: float) -> int:
    return text.find(wanted, max(int(start) - 1, 0)) + 1


def _ceiling(value: float | None) -> float | None:
    """Away from zero."""
    return None if value is None else math.copysign(math.ceil(abs(value)), value)


def _id18(value: str | None) -> str | None:
    return id18(value) if value is not None and is_id(value) else value


def _replace(text: str, wanted: str, instead: str) -> str | None:
    made = text.replace(wanted, instead) if wanted else text
    return made if len(made) <= LONGEST_TEXT else None


def _pad(text: str, length: float, padding: str, left: int) -> str:
    length = min(max(int(length), 0), LONGEST_TEXT)
    missing = length - len(text)
    if missing <= 0 or not padding:
        return text[:length]
    filling = (padding * missing)[:missing]
    return filling + text if left else text + filling


def _regex(text: str | None, pattern: str | None) -> int | None:
    try:
        return None if pattern is None else int(re.fullmatch(pattern, text or "") is not None)
    except re.error:
        return None


_FUNCTIONS: dict[str, Callable[..., _Value]] = {
    "sf_fold": _fold,
    "sf_upper": _upper,
    "sf_local": _local,
    "sf_text": _number_text,
    "sf_number": _number,
    "sf_date": _date,
    "sf_date_value": _date_value,
    "sf_moment_value": _moment_value,
    "sf_add_months": _add_months,
    "sf_add_days": _add_days,
    "sf_add_seconds": _add_seconds,
    "sf_find": _find,
    "sf_ceiling": _ceiling,
    "sf_id18": _id18,
    "sf_pad": _pad,
    "sf_replace": _replace,
    "sf_regex": _regex,
    "sf_format": formatted,
    "sf_labels": labels,
}
