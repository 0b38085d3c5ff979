"""The fast way in: whole tables of valid rows."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pyarrow as pa

from localorg.errors import LoadError
from localorg.loading.aftermath import protect_ids
from localorg.loading.arrow import Column, compute, repeated
from localorg.loading.columns import arrow_type
from localorg.loading.merge import REBUILD_INDEXES_FROM, insert_columns, is_empty
from localorg.loading.moments import day_texts, moment_texts
from localorg.schema.model import Field, Schema
from localorg.store.database import index_names
from localorg.store.directory import admin_id
from localorg.store.sql import quoted

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE = 100_000


def fill(connection: sqlite3.Connection, schema: Schema, sobject: str, table: pa.Table | pd.DataFrame, now: str) -> int:
    """Insert a table of rows as they are: no checks of values, no defaults, no behaviour, no history.

    table: columns named by API name, with 18-character Ids; numbers, booleans, dates and timestamps (naive ones are
    UTC) in their Arrow or pandas types, or as the store's texts. Missing audit columns are set to `now` and the admin.
    Returns the number of rows. Raises LoadError for an unknown object or column, a missing Id or an Id that exists.
    """
    found = schema.get(sobject)
    if found is None:
        raise LoadError(f"the org has no object {sobject}; known are {', '.join(sorted(schema.objects))}")
    arrow = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
    fields: dict[str, Field] = {}
    for name in arrow.column_names:
        field = found.fields.get(name)
        if field is None or not field.stored:
            raise LoadError(f"{found.name} has no column {name}; give API names of stored fields")
        fields[name] = field
    if "Id" not in fields:
        raise LoadError(f"a table for {found.name} needs the column Id")
    admin = admin_id(connection)
    audit = {
        name: admin if name.endswith("ById") else now
        for name in ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
        if name in found.fields and name not in fields
    }
    rebuild = arrow.num_rows >= REBUILD_INDEXES_FROM and is_empty(connection, found.name)
    if rebuild:
        for name in index_names(found):
            connection.execute(f"DROP INDEX IF EXISTS {quoted(name)}")
    for batch in arrow.to_batches(max_chunksize=ROWS_AT_ONCE):
        columns = {name: stored_values(batch.column(name), field) for name, field in fields.items()}
        columns |= {name: repeated(value, batch.num_rows, pa.string()) for name, value in audit.items()}
        try:
            insert_columns(connection, found.name, columns)
        except sqlite3.IntegrityError as error:
            raise LoadError(f"{found.name}: an Id is missing or already in the org ({error})") from error
    for statement in index_names(found).values() if rebuild else ():
        connection.execute(statement)
    protect_ids(connection, found)
    return arrow.num_rows


def stored_values(column: Column, field: Field) -> Column:
    """A column of any fitting Arrow type as the store holds the field. Raises LoadError if the type does not fit."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    try:
        if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            return moment_texts(column) if field.type == "datetime" else day_texts(column)
        values = compute.cast(column, arrow_type(field))
    except pa.ArrowInvalid as error:
        raise LoadError(f"the column {field.name} ({field.type}) cannot take values of type {kind}: {error}") from error
    if field.type == "boolean":
        return compute.fill_null(values, 0)
    if pa.types.is_string(values.type):
        return compute.if_else(compute.equal(values, ""), None, values)
    # NaN is pandas' word for blank.
    return compute.if_else(compute.is_nan(values), None, values) if pa.types.is_floating(values.type) else values
