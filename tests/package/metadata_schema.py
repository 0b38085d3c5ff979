"""Whether a metadata file obeys the Metadata API's types.

The types come from the WSDL that simple-salesforce ships (API 63). The order of elements is not checked: the platform
accepts any, and so does this.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import simple_salesforce
from lxml import etree

NAMESPACE: Final = "http://soap.sforce.com/2006/04/metadata"
XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
WSDL: Final = Path(simple_salesforce.__file__).parent / "metadata.wsdl"

# `NAME.SUFFIX-meta.xml` -> its type, as in the registry of Salesforce's source format.
TYPE_OF_SUFFIX: Final = {
    "app": "CustomApplication",
    "compactLayout": "CompactLayout",
    "field": "CustomField",
    "flexipage": "FlexiPage",
    "js": "LightningComponentBundle",
    "labels": "CustomLabels",
    "layout": "Layout",
    "listView": "ListView",
    "object": "CustomObject",
    "permissionset": "PermissionSet",
    "tab": "CustomTab",
}

# The WSDL calls it base64Binary; in source files it is plain XML with attributes, which only the server knows.
OPAQUE: Final = frozenset({("LightningComponentBundle", "targetConfigs")})

TEXT_PATTERNS: Final = {
    "boolean": re.compile(r"true|false|0|1"),
    "int": re.compile(r"[+-]?\d{1,10}"),
    "long": re.compile(r"[+-]?\d{1,19}"),
    "double": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|INF|-INF|NaN"),
    "date": re.compile(r"\d{4}-\d{2}-\d{2}(Z|[+-]\d{2}:\d{2})?"),
    "dateTime": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?"),
}


@dataclass(frozen=True, slots=True)
class Child:
    """An element that a type may hold. `type` is a name of the schema or of an XML Schema built-in, without prefix."""

    type: str
    required: bool
    repeats: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that the platform would refuse."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.path}: {self.message}"


@dataclass(frozen=True, slots=True)
class MetadataSchema:
    """The types of the Metadata API.

    Attributes:
        types: type -> element name -> what is said of it, inherited elements included.
        values: enumeration -> its values.
    """

    types: dict[str, dict[str, Child]] = field(default_factory=dict)
    values: dict[str, frozenset[str]] = field(default_factory=dict)

    def problems(self, content: bytes, metadata_type: str) -> tuple[Problem, ...]:
        """What is wrong with a file.

        Args:
            content: the file.
            metadata_type: the type that its name promises, such as `CustomField`.
        """
        try:
            root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            return (Problem(error.lineno or 0, "/", f"is not well-formed XML: {error.msg}"),)
        expected = f"{{{NAMESPACE}}}{metadata_type}"
        if root.tag != expected:
            return (Problem(_line(root), "/", f"the root is {root.tag}; {expected} is expected"),)
        return tuple(self._of_elements(root, metadata_type, f"/{metadata_type}"))

    def _of_elements(self, element: etree._Element, type_name: str, path: str) -> Iterator[Problem]:
        known = self.types[type_name]
        children = [child for child in element if isinstance(child.tag, str)]
        counts = Counter(_local_name(child) for child in children)
        line = _line(element)
        for name, expected in known.items():
            if expected.required and not counts[name]:
                yield Problem(line, path, f"<{name}> is missing; {type_name} requires it")
            if not expected.repeats and counts[name] > 1:
                yield Problem(line, path, f"<{name}> is there {counts[name]} times; once is allowed")
        if any(text.strip() for text in (element.text or "", *(child.tail or "" for child in element))):
            yield Problem(line, path, "text between elements")
        for child in children:
            yield from self._of_child(child, type_name, path)

    def _of_child(self, element: etree._Element, parent: str, path: str) -> Iterator[Problem]:
        name = _local_name(element)
        known = self.types[parent].get(name)
        line = _line(element)
        if known is None or etree.QName(element).namespace != NAMESPACE:
            yield Problem(line, path, f"<{name}> is no element of {parent}")
        elif (parent, name) in OPAQUE:
            return
        elif element.attrib:
            yield Problem(line, f"{path}/{name}", f"attributes are not allowed: {', '.join(map(str, element.attrib))}")
        elif known.type in self.types:
            yield from self._of_elements(element, known.type, f"{path}/{name}")
        else:
            yield from self._of_text(element, known.type, f"{path}/{name}")

    def _of_text(self, element: etree._Element, type_name: str, path: str) -> Iterator[Problem]:
        line = _line(element)
        text = element.text or ""
        allowed = self.values.get(type_name)
        pattern = TEXT_PATTERNS.get(type_name)
        if any(isinstance(child.tag, str) for child in element):
            yield Problem(line, path, "holds elements; text is expected")
        elif allowed is not None and text not in allowed:
            yield Problem(line, path, f"{text!r} is no {type_name}; allowed: {', '.join(sorted(allowed)[:20])}")
        elif pattern is not None and not pattern.fullmatch(text.strip()):
            yield Problem(line, path, f"{text!r} is no {type_name}")


def metadata_type(file: Path) -> str:
    """The type that a file of the source format holds.

    Raises:
        ValueError: the name is none of the source format's, or of a type that is not known here.
    """
    match = re.fullmatch(r".+\.(\w+)-meta\.xml", file.name)
    suffix = match[1] if match else ""
    if suffix not in TYPE_OF_SUFFIX:
        raise ValueError(f"{file.name}: expected NAME.SUFFIX-meta.xml, with one of {', '.join(TYPE_OF_SUFFIX)}")
    return TYPE_OF_SUFFIX[suffix]


@lru_cache(maxsize=1)
def metadata_schema() -> MetadataSchema:
    """The schema, read from the WSDL once."""
    schema = etree.parse(WSDL).find(f".//{XSD}schema")
    if schema is None:
        raise ValueError(f"{WSDL} holds no XML schema")
    complex_types = {str(node.get("name")): node for node in schema.findall(f"{XSD}complexType")}
    return MetadataSchema(
        types={name: _children(name, complex_types) for name in complex_types},
        values={
            str(node.get("name")): frozenset(str(value.get("value")) for value in node.iter(f"{XSD}enumeration"))
            for node in schema.findall(f"{XSD}simpleType")
            if node.find(f".//{XSD}enumeration") is not None
        },
    )


def _children(name: str, complex_types: dict[str, etree._Element]) -> dict[str, Child]:
    node = complex_types[name]
    extension = node.find(f"{XSD}complexContent/{XSD}extension")
    inherited = {} if extension is None else _children(_without_prefix(extension.get("base")), complex_types)
    return inherited | {
        str(element.get("name")): Child(
            type=_without_prefix(element.get("type")),
            required=element.get("minOccurs") != "0",
            repeats=element.get("maxOccurs") is not None,
        )
        for element in node.iter(f"{XSD}element")
    }


def _without_prefix(name: str | None) -> str:
    return (name or "").rpartition(":")[2]


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline  # the stubs know no type for it
    return int(line or 0)


def _local_name(element: etree._Element) -> str:
    return etree.QName(element).localname
