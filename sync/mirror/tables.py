"""Tables of the mirror: their columns, and how batches get into them.

Everything here works inside the caller's transaction. Names come from the org's describe and are quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from sync.mirror.sql import first_row, quoted, registered
from sync.schema import FieldSchema


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Column name -> DuckDB type of a table of the mirror, empty when there is no such table."""
    # duckdb_columns() would list the columns of everything in the database first, DuckDB's own views included
    found = first_row(
        connection,
        "SELECT database_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary"
        " AND database_name = current_database() AND lower(table_name) = lower(?)",
        [table],
    )
    if found is None:
        return {}
    rows = connection.execute(f"DESCRIBE {quoted(found[0])}.main.{quoted(table)}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def columns_of_all(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The same of every table of the mirror by its name, in one query."""
    found = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main'"
        " AND database_name = current_database() ORDER BY table_name, column_index"
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in found:
        tables.setdefault(str(table), {})[str(column)] = str(kind)
    return tables


@dataclass(frozen=True)
class Alteration:
    """How a table's columns were fitted to the org's schema."""

    created: bool
    to_backfill: tuple[FieldSchema, ...]
    dropped: tuple[str, ...]


def compare_columns(present: Mapping[str, str], fields: Sequence[FieldSchema]) -> Alteration:
    """Which columns have to be filled anew (new or of another type) and which are gone from the org."""
    wanted = {field.name.lower() for field in fields}
    known = {name.lower(): kind for name, kind in present.items()}
    fill = tuple(field for field in fields if known.get(field.name.lower()) != field.duckdb)
    return Alteration(not present, fill, tuple(name for name in present if name.lower() not in wanted))


def apply_columns(
    connection: duckdb.DuckDBPyConnection, table: str, fields: Sequence[FieldSchema], alteration: Alteration
) -> None:
    """Create the table, or drop and add columns as `alteration` says."""
    if alteration.created:
        columns = ", ".join(f"{quoted(field.name)} {field.duckdb}" for field in fields)
        connection.execute(f"CREATE TABLE {quoted(table)} ({columns})")
        return
    for name in alteration.dropped:
        connection.execute(f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(name)}")
    for field in alteration.to_backfill:
        connection.execute(f"ALTER TABLE {quoted(table)} DROP COLUMN IF EXISTS {quoted(field.name)}")
        connection.execute(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(field.name)} {field.duckdb}")


def create_scratch(connection: duckdb.DuckDBPyConnection, name: str, fields: Sequence[FieldSchema]) -> None:
    """Make an empty temporary table with these columns.

    Never by CREATE TABLE AS ... LIMIT 0: DuckDB 2.0.0 loses sight of rows that the same transaction then inserts into
    such a table, once they fill a row group (122,880 rows).
    """
    columns = ", ".join(f"{quoted(field.name)} {field.duckdb}" for field in fields)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")


class _Guarded:
    """Batches for DuckDB; keeps the error of their source, which DuckDB would flatten into a text."""

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self.error: BaseException | None = None
        self.rows = 0
        self._batches = batches

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._batches:
                self.rows += batch.num_rows
                yield batch
        except BaseException as error:
            self.error = error
            raise


def append(
    connection: duckdb.DuckDBPyConnection, target: str, fields: Sequence[FieldSchema], batches: Iterable[pa.RecordBatch]
) -> int:
    """Stream batches into the (quoted) table `target`; returns the number of rows that came."""
    guarded = _Guarded(batches)
    schema = pa.schema([pa.field(field.name, field.arrow) for field in fields])
    reader = pa.RecordBatchReader.from_batches(schema, iter(guarded))
    try:
        with registered(connection, incoming_rows=reader):
            connection.execute(f"INSERT INTO {target} BY NAME SELECT * FROM incoming_rows")
    except duckdb.Error:
        if guarded.error is not None:
            raise guarded.error from None
        raise
    return guarded.rows


def drop_duplicates(connection: duckdb.DuckDBPyConnection, target: str, stamp: str | None) -> None:
    """Keep one row of each Id, the newest: a repeated download brings rows twice."""
    if count(connection, f"SELECT count(*) - count(DISTINCT Id) FROM {target}"):
        order = f"{quoted(stamp)} DESC NULLS LAST, rowid DESC" if stamp else "rowid DESC"
        connection.execute(
            f"DELETE FROM {target} WHERE rowid IN (SELECT rowid FROM {target}"
            f" QUALIFY row_number() OVER (PARTITION BY Id ORDER BY {order}) > 1)"
        )


def count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    """The one number of a query; for INSERT and DELETE that is the number of rows."""
    row = first_row(connection, sql)
    return int(row[0]) if row else 0
