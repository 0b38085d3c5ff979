"""The syntax tree of a SOQL query: what was written, nothing looked up yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal as OneOf

LiteralKind = OneOf["string", "number", "date", "datetime", "boolean", "null", "date_literal", "currency"]


@dataclass(frozen=True)
class Path:
    """A dotted name (`Account.Owner.Name`) and the place it stands in the text, which makes no two paths differ."""

    names: tuple[str, ...]
    position: int = field(compare=False)

    @property
    def text(self) -> str:
        return ".".join(self.names)


@dataclass(frozen=True)
class Call:
    """A function with its arguments: `COUNT()`, `SUM(Amount)`, `CALENDAR_YEAR(CloseDate)`, `FIELDS(ALL)`."""

    function: str
    arguments: tuple[Expression, ...]
    position: int = field(compare=False)


Expression = Path | Call


@dataclass(frozen=True)
class Literal:
    """A literal: `value` is the text for strings, dates and currencies (`USD5000`), a number, a boolean, or None."""

    kind: LiteralKind
    value: str | float | int | bool | None
    position: int = field(compare=False)


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
class TypeOf:
    """`TYPEOF path WHEN object THEN fields ... ELSE fields END`: the fields depend on the kind of parent."""

    path: Path
    cases: tuple[tuple[str, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...] = ()


SelectItem = Selected | ChildQuery | TypeOf


@dataclass(frozen=True)
class OrderItem:
    """`nulls_last` counts `everywhere`, or (as in SOQL) not for a parent that may be missing."""

    expression: Expression
    descending: bool = False
    nulls_last: bool = False
    everywhere: bool = True


@dataclass(frozen=True)
class Query:
    """A query or subquery. `source` is the object (or the relationship, in a subquery of the select list).

    parents: further items of FROM, each a path to a parent with its alias. filter: the word after WITH.
    usage: what stands at the end, such as `FOR VIEW` or `ALL ROWS`.
    """

    select: tuple[SelectItem, ...]
    source: Path
    alias: str | None = None
    scope: str | None = None
    where: Condition | None = None
    group: tuple[Expression, ...] = ()
    having: Condition | None = None
    order: tuple[OrderItem, ...] = ()
    limit: int | None = None
    offset: int | None = None
    parents: tuple[tuple[Path, str | None], ...] = ()
    filter: str | None = None
    usage: tuple[str, ...] = ()
