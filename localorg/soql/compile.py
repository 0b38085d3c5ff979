"""A query's syntax tree to SQL for one user's view of the org."""

from __future__ import annotations

from dataclasses import replace

from localorg.soql import aggregate, errors
from localorg.soql.conditions import Conditions
from localorg.soql.expressions import column_of, is_aggregate, is_date_part
from localorg.soql.order import order_sql
from localorg.soql.plan import ChildPlan, Plan, RowPlan
from localorg.soql.rowshape import ShapeBuilder
from localorg.soql.scope import Column, Scope, Setting, quoted
from localorg.soql.tree import Call, ChildQuery, Path, Query, Selected

LARGEST_OFFSET = 2_000
MOST_CHILD_QUERIES = 20
MOST_UNBOUNDED_ROWS = 200  # rows of a query with FIELDS(ALL) or FIELDS(CUSTOM)
_FIELD_SETS = ("ALL", "CUSTOM", "STANDARD")


def compile_query(query: Query, setting: Setting) -> Plan:
    """The SQL of a query as `setting.user` may run it.

    Raises QueryError, without the text around its place, for what the user cannot ask or the language does not allow.
    """
    scope = Scope(setting, setting.object(query.source), query.alias)
    if query.group or query.having or any(_aggregates(item) for item in query.select):
        return aggregate.compile_aggregate(query, scope, where_sql(query, scope))
    return compile_rows(query, scope)


def compile_rows(query: Query, scope: Scope) -> RowPlan:
    """The SQL of a query for records of `scope`'s object."""
    _check_bounds(query)
    shape = ShapeBuilder(scope)
    children: list[ChildPlan] = []
    for item in _expanded(query, scope):
        if isinstance(item, ChildQuery):
            children.append(_child(item.query, scope))
            shape.add_child(children[-1].key)
            continue
        if item.alias is not None and isinstance(item.expression, Path):
            raise errors.malformed("only aggregate expressions use field aliasing", item.expression.position)
        if is_date_part(item.expression):
            raise errors.malformed("date functions need a GROUP BY", item.expression.position)
        shape.add(_aliased(column_of(item.expression, scope), item))
    if len(children) > MOST_CHILD_QUERIES:
        raise errors.malformed(f"a query may have at most {MOST_CHILD_QUERIES} subqueries", query.source.position)
    where, parameters = where_sql(query, scope)
    ordering = order_sql(query.order, lambda expression: column_of(expression, scope))
    expressions, built = shape.build()
    return RowPlan(
        sobject=scope.sobject,
        expressions=expressions,
        from_sql=scope.from_sql,
        where_sql=where,
        order_sql=ordering,
        limit=query.limit,
        offset=query.offset,
        parameters=tuple(parameters),
        shape=built,
        columns=tuple(shape.columns),
        children=tuple(children),
    )


def where_sql(query: Query, scope: Scope) -> tuple[str, list[object]]:
    """The condition on rows, deleted ones left out unless all are wanted, and its bound values."""
    parts: list[str] = []
    parameters: list[object] = []
    if not scope.setting.all_rows:
        parts.append(f'{Scope.ROOT}."IsDeleted" = 0')
    if query.scope == "mine":
        parts.append(f'{Scope.ROOT}."OwnerId" = ?')
        parameters.append(scope.setting.user.id)
    elif query.scope not in (None, "everything"):
        raise errors.malformed(f"USING SCOPE {query.scope} is not supported here", query.source.position)
    if query.where is not None:
        parts.append(Conditions(scope, parameters, _inner).sql(query.where))
    return " AND ".join(parts) or "1", parameters


def _aggregates(item: Selected | ChildQuery) -> bool:
    return isinstance(item, Selected) and is_aggregate(item.expression)


def _check_bounds(query: Query) -> None:
    if query.offset is not None and query.offset > LARGEST_OFFSET:
        reason = f"Maximum SOQL offset allowed is {LARGEST_OFFSET}"
        raise errors.QueryError("NUMBER_OUTSIDE_VALID_RANGE", reason)


