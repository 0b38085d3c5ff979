"""How rows get into a table of the mirror: completely or not at all, and only those that differ.

Everything here works inside the caller's transaction. Names come from the org's describe and are quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import duckdb
import pyarrow as pa

from sync.errors import Incomplete
from sync.mirror.sql import column_list, first_row, quoted
from sync.mirror.tables import append, count, create_scratch, drop_duplicates
from sync.schema import FieldSchema

_STAGING = "staging_rows"


@dataclass(frozen=True)
class Stored:
    """Rows that came over the wire, rows of the mirror that are new or different now, rows that left it, and rows that
    came no more but were kept, because they are suspiciously many."""

    read: int
    changed: int
    removed: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Incoming:
    """How the rows of a query are to be taken.

    Parameters
    ----------
    stamp : the field that tells the newer of two versions of a row.
    complete : they are all there are, so other rows leave the mirror.
    promised : the number of rows that the org spoke of.
    deleted : the field that marks rows which are gone, where the rows may contain such.
    accept_missing : rows leave the mirror however many they are.
    """

    stamp: str | None
    complete: bool
    promised: int = 0
    deleted: FieldSchema | None = None
    accept_missing: bool = False


SUSPICIOUS_SHARE, SUSPICIOUS_ROWS = 0.2, 20
"""More than this share of an object, and more than so many rows, do not disappear at once without a question."""


def is_suspicious(missing: int, held: int) -> bool:
    """Whether so many rows of so many hardly vanished by themselves."""
    return missing > max(SUSPICIOUS_ROWS, SUSPICIOUS_SHARE * held)


def store(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    fields: Sequence[FieldSchema],
    batches: Iterable[pa.RecordBatch],
    how: Incoming,
) -> Stored:
    """Bring rows into a table, by Id; rows that are equal already are left alone.

    `fields` are the table's columns; the batches have `how.deleted` besides, if it is given and not among them.
    Raises Incomplete, before anything leaves the mirror, when fewer rows came than were promised.
    """
    target = quoted(table)
    filled = (batch for batch in batches if batch.num_rows)
    first = next(filled, None)
    if first is None and not how.complete and not how.promised:
        return Stored(0, 0)
    batches = filled if first is None else chain([first], filled)
    if how.complete and first_row(connection, f"SELECT 1 FROM {target} LIMIT 1") is None:
        read = append(connection, target, fields, batches)
        _check_all_came(connection, target, table, how)
        return Stored(read, count(connection, f"SELECT count(*) FROM {target}"))
    came = list(fields)
    if how.deleted is not None and how.deleted not in fields:
        came.append(how.deleted)
    create_scratch(connection, _STAGING, came)
    read = append(connection, _STAGING, came, batches)
    _check_all_came(connection, _STAGING, table, how)
    removed, kept = (_drop_missing if how.complete else _drop_deleted)(connection, target, how)
    changed = _merge(connection, target, fields)
    connection.execute(f"DROP TABLE {_STAGING}")
    return Stored(read, changed, removed, kept)


def _check_all_came(connection: duckdb.DuckDBPyConnection, place: str, table: str, how: Incoming) -> None:
    drop_duplicates(connection, place, how.stamp)
    came = count(connection, f"SELECT count(*) FROM {place}")
    if came < how.promised:
        raise Incomplete(
            f"the org spoke of {how.promised:,} rows of {table}, {came:,} came: none of them is kept. Remedy: run again"
        )


def _drop_missing(connection: duckdb.DuckDBPyConnection, target: str, how: Incoming) -> tuple[int, int]:
    """Rows that came no more: how many left, how many were kept."""
    where = f"WHERE Id NOT IN (SELECT Id FROM {_STAGING})"
    missing = count(connection, f"SELECT count(*) FROM {target} {where}")
    held = count(connection, f"SELECT count(*) FROM {target}")
    if is_suspicious(missing, held) and not how.accept_missing:
        return 0, missing
    return (count(connection, f"DELETE FROM {target} {where}") if missing else 0), 0


def _drop_deleted(connection: duckdb.DuckDBPyConnection, target: str, how: Incoming) -> tuple[int, int]:
    """Rows that the org marks as deleted: how many left."""
    if how.deleted is None:
        return 0, 0
    mark = quoted(how.deleted.name)
    gone = f"DELETE FROM {target} WHERE Id IN (SELECT Id FROM {_STAGING} WHERE {mark})"
    removed = count(connection, gone)
    connection.execute(f"DELETE FROM {_STAGING} WHERE {mark}")
    return removed, 0


def fill_columns(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    fields: Sequence[FieldSchema],
    batches: Iterable[pa.RecordBatch],
    promised: int,
) -> int:
    """Fill columns (`fields`, of which the first is Id) of rows that are there; returns the rows that came.

    Raises Incomplete when fewer rows came than were promised.
    """
    create_scratch(connection, _STAGING, fields)
    read = append(connection, _STAGING, fields, batches)
    _check_all_came(connection, _STAGING, table, Incoming(None, complete=True, promised=promised))
    values = ", ".join(f"{quoted(field.name)} = s.{quoted(field.name)}" for field in fields if field.name != "Id")
    connection.execute(f"UPDATE {quoted(table)} t SET {values} FROM {_STAGING} s WHERE t.Id = s.Id")
    connection.execute(f"DROP TABLE {_STAGING}")
    return read


def _merge(connection: duckdb.DuckDBPyConnection, target: str, fields: Sequence[FieldSchema]) -> int:
    """Rows of the staging table that are new or different: how many there were.

    Rows are compared by a hash of 64 bits, so that a join holds no long texts.
    """
    names = column_list(f.name for f in fields)
    connection.execute(
        f"DELETE FROM {_STAGING} WHERE rowid IN (SELECT s.row FROM"
        f" (SELECT rowid AS row, Id, hash({names}) AS digest FROM {_STAGING}) s"
        f" JOIN (SELECT Id, hash({names}) AS digest FROM {target}) t USING (Id, digest))"
    )
    connection.execute(f"DELETE FROM {target} WHERE Id IN (SELECT Id FROM {_STAGING})")
    return count(connection, f"INSERT INTO {target} ({names}) SELECT {names} FROM {_STAGING}")
