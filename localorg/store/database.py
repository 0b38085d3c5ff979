"""The SQLite file: connections, transactions and a table per object."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from queue import Empty, SimpleQueue
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from localorg.clock import Clock, stamp
from localorg.errors import StoreError
from localorg.formula.sqlite import register
from localorg.schema.model import Field, SObject
from localorg.store.sql import quoted

COLUMN_TYPES = {"boolean": "INTEGER", "int": "INTEGER", "double": "REAL", "currency": "REAL", "percent": "REAL"}
BUSY_SECONDS = 60.0
CHECKPOINT_PAGES = 8_000
# References that nobody looks rows up by; an index on them would only slow every write down.
UNINDEXED_REFERENCES = frozenset(
    {"CreatedById", "LastModifiedById", "MasterRecordId", "LastAmountChangedHistoryId", "LastCloseDateChangedHistoryId"}
)
_META_TABLES = """
CREATE TABLE IF NOT EXISTS "_setting" (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_counter" (key TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_deployed" (kind TEXT, name TEXT, content TEXT, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_bin" (id TEXT PRIMARY KEY, object TEXT, root TEXT, deleted TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_purged" (id TEXT PRIMARY KEY, object TEXT, deleted TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS "_bin.root" ON "_bin" (root);
CREATE INDEX IF NOT EXISTS "_bin.deleted" ON "_bin" (deleted);
CREATE TABLE IF NOT EXISTS "_cleared" (root TEXT, object TEXT, field TEXT, id TEXT, value TEXT);
CREATE INDEX IF NOT EXISTS "_cleared.root" ON "_cleared" (root);
"""


class Database:
    """The org's file. Readers see the state of the last finished write; there is one writer at a time."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._time_zone = "UTC"
        self._write_lock = threading.RLock()
        self._writer_thread: int | None = None
        self._at_end: list[Callable[[], None]] = []
        self._idle_readers: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._closed = False
        self._files = 0  # how often another file has taken this one's place
        try:
            self._write_connection = self._connect()
            self._write_connection.execute("PRAGMA journal_mode = WAL")
            # Large ingests write the same pages again and again; moving them into the file less often is quicker.
            self._write_connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            self._write_connection.executescript(_META_TABLES)
        except sqlite3.Error as error:
            raise StoreError(
                f"{path} cannot be opened as a local org ({error}); give a new path or a local org's file"
            ) from error

    def set_time_zone(self, time_zone: str) -> None:
        """Let `sf_today()` tell the day of this time zone (an IANA name); an unknown one counts as UTC."""
        try:
            ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            time_zone = "UTC"
        self._time_zone = time_zone

    def today(self) -> date:
        """The org's present day."""
        return self._clock.today(self._time_zone)

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """A read-only connection which sees one state of the file from its first query to its end.

        Inside a `writer()` of the same thread it is that one, which sees what the transaction wrote so far.
        """
        if self.writing:
            yield self._write_connection
            return
        file, connection = self._files, self._take_reader()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.rollback()
            if self._closed or file != self._files:
                connection.close()
            else:
                self._idle_readers.put(connection)

    @contextmanager
    def writer(self) -> Iterator[sqlite3.Connection]:
        """The writing connection, alone, in one transaction: committed at the end, undone on any exception.

        Inside another `writer()` of the same thread it is a part of that transaction, and an exception undoes the part.
        """
        with self._write_lock:
            connection = self._write_connection
            if connection.in_transaction:
                with _part(connection):
                    yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            self._writer_thread = threading.get_ident()
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._writer_thread = None
                ended, self._at_end = self._at_end, []
                for act in ended:
                    act()

    @contextmanager
    def replaced(self, wait: float = BUSY_SECONDS) -> Iterator[sqlite3.Connection]:
        """A `writer()` for very many rows: on a copy of the file, without journal, that takes its place at the end.

        Until then readers see the file as it was, and that is what is left if the block raises or the process is
        killed; a copy that was left behind is removed by the next call. Every `writer()` inside is part of it.
        Raises StoreError when others go on reading the file for `wait` seconds.
        """
        with self._write_lock:
            copy, kept = self.path.with_name(f"{self.path.name}.filling"), self._write_connection
            copy.unlink(missing_ok=True)
            kept.execute("VACUUM INTO ?", (str(copy),))
            self._write_connection = self._connect(copy)
            try:
                for setting in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
                    self._write_connection.execute(f"PRAGMA {setting}")
                with self.writer() as connection:
                    yield connection
                self._write_connection.close()
                with copy.open("rb") as file:
                    os.fsync(file.fileno())
                kept.execute(f"PRAGMA busy_timeout = {round(wait * 1000)}")
                (busy, _, _) = kept.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if busy:
                    raise StoreError(f"{self.path} is being read: try again when nothing else uses it")
            except BaseException:
                self._write_connection.close()
                self._write_connection = kept
                kept.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")
                copy.unlink(missing_ok=True)
                raise
            self._take_place(copy, kept)

    def _take_place(self, copy: Path, kept: sqlite3.Connection) -> None:
        self._close_idle()
        self._files += 1  # readers in use now keep the old file, and close it when they are done
        kept.close()
        for suffix in ("-wal", "-shm"):  # empty: all of it is in the old file
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        copy.replace(self.path)
        self._write_connection = self._connect()
        self._write_connection.execute("PRAGMA journal_mode = WAL")

    @property
    def writing(self) -> bool:
        """Whether this thread is inside a `writer()`."""
        return self._writer_thread == threading.get_ident()

    def at_end(self, act: Callable[[], None]) -> None:
        """Call something once the transaction which this thread is in has ended, however it ends."""
        self._at_end.append(act)

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._closed = True
        self._close_idle()
        with self._write_lock:
            self._write_connection.close()

    def _close_idle(self) -> None:
        while True:
            try:
                self._idle_readers.get_nowait().close()
            except Empty:
                break

    def ensure_tables(self, objects: Iterable[SObject]) -> None:
        """Create missing tables, add missing columns and indexes; what is there already stays."""
        with self.writer() as connection:
            for sobject in objects:
                _ensure_table(connection, sobject)

    def _take_reader(self) -> sqlite3.Connection:
        try:
            return self._idle_readers.get_nowait()
        except Empty:
            connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
            return connection

    def _connect(self, path: Path | None = None) -> sqlite3.Connection:
        connection = sqlite3.connect(
            path or self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA temp_store = FILE")
        register(connection)
        connection.create_function("sf_today", 0, lambda: self.today().isoformat())
        connection.create_function("sf_now", 0, lambda: stamp(self._clock.now()))
        return connection


@contextmanager
def _part(connection: sqlite3.Connection) -> Iterator[None]:
    """A part of a transaction which an exception undoes by itself."""
    connection.execute("SAVEPOINT inner")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO inner")
        connection.execute("RELEASE inner")
        raise
    connection.execute("RELEASE inner")


def column_definition(field: Field) -> str:
    """The SQL which declares a field's column."""
    if field.type == "id":
        return f"{quoted(field.name)} TEXT PRIMARY KEY NOT NULL"
    suffix = " NOT NULL DEFAULT 0" if field.type == "boolean" else ""
    return f"{quoted(field.name)} {COLUMN_TYPES.get(field.type, 'TEXT')}{suffix}"


def index_names(sobject: SObject) -> dict[str, str]:
    """The indexes of an object's table besides its primary key: name -> SQL that creates it."""
    found = {}
    for field in sobject.stored_fields:
        reference = field.type == "reference" and field.name not in UNINDEXED_REFERENCES
        if not (reference or field.external_id or field.unique or field.name == "SystemModstamp"):
            continue
        name = f"{sobject.name}.{field.name}"
        collation = "" if reference or field.type in COLUMN_TYPES or field.case_sensitive else " COLLATE NOCASE"
        column = quoted(field.name)
        # Blank references are many and never looked up: leaving them out keeps the indexes small and writes quick.
        part = "" if field.name == "SystemModstamp" else f"{collation}) WHERE ({column} IS NOT NULL"
        found[name] = f"CREATE INDEX IF NOT EXISTS {quoted(name)} ON {quoted(sobject.name)} ({column}{part})"
    return found


def _ensure_table(connection: sqlite3.Connection, sobject: SObject) -> None:
    table = quoted(sobject.name)
    present = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
    columns = [field for field in sobject.stored_fields if field.name not in present]
    if not present:
        definitions = ", ".join(column_definition(field) for field in columns)
        deleted = "" if "IsDeleted" in sobject.fields else ', "IsDeleted" INTEGER NOT NULL DEFAULT 0'
        connection.execute(f"CREATE TABLE {table} ({definitions}{deleted})")
    else:
        for field in columns:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column_definition(field)}")
    if columns:
        for statement in index_names(sobject).values():
            connection.execute(statement)
