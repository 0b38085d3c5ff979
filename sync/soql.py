"""The one place where SOQL text is made.

Values are escaped here and nowhere else; names are checked, since SOQL has no way to quote them.
Source of the escapes and literals: SOQL and SOSL Reference, "Quoted String Escape Sequences", "Date Formats".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*\Z")
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_ESCAPED = re.compile(r"[\\'\n\r\t\b\f]")

Value = str | bool | int | float | date | datetime | None


def name(text: str) -> str:
    """Return `text` when it is an object, field or relationship path; raise ValueError otherwise."""
    if not _NAME.match(text):
        raise ValueError(f"{text!r} is no API name: expected letters, digits, underscores and dots, e.g. Account.Name")
    return text


def literal(value: Value) -> str:
    """Write one value as SOQL: text in single quotes with escapes, moments in UTC, None as null.

    Naive datetimes are taken as UTC. Raises ValueError for NaN and infinities, which SOQL cannot express.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return "'" + _ESCAPED.sub(lambda match: _ESCAPES[match.group()], value) + "'"
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        raise ValueError(f"{value} cannot be written in SOQL")
    return repr(value)


@dataclass(frozen=True)
class Condition:
    """One comparison, or several joined by AND; `&` joins two."""

    text: str

    def __and__(self, other: Condition) -> Condition:
        return Condition(f"{self.text} AND {other.text}")


def compare(field: str, operator: str, value: Value) -> Condition:
    """`field operator value` with one of = != < <= > >= LIKE."""
    if operator not in ("=", "!=", "<", "<=", ">", ">=", "LIKE"):
        raise ValueError(f"{operator!r} is no SOQL comparison")
    return Condition(f"{name(field)} {operator} {literal(value)}")


def one_of(field: str, values: Iterable[Value]) -> Condition:
    """`field IN (...)`; raises ValueError for an empty list, which SOQL does not allow."""
    items = [literal(value) for value in values]
    if not items:
        raise ValueError(f"{field} IN () is not allowed in SOQL: leave the query out instead")
    return Condition(f"{name(field)} IN ({', '.join(items)})")


MAX_OFFSET = 2000
"""The org refuses a larger OFFSET (NUMBER_OUTSIDE_VALID_RANGE)."""


def select(
    sobject: str,
    fields: Iterable[str],
    *,
    where: Condition | None = None,
    order_by: Iterable[str] = (),
    limit: int | None = None,
    offset: int | None = None,
) -> str:
    """A query over one object; `fields` and `order_by` are API names in order."""
    columns = ", ".join(name(field) for field in fields)
    if not columns:
        raise ValueError(f"a query of {sobject} needs at least one field")
    text = f"SELECT {columns} FROM {name(sobject)}"
    text += f" WHERE {where.text}" if where else ""
    order = ", ".join(name(field) for field in order_by)
    text += f" ORDER BY {order}" if order else ""
    text += f" LIMIT {int(limit)}" if limit is not None else ""
    return text + (f" OFFSET {int(offset)}" if offset is not None else "")
