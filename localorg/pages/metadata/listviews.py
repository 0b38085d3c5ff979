"""List views: columns, scope and filters, with the old column names of list views turned into API names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from localorg.pages.metadata.xml import name_of, root_of, text_of, texts_of
from localorg.schema.list_columns import api_name as api_name

ALL = "__all"  # the list of all records, which every object has


@dataclass(frozen=True)
class Filter:
    """A condition of a list view; `values` are alternatives."""

    field: str
    operation: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ListView:
    """A list of an object's records. Columns and filters hold API names, parents with dots (`Owner.Alias`)."""

    name: str
    label: str
    sobject: str
    columns: tuple[str, ...]
    mine: bool = False
    filters: tuple[Filter, ...] = ()


def read_list_view(file: Path, sobject: str) -> ListView:
    """A list view's file. Raises PackageError when it is no XML."""
    root = root_of(file)
    filters = tuple(
        Filter(
            api_name(text_of(each, "field") or "", sobject),
            text_of(each, "operation") or "equals",
            tuple(value.strip() for value in (text_of(each, "value") or "").split(",")),
        )
        for each in root.findall("filters")
    )
    return ListView(
        name=name_of(file),
        label=text_of(root, "label") or name_of(file),
        sobject=sobject,
        columns=tuple(api_name(column, sobject) for column in texts_of(root, "columns")),
        mine=text_of(root, "filterScope") == "Mine",
        filters=filters,
    )
