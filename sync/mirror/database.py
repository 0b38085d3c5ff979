"""Opening the mirror's file."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from sync.errors import ConfigurationError, MirrorBusy
from sync.mirror.sql import first_row

MIRROR_VERSION = 1
"""Raised when the layout of the `_sync` tables changes."""

_MEMORY_LIMIT = "2GB"
_MAX_THREADS = 4

_LAYOUT = """
CREATE SCHEMA IF NOT EXISTS _sync;
CREATE TABLE IF NOT EXISTS _sync.properties (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.objects (
    object VARCHAR PRIMARY KEY, described VARCHAR NOT NULL, watermark TIMESTAMP, pulled_at TIMESTAMP NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.query_jobs (
    object VARCHAR NOT NULL, query VARCHAR NOT NULL, api_version VARCHAR NOT NULL, job_id VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.ingest_jobs (
    job_id VARCHAR PRIMARY KEY, run_id VARCHAR NOT NULL, object VARCHAR NOT NULL, key_field VARCHAR NOT NULL,
    api_version VARCHAR NOT NULL, part INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.runs (
    run_id VARCHAR PRIMARY KEY, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP, status VARCHAR NOT NULL,
    rows_planned BIGINT NOT NULL, rows_written BIGINT NOT NULL, rows_refused BIGINT NOT NULL, calls BIGINT NOT NULL,
    message VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.ledger (
    run_id VARCHAR NOT NULL, object VARCHAR NOT NULL, key VARCHAR NOT NULL, record_id VARCHAR, field VARCHAR NOT NULL,
    old_value VARCHAR, new_value VARCHAR, part INTEGER, outcome VARCHAR NOT NULL, code VARCHAR, message VARCHAR);
CREATE TABLE IF NOT EXISTS _sync.failures (
    object VARCHAR NOT NULL, key VARCHAR NOT NULL, since TIMESTAMP NOT NULL, last_at TIMESTAMP NOT NULL,
    refusals INTEGER NOT NULL, code VARCHAR, message VARCHAR, PRIMARY KEY (object, key));
CREATE TABLE IF NOT EXISTS _sync.made_records (run_id VARCHAR NOT NULL, object VARCHAR NOT NULL, key VARCHAR NOT NULL);
"""


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open or create the file and bring its bookkeeping tables up to date.

    Raises MirrorBusy when another process holds it, ConfigurationError when it is no mirror or one of a newer version.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": _MEMORY_LIMIT,
        "threads": min(_MAX_THREADS, os.cpu_count() or 1),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    try:
        connection = duckdb.connect(str(path), config=config)
    except duckdb.IOException as error:
        raise _unopened(path, error) from error
    except duckdb.Error as error:
        raise ConfigurationError(f"{path} cannot be opened as a mirror: {_first_line(error)}") from error
    try:
        _check_version(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _unopened(path: Path, error: duckdb.Error) -> Exception:
    text = str(error)
    if "lock" in text.lower():
        return MirrorBusy(
            f"the mirror {path} is in use by another process: wait until its run has ended, or stop the service that"
            f" owns it ({_first_line(error)})"
        )
    return ConfigurationError(
        f"{path} cannot be opened as a mirror ({_first_line(error)}): expected a file written by this product and this"
        " or an older version of its database. Remedy: move the file away; the next pull builds a new one"
    )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _check_version(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    known = first_row(
        connection, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = '_sync' AND table_name = 'properties'"
    )
    if known and known[0]:
        row = first_row(connection, "SELECT value FROM _sync.properties WHERE name = 'version'")
        found = int(row[0]) if row else 0
        if found > MIRROR_VERSION:
            raise ConfigurationError(
                f"the mirror {path} has version {found}, this program knows versions up to {MIRROR_VERSION}. Remedy:"
                " use the newer program that wrote it, or move the file away; the next pull builds a new one"
            )
    connection.execute("BEGIN")
    connection.execute(_LAYOUT)
    connection.execute("INSERT OR REPLACE INTO _sync.properties VALUES ('version', ?)", [str(MIRROR_VERSION)])
    connection.execute("COMMIT")
