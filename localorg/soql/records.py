"""SQL rows to the JSON records of the REST API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from localorg.schema.model import Schema
from localorg.soql.plan import Shape, TypedShape

JsonRecord = dict[str, object]


@dataclass(frozen=True)
class RecordWriter:
    """Makes records whose `attributes.url` begins with `base` (`/services/data/v66.0`)."""

    base: str
    schema: Schema

    def record(self, shape: Shape, row: Sequence[object]) -> JsonRecord:
        """The nested record of one SQL row."""
        made: JsonRecord = dict(zip(shape.keys, row[shape.start :], strict=False))
        made["attributes"] = self._attributes(shape.type, str(row[shape.start]))
        for key in shape.booleans:
            made[key] = made[key] == 1
        for key in shape.addresses:
            value = made[key]
            made[key] = json.loads(value) if isinstance(value, str) else None
        for key, parent in shape.parents:
            made[key] = None if row[parent.start] is None else self.record(parent, row)
        for typed in shape.typed:
            made[typed.key] = self._typed(typed, row)
        return made

    def _typed(self, typed: TypedShape, row: Sequence[object]) -> JsonRecord | None:
        link = row[typed.link]
        if link is None:
            return None
        actual = self.schema.by_prefix(str(link)[:3])
        name = actual.name if actual else typed.otherwise.type
        shape = dict(typed.cases).get(name, typed.otherwise)
        return self.record(replace(shape, type=name), row)

    def _attributes(self, type_name: str, record_id: str) -> JsonRecord:
        url_type = type_name
        if type_name == "Name":  # what a reference to one of several objects shows of its parent
            actual = self.schema.by_prefix(record_id[:3])
            url_type = actual.name if actual else type_name
        return {"type": type_name, "url": f"{self.base}/sobjects/{url_type}/{record_id}"}
