"""Functions in a query: aggregates, parts of dates, labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from localorg.schema.model import NUMBER_TYPES, Field
from localorg.soql import errors
from localorg.soql.scope import Column, Scope, text
from localorg.soql.tree import Call, Expression, Path

AGGREGATES = ("COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX")
_OF_NUMBERS_ONLY = ("SUM", "AVG")
_NUMBERS = NUMBER_TYPES | {"int", "long"}
_MONTH = "CAST(strftime('%m', {0}) AS INTEGER)"
_YEAR = "CAST(strftime('%Y', {0}) AS INTEGER)"
_DAY = "CAST(strftime('%d', {0}) AS INTEGER)"
_DAY_OF_YEAR = "CAST(strftime('%j', {0}) AS INTEGER)"
_DATE_PARTS: dict[str, str] = {
    "CALENDAR_YEAR": _YEAR,
    "CALENDAR_QUARTER": f"(({_MONTH} + 2) / 3)",
    "CALENDAR_MONTH": _MONTH,
    "DAY_IN_MONTH": _DAY,
    "DAY_IN_WEEK": "(CAST(strftime('%w', {0}) AS INTEGER) + 1)",
    "DAY_IN_YEAR": _DAY_OF_YEAR,
    "WEEK_IN_MONTH": f"(({_DAY} + 6) / 7)",
    "WEEK_IN_YEAR": f"(({_DAY_OF_YEAR} + 6) / 7)",
    "HOUR_IN_DAY": "CAST(strftime('%H', {0}) AS INTEGER)",
    "DAY_ONLY": "substr({0}, 1, 10)",
}
_FISCAL_PARTS = {"FISCAL_YEAR": "CALENDAR_YEAR", "FISCAL_QUARTER": "CALENDAR_QUARTER", "FISCAL_MONTH": "CALENDAR_MONTH"}
_OF_MOMENTS_ONLY = ("HOUR_IN_DAY", "DAY_ONLY")


def is_aggregate(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.function in AGGREGATES


def column_of(expression: Expression, scope: Scope) -> Column:
    """The column of a field or function. Raises QueryError when a name is unknown or a function does not fit."""
    if isinstance(expression, Path):
        return scope.column(expression)
    if expression.function in AGGREGATES:
        return _aggregate(expression, scope)
    if is_date_part(expression):
        return _date_part(expression, scope)
    other = _OTHERS.get(expression.function)
    if other is None:
        raise errors.malformed(f"Invalid function: {expression.function}", expression.position)
    return other(expression, scope)


def is_date_part(expression: Expression) -> bool:
    return isinstance(expression, Call) and (expression.function in _DATE_PARTS or expression.function in _FISCAL_PARTS)


def field_argument(call: Call, scope: Scope) -> Column:
    """The one field a function is given."""
    if len(call.arguments) != 1 or not isinstance(call.arguments[0], Path):
        raise errors.malformed(f"{call.function} takes one field", call.position)
    return scope.column(call.arguments[0])


def _aggregate(call: Call, scope: Scope) -> Column:
    if call.function == "COUNT" and not call.arguments:
        return Column("count(*)", "int", ("COUNT",), call.position)
    column = field_argument(call, scope)
    reason = f"field {column.name} does not support aggregate operator {call.function}"
    if not _may_aggregate(column, call.function):
        raise errors.malformed(reason, call.position)
    if call.function in ("COUNT", "COUNT_DISTINCT"):
        distinct = "DISTINCT " if call.function == "COUNT_DISTINCT" else ""
        return Column(f"count({distinct}{column.sql})", "int", (call.function,), call.position)
    kind = "double" if call.function == "AVG" else column.type
    return Column(f"{call.function.lower()}({column.sql})", kind, (call.function,), call.position, column.field)


def _may_aggregate(column: Column, function: str) -> bool:
    if column.type in ("boolean", "address", "multipicklist") or _is_long(column.field):
        return False
    return column.type in _NUMBERS or function not in _OF_NUMBERS_ONLY


def _is_long(field: Field | None) -> bool:
    return field is not None and not field.filterable


def _date_part(call: Call, scope: Scope) -> Column:
    column = _moment_argument(call, scope)
    if column.type == "date" and call.function in _OF_MOMENTS_ONLY:
        raise errors.malformed(f"{call.function} takes a dateTime field, got {column.name}", call.position)
    sql = column.sql
    template = call.function
    if call.function in _FISCAL_PARTS:
        ahead = (13 - scope.setting.calendar.fiscal_start_month) % 12
        sql = f"date(substr({sql}, 1, 7) || '-01', '+{ahead} months')"
        template = _FISCAL_PARTS[call.function]
    kind = "date" if call.function == "DAY_ONLY" else "int"
    return Column(_DATE_PARTS[template].format(sql), kind, (call.function,), call.position)


def _moment_argument(call: Call, scope: Scope) -> Column:
    """The date or dateTime of a date function; `convertTimezone(f)` moves it to the user's time zone."""
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    if isinstance(argument, Call) and argument.function == "CONVERTTIMEZONE":
        inner = field_argument(argument, scope)
        if inner.type == "datetime":
            return replace(inner, sql=f"sf_local({inner.sql}, {text(str(scope.setting.calendar.zone))})")
    column = field_argument(call, scope)
    if column.type not in ("date", "datetime"):
        raise errors.malformed(f"{call.function} takes a date or dateTime field, got {column.name}", call.position)
    return column


def _to_label(call: Call, scope: Scope) -> Column:
    column = field_argument(call, scope)
    if column.field is None or not column.field.picklist_values:
        return column
    cases = " ".join(f"WHEN {text(value)} THEN {text(label)}" for value, label in column.field.picklist_values)
    return replace(column, sql=f"CASE {column.sql} {cases} ELSE {column.sql} END", type="string")


_OTHERS: dict[str, Callable[[Call, Scope], Column]] = {
    "TOLABEL": _to_label,
    "CONVERTCURRENCY": field_argument,  # one currency: an amount is its own conversion
}
