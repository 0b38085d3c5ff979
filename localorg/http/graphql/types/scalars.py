"""Scalars, and what a describe type is called in GraphQL."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from graphql import (
    FloatValueNode,
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLScalarType,
    GraphQLString,
    IntValueNode,
    StringValueNode,
    ValueNode,
    print_ast,
)

from localorg.schema.model import Field

_LONGEST_TEXT_AREA = 255
_LARGEST_LONG = 2**63 - 1
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})")
_NAMES = {
    "string": "String",
    "picklist": "Picklist",
    "multipicklist": "MultiPicklist",
    "combobox": "Combobox",
    "boolean": "Boolean",
    "int": "Int",
    "long": "Long",
    "double": "Double",
    "currency": "Currency",
    "percent": "Percent",
    "date": "Date",
    "datetime": "DateTime",
    "phone": "PhoneNumber",
    "email": "Email",
    "url": "Url",
    "id": "ID",
    "reference": "ID",
    "address": "Address",
    "encryptedstring": "EncryptedString",
}

NUMBERS = ("Int", "Long", "Double", "Currency", "Percent")
MOMENTS = ("Date", "DateTime")


def type_name(field: Field) -> str:
    """The GraphQL name of a field's type, `Currency`; its value is a `CurrencyValue`."""
    if field.type == "textarea":
        return "TextArea" if field.length <= _LONGEST_TEXT_AREA else "LongTextArea"
    return _NAMES.get(field.type, "String")


def _text(name: str, pattern: re.Pattern[str] | None = None) -> GraphQLScalarType:
    def parse(value: object) -> str:
        if not isinstance(value, str) or (pattern and not pattern.fullmatch(value)):
            raise GraphQLError(f"{name} cannot represent value: {value!r}")
        return value

    def parse_node(node: ValueNode, _variables: object = None) -> str:
        if not isinstance(node, StringValueNode):
            raise GraphQLError(f"{name} cannot represent value: {print_ast(node)}", node)
        return parse(node.value)

    return _scalar(name, parse, parse_node)


def _number(name: str, *, whole: bool = False) -> GraphQLScalarType:
    def parse(value: object) -> float:
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise GraphQLError(f"{name} cannot represent value: {value!r}")
        if abs(value) > _LARGEST_LONG if whole else not _is_finite(value):
            raise GraphQLError(f"{name} cannot represent value: {value!r}")
        return value

    def parse_node(node: ValueNode, _variables: object = None) -> float:
        if isinstance(node, IntValueNode) and len(node.value) < 400:
            return parse(int(node.value))
        if isinstance(node, FloatValueNode) and not whole:
            return parse(float(node.value))
        raise GraphQLError(f"{name} cannot represent value: {print_ast(node)}", node)

    return _scalar(name, parse, parse_node)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _same(value: object) -> object:
    return value


def _scalar(name: str, parse: Callable[[object], object], node: Callable[..., object]) -> GraphQLScalarType:
    return GraphQLScalarType(name, serialize=_same, parse_value=parse, parse_literal=node)


ADDRESS = _text("Address")  # an address as a whole is only read; its parts are what is written and filtered

SCALARS: dict[str, GraphQLScalarType] = {
    **{kind.name: kind for kind in (GraphQLString, GraphQLBoolean, GraphQLInt, GraphQLID, ADDRESS)},
    **{
        name: _text(name)
        for name in (
            "Picklist",
            "MultiPicklist",
            "Combobox",
            "TextArea",
            "LongTextArea",
            "PhoneNumber",
            "Email",
            "Url",
            "EncryptedString",
            "IdOrRef",
        )
    },
    "Date": _text("Date", _DATE),
    "DateTime": _text("DateTime", _MOMENT),
    "Long": _number("Long", whole=True),
    **{name: _number(name) for name in ("Double", "Currency", "Percent")},
}
