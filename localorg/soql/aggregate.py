"""Queries with COUNT, SUM ..., GROUP BY and HAVING to SQL."""

from __future__ import annotations

from dataclasses import replace

from localorg.soql import errors
from localorg.soql.conditions import Conditions
from localorg.soql.expressions import column_of, is_aggregate, is_date_part
from localorg.soql.order import order_sql
from localorg.soql.plan import AggregatePlan, CountPlan
from localorg.soql.rowshape import json_sql
from localorg.soql.scope import Column, Scope
from localorg.soql.tree import Call, ChildQuery, Expression, Path, Query, Selected

MOST_GROUPS = 2_000
MOST_ALIASED = 100
_UNGROUPABLE = ("multipicklist", "address", "currency", "percent", "double", "datetime", "textarea")


def compile_aggregate(query: Query, scope: Scope, where: tuple[str, list[object]]) -> CountPlan | AggregatePlan:
    """The SQL of an aggregate query; `where` is its condition on rows with the bound values."""
    where_sql, parameters = where
    if _is_plain_count(query):
        return _count(query, scope, where_sql, parameters)
    if query.limit is not None and not query.group:
        raise errors.malformed("An aggregate query without GROUP BY cannot have a LIMIT", query.source.position)
    groups = [_group(expression, scope) for expression in query.group]
    columns = _columns(query, scope, {column.sql for column in groups})
    having = _having(query, scope, groups, parameters)
    by_alias = {column.name.lower(): column for column in columns}

    def resolve(expression: Expression) -> Column:
        if isinstance(expression, Path) and expression.text.lower() in by_alias:
            return by_alias[expression.text.lower()]
        return _grouped(column_of(expression, scope), expression, {column.sql for column in groups})

    ordering = order_sql(query.order, resolve)
    sql = (
        f"SELECT {', '.join(json_sql(column) for column in columns)} {scope.from_sql} WHERE {where_sql}"
        f"{' GROUP BY ' + ', '.join(column.sql for column in groups) if groups else ''}"
        f"{having} {ordering}{_window(query)}"
    )
    return AggregatePlan(scope.sobject, sql, tuple(parameters), tuple(columns))


def _is_plain_count(query: Query) -> bool:
    item = query.select[0]
    if not isinstance(item, Selected) or not isinstance(item.expression, Call):
        return False
    if item.expression.function != "COUNT" or item.expression.arguments:
        return False
    if len(query.select) > 1 or query.group:
        raise errors.malformed("Grouped query cannot use COUNT() without a field", item.expression.position)
    return True


def _count(query: Query, scope: Scope, where_sql: str, parameters: list[object]) -> CountPlan:
    if query.order:
        raise errors.malformed("ORDER BY is not allowed with COUNT()", query.order[0].expression.position)
    inner = f"SELECT 1 {scope.from_sql} WHERE {where_sql}"
    window = _window(query)
    sql = f"SELECT count(*) FROM ({inner}{window})" if window else inner.replace("SELECT 1", "SELECT count(*)", 1)
    return CountPlan(scope.sobject, sql, tuple(parameters))


def _window(query: Query) -> str:
    if query.limit is None and not query.offset:
        return ""
    return f" LIMIT {query.limit if query.limit is not None else -1} OFFSET {query.offset or 0}"


def _group(expression: Expression, scope: Scope) -> Column:
    if isinstance(expression, Call) and not is_date_part(expression):
        raise errors.malformed(f"GROUP BY {expression.function} is not supported here", expression.position)
    column = column_of(expression, scope)
    field = column.field
    if field is not None and (not field.groupable or (column.type in _UNGROUPABLE and not is_date_part(expression))):
        raise errors.not_possible(column.name, "grouped", column.position)
    return column


def _columns(query: Query, scope: Scope, groups: set[str]) -> list[Column]:
    """The selected columns under the keys they have in an AggregateResult."""
    columns: list[Column] = []
    unaliased = 0
    for item in query.select:
        if isinstance(item, ChildQuery):
            raise errors.malformed("a subquery is not allowed in an aggregate query", item.query.source.position)
        column = _grouped(column_of(item.expression, scope), item.expression, groups)
        if item.alias is not None:
            key = item.alias
        elif isinstance(item.expression, Call):
            key, unaliased = f"expr{unaliased}", unaliased + 1
        else:
            key = column.keys[-1]
        if any(key.lower() == other.name.lower() for other in columns):
            raise errors.malformed(f"duplicate alias: {key}", item.expression.position)
        columns.append(replace(column, keys=(key,), parents=()))
    if len(columns) > MOST_ALIASED:
        raise errors.malformed(f"maximum number of aliased fields exceeded: {MOST_ALIASED}")
    return columns


def _grouped(column: Column, expression: Expression, groups: set[str]) -> Column:
    if not is_aggregate(expression) and column.sql not in groups:
        raise errors.malformed(f"Field must be grouped or aggregated: {column.name}", column.position)
    return column


def _having(query: Query, scope: Scope, groups: list[Column], parameters: list[object]) -> str:
    if query.having is None:
        return ""
    if not groups:
        raise errors.malformed("HAVING needs a GROUP BY", query.source.position)
    return f" HAVING {Conditions(scope, parameters, _no_semi_join, having=True).sql(query.having)}"


def _no_semi_join(query: Query, _outer: Scope) -> tuple[str, str, list[object]]:
    raise errors.malformed("semi joins are not supported in HAVING", query.source.position)
