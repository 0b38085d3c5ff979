"""Whether metadata obeys the Metadata API's types, in Salesforce's words.

The order of elements is not checked: the platform accepts any, and so does this.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from localorg.metadata.document import Document, XmlElement, XmlError, local_name
from localorg.metadata.wsdl import NAMESPACE, MetadataTypes, metadata_types

if TYPE_CHECKING:
    from collections.abc import Iterable

# The WSDL calls it base64Binary; in files it is plain XML with attributes, which only the server knows.
OPAQUE: Final = frozenset({("LightningComponentBundle", "targetConfigs")})
_PARSING: Final = "Error parsing file: "
_INSTANCE: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
TEXT_PATTERNS: Final = {
    "boolean": re.compile(r"true|false|0|1"),
    "int": re.compile(r"[+-]?\d{1,10}"),
    "long": re.compile(r"[+-]?\d{1,19}"),
    "double": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|INF|-INF|NaN"),
    "date": re.compile(r"\d{4}-\d{2}-\d{2}(Z|[+-]\d{2}:\d{2})?"),
    "dateTime": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the platform refuses, at an element (None: at the component as a whole)."""

    element: XmlElement | None
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the platform refuses, at a place that counts from 1."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.message} ({self.line}:{self.column})"


def problems(content: bytes, metadata_type: str) -> tuple[Problem, ...]:
    """What is wrong with a file that should hold one component of a type, such as `CustomField`."""
    try:
        document = Document(content)
    except XmlError as error:
        return (Problem(error.line, error.column, _PARSING + error.message),)
    return tuple(located(document, findings(document.root, metadata_type, is_root=True)))


def located(document: Document, found: Iterable[Finding]) -> Iterator[Problem]:
    """Findings with the places of their elements."""
    for finding in found:
        line, column = document.position(document.root if finding.element is None else finding.element)
        yield Problem(line, column, finding.message)


def findings(element: XmlElement, type_name: str, *, is_root: bool = False) -> Iterator[Finding]:
    """What in an element disagrees with its type. is_root: its own name has to be the type's name, too."""
    known = metadata_types()
    expected = f"{{{NAMESPACE}}}{type_name}"
    if type_name not in known.types:
        yield Finding(element, f"Unknown type name '{type_name}'")
    elif is_root and element.tag != expected:
        yield Finding(element, f"{_PARSING}Unexpected root element {element.tag}, expected {expected}")
    else:
        yield from _of_elements(known, element, type_name)


def _of_elements(known: MetadataTypes, element: XmlElement, type_name: str) -> Iterator[Finding]:
    types = known.types[type_name]
    parts = [child for child in element if isinstance(child.tag, str)]
    counts = Counter(local_name(child) for child in parts)
    for name, expected in types.items():
        if not expected.repeats and counts[name] > 1:
            again = [child for child in parts if local_name(child) == name][1]
            yield Finding(again, f"{_PARSING}Element {again.tag} is duplicated at this location in type {type_name}")
    if any(text.strip() for text in (element.text or "", *(child.tail or "" for child in element))):
        yield Finding(element, f"{_PARSING}Unexpected text at this location in type {type_name}")
    for child in parts:
        yield from _of_child(known, child, type_name)
    for name, expected in types.items():  # what is missing shows only once everything else has been read
        if expected.required and not counts[name]:
            yield Finding(element, f"Required field is missing: {name}")


def _of_child(known: MetadataTypes, element: XmlElement, parent: str) -> Iterator[Finding]:
    name = local_name(element)
    expected = known.types[parent].get(name)
    attributes = [str(key) for key in element.attrib if not str(key).startswith(_INSTANCE)]
    if expected is None or etree.QName(element).namespace != NAMESPACE:
        yield Finding(element, f"{_PARSING}Element {element.tag} invalid at this location in type {parent}")
    elif (parent, name) in OPAQUE:
        return
    elif attributes:
        message = f"{_PARSING}Unexpected attribute {attributes[0]} of element {element.tag} in type {parent}"
        yield Finding(element, message)
    elif expected.type in known.types:
        yield from _of_elements(known, element, expected.type)
    else:
        yield from _of_text(known, element, expected.type)


def _of_text(known: MetadataTypes, element: XmlElement, type_name: str) -> Iterator[Finding]:
    text = element.text or ""
    inner = next((child for child in element if isinstance(child.tag, str)), None)
    allowed = known.values.get(type_name)
    pattern = TEXT_PATTERNS.get(type_name)
    if inner is not None:
        yield Finding(inner, f"{_PARSING}Unexpected element {inner.tag} during simple type deserialization")
    elif allowed is not None and text not in allowed:
        yield Finding(element, f"{_PARSING}'{text}' is not a valid value for the enum '{type_name}'")
    elif pattern is not None and not pattern.fullmatch(text.strip()):
        yield Finding(element, f"{_PARSING}'{text}' is not a valid value for the type xsd:{type_name}")
