"""What the mirror holds, as one short text: two mirrors that hold the same rows have the same."""

from __future__ import annotations

import hashlib

import duckdb

from sync.mirror.sql import first_row, quoted
from sync.mirror.tables import columns_of


def fingerprint(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> str:
    """SHA-256 over each table's name, columns, number of rows and the sum of its rows' hashes.

    A sum does not depend on the rows' order and, unlike an exclusive or, does not lose a row that is there twice. One
    pass over the tables; nothing is sorted or kept.
    """
    digest = hashlib.sha256()
    for name in tables:
        found = first_row(connection, f"SELECT count(*), sum(hash(t)::HUGEINT) FROM main.{quoted(name)} t")
        digest.update(repr((name, columns_of(connection, name), found)).encode())
    return digest.hexdigest()
