"""The syntax tree of a SOQL query: what was written, nothing looked up yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

LiteralKind = OneOf["string", "number", "date", "datetime", "boolean", "null", "date_literal"]


@dataclass(frozen=True)
class Path:
    """A dotted name (`Account.Owner.Name`) and the place it stands in the text."""

    names: tuple[str, ...]
    position: int

    @property
    def text(self) -> str:
        return ".".join(self.names)


@dataclass(frozen=True)
class Call:
    """A function with its arguments: `COUNT()`, `SUM(Amount)`, `CALENDAR_YEAR(CloseDate)`, `FIELDS(ALL)`."""

    function: str
    arguments: tuple[Expression, ...]
    position: int


Expression = Path | Call


@dataclass(frozen=True)
class Literal:
    """A literal: `value` is the text for strings and dates, a number, a boolean, or None."""

    kind: LiteralKind
    value: str | float | int | bool | None
    position: int


@dataclass(frozen=True)
class Comparison:
    """`operand operator values`; the operators with one value hold it in a tuple of one."""

    operand: Expression
    operator: str
    values: tuple[Literal, ...]


@dataclass(frozen=True)
class SemiJoin:
    """`operand IN (SELECT ...)`, or NOT IN when negated."""

    operand: Expression
    query: Query
    negated: bool


@dataclass(frozen=True)
class Not:
    condition: Condition


@dataclass(frozen=True)
class Junction:
    """Conditions joined by AND, or by OR."""

    operator: OneOf["AND", "OR"]
    parts: tuple[Condition, ...]


Condition = Comparison | SemiJoin | Not | Junction


@dataclass(frozen=True)
class Selected:
    expression: Expression
    alias: str | None = None


@dataclass(frozen=True)
class ChildQuery:
    query: Query


@dataclass(frozen=True)
class OrderItem:
    expression: Expression
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True)
class Query:
    """A query or subquery. `source` is the object (or the relationship, in a subquery of the select list)."""

    select: tuple[Selected | ChildQuery, ...]
    source: Path
    alias: str | None = None
    scope: str | None = None
    where: Condition | None = None
    group: tuple[Expression, ...] = ()
    having: Condition | None = None
    order: tuple[OrderItem, ...] = ()
    limit: int | None = None
    offset: int | None = None
