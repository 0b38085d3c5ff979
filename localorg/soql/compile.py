"""A query's syntax tree to SQL for one user's view of the org."""

from __future__ import annotations

from dataclasses import replace

from localorg.soql import aggregate, errors
from localorg.soql.expressions import aggregates, column_of, is_date_part
from localorg.soql.fieldsets import expanded
from localorg.soql.filters import where_sql
from localorg.soql.order import order_sql
from localorg.soql.plan import ChildPlan, Plan, RowPlan
from localorg.soql.rowshape import ShapeBuilder
from localorg.soql.scope import Column, Scope, Setting, quoted
from localorg.soql.tree import Call, ChildQuery, Path, Query, Selected, TypeOf
from localorg.soql.typeof import add_type_of

LARGEST_OFFSET = 2_000
MOST_CHILD_QUERIES = 20
DEEPEST_CHILD = 4  # subqueries within one another, from version 58 on; one before
_FIRST_DEEP_VERSION = 58
_APEX_ONLY = ("SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE")


def compile_query(query: Query, setting: Setting) -> Plan:
    """The SQL of a query as `setting.user` may run it.

    Raises QueryError, without the text around its place, for what the user cannot ask or the language does not allow.
    """
    scope = scope_of(query, setting)
    if query.group or query.having or any(aggregates(item) for item in query.select):
        _check_clauses(query)
        return aggregate.compile_aggregate(query, scope)
    return compile_rows(query, scope)


def scope_of(query: Query, setting: Setting) -> Scope:
    """The FROM of a query. Raises QueryError for an object the user has not, or an item that is no parent."""
    scope = Scope(setting, setting.object(query.source), query.alias)
    for path, alias in query.parents:
        scope.name_parent(path, alias)
    return scope


def compile_rows(query: Query, scope: Scope, depth: int = 0) -> RowPlan:
    """The SQL of a query for records of `scope`'s object; `depth` counts the queries around it."""
    _check_clauses(query)
    shape = ShapeBuilder(scope)
    children: list[ChildPlan] = []
    for item in expanded(query, scope):
        if isinstance(item, ChildQuery):
            children.append(_child(item.query, scope, depth + 1))
            shape.add_child(children[-1].key)
        elif isinstance(item, TypeOf):
            add_type_of(item, scope, shape)
        else:
            shape.add(_selected(item, scope))
    where, parameters = where_sql(query, scope)
    ordering = order_sql(query.order, lambda expression: column_of(expression, scope))
    expressions, built = shape.build()
    plan = RowPlan(
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
    if _count_of_children(plan) > MOST_CHILD_QUERIES:
        reason = f"SOQL statements cannot use more than {MOST_CHILD_QUERIES} parent-to-child relationships"
        raise errors.malformed(reason, query.source.position)
    return plan


def _check_clauses(query: Query) -> None:
    if query.offset is not None and query.offset > LARGEST_OFFSET:
        reason = f"Maximum SOQL offset allowed is {LARGEST_OFFSET}"
        raise errors.QueryError("NUMBER_OUTSIDE_VALID_RANGE", reason)
    if query.filter in _APEX_ONLY:
        raise errors.malformed(f"WITH {query.filter} is not allowed in this context", query.source.position)
    if query.filter is not None:
        raise errors.unexpected(query.filter)
    if "ALL ROWS" in query.usage:
        raise errors.malformed("ALL ROWS not allowed in this context", query.source.position)
    if "FOR UPDATE" in query.usage and query.order:
        raise errors.malformed("FOR UPDATE is not allowed with ORDER BY", query.order[0].expression.position)


def _selected(item: Selected, scope: Scope) -> Column:
    if isinstance(item.expression, Path) and item.alias is not None:
        raise errors.malformed("only aggregate expressions use field aliasing", item.expression.position)
    if is_date_part(item.expression):
        name = item.expression.function if isinstance(item.expression, Call) else ""
        raise errors.malformed(f"Field must be grouped or aggregated: {name}", item.expression.position)
    column = column_of(item.expression, scope)
    # A function's column keeps its field's own key unless it is given an alias.
    return column if item.alias is None else replace(column, keys=(item.alias,), parents=())


def _child(query: Query, outer: Scope, depth: int) -> ChildPlan:
    """The subquery of the select list; its FROM names one of the outer object's child relationships."""
    deepest = DEEPEST_CHILD if outer.setting.version >= _FIRST_DEEP_VERSION else 1
    if depth > deepest:
        reason = f"SOQL statements cannot query more than {deepest + 1} levels of parent-to-child relationships"
        raise errors.malformed(reason, query.source.position)
    relationship = outer.sobject.child_relationship(query.source.names[-1])
    setting = outer.setting
    child = setting.schema.get(relationship.child_object) if relationship else None
    if relationship is None or child is None or not setting.user.may_read(child.name, relationship.field):
        raise errors.unknown_child_relationship(query.source.text, query.source.position)
    if query.group or query.having or any(aggregates(item) for item in query.select):
        raise errors.malformed("aggregates are not allowed in a subquery of the select list", query.source.position)
    if "FOR UPDATE" in query.usage or query.parents:
        raise errors.malformed("FOR UPDATE and a list in FROM are not allowed in a subquery", query.source.position)
    rows = compile_rows(query, Scope(setting, child, query.alias), depth)
    return ChildPlan(relationship.name or "", f"{Scope.ROOT}.{quoted(relationship.field)}", rows, query)


def _count_of_children(plan: RowPlan) -> int:
    return sum(1 + _count_of_children(child.rows) for child in plan.children)
