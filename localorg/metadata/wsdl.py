"""The types of the Metadata API, read from the WSDL that simple-salesforce ships (API 63)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE: Final = "http://soap.sforce.com/2006/04/metadata"
_XSD: Final = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True, slots=True)
class Child:
    """An element that a type may hold. `type` is a name of the schema or of an XML Schema built-in, without prefix."""

    type: str
    required: bool
    repeats: bool


@dataclass(frozen=True, slots=True)
class MetadataTypes:
    """types: type -> element name -> what is said of it, inherited elements included. values: enumeration -> values."""

    types: Mapping[str, Mapping[str, Child]]
    values: Mapping[str, frozenset[str]]


@lru_cache(maxsize=1)
def metadata_types() -> MetadataTypes:
    """The types, read once. Raises FileNotFoundError when simple-salesforce is not installed."""
    schema = etree.parse(_wsdl()).find(f".//{_XSD}schema")
    if schema is None:
        raise FileNotFoundError(f"{_wsdl()} holds no XML schema")
    complex_types = {str(node.get("name")): node for node in schema.findall(f"{_XSD}complexType")}
    return MetadataTypes(
        types={name: _children(name, complex_types) for name in complex_types},
        values={
            str(node.get("name")): frozenset(str(value.get("value")) for value in node.iter(f"{_XSD}enumeration"))
            for node in schema.findall(f"{_XSD}simpleType")
            if node.find(f".//{_XSD}enumeration") is not None
        },
    )


def _wsdl() -> Path:
    # Only its file is wanted: importing the package would load the whole client.
    spec = find_spec("simple_salesforce")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("simple-salesforce, whose metadata.wsdl is needed here, is not installed")
    return Path(spec.origin).with_name("metadata.wsdl")


def _children(name: str, complex_types: Mapping[str, _Element]) -> dict[str, Child]:
    node = complex_types[name]
    extension = node.find(f"{_XSD}complexContent/{_XSD}extension")
    inherited = {} if extension is None else _children(_without_prefix(extension.get("base")), complex_types)
    return inherited | {
        str(element.get("name")): Child(
            type=_without_prefix(element.get("type")),
            required=element.get("minOccurs") != "0",
            repeats=element.get("maxOccurs") is not None,
        )
        for element in node.iter(f"{_XSD}element")
    }


def _without_prefix(name: str | None) -> str:
    return (name or "").rpartition(":")[2]
