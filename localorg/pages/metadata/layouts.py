"""Page layouts and compact layouts: what of a record is shown, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from localorg.pages.metadata.xml import root_of, text_of, texts_of


@dataclass(frozen=True)
class Section:
    """A section of a layout: its columns of fields, top to bottom."""

    heading: str
    columns: tuple[tuple[str, ...], ...]
    use_heading: bool = True

    def rows(self) -> list[list[str | None]]:
        """Fields row by row; None keeps the place of a column that is shorter."""
        longest = max((len(column) for column in self.columns), default=0)
        return [[column[row] if row < len(column) else None for column in self.columns] for row in range(longest)]


@dataclass(frozen=True)
class RelatedListLayout:
    """A related list of a layout: the child relationship's name and the columns, as the layout spells them."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """The layout of one object."""

    sobject: str
    sections: tuple[Section, ...]
    related_lists: tuple[RelatedListLayout, ...] = ()


def read_layout(file: Path) -> Layout:
    """A layout's file, `Object-Layout Name.layout-meta.xml`. Raises PackageError when it is no XML."""
    root = root_of(file)
    sections = tuple(
        Section(
            text_of(section, "label") or "",
            tuple(tuple(texts_of(column, "layoutItems/field")) for column in section.findall("layoutColumns")),
            text_of(section, "detailHeading") == "true",
        )
        for section in root.findall("layoutSections")
    )
    related = tuple(
        RelatedListLayout(text_of(each, "relatedList") or "", tuple(texts_of(each, "fields")))
        for each in root.findall("relatedLists")
    )
    sobject = unquote(file.name).split("-", 1)[0]
    return Layout(sobject, tuple(each for each in sections if any(each.columns)), related)


def read_compact_layout(file: Path) -> tuple[str, ...]:
    """Fields of a compact layout, in order. Raises PackageError when it is no XML."""
    return tuple(texts_of(root_of(file), "fields"))
