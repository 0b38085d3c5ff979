"""A mirror with a schema and rows, made without an org."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from sync import FieldSchema, Mirror, ObjectSchema
from sync.mirror.bookkeeping import write_state
from sync.mirror.tables import append, apply_columns, compare_columns

Fill = Callable[..., ObjectSchema]

FIELDS = (
    FieldSchema("Id", "Id", "id", length=18),
    FieldSchema("Sidecar_Key__c", "Key", "string", length=40, external_id=True, createable=True, updateable=True),
    FieldSchema("Sidecar_Probability__c", "Probability", "percent", precision=4, scale=1, updateable=True),
    FieldSchema("Sidecar_ARR__c", "ARR", "currency", precision=18, scale=2, updateable=True),
    FieldSchema("Sidecar_Count__c", "Count", "int", updateable=True),
    FieldSchema("Sidecar_Close__c", "Close", "date", updateable=True),
    FieldSchema("Sidecar_Scored_At__c", "Scored", "datetime", updateable=True),
    FieldSchema("Sidecar_Open__c", "Open", "boolean", nillable=False, updateable=True),
    FieldSchema("Sidecar_Action__c", "Action", "string", length=20, updateable=True),
    FieldSchema("Sidecar_Detail__c", "Detail", "textarea", length=1000, updateable=True),
    FieldSchema(
        "Sidecar_Band__c", "Band", "picklist", length=255, restricted=True, values=("Red", "It's"), updateable=True
    ),
    FieldSchema("Sidecar_Tags__c", "Tags", "multipicklist", restricted=True, values=("B", "A", "C"), updateable=True),
    FieldSchema("Sidecar_Rep__c", "Rep", "reference", length=18, updateable=True),
    FieldSchema("Sidecar_Must__c", "Must", "string", length=20, nillable=False, updateable=True),
    FieldSchema("Sidecar_Age__c", "Age", "double", precision=5, scale=0),
    FieldSchema("Amount", "Amount", "currency", precision=18, scale=2, updateable=True),
)


@pytest.fixture
def fill(mirror: Mirror) -> Fill:
    """Put an object with all the fields above and some rows into the mirror."""

    def do(rows: Sequence[Mapping[str, Any]] = (), name: str = "Opportunity") -> ObjectSchema:
        schema = ObjectSchema(name, name, "006", {field.name: field for field in FIELDS})
        arrow = pa.schema([pa.field(field.name, field.arrow) for field in FIELDS])
        full = [{field.name: row.get(field.name) for field in FIELDS} for row in rows]
        with mirror.transaction("filled") as connection:
            apply_columns(connection, name, FIELDS, compare_columns({}, FIELDS))
            append(connection, f'"{name}"', FIELDS, [pa.RecordBatch.from_pylist(full, schema=arrow)])
            write_state(connection, schema, None, datetime.now(UTC).replace(tzinfo=None))
        return schema

    return do
