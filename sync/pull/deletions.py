"""Rows that went to the recycle bin: how a query asks for them, and how far back they can be asked for."""

from __future__ import annotations

from datetime import timedelta

from sync import soql
from sync.schema import FieldSchema, ObjectSchema

IN_THE_BIN = "IsDeleted"

BIN_KEEPS = timedelta(days=14)
"""Deleted rows are shown for 15 days; after a longer pause only reading every row tells which are gone."""


def marker(schema: ObjectSchema) -> FieldSchema | None:
    """The field that tells whether a row is in the recycle bin, None for objects that know none."""
    return schema.field(IN_THE_BIN)


def not_deleted(schema: ObjectSchema) -> soql.Condition | None:
    """The condition for all rows that count. Such a query goes to queryAll, which also shows archived activities."""
    return soql.compare(IN_THE_BIN, "=", False) if marker(schema) else None
