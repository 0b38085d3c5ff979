"""Small helpers around SQL text and results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa


def quoted(name: str) -> str:
    """An identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A string in SQL."""
    return "'" + text.replace("'", "''") + "'"


def column_list(names: Iterable[str]) -> str:
    """Identifiers joined by commas."""
    return ", ".join(quoted(name) for name in names)


def first_row(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] = ()
) -> tuple[Any, ...] | None:
    """The first row of a query, None when it has none.

    All rows are fetched: DuckDB lets nothing else happen on a connection while a result is unfinished.
    """
    rows = connection.execute(query, list(parameters)).fetchall()
    return tuple(rows[0]) if rows else None


CHUNK_ROWS = 8192
"""Of an Arrow table: an Arrow text column holds 2 GB a chunk, the longest texts of an org are 131,072 characters."""


def as_arrow(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] = ()) -> pa.Table:
    """Result of a query as an Arrow table."""
    table: pa.Table = connection.sql(query, params=list(parameters)).to_arrow_table(CHUNK_ROWS)
    return table


@contextmanager
def registered(
    connection: duckdb.DuckDBPyConnection, **tables: pa.Table | pa.RecordBatchReader
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Arrow tables under these names for the queries of the block.

    After an error they are left to the rollback: an aborted transaction refuses to unregister them, and that refusal
    would hide the error.
    """
    for name, table in tables.items():
        connection.register(name, table)
    yield connection
    for name in tables:
        connection.unregister(name)