def _aliased(column: Column, item: Selected) -> Column:
    """A function's column keeps its field's own key unless it is given an alias."""
    return replace(column, keys=(item.alias,), parents=()) if item.alias is not None else column


def _expanded(query: Query, scope: Scope) -> list[Selected | ChildQuery]:
    """The select list with FIELDS(...) written out."""
    items: list[Selected | ChildQuery] = []
    for item in query.select:
        if isinstance(item, Selected) and isinstance(item.expression, Call) and item.expression.function == "FIELDS":
            items += _field_set(item.expression, query, scope)
        else:
            items.append(item)
    return items


def _field_set(call: Call, query: Query, scope: Scope) -> list[Selected | ChildQuery]:
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    kind = argument.text.upper() if isinstance(argument, Path) else ""
    if kind not in _FIELD_SETS:
        raise errors.malformed("FIELDS() takes ALL, CUSTOM or STANDARD", call.position)
    if kind != "STANDARD" and (query.limit is None or query.limit > MOST_UNBOUNDED_ROWS):
        reason = f"The SOQL FIELDS function must have a LIMIT of at most {MOST_UNBOUNDED_ROWS}"
        raise errors.malformed(reason, call.position)
    user, sobject = scope.setting.user, scope.sobject
    chosen: list[Selected | ChildQuery] = [
        Selected(Path((each.name,), call.position))
        for each in sobject.fields.values()
        if user.may_read(sobject.name, each.name) and (kind == "ALL" or each.custom == (kind == "CUSTOM"))
    ]
    if not chosen:
        reason = "'FIELDS(...)' expansion function must result in at least one field being selected."
        raise errors.malformed(reason, call.position)
    return chosen


def _child(query: Query, outer: Scope) -> ChildPlan:
    """The subquery of the select list; its FROM names one of the outer object's child relationships."""
    relationship = outer.sobject.child_relationship(query.source.names[-1])
    setting = outer.setting
    child = setting.schema.get(relationship.child_object) if relationship else None
    if relationship is None or child is None or not setting.user.may_read(child.name, relationship.field):
        raise errors.unknown_child_relationship(query.source.text, query.source.position)
    if query.group or any(_aggregates(item) for item in query.select):
        raise errors.malformed("aggregates are not allowed in a subquery of the select list", query.source.position)
    rows = compile_rows(query, Scope(setting, child, query.alias))
    return ChildPlan(relationship.name or "", f"{Scope.ROOT}.{quoted(relationship.field)}", rows, query)


def _inner(query: Query, outer: Scope) -> tuple[str, str, list[object]]:
    """The query of a semi-join: the object its one field points to, its SQL and bound values."""
    position = query.source.position
    sobject = outer.setting.object(query.source)
    if sobject.name == outer.sobject.name:
        raise errors.malformed("The inner and outer selects should not be on the same object type", position)
    if query.order or query.limit is not None or query.group:
        raise errors.malformed("ORDER BY, LIMIT and GROUP BY are not allowed in a semi join sub-select", position)
    scope = Scope(outer.setting, sobject, query.alias)
    selected = query.select[0]
    if len(query.select) != 1 or not isinstance(selected, Selected) or not isinstance(selected.expression, Path):
        raise errors.malformed("semi join sub-selects must select exactly one field", position)
    column = scope.column(selected.expression)
    if column.field is None or column.parents or column.type not in ("id", "reference"):
        raise errors.malformed("semi join sub-selects can only select an Id or reference field", column.position)
    parameters: list[object] = []
    where = f'{Scope.ROOT}."IsDeleted" = 0'
    if query.where is not None:
        where += f" AND {Conditions(scope, parameters, _no_nesting).sql(query.where)}"
    target = sobject.name if column.type == "id" else column.field.reference_to[0]
    return target, f"SELECT {column.sql} {scope.from_sql} WHERE {where} AND {column.sql} IS NOT NULL", parameters


def _no_nesting(query: Query, _outer: Scope) -> tuple[str, str, list[object]]:
    raise errors.malformed("Nesting of semi join sub-selects is not supported", query.source.position)
