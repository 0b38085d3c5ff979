"""Metadata files (`*-meta.xml`) as elements without namespaces."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from localorg.errors import PackageError

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_blank_text=True)


def root_of(file: Path) -> etree._Element:
    """The root element of a metadata file. Raises PackageError when it is no XML."""
    try:
        root = etree.fromstring(file.read_bytes(), _PARSER)
    except etree.XMLSyntaxError as error:
        raise PackageError(f"{file} is no well-formed XML: {error}") from error
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def text_of(element: etree._Element, path: str) -> str | None:
    """The text of the first element at `path`, None where there is none or it is blank."""
    found = element.findtext(path)
    return found.strip() if found and found.strip() else None


def texts_of(element: etree._Element, path: str) -> list[str]:
    """The texts of all elements at `path`."""
    return [found.text.strip() for found in element.findall(path) if found.text and found.text.strip()]


def name_of(file: Path) -> str:
    """`Sidecar_Home` of `Sidecar_Home.flexipage-meta.xml`."""
    return file.name.rsplit(".", 2)[0]
