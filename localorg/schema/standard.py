"""The standard objects, read from the facts in `standard/*.csv`.

`objects.csv` has a row per object: `access` (see `SObject`) and `operations` (what the API allows at all: c create,
u update, d delete). Each object has a file of its fields:
- `size`: a length; `precision,scale`; or a number of digits, according to the type;
- `flags`: c createable, u updateable, n nillable, d defaulted on create, R restricted picklist, F filterable,
  G groupable, S sortable, P governed by field-level security, U unique, N names the row, A auto-number (its format
  in `default`), D rows go when the row goes to which they refer;
- `children`: the relationship's name as seen from the parent;
- `values`: `api` or `api=label`, separated by semicolons.
"""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from localorg.schema.model import NUMBER_TYPES, Field, SObject


@lru_cache(maxsize=1)
def standard_objects() -> tuple[SObject, ...]:
    """The standard objects with their fields, in alphabetical order."""
    folder = resources.files("localorg.schema") / "standard"
    return tuple(_object(row, folder / f"{row['name']}.csv") for row in _rows(folder / "objects.csv"))


def _rows(file: Traversable) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


def _object(row: dict[str, str], fields: Traversable) -> SObject:
    return SObject(
        name=row["name"],
        label=row["label"],
        label_plural=row["label_plural"],
        key_prefix=row["key_prefix"],
        custom=False,
        fields={facts["name"]: _field(facts) for facts in _rows(fields)},
        access=row["access"],
        createable="c" in row["operations"],
        updateable="u" in row["operations"],
        deletable="d" in row["operations"],
        activities=row["activities"] == "yes",
    )


def _field(row: dict[str, str]) -> Field:
    kind, flags = row["type"], row["flags"]
    length = precision = scale = digits = 0
    if kind in NUMBER_TYPES:
        precision, scale = (int(part) for part in row["size"].split(","))
    elif kind == "int":
        digits = int(row["size"].split()[0])
    elif row["size"]:
        length = int(row["size"])
    elif kind == "multipicklist":
        length = 4099
    auto_number = "A" in flags
    return Field(
        name=row["name"],
        label=row["label"],
        type=kind,
        length=length,
        precision=precision,
        scale=scale,
        digits=digits,
        nillable="n" in flags,
        createable="c" in flags,
        updateable="u" in flags,
        defaulted_on_create="d" in flags,
        unique="U" in flags,
        restricted_picklist="R" in flags,
        picklist_values=tuple(_picklist_value(text) for text in row["values"].split(";") if text),
        reference_to=tuple(part for part in row["references"].split(";") if part),
        relationship_name=row["relationship"] or None,
        child_relationship_name=row["children"] or None,
        calculated=False,
        auto_number=auto_number,
        display_format=row["default"] if auto_number else None,
        compound_field_name=row["compound"] or None,
        filterable="F" in flags,
        groupable="G" in flags,
        sortable="S" in flags,
        permissionable="P" in flags,
        name_field="N" in flags,
        default_value=None if auto_number else row["default"] or None,
        cascade_delete="D" in flags,
    )


def _picklist_value(text: str) -> tuple[str, str]:
    value, separator, label = text.partition("=")
    return (value, label if separator else value)
