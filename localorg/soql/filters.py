"""Which rows a query is about: its scope, its WHERE, and the queries inside of it."""

from __future__ import annotations

from localorg.soql import errors
from localorg.soql.conditions import Conditions
from localorg.soql.expressions import aggregates
from localorg.soql.scope import Scope, quoted
from localorg.soql.tree import Path, Query, Selected

_ACTIVITIES = ("Task", "Event")
_OWN_SCOPES = ("mine", "mine_and_my_groups")
_OTHER_SCOPES = ("team", "my_territory", "my_team_territory", "queue_owned", "user_owned", "scopingrule")


def where_sql(query: Query, scope: Scope) -> tuple[str, list[object]]:
    """The condition on rows, deleted ones left out unless all are wanted, and its bound values."""
    parts: list[str] = []
    parameters: list[object] = []
    if not scope.setting.all_rows:
        parts.append(f'{Scope.ROOT}."IsDeleted" = 0')
    if query.scope not in (None, "everything"):
        parts.append(_scope_sql(query, scope))
        parameters += [scope.setting.user.id] * parts[-1].count("?")
    if query.where is not None:
        parts.append(Conditions(scope, parameters, inner).sql(query.where))
    return " AND ".join(parts) or "1", parameters


def _scope_sql(query: Query, scope: Scope) -> str:
    """USING SCOPE: the rows of the user, or the tasks that the user gave to others."""
    name = str(query.scope)
    owner = scope.sobject.field("OwnerId")
    if name in _OWN_SCOPES and owner is not None:
        return f"{Scope.ROOT}.{quoted(owner.name)} = ?"
    if name == "delegated" and scope.sobject.name == "Task":
        return f'({Scope.ROOT}."CreatedById" = ? AND {Scope.ROOT}."OwnerId" IS NOT ?)'
    if name in (*_OWN_SCOPES, *_OTHER_SCOPES, "delegated"):
        reason = f"The scope {name} is not available for {scope.sobject.name}"
        raise errors.QueryError("INVALID_QUERY_SCOPE", reason, query.source.position)
    raise errors.unexpected(name, query.source.position)


def inner(query: Query, outer: Scope) -> tuple[set[str], str, list[object]]:
    """The query of a semi-join: the objects its one field points to, its SQL and bound values."""
    position = query.source.position
    sobject = outer.setting.object(query.source)
    if sobject.name == outer.sobject.name:
        raise errors.malformed("The inner and outer selects should not be on the same object type", position)
    if sobject.name in _ACTIVITIES:
        raise errors.malformed(f"Entity '{sobject.name}' is not supported for semi join inner selects", position)
    if query.order or query.limit is not None or query.offset is not None or query.group or query.having:
        raise errors.malformed("ORDER BY, LIMIT and GROUP BY are not allowed in a semi join sub-select", position)
    if query.usage or query.filter or query.scope or query.parents or any(aggregates(item) for item in query.select):
        reason = "COUNT, FOR UPDATE, WITH and USING SCOPE are not allowed in a semi join sub-select"
        raise errors.malformed(reason, position)
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
    targets = {sobject.name} if column.type == "id" else set(column.field.reference_to)
    return targets, f"SELECT {column.sql} {scope.from_sql} WHERE {where} AND {column.sql} IS NOT NULL", parameters


def _no_nesting(query: Query, _outer: Scope) -> tuple[set[str], str, list[object]]:
    raise errors.malformed("Nesting of semi join sub-selects is not supported", query.source.position)
