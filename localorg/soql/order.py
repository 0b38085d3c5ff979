"""ORDER BY to SQL: nulls first, text without case, picklists in their set-up order."""

from __future__ import annotations

from collections.abc import Callable

from localorg.soql import errors
from localorg.soql.scope import Column, text
from localorg.soql.tree import Expression, OrderItem

MOST_ORDER_FIELDS = 32
_UNSORTABLE = ("multipicklist", "address")
_BINARY = ("id", "reference", "boolean", "int", "long", "double", "currency", "percent", "date", "datetime", "time")


def order_sql(items: tuple[OrderItem, ...], resolve: Callable[[Expression], Column]) -> str:
    """The ORDER BY clause, empty without items. Raises QueryError for what cannot be sorted."""
    terms = [f"{sql} {direction}" for sql, direction in order_terms(items, resolve)]
    return f"ORDER BY {', '.join(terms)}" if terms else ""


def order_terms(items: tuple[OrderItem, ...], resolve: Callable[[Expression], Column]) -> list[tuple[str, str]]:
    """What to sort by, each with its direction. Raises QueryError for what cannot be sorted."""
    if len(items) > MOST_ORDER_FIELDS:
        raise errors.malformed(f"ORDER BY takes at most {MOST_ORDER_FIELDS} fields", items[0].expression.position)
    return [term for item in items for term in _terms(item, resolve(item.expression))]


def _terms(item: OrderItem, column: Column) -> list[tuple[str, str]]:
    if column.type in _UNSORTABLE or (column.field is not None and not column.field.sortable):
        raise errors.not_possible(column.name, "sorted", column.position)
    last = item.nulls_last and (item.everywhere or not column.optional)
    direction = f"{'DESC' if item.descending else 'ASC'} NULLS {'LAST' if last else 'FIRST'}"
    if column.type in _BINARY:
        return [(column.sql, direction)]
    rank = _rank(column)
    return [*([(rank, direction)] if rank else []), (f"{column.sql} COLLATE NOCASE", direction)]


def _rank(column: Column) -> str | None:
    """SQL of a picklist value's place in its set-up order."""
    if column.type != "picklist" or column.field is None or column.sobject is None:
        return None
    if (column.sobject.name, column.field.name) == ("Opportunity", "StageName"):
        return f'(SELECT s."SortOrder" FROM "OpportunityStage" s WHERE s."MasterLabel" = {column.sql})'
    values = [value for value, _label in column.field.picklist_values]
    if not values:
        return None
    cases = " ".join(f"WHEN {text(value)} THEN {place}" for place, value in enumerate(values))
    return f"CASE WHEN {column.sql} IS NOT NULL THEN CASE {column.sql} {cases} ELSE {len(values)} END END"
