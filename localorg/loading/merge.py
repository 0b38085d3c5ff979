"""Puts converted rows into a table: straight into an empty one, or by comparing with what is there."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping, Sequence

import pyarrow as pa

from localorg.loading.arrow import Column, array, compute
from localorg.schema.model import AUDIT_FIELDS, SObject
from localorg.soql.scope import text
from localorg.store.database import index_names
from localorg.store.sql import quoted, select_by

STAGED = "_staged"
FEWEST_SHARED = 100  # rows; below it, looking for shared values is no gain
REBUILD_INDEXES_FROM = 5000  # rows; below it, building indexes anew is no gain


def insert_columns(connection: sqlite3.Connection, table: str, columns: Mapping[str, Column]) -> None:
    """Insert rows given as equally long columns of stored values."""
    # A value that all rows share is a part of the statement: that spares SQLite to be handed it with every row.
    shared = {name: sql for name, column in columns.items() if (sql := _shared(column)) is not None}
    lists = [column.to_pylist() for name, column in columns.items() if name not in shared]
    if not lists:
        shared, lists = {}, [column.to_pylist() for column in columns.values()]
    names = [name for name in columns if name not in shared]
    values = ", ".join(["?"] * len(names) + list(shared.values()))
    listed = ", ".join(quoted(name) for name in (*names, *shared))
    connection.executemany(f"INSERT INTO {quoted(table)} ({listed}) VALUES ({values})", zip(*lists, strict=True))


def _shared(column: Column) -> str | None:
    """The value of all rows as SQL, None when they differ or are few."""
    if len(column) < FEWEST_SHARED:
        return None
    if column.null_count == len(column):
        return "NULL"
    if column.null_count or not compute.all(compute.equal(column, column[0])).as_py():
        return None
    value = column[0].as_py()
    if isinstance(value, str):
        return None if "\0" in value else text(value)
    return repr(value) if math.isfinite(value) else None


def is_empty(connection: sqlite3.Connection, table: str) -> bool:
    """Whether a table has no rows."""
    return connection.execute(f"SELECT 1 FROM {quoted(table)} LIMIT 1").fetchone() is None


class Merge:
    """Brings the rows of one file into an object's table.

    columns: the columns every batch has, `Id` among them; compared: those that decide whether a row has changed.
    The table of an object without rows takes them straight; otherwise they are staged beside it and compared at the
    end.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        sobject: SObject,
        columns: Sequence[str],
        compared: Sequence[str],
        now: str,
        *,
        unseen: bool = False,
    ) -> None:
        """unseen: no client has seen the org yet, so that no row needs a new SystemModstamp to be noticed."""
        self._connection = connection
        self._sobject = sobject
        self._columns = list(columns)
        own = ("Id",) if unseen else ("Id", "SystemModstamp")
        self._compared = [name for name in compared if name not in own]
        self._unseen = unseen
        self._now = now
        self._direct = is_empty(connection, sobject.name)
        self._indexes_dropped = False
        self._inserted = 0
        if not self._direct:
            names = ", ".join(quoted(name) for name in self._columns if name != "Id")
            connection.execute(f"DROP TABLE IF EXISTS temp.{STAGED}")
            connection.execute(f'CREATE TEMP TABLE {STAGED} ("Id" TEXT PRIMARY KEY NOT NULL, {names})')

    def add(self, columns: Mapping[str, Column]) -> list[int]:
        """Take a batch. Returns the positions of rows left out because their Id came before in the same file."""
        target = self._sobject.name if self._direct else STAGED
        count = len(columns["Id"])
        if self._direct and not self._indexes_dropped and count >= REBUILD_INDEXES_FROM:
            self._drop_indexes()
        self._connection.execute("SAVEPOINT batch")
        repeated: list[int] = []
        try:
            insert_columns(self._connection, target, columns)
        except sqlite3.IntegrityError:
            self._connection.execute("ROLLBACK TO batch")
            repeated = self._repeated(target, columns["Id"])
            if not repeated:
                raise
            kept = array(sorted(set(range(count)) - set(repeated)), pa.int64())
            insert_columns(self._connection, target, {name: column.take(kept) for name, column in columns.items()})
        self._connection.execute("RELEASE batch")
        self._inserted += count - len(repeated)
        return repeated

    def finish(self) -> tuple[int, int, int]:
        """Write what is staged. Returns the numbers of rows inserted, updated and unchanged."""
        if self._direct:
            for statement in self._indexes().values():
                self._connection.execute(statement)
            return self._inserted, 0, 0
        table = quoted(self._sobject.name)
        unchanged = self._connection.execute(
            f'SELECT count(*) FROM {STAGED} s JOIN {table} t ON t."Id" = s."Id" WHERE {self._same()}'
        ).fetchone()[0]
        updated = self._connection.execute(
            f"UPDATE {table} AS t SET {self._assignments()} FROM {STAGED} s "
            f'WHERE t."Id" = s."Id" AND NOT ({self._same()})'
        ).rowcount
        stamped = "SystemModstamp" in self._columns and not self._unseen
        names = ", ".join(quoted(name) for name in self._columns if name != "SystemModstamp" or not stamped)
        stamp_column, stamp_value = (', "SystemModstamp"', ", ?") if stamped else ("", "")
        inserted = self._connection.execute(
            f"INSERT INTO {table} ({names}{stamp_column}) SELECT {names}{stamp_value} FROM {STAGED} s "
            f'WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE t."Id" = s."Id")',
            (self._now,) if stamp_value else (),
        ).rowcount
        self._connection.execute(f"DROP TABLE temp.{STAGED}")
        return inserted, updated, unchanged

    def _same(self) -> str:
        # An audit value that the file does not tell was filled with this load's moment: it is no change.
        parts = ["1"]
        for name in self._compared:
            column = quoted(name)
            filler = f" OR s.{column} = '{self._now}'" if name in AUDIT_FIELDS else ""
            parts.append(f"(t.{column} IS s.{column}{filler})")
        return " AND ".join(parts)

    def _assignments(self) -> str:
        names = [name for name in self._compared if name in self._columns]
        parts = [f"{quoted(name)} = s.{quoted(name)}" for name in names]
        for name in ("LastModifiedDate", "SystemModstamp"):
            if name in self._sobject.fields and name not in names:
                parts.append(f"{quoted(name)} = '{self._now}'")
        return ", ".join(parts) or '"Id" = t."Id"'

    def _repeated(self, target: str, ids: Column) -> list[int]:
        listed = ids.to_pylist()
        taken = {row[0] for row in select_by(self._connection, target, ("Id",), "Id", listed)}
        repeated = []
        for position, record_id in enumerate(listed):
            if record_id in taken:
                repeated.append(position)
            taken.add(record_id)
        return repeated

    def _drop_indexes(self) -> None:
        for name in self._indexes():
            self._connection.execute(f"DROP INDEX IF EXISTS {quoted(name)}")
        self._indexes_dropped = True

    def _indexes(self) -> dict[str, str]:
        """The indexes of columns that get values; the others stay empty and cost nothing."""
        of_columns = {f"{self._sobject.name}.{name}" for name in self._columns}
        return {name: sql for name, sql in index_names(self._sobject).items() if name in of_columns}
