"""What a query is compiled to: SQL with its bound values, and the form of the answer."""

from __future__ import annotations

from dataclasses import dataclass

from localorg.schema.model import SObject
from localorg.soql.scope import Column
from localorg.soql.tree import Query


@dataclass(frozen=True)
class Shape:
    """One record's part of an SQL row: `keys[i]` names the value at `start + i`; the first is the record's Id.

    `parents` are nested records, each by its key here; a parent is null where its Id is. `typed` are those whose form
    depends on the kind of parent.
    """

    type: str
    start: int
    keys: tuple[str, ...]
    booleans: tuple[str, ...]
    addresses: tuple[str, ...]
    parents: tuple[tuple[str, Shape], ...]
    typed: tuple[TypedShape, ...] = ()


@dataclass(frozen=True)
class TypedShape:
    """A parent of one of several objects as TYPEOF shows it: `link` is where its Id stands in the row."""

    key: str
    link: int
    cases: tuple[tuple[str, Shape], ...]
    otherwise: Shape


@dataclass(frozen=True)
class ChildPlan:
    """A subquery of the select list: `key` in the parent record, `link` the child's reference to the parent."""

    key: str
    link: str
    rows: RowPlan
    query: Query


@dataclass(frozen=True)
class RowPlan:
    """A query for records. `columns` are the selected fields in order (children left out)."""

    sobject: SObject
    expressions: tuple[str, ...]
    from_sql: str
    where_sql: str
    order_sql: str
    limit: int | None
    offset: int | None
    parameters: tuple[object, ...]
    shape: Shape
    columns: tuple[Column, ...]
    children: tuple[ChildPlan, ...]

    def rows_sql(self, limit: int | None = None) -> str:
        """All rows, at most `limit` of them."""
        return self._select(", ".join(self.expressions), limit)

    def ids_sql(self) -> str:
        """The Ids of all rows in order."""
        return self._select('t0."Id"', None)

    def text_sql(self, expression: str) -> str:
        """One expression over the selected columns, for all rows."""
        return self._select(expression, None)

    def page_sql(self) -> str:
        """The rows whose Ids are in the JSON array bound as the only parameter, in no order."""
        return f'SELECT {", ".join(self.expressions)} {self.from_sql} WHERE t0."Id" IN (SELECT value FROM json_each(?))'

    def children_sql(self, link: str) -> str:
        """The rows of the parents in the JSON array bound first, `limit` of each parent; the parent's Id comes last."""
        selected = ", ".join((*self.expressions, link))
        order = self.order_sql or "ORDER BY t0.rowid"
        number = f"row_number() OVER (PARTITION BY {link} {order})"
        inner = f"{self.from_sql} WHERE {link} IN (SELECT value FROM json_each(?)) AND {self.where_sql}"
        if self.limit is None and self.offset is None:
            return f"SELECT {selected} {inner} {order}"
        first = self.offset or 0
        last = f" AND number <= {first + self.limit}" if self.limit is not None else ""
        names = ", ".join(f"c{index}" for index in range(len(self.expressions) + 1))
        aliased = ", ".join(f"{sql} AS c{index}" for index, sql in enumerate((*self.expressions, link)))
        return (
            f"SELECT {names} FROM (SELECT {aliased}, {number} AS number {inner}) WHERE number > {first}{last} "
            "ORDER BY number"
        )

    def _select(self, what: str, limit: int | None) -> str:
        smallest = min((each for each in (self.limit, limit) if each is not None), default=-1)
        ending = f" LIMIT {smallest} OFFSET {self.offset or 0}" if smallest >= 0 or self.offset else ""
        return f"SELECT {what} {self.from_sql} WHERE {self.where_sql} {self.order_sql}{ending}"


@dataclass(frozen=True)
class CountPlan:
    """`SELECT COUNT() FROM ...`: the answer is a number of rows."""

    sobject: SObject
    sql: str
    parameters: tuple[object, ...]


@dataclass(frozen=True)
class AggregatePlan:
    """A query with aggregates or groups: each row is an AggregateResult with these keys."""

    sobject: SObject
    sql: str
    parameters: tuple[object, ...]
    columns: tuple[Column, ...]


Plan = RowPlan | CountPlan | AggregatePlan
