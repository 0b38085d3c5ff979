"""The org's schema as its describe gives it, and the column types that follow from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

MOMENT = pa.timestamp("us")
"""Datetimes are kept as naive UTC microseconds."""

_ARROW: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "int": pa.int64(),
    "long": pa.int64(),
    "double": pa.float64(),
    "currency": pa.float64(),
    "percent": pa.float64(),
    "date": pa.date32(),
    "datetime": MOMENT,
}
_DUCKDB: dict[pa.DataType, str] = {
    pa.bool_(): "BOOLEAN",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    MOMENT: "TIMESTAMP",
    pa.string(): "VARCHAR",
}
_UNREADABLE = frozenset({"address", "location", "base64", "complexvalue", "anyType"})
"""Compound and binary fields: Bulk API 2.0 cannot query them, and their parts are fields of their own."""
_RIGHTS = ("createable", "updateable", "deletable")
"""What a describe says of an object's records as a whole."""


@dataclass(frozen=True)
class FieldSchema:
    """What the sync needs to know about one field (names as in Salesforce's describe)."""

    name: str
    label: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = False
    updateable: bool = False
    external_id: bool = False
    restricted: bool = False
    values: tuple[str, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether the field can be a column of the mirror."""
        return self.type not in _UNREADABLE

    @property
    def arrow(self) -> pa.DataType:
        """Type of the column in Arrow; everything that is no number, date or boolean is text."""
        return _ARROW.get(self.type, pa.string())

    @property
    def duckdb(self) -> str:
        """Type of the column in the mirror."""
        return _DUCKDB[self.arrow]


@dataclass(frozen=True)
class ObjectSchema:
    """One object with the fields that this user may see, and what the user may do with its records."""

    name: str
    label: str
    key_prefix: str | None
    fields: Mapping[str, FieldSchema]
    createable: bool = True
    updateable: bool = True
    deletable: bool = True

    @cached_property
    def _by_lower(self) -> dict[str, FieldSchema]:
        return {name.lower(): field for name, field in self.fields.items()}

    def field(self, name: str) -> FieldSchema | None:
        """The field of that name in any case of letters, or None."""
        return self._by_lower.get(name.lower())

    def stamp(self) -> str | None:
        """The field by which changes are found; CreatedDate where rows never change (field history)."""
        for candidate in ("SystemModstamp", "LastModifiedDate", "CreatedDate"):
            if candidate in self.fields:
                return candidate
        return None

    def to_json(self) -> str:
        """Text from which `from_json` makes an equal schema."""
        rights = {name: getattr(self, name) for name in _RIGHTS}
        fields = {name: vars(field) for name, field in self.fields.items()}
        head = {"name": self.name, "label": self.label, "key_prefix": self.key_prefix}
        return json.dumps({**head, "fields": fields, **rights})

    @classmethod
    def from_json(cls, text: str) -> ObjectSchema:
        """The schema that `to_json` wrote."""
        raw = json.loads(text)
        fields = {
            name: FieldSchema(**{**field, "values": tuple(field["values"])}) for name, field in raw["fields"].items()
        }
        rights = {name: bool(raw[name]) for name in _RIGHTS if name in raw}  # a mirror of an older version has none
        return cls(raw["name"], raw["label"], raw["key_prefix"], fields, **rights)


def read_describe(describe: Mapping[str, Any]) -> ObjectSchema:
    """Take in the answer of `/sobjects/X/describe`."""
    fields = {raw["name"]: _read_field(raw) for raw in describe["fields"]}
    rights = {name: bool(describe.get(name, True)) for name in _RIGHTS}
    label = describe.get("label") or describe["name"]
    return ObjectSchema(describe["name"], label, describe.get("keyPrefix"), fields, **rights)


def _read_field(raw: Mapping[str, Any]) -> FieldSchema:
    values = tuple(str(entry["value"]) for entry in raw.get("picklistValues") or () if entry.get("active", True))
    return FieldSchema(
        name=raw["name"],
        label=raw.get("label") or raw["name"],
        type=raw["type"],
        length=int(raw.get("length") or 0),
        precision=int(raw.get("precision") or 0),
        scale=int(raw.get("scale") or 0),
        nillable=bool(raw.get("nillable", True)),
        createable=bool(raw.get("createable")),
        updateable=bool(raw.get("updateable")),
        external_id=bool(raw.get("externalId")),
        restricted=bool(raw.get("restrictedPicklist")),
        values=values,
    )
