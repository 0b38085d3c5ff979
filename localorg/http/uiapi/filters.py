"""A list view's scope and filters as a condition of a query."""

from __future__ import annotations

import re

from localorg.access import User
from localorg.http.uiapi.fetch import all_of
from localorg.pages.metadata.listviews import Filter, ListView
from localorg.schema.model import NUMBER_TYPES, Field, SObject
from localorg.soql.tree import Comparison, Condition, Junction, Literal, Not, Path

_OPERATORS = {
    "equals": "=",
    "notEqual": "!=",
    "lessThan": "<",
    "greaterThan": ">",
    "lessOrEqual": "<=",
    "greaterOrEqual": ">=",
}
_PATTERNS = {"contains": "%{}%", "notContain": "%{}%", "startsWith": "{}%"}
_TRUE = frozenset({"1", "true", "yes"})
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def view_condition(view: ListView, sobject: SObject, user: User) -> Condition | None:
    """What the view's records fulfil; a filter over a field the user has not is left out, as in Salesforce's lists."""
    own = Comparison(Path(("OwnerId",), 0), "=", (Literal("string", user.id, 0),))
    conditions = [_filter(each, sobject, user) for each in view.filters]
    mine = own if view.mine and sobject.field("OwnerId") else None
    return all_of(mine, *conditions)


def _filter(wanted: Filter, sobject: SObject, user: User) -> Condition | None:
    field = sobject.field(wanted.field)
    if field is None or not user.may_read(sobject.name, field.name):
        return None
    path = Path((field.name,), 0)
    values = [value for value in wanted.values if value] or [""]
    if wanted.operation in ("includes", "excludes"):
        literals = tuple(Literal("string", value, 0) for value in values)
        return Comparison(path, wanted.operation.upper(), literals)
    if wanted.operation in _PATTERNS:
        parts = tuple(_like(path, _PATTERNS[wanted.operation], value) for value in values)
        any_of: Condition = parts[0] if len(parts) == 1 else Junction("OR", parts)
        return Not(any_of) if wanted.operation == "notContain" else any_of
    operator = _OPERATORS.get(wanted.operation, "=")
    literals = tuple(_literal(field, value) for value in values)
    if len(literals) > 1:
        operator = {"=": "IN", "!=": "NOT IN"}.get(operator, operator)
    return Comparison(path, operator, literals)


def _like(path: Path, pattern: str, value: str) -> Comparison:
    escaped = "".join("\\" + each if each in "\\%_" else each for each in value)
    return Comparison(path, "LIKE", (Literal("string", pattern.format(escaped), 0),))


def _literal(field: Field, value: str) -> Literal:
    if value == "":
        return Literal("null", None, 0)
    if field.type == "boolean":
        return Literal("boolean", value.lower() in _TRUE, 0)
    if field.type in NUMBER_TYPES | {"int"}:
        return Literal("number", float(value), 0)
    if field.type in ("date", "datetime"):
        return _day(value)
    return Literal("string", value, 0)


def _day(value: str) -> Literal:
    us = _US_DATE.fullmatch(value)
    if us:
        month, day, year = us.groups()
        return Literal("date", f"{year}-{int(month):02d}-{int(day):02d}", 0)
    return Literal("date_literal", value.upper().replace(" ", "_"), 0)
