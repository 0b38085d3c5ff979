"""`where` and `orderBy` arguments as conditions and orders of a query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import FieldNode

from localorg.http.graphql.errors import GraphqlError, invalid
from localorg.http.uiapi.selection import Selection
from localorg.schema.model import Field
from localorg.soql.tree import Comparison, Condition, Junction, Literal, Not, OrderItem, Path, Query, Selected, SemiJoin

OPERATORS = {"eq": "=", "ne": "!=", "lt": "<", "gt": ">", "lte": "<=", "gte": ">=", "like": "LIKE"}
LIST_OPERATORS = {"in": "IN", "nin": "NOT IN", "includes": "INCLUDES", "excludes": "EXCLUDES"}
_NOTHING = Comparison(Path(("Id",), 0), "=", (Literal("null", None, 0),))
_JUNCTIONS = ("and", "or")
_LONE_BACKSLASH = re.compile(r"\\(?![%_])")


@dataclass(frozen=True)
class Arguments:
    """Reads the filter and order of one connection, which fit the schema; errors point at its field."""

    selection: Selection
    node: FieldNode
    paths: tuple[str, ...]

    def condition(self, where: object) -> Condition | None:
        """The condition of a filter, None for one that says nothing. Raises GraphqlError."""
        parts = list(self._conditions(where, self.selection, ()))
        return _junction("AND", parts) if parts else None

    def order(self, order_by: object) -> tuple[OrderItem, ...]:
        """The order; Id decides between equals, so that pages never overlap."""
        return (*self._orders(order_by, self.selection, ()), OrderItem(Path(("Id",), 0)))

    def _conditions(self, where: object, at: Selection, prefix: tuple[str, ...]) -> Iterator[Condition]:
        for key, value in _mapping(where).items():
            if key in _JUNCTIONS:
                entries = value if isinstance(value, list) else []
                inner = [_junction("AND", found) for e in entries if (found := list(self._conditions(e, at, prefix)))]
                if inner:
                    yield _junction(key.upper(), inner)
            elif key == "not":
                negated = list(self._conditions(value, at, prefix))
                if negated:
                    yield Not(_junction("AND", negated))
            elif (field := at.find(key)) is not None:
                yield from self._field(field, (*prefix, key), value)
            elif (parent := self._parent(at, key)).sobject is not None:
                yield from self._conditions(value, parent, (*prefix, key))
            else:
                yield from self._of_one_of_several(at, key, value, prefix)

    def _of_one_of_several(
        self, at: Selection, relationship: str, value: object, prefix: tuple[str, ...]
    ) -> Iterator[Condition]:
        """`{What: {Account: {Name: {like: "A%"}}}}`: the reference is among the records of that object."""
        reference = at.sobject.relationship(relationship) if at.sobject else None
        for name, where in _mapping(value).items():
            if reference is not None:
                yield self._among(Path((*prefix, reference.name), 0), name, "Id", where)

    def _field(self, field: Field, path: tuple[str, ...], value: object) -> Iterator[Condition]:
        operand = Path(path, 0)
        for operator, wanted in _mapping(value).items():
            if operator in ("inq", "ninq"):
                yield from self._semi_join(operand, wanted, negated=operator == "ninq")
            elif operator in OPERATORS:
                literal = self._literal(field, wanted, pattern=operator == "like")
                yield Comparison(operand, OPERATORS[operator], (literal,))
            elif wanted:
                literals = tuple(self._literal(field, each) for each in _list(wanted))
                yield Comparison(operand, LIST_OPERATORS[operator], literals)
            elif operator in ("in", "includes"):
                yield _NOTHING  # a member of an empty list

    def _semi_join(self, operand: Path, join: object, *, negated: bool) -> Iterator[Condition]:
        """`{Opportunity: {StageName: {eq: "Closed Won"}}, ApiName: "AccountId"}`: the object, its filter, its field."""
        given = dict(_mapping(join))
        if not given:
            return
        column = str(given.pop("ApiName"))
        if len(given) != 1:
            raise self._wrong(f"a join takes exactly one object beside ApiName, got {len(given)}")
        ((name, where),) = given.items()
        yield self._among(operand, name, column, where, negated=negated)

    def _among(self, operand: Path, name: str, column: str, where: object, *, negated: bool = False) -> SemiJoin:
        schema, user = self.selection.schema, self.selection.user
        inner = Arguments(Selection(schema, user, schema.objects[name]), self.node, self.paths)
        query = Query((Selected(Path((column,), 0)),), Path((name,), 0), where=inner.condition(where))
        return SemiJoin(operand, query, negated)

    def _literal(self, field: Field, value: object, *, pattern: bool = False) -> Literal:
        if value is None:
            return Literal("null", None, 0)
        if isinstance(value, Mapping):
            return self._moment(field, value)
        if isinstance(value, bool):
            return Literal("boolean", value, 0)
        if isinstance(value, int | float):
            return Literal("number", value, 0)
        # backslashes of the text are no escapes of a query; in a pattern they keep wildcards from being wild
        text = _LONE_BACKSLASH.sub(r"\\\\", str(value)) if pattern else str(value).replace("\\", "\\\\")
        return Literal("string", text, 0)

    def _moment(self, field: Field, given: Mapping[str, object]) -> Literal:
        """`{value: "2026-03-31"}`, `{literal: THIS_QUARTER}` or `{range: {last_n_days: 30}}`."""
        if len(given) != 1:
            raise self._wrong(f"field '{field.name}' takes one of value, literal and range, got {len(given)}")
        ((kind, value),) = given.items()
        if value is None:
            return Literal("null", None, 0)
        if kind == "value":
            return Literal("date" if field.type == "date" else "datetime", str(value), 0)
        if kind == "literal":
            return Literal("date_literal", str(value), 0)
        ranges = _mapping(value)
        if len(ranges) != 1:
            raise self._wrong(f"the range of field '{field.name}' takes one number, got {len(ranges)}")
        ((name, number),) = ranges.items()
        return Literal("date_literal", f"{name.upper()}:{number}", 0)

    def _orders(self, entry: object, at: Selection, prefix: tuple[str, ...]) -> Iterator[OrderItem]:
        for key, value in _mapping(entry).items():
            if at.find(key) is None:
                yield from self._orders(value, self._parent(at, key), (*prefix, key))
            elif value is not None:
                given = _mapping(value)
                last = given.get("nulls") == "LAST"
                yield OrderItem(Path((*prefix, key), 0), given.get("order") == "DESC", last)

    def _parent(self, at: Selection, name: str) -> Selection:
        # the filter's parents are looked up apart: they must not become part of what is fetched
        return Selection(at.schema, at.user, at.sobject).parent(name)

    def _wrong(self, reason: str) -> GraphqlError:
        return invalid("WrongType", reason, self.node, self.paths)


def _junction(operator: str, parts: Sequence[Condition]) -> Condition:
    if len(parts) == 1:
        return parts[0]
    return Junction("OR" if operator == "OR" else "AND", tuple(parts))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
