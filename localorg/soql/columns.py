"""What `/query?columns=true` tells: the columns of a query instead of its rows."""

from __future__ import annotations

from localorg.access import User
from localorg.soql.plan import AggregatePlan, CountPlan, Plan, RowPlan, Shape, TypedShape
from localorg.soql.records import JsonRecord
from localorg.soql.scope import Column
from localorg.soql.tree import Call, Expression, Path, Query, Selected

_APEX_TYPES = {
    "id": "Id",
    "reference": "Id",
    "boolean": "Boolean",
    "int": "Integer",
    "double": "Decimal",
    "currency": "Decimal",
    "percent": "Decimal",
    "date": "Date",
    "datetime": "Datetime",
    "address": "Address",
}
_NUMBERS = ("int", "long", "double", "currency", "percent")


def column_metadata(query: Query, plan: Plan, user: User) -> JsonRecord:
    """The answer: each selected column, those of parents and subqueries inside of `joinColumns`."""
    if isinstance(plan, RowPlan):
        columns = _of_rows(plan, user)
    else:
        columns = [] if isinstance(plan, CountPlan) else _of_groups(query, plan, user)
    return {
        "columnMetadata": columns,
        "entityName": plan.sobject.name,
        "groupBy": bool(query.group),
        "idSelected": any(column["columnName"] == "Id" for column in columns),
        "keyPrefix": plan.sobject.key_prefix or None,
    }


def _of_rows(plan: RowPlan, user: User) -> list[JsonRecord]:
    by_keys = {column.keys: column for column in plan.columns}
    children = {child.key: child for child in plan.children}
    columns = _of_shape(plan.shape, (), by_keys, user)
    for place, key in enumerate(plan.shape.keys[1:]):
        if key in children:
            columns[place] = _described(key, None, user, aggregate=True, inside=_of_rows(children[key].rows, user))
    return columns


def _of_shape(
    shape: Shape, path: tuple[str, ...], by_keys: dict[tuple[str, ...], Column], user: User
) -> list[JsonRecord]:
    parents, typed = dict(shape.parents), {each.key: each for each in shape.typed}
    found = []
    for key in shape.keys[1:]:
        inside: list[JsonRecord] = []
        if key in parents:
            inside = _of_shape(parents[key], (*path, key), by_keys, user)
        elif key in typed:
            inside = _of_kinds(typed[key], user)
        found.append(_described(key, by_keys.get((*path, key)), user, inside=inside))
    return found


def _of_kinds(typed: TypedShape, user: User) -> list[JsonRecord]:
    """The columns of all kinds of a TYPEOF, each once."""
    shapes = [shape for _, shape in typed.cases] + [typed.otherwise]
    names = dict.fromkeys(key for shape in shapes for key in shape.keys[1:])
    return [_described(name, None, user) for name in names]


def _of_groups(query: Query, plan: AggregatePlan, user: User) -> list[JsonRecord]:
    found = []
    for item, column in zip(query.select, plan.columns, strict=True):
        expression = item.expression if isinstance(item, Selected) else None
        is_function = isinstance(expression, Call)
        described = _described(column.name, column, user, aggregate=is_function)
        if is_function and expression is not None:
            described |= {"displayName": _text(expression), "apexType": None, "insertable": False, "updatable": False}
        found.append(described)
    return found


def _text(expression: Expression) -> str:
    if isinstance(expression, Path):
        return expression.text
    return f"{expression.function.lower()}({', '.join(map(_text, expression.arguments))})"


def _described(
    name: str, column: Column | None, user: User, *, aggregate: bool = False, inside: list[JsonRecord] | None = None
) -> JsonRecord:
    field = column.field if column is not None else None
    owner = column.sobject if column is not None else None
    editable = field is not None and owner is not None and user.may_edit(owner.name, field.name)
    kind = column.type if column is not None else ""
    return {
        "aggregate": aggregate,
        "apexType": _APEX_TYPES.get(kind, "String") if kind else None,
        "booleanType": kind == "boolean",
        "columnName": name,
        "custom": field is not None and field.custom,
        "displayName": name,
        "foreignKeyName": None,
        "insertable": editable and field is not None and field.createable,
        "joinColumns": inside or [],
        "numberType": kind in _NUMBERS,
        "textType": bool(kind) and kind not in _APEX_TYPES,
        "updatable": editable and field is not None and field.updateable,
    }
