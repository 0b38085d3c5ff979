"""`where` and `orderBy` arguments as conditions and orders of a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import FieldNode

from localorg.http.graphql.errors import GraphqlError, field_undefined, invalid
from localorg.http.uiapi.selection import Selection, UnknownFieldError
from localorg.schema.model import NUMBER_TYPES, Field
from localorg.soql.tree import Comparison, Condition, Junction, Literal, Not, OrderItem, Path

OPERATORS = {"eq": "=", "ne": "!=", "lt": "<", "gt": ">", "lte": "<=", "gte": ">=", "like": "LIKE"}
LIST_OPERATORS = {"in": "IN", "nin": "NOT IN", "includes": "INCLUDES", "excludes": "EXCLUDES"}
_NOTHING = Comparison(Path(("Id",), 0), "=", (Literal("null", None, 0),))
_JUNCTIONS = ("and", "or")


@dataclass(frozen=True)
class Arguments:
    """Reads the filter and order of one connection; errors point at its field."""

    selection: Selection
    node: FieldNode
    paths: tuple[str, ...]

    def condition(self, where: object) -> Condition | None:
        """The condition of a filter, None for one that says nothing. Raises GraphqlError."""
        parts = list(self._conditions(where, self.selection, ()))
        return _junction("AND", parts) if parts else None

    def order(self, order_by: object) -> tuple[OrderItem, ...]:
        """The order; Id decides between equals, so that pages never overlap. Raises GraphqlError."""
        entries = order_by if isinstance(order_by, list) else [order_by]
        items = [item for entry in entries for item in self._orders(entry, self.selection, ())]
        return (*items, OrderItem(Path(("Id",), 0)))

    def _conditions(self, where: object, at: Selection, prefix: tuple[str, ...]) -> Iterator[Condition]:
        for key, value in self._object(where, "where").items():
            if key in _JUNCTIONS:
                entries = value if isinstance(value, list) else [value]
                inner = [_junction("AND", found) for e in entries if (found := list(self._conditions(e, at, prefix)))]
                if inner:
                    yield _junction(key.upper(), inner)
            elif key == "not":
                negated = list(self._conditions(value, at, prefix))
                if negated:
                    yield Not(_junction("AND", negated))
            elif (field := at.find(key)) is not None and field.name == key:
                yield from self._field(field, (*prefix, key), value)
            else:
                yield from self._conditions(value, self._parent(at, key), (*prefix, key))

    def _field(self, field: Field, path: tuple[str, ...], value: object) -> Iterator[Condition]:
        operand = Path(path, 0)
        for operator, wanted in self._object(value, ".".join(path)).items():
            if operator in OPERATORS:
                yield Comparison(operand, OPERATORS[operator], (self._literal(field, wanted),))
            elif operator in LIST_OPERATORS and isinstance(wanted, list):
                literals = tuple(self._literal(field, each) for each in wanted)
                if literals:
                    yield Comparison(operand, LIST_OPERATORS[operator], literals)
                elif operator in ("in", "includes"):
                    yield _NOTHING  # a member of an empty list
            else:
                raise self._wrong(f"'{operator}' with {wanted!r} is no operator of field '{field.name}'")

    def _literal(self, field: Field, value: object) -> Literal:
        if value is None:
            return Literal("null", None, 0)
        if field.type in ("date", "datetime"):
            return self._moment(field, value)
        if field.type == "boolean" and isinstance(value, bool):
            return Literal("boolean", value, 0)
        if field.type in NUMBER_TYPES | {"int", "long"} and isinstance(value, (int, float)) and value is not True:
            return Literal("number", value, 0)
        if isinstance(value, str) and field.type not in NUMBER_TYPES | {"int", "long", "boolean"}:
            return Literal("string", value, 0)
        raise self._wrong(f"{value!r} is not a value of field '{field.name}' of type {field.type}")

    def _moment(self, field: Field, value: object) -> Literal:
        """`{value: "2026-03-31"}`, `{literal: THIS_QUARTER}` or `{range: {last_n_days: 30}}`."""
        given = self._object(value, field.name)
        plain = given.get("value")
        if isinstance(plain, str):
            return Literal("date" if field.type == "date" else "datetime", plain, 0)
        if isinstance(given.get("literal"), str):
            return Literal("date_literal", str(given["literal"]), 0)
        for name, number in self._object(given.get("range") or {}, field.name).items():
            if isinstance(number, int):
                return Literal("date_literal", f"{name.upper()}:{number}", 0)
        raise self._wrong(f"field '{field.name}' takes an object with value, literal or range, got {value!r}")

    def _orders(self, entry: object, at: Selection, prefix: tuple[str, ...]) -> Iterator[OrderItem]:
        for key, value in self._object(entry or {}, "orderBy").items():
            given = self._object(value, key)
            if at.find(key) is None:
                yield from self._orders(given, self._parent(at, key), (*prefix, key))
                continue
            order, nulls = given.get("order", "ASC"), given.get("nulls", "FIRST")
            if order not in ("ASC", "DESC") or nulls not in ("FIRST", "LAST"):
                raise self._wrong(f"orderBy of '{key}' takes order ASC or DESC and nulls FIRST or LAST, got {given!r}")
            yield OrderItem(Path((*prefix, key), 0), order == "DESC", nulls == "LAST")

    def _parent(self, at: Selection, name: str) -> Selection:
        try:
            # the filter's parents are looked up apart: they must not become part of what is fetched
            return Selection(at.schema, at.user, at.sobject).parent(name)
        except UnknownFieldError as error:
            raise field_undefined(name, f"{at.object_name}_Filter", self.node, (*self.paths, name)) from error

    def _object(self, value: object, name: str) -> Mapping[str, object]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self._wrong(f"{name} takes an object, got {value!r}")
        return value

    def _wrong(self, reason: str) -> GraphqlError:
        return invalid("WrongType", reason, self.node, self.paths)


def _junction(operator: str, parts: Sequence[Condition]) -> Condition:
    if len(parts) == 1:
        return parts[0]
    return Junction("OR" if operator == "OR" else "AND", tuple(parts))
