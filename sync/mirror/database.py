"""Opening the mirror's file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import duckdb

from sync.errors import ConfigurationError, MirrorBusy
from sync.mirror.layout import MIRROR_VERSION, STEPS
from sync.mirror.sql import first_row

MEMORY_LIMIT = "2GB"
FRUGAL_LIMIT = "160MB"
"""What reading rows mostly needs. With more, DuckDB would keep what it has written, and grow with the rows."""

NEW_MIRROR = (
    "put back a copy of the file, or move it away; the next pull builds a new one (what runs did, and with it what can"
    " be undone, is lost)"
)
"""What to do about a file that is damaged."""

_MAX_THREADS = 4
_ALONE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
# DuckDB's own bar would go to standard output, into the middle of a report.
_SILENT = "SET enable_progress_bar = false"


def in_memory(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A database of its own, for work on tables: it prints nothing and fetches nothing.

    threads: default one for each processor.
    """
    connection = duckdb.connect(":memory:", config=_ALONE if threads is None else {**_ALONE, "threads": threads})
    connection.execute(_SILENT)
    return connection


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open or create the file and bring its bookkeeping tables up to date.

    Raises MirrorBusy when another process holds it, ConfigurationError when it is no mirror or one of a newer version.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    config = {**_ALONE, "memory_limit": MEMORY_LIMIT, "threads": min(_MAX_THREADS, os.cpu_count() or 1)}
    try:
        connection = duckdb.connect(str(path), config=config)
    except duckdb.Error as error:
        raise _unopened(path, error) from error
    try:
        connection.execute(_SILENT)
        _check_version(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _unopened(path: Path, error: duckdb.Error) -> Exception:
    text = str(error)
    if "Could not set lock" in text:
        return MirrorBusy(
            f"the mirror {path} is in use by another process: wait until its run has ended, or stop the service that"
            f" owns it ({_first_line(error)})"
        )
    if os.strerror(errno.ENOSPC) in text:
        return error
    if any(os.strerror(code) in text for code in _FORBIDDEN):
        return ConfigurationError(
            f"the mirror {path} cannot be written to ({_first_line(error)}): every command needs that, also one that"
            " only shows something. Remedy: give this user the right to write there, or name another state directory"
        )
    return ConfigurationError(
        f"{path} cannot be opened as a mirror ({_first_line(error)}): expected a whole file, written by this product"
        f" and this or an older version of its database. Remedy: {NEW_MIRROR}"
    )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _check_version(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Bring an older or an empty file up to date, step by step in one transaction; refuse a newer one."""
    found = _version(connection)
    if found > MIRROR_VERSION:
        raise ConfigurationError(
            f"the mirror {path} has version {found}, this program knows versions up to {MIRROR_VERSION}. Remedy:"
            " use the newer program that wrote it, or move the file away; the next pull builds a new one"
        )
    if found == MIRROR_VERSION:
        return
    connection.execute("BEGIN")
    for step in STEPS[found:]:
        connection.execute(step)
    connection.execute("INSERT OR REPLACE INTO _sync.properties VALUES ('version', ?)", [str(MIRROR_VERSION)])
    connection.execute("COMMIT")


def _version(connection: duckdb.DuckDBPyConnection) -> int:
    """The file's version, 0 for a new one."""
    known = first_row(
        connection, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = '_sync' AND table_name = 'properties'"
    )
    row = (
        first_row(connection, "SELECT value FROM _sync.properties WHERE name = 'version'")
        if known and known[0]
        else None
    )
    return int(row[0]) if row else 0


def is_out_of_memory(error: duckdb.Error) -> bool:
    """Whether the memory limit was too small for what was to be done."""
    return isinstance(error, duckdb.OutOfMemoryException) or "failed to pin block" in str(error)
