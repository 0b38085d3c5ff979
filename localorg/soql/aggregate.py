"""Queries with COUNT, SUM ..., GROUP BY and HAVING to SQL."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from localorg.soql import errors
from localorg.soql.conditions import Conditions
from localorg.soql.expressions import column_of, is_aggregate, is_date_part, wrapped_field
from localorg.soql.filters import where_sql
from localorg.soql.order import order_terms
from localorg.soql.plan import AggregatePlan, CountPlan
from localorg.soql.rowshape import json_sql
from localorg.soql.scope import Column, Scope
from localorg.soql.tree import Call, ChildQuery, Expression, Path, Query, Selected, SelectItem, TypeOf

MOST_GROUPS = 2_000
MOST_ALIASED = 100
MOST_SUBTOTAL_FIELDS = 3
_UNGROUPABLE = ("multipicklist", "address", "currency", "percent", "double", "datetime", "textarea")
_SUBTOTALS = ("ROLLUP", "CUBE")


def compile_aggregate(query: Query, scope: Scope) -> CountPlan | AggregatePlan:
    """The SQL of an aggregate query. Raises QueryError for what cannot be grouped or aggregated."""
    where, parameters = where_sql(query, scope)
    if _is_plain_count(query):
        return _count(query, scope, where, parameters)
    if query.limit is not None and not query.group:
        raise errors.malformed("An aggregate query without GROUP BY cannot have a LIMIT", query.source.position)
    if query.having is not None and not query.group:
        raise errors.malformed("HAVING needs a GROUP BY", query.source.position)
    groups, sets = _groups(query, scope)
    parts = [_Part(query, scope, groups, kept) for kept in sets]
    bound: list[object] = []
    selects = []
    for part in parts:
        having: list[object] = []
        selects.append(part.sql(where, having))
        bound += [*parameters, *having]
    first = parts[0]
    names = ", ".join(f"c{index}" for index in range(len(first.columns)))
    ordering = ", ".join(f"o{index} {direction}" for index, (_, direction) in enumerate(first.order))
    sql = f"SELECT {names} FROM ({' UNION ALL '.join(selects)}){' ORDER BY ' + ordering if ordering else ''}"
    return AggregatePlan(scope.sobject, sql + _window(query), tuple(bound), tuple(first.columns))


@dataclass
class _Part:
    """The rows of one level of subtotals: those grouped by `kept`, some of the query's groups."""

    query: Query
    scope: Scope
    groups: list[Column]
    kept: list[Column]
    columns: list[Column] = field(init=False)
    order: list[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = self._columns()
        by_alias = {column.name.lower(): column for column in self.columns}

        def resolve(expression: Expression) -> Column:
            if isinstance(expression, Path) and expression.text.lower() in by_alias:
                return by_alias[expression.text.lower()]
            return self.column(expression)

        self.order = order_terms(self.query.order, resolve)

    def sql(self, where: str, having: list[object]) -> str:
        """The SELECT of these rows; `having` takes the values that HAVING binds."""
        values = [f"{json_sql(column)} AS c{index}" for index, column in enumerate(self.columns)]
        values += [f"{sql} AS o{index}" for index, (sql, _) in enumerate(self.order)]
        grouped = f" GROUP BY {', '.join(column.sql for column in self.kept)}" if self.kept else ""
        kept = ""
        if self.query.having is not None:
            conditions = Conditions(self.scope, having, _no_semi_join, self.column)
            kept = f" HAVING {conditions.sql(self.query.having)}"
            if not grouped:  # the grand total is a group too
                grouped = " GROUP BY NULL"
        return f"SELECT {', '.join(values)} {self.scope.from_sql} WHERE {where}{grouped}{kept}"

    def column(self, expression: Expression) -> Column:
        """A grouped or aggregated expression; null where this is a subtotal over it."""
        if isinstance(expression, Call) and expression.function == "GROUPING":
            return self._grouping(expression)
        column = column_of(expression, self.scope)
        if is_aggregate(expression):
            return column
        inside = wrapped_field(expression)
        base = column if inside is None else column_of(inside, self.scope)
        if base.sql not in {each.sql for each in self.groups}:
            raise errors.malformed(f"Field must be grouped or aggregated: {base.name}", column.position)
        return column if base.sql in {each.sql for each in self.kept} else replace(column, sql="NULL")

    def _grouping(self, call: Call) -> Column:
        if len(self.groups) == len(self.kept) and not _subtotals(self.query):
            raise errors.malformed("GROUPING() needs a GROUP BY ROLLUP or GROUP BY CUBE", call.position)
        if len(call.arguments) != 1:
            raise errors.malformed("GROUPING takes one field", call.position)
        is_subtotal = self.column(call.arguments[0]).sql == "NULL"
        return Column(str(int(is_subtotal)), "int", ("GROUPING",), call.position)

    def _columns(self) -> list[Column]:
        """The selected columns under the keys they have in an AggregateResult."""
        columns: list[Column] = []
        unaliased = 0
        for item in self.query.select:
            selected = _plain(item)
            column = self.column(selected.expression)
            if selected.alias is not None:
                key = selected.alias
            elif isinstance(selected.expression, Call):
                key, unaliased = f"expr{unaliased}", unaliased + 1
            else:
                key = column.keys[-1]
            if any(key.lower() == other.name.lower() for other in columns):
                raise errors.malformed(f"duplicate alias: {key}", selected.expression.position)
            columns.append(replace(column, keys=(key,), parents=()))
        if len(columns) > MOST_ALIASED:
            raise errors.malformed(f"maximum number of aliased fields exceeded: {MOST_ALIASED}")
        return columns


def _plain(item: SelectItem) -> Selected:
    if isinstance(item, ChildQuery):
        raise errors.malformed("a subquery is not allowed in an aggregate query", item.query.source.position)
    if isinstance(item, TypeOf):
        raise errors.malformed("TYPEOF is not allowed in an aggregate query", item.path.position)
    return item


def _is_plain_count(query: Query) -> bool:
    item = query.select[0]
    if not isinstance(item, Selected) or not isinstance(item.expression, Call):
        return False
    if item.expression.function != "COUNT" or item.expression.arguments:
        return False
    if len(query.select) > 1 or query.group or query.having:
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


def _subtotals(query: Query) -> Call | None:
    """The ROLLUP or CUBE of a query."""
    for expression in query.group:
        if isinstance(expression, Call) and expression.function in _SUBTOTALS:
            if len(query.group) > 1:
                raise errors.malformed(f"GROUP BY {expression.function} stands alone", expression.position)
            return expression
    return None


def _groups(query: Query, scope: Scope) -> tuple[list[Column], list[list[Column]]]:
    """The grouped columns, and those that each level of subtotals keeps, the finest first."""
    subtotals = _subtotals(query)
    if subtotals is None:
        groups = [_group(expression, scope) for expression in query.group]
        return groups, [groups]
    if not 1 <= len(subtotals.arguments) <= MOST_SUBTOTAL_FIELDS:
        reason = f"{subtotals.function} takes 1 to {MOST_SUBTOTAL_FIELDS} fields"
        raise errors.malformed(reason, subtotals.position)
    groups = [_group(expression, scope) for expression in subtotals.arguments]
    if subtotals.function == "ROLLUP":
        return groups, [groups[:count] for count in range(len(groups), -1, -1)]
    kept = [
        [column for place, column in enumerate(groups) if not mask >> place & 1] for mask in range(2 ** len(groups))
    ]
    return groups, sorted(kept, key=len, reverse=True)


def _group(expression: Expression, scope: Scope) -> Column:
    if isinstance(expression, Call) and not is_date_part(expression):
        raise errors.malformed(f"GROUP BY {expression.function} is not supported here", expression.position)
    column = column_of(expression, scope)
    field_ = column.field
    if field_ is not None and (not field_.groupable or (column.type in _UNGROUPABLE and not is_date_part(expression))):
        raise errors.not_possible(column.name, "grouped", column.position)
    return column


def _no_semi_join(query: Query, _outer: Scope) -> tuple[set[str], str, list[object]]:
    raise errors.malformed("semi joins are not supported in HAVING", query.source.position)
