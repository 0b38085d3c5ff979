"""Functions in a query: aggregates, parts of dates, labels."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from localorg.schema.model import NUMBER_TYPES, Field
from localorg.soql import errors
from localorg.soql.scope import Column, Scope, quoted, text
from localorg.soql.tree import Call, Expression, Path, Selected, SelectItem

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


_OF_ONE_FIELD = ("TOLABEL", "FORMAT", "CONVERTCURRENCY")


def is_aggregate(expression: Expression) -> bool:
    """Whether an expression is an aggregate, a formatted one too."""
    if not isinstance(expression, Call):
        return False
    if expression.function in _OF_ONE_FIELD:
        return any(is_aggregate(argument) for argument in expression.arguments)
    return expression.function in AGGREGATES


def aggregates(item: SelectItem) -> bool:
    """Whether an item of the select list is an aggregate."""
    return isinstance(item, Selected) and is_aggregate(item.expression)


def wrapped_field(expression: Expression) -> Path | None:
    """The field that functions like toLabel() and FORMAT() stand around; None for anything else."""
    while isinstance(expression, Call) and expression.function in _OF_ONE_FIELD and len(expression.arguments) == 1:
        inside = expression.arguments[0]
        if isinstance(inside, Path):
            return inside
        expression = inside
    return None


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
    labels = column.field.picklist_values
    if column.type == "multipicklist":
        return replace(column, sql=f"sf_labels({column.sql}, {text(json.dumps(dict(labels)))})", type="string")
    cases = " ".join(f"WHEN {text(value)} THEN {text(label)}" for value, label in labels)
    return replace(column, sql=f"CASE {column.sql} {cases} ELSE {column.sql} END", type="string")


def _convert_currency(call: Call, scope: Scope) -> Column:
    """An amount in the org's own currency; in an org with one currency it is that already."""
    column = field_argument(call, scope)
    if column.type != "currency":
        raise errors.malformed(f"convertCurrency takes a currency field, got {column.name}", call.position)
    return replace(column, sql=corporate_sql(column, scope))


def corporate_sql(column: Column, scope: Scope) -> str:
    """SQL of an amount in the org's own currency."""
    owner = column.sobject
    code = owner.field("CurrencyIsoCode") if owner is not None and scope.setting.currencies else None
    if code is None:
        return column.sql
    table = scope.joins[column.parents][0] if column.parents else Scope.ROOT
    rate = f'(SELECT c."ConversionRate" FROM "CurrencyType" c WHERE c."IsoCode" = {table}.{quoted(code.name)})'
    return f"({column.sql} / coalesce({rate}, 1))"


def _format(call: Call, scope: Scope) -> Column:
    """A value as the user reads it: in the style of a US locale, moments in the user's time zone."""
    if len(call.arguments) != 1:
        raise errors.malformed("FORMAT takes one field", call.position)
    column = column_of(call.arguments[0], scope)
    if column.type not in ("date", "datetime", "currency", "percent", "double", "int", "long"):
        return column
    zone = text(str(scope.setting.calendar.zone))
    scale = column.field.scale if column.field is not None else 0
    sql = f"sf_format({column.sql}, {text(column.type)}, {scale}, {zone})"
    return replace(column, sql=sql, type="string", field=None)


_OTHERS: dict[str, Callable[[Call, Scope], Column]] = {
    "TOLABEL": _to_label,
    "CONVERTCURRENCY": _convert_currency,
    "FORMAT": _format,
}
