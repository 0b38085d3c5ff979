"""FIELDS(ALL), FIELDS(CUSTOM) and FIELDS(STANDARD), written out."""

from __future__ import annotations

from localorg.soql import errors
from localorg.soql.scope import Scope
from localorg.soql.tree import Call, Comparison, Condition, Junction, Path, Query, Selected, SelectItem

MOST_UNBOUNDED_ROWS = 200  # rows of a query with FIELDS(ALL) or FIELDS(CUSTOM)
_FIELD_SETS = ("ALL", "CUSTOM", "STANDARD")


def expanded(query: Query, scope: Scope) -> list[SelectItem]:
    """The select list with FIELDS(...) written out. Raises QueryError for an unbounded or empty set of fields."""
    items: list[SelectItem] = []
    for item in query.select:
        if isinstance(item, Selected) and isinstance(item.expression, Call) and item.expression.function == "FIELDS":
            items += _field_set(item.expression, query, scope)
        else:
            items.append(item)
    return items


def _field_set(call: Call, query: Query, scope: Scope) -> list[SelectItem]:
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    kind = argument.text.upper() if isinstance(argument, Path) else ""
    if kind not in _FIELD_SETS:
        raise errors.malformed("FIELDS() takes ALL, CUSTOM or STANDARD", call.position)
    if kind != "STANDARD" and not _is_bounded(query):
        reason = f"The SOQL FIELDS function must have a LIMIT of at most {MOST_UNBOUNDED_ROWS}"
        raise errors.malformed(reason, call.position)
    user, sobject = scope.setting.user, scope.sobject
    chosen: list[SelectItem] = [
        Selected(Path((each.name,), call.position))
        for each in sobject.fields.values()
        if user.may_read(sobject.name, each.name) and (kind == "ALL" or each.custom == (kind == "CUSTOM"))
    ]
    if not chosen:
        reason = "'FIELDS(...)' expansion function must result in at least one field being selected."
        raise errors.malformed(reason, call.position)
    return chosen


def _is_bounded(query: Query) -> bool:
    return (query.limit is not None and query.limit <= MOST_UNBOUNDED_ROWS) or _names_rows(query.where)


def _names_rows(condition: Condition | None) -> bool:
    """Whether a condition holds for rows of few ids only."""
    match condition:
        case Junction(operator="AND"):
            return any(_names_rows(part) for part in condition.parts)
        case Comparison(operand=Path(names=(name,)), operator="=" | "IN"):
            return name.lower() == "id" and len(condition.values) <= MOST_UNBOUNDED_ROWS
    return False
