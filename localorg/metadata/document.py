"""A metadata file as parsed XML, with the places of its elements; nothing outside the file is ever read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias
from xml.parsers import expat

from lxml import etree

from localorg.metadata.wsdl import NAMESPACE

if TYPE_CHECKING:
    from lxml.etree import _Element

    XmlElement: TypeAlias = _Element
else:
    XmlElement = object

_NS = f"{{{NAMESPACE}}}"
_QUOTES = b"\"'"
NO_DOCTYPE = "DOCTYPE is disallowed"


class XmlError(Exception):
    """Text that is no XML, or holds a document type. `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class Document:
    """One XML file."""

    def __init__(self, content: bytes) -> None:
        """Parse. Raises XmlError."""
        self.content = content
        if b"<!DOCTYPE" in content:  # before any parser sees what it declares
            line = content[: content.index(b"<!DOCTYPE")].count(b"\n") + 1
            raise XmlError(NO_DOCTYPE, line, 1)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            self.root: XmlElement = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            line, column = error.position
            raise XmlError(_without_place(error.msg or "Premature end of file."), line or 1, column or 1) from error
        except ValueError as error:  # an encoding that nobody knows
            raise XmlError(str(error), 1, 1) from error
        if self.root.getroottree().docinfo.internalDTD is not None:  # written in another encoding than ASCII's
            raise XmlError(NO_DOCTYPE, 1, 1)

    def position(self, element: XmlElement) -> tuple[int, int]:
        """Line and column, from 1, of the place behind an element's start tag: where Salesforce points."""
        return self._positions.get(element, (1, 1))

    @cached_property
    def _positions(self) -> dict[XmlElement, tuple[int, int]]:
        places: list[tuple[int, int]] = []
        parser = expat.ParserCreate()

        def started(_name: str, _attributes: dict[str, str]) -> None:
            tag = self.content[parser.CurrentByteIndex : _tag_end(self.content, parser.CurrentByteIndex)]
            line = parser.CurrentLineNumber + tag.count(b"\n")
            last = tag.rpartition(b"\n")[2]
            column = len(last) + 1 + (0 if b"\n" in tag else parser.CurrentColumnNumber)
            places.append((line, column))

        parser.StartElementHandler = started
        try:
            parser.Parse(self.content, True)
        except (expat.ExpatError, LookupError):
            return {}  # lxml read it, expat does not: a place is not worth a failure
        return dict(zip(self.root.iter("*"), places, strict=False))


def child_text(element: XmlElement, path: str) -> str | None:
    """The text at a path of element names (`valueSet/restricted`), None if it is missing or empty."""
    found = element.findtext(_path(path))
    return found.strip() if isinstance(found, str) and found.strip() else None


def texts(element: XmlElement, path: str) -> list[str]:
    """The texts at a path of element names, without empty ones."""
    return [found.text.strip() for found in children(element, path) if found.text and found.text.strip()]


def children(element: XmlElement, path: str) -> list[XmlElement]:
    """The elements at a path of element names."""
    return element.findall(_path(path))


def is_true(element: XmlElement, path: str) -> bool:
    """Whether the element at a path says true."""
    return child_text(element, path) in ("true", "1")


def local_name(element: XmlElement) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def fingerprint(element: XmlElement, leaving_out: Collection[str] = ()) -> str:
    """A hash of what an element says, whatever its indentation; children of the names left out do not count."""
    digest = hashlib.sha256()
    for child in element:
        if isinstance(child.tag, str) and local_name(child) not in leaving_out:
            for part in child.iter("*"):
                digest.update(f"{part.tag}\0{(part.text or '').strip()}\0{sorted(part.attrib.items())}\0".encode())
            digest.update(b"\1")
    return digest.hexdigest()


def _path(path: str) -> str:
    return "/".join(_NS + step for step in path.split("/"))


def _tag_end(content: bytes, start: int) -> int:
    quote = 0
    for index in range(start, len(content)):
        byte = content[index]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in _QUOTES:
            quote = byte
        elif byte == ord(">"):
            return index + 1
    return len(content)


def _without_place(message: str) -> str:
    return message.partition(", line ")[0]
