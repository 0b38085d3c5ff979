"""The mirror: the org's records in one DuckDB file, a table per object under the org's own names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import duckdb

from sync.mirror.bookkeeping import read_property, read_state, write_property
from sync.mirror.content import fingerprint
from sync.mirror.database import FRUGAL_LIMIT, MEMORY_LIMIT, connect, in_memory
from sync.mirror.sql import first_row, quoted
from sync.mirror.tables import columns_of, columns_of_all
from sync.schema import ObjectSchema

__all__ = ["Mirror", "in_memory"]


def _nothing(name: str) -> None:
    """The default at a commit point."""


class Mirror:
    """An open mirror file; only one process can hold it. Close it, or use it as a context manager.

    `connection` is the DuckDB connection. Rows are in the schema `main` (`Id` is unique in each table; dates are DATE,
    datetimes TIMESTAMP in UTC, numbers DOUBLE, ints BIGINT, the rest VARCHAR); what the sync keeps for itself is in
    the schema `_sync`.
    """

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self.connection = connection
        self.at_commit: Callable[[str], None] = _nothing
        """Called with the name of each commit point, first as "before NAME", then as "after NAME"; tests stop a run
        there."""

    @classmethod
    def open(cls, path: Path | str) -> Mirror:
        """Open the file, or create it.

        Raises MirrorBusy when another process holds it, ConfigurationError when the file is no mirror or was written
        by a newer version.
        """
        return cls(Path(path), connect(Path(path)))

    def table_names(self) -> tuple[str, ...]:
        """Names of the objects that are in the mirror, in alphabetical order."""
        rows = self.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary ORDER BY table_name"
        ).fetchall()
        return tuple(str(name) for (name,) in rows)

    def columns(self, name: str) -> dict[str, str]:
        """Column -> DuckDB type of one object, empty when it is not in the mirror."""
        return columns_of(self.connection, name)

    def columns_of_all(self) -> dict[str, dict[str, str]]:
        """The same of every object that is in the mirror, by its name."""
        return columns_of_all(self.connection)

    def count(self, name: str) -> int:
        """Records of one object in the mirror, 0 when it was never pulled."""
        if not self.columns(name):
            return 0
        row = first_row(self.connection, f"SELECT count(*) FROM main.{quoted(name)}")
        return int(row[0]) if row else 0

    def find(self, record_id: str) -> str | None:
        """The object of the record with this Id (15 or 18 characters), None when the mirror has none."""
        if len(record_id) not in (15, 18):
            return None
        for name in self.table_names():
            query = f"SELECT 1 FROM main.{quoted(name)} WHERE left(Id, 15) = ? LIMIT 1"
            if "Id" in self.columns(name) and first_row(self.connection, query, [record_id[:15]]):
                return name
        return None

    def schema(self, name: str) -> ObjectSchema | None:
        """The org's schema of one object as it was at the last pull, None when it was never pulled."""
        state = read_state(self.connection, name)
        return state.schema if state else None

    def fingerprint(self) -> str:
        """A short text that is another one once any row of the mirror is another one; one pass over all rows."""
        return fingerprint(self.connection, self.table_names())

    def note(self, name: str) -> str | None:
        """What `keep_note` kept under this name, None where it kept nothing."""
        return read_property(self.connection, name)

    def keep_note(self, name: str, value: str) -> None:
        """Keep a short text beside the rows, in place of what was kept under this name."""
        with self.transaction("note"):
            write_property(self.connection, name, value)

    @contextmanager
    def transaction(self, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """The block is kept as a whole, or nothing of it when it raises; `name` is that of the commit point."""
        self.connection.execute("BEGIN")
        try:
            yield self.connection
            self.at_commit(f"before {name}")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        self.at_commit(f"after {name}")

    @contextmanager
    def frugal(self) -> Iterator[None]:
        """Within the block DuckDB uses little memory; what does not fit fails (see `database.is_out_of_memory`)."""
        self.connection.execute(f"SET memory_limit = '{FRUGAL_LIMIT}'")
        try:
            yield
        finally:
            self.connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def __enter__(self) -> Mirror:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
