"""What the mirror remembers between runs, apart from the rows: watermarks, schemas, running query jobs, its org."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from sync.errors import ConfigurationError
from sync.mirror.sql import first_row
from sync.schema import ObjectSchema


@dataclass(frozen=True)
class ObjectState:
    """What is known of an object: its schema when it was last pulled, and up to when its changes are in the mirror."""

    schema: ObjectSchema
    watermark: datetime | None


def claim(connection: duckdb.DuckDBPyConnection, org_id: str) -> None:
    """Note that this mirror belongs to that org; raise ConfigurationError when it belongs to another one."""
    check_org(connection, org_id)
    if read_property(connection, "org") is None:
        write_property(connection, "org", org_id)


def check_org(connection: duckdb.DuckDBPyConnection, org_id: str) -> None:
    """Raise ConfigurationError when this mirror belongs to another org."""
    known = read_property(connection, "org")
    if known is not None and known != org_id:
        raise ConfigurationError(
            f"this mirror holds the records of org {known}, the login leads to org {org_id}. Remedy: use the settings"
            " of the first org, or another state directory for the second"
        )


def read_property(connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """A short text that was kept under a name."""
    row = first_row(connection, "SELECT value FROM _sync.properties WHERE name = ?", [name])
    return str(row[0]) if row else None


def write_property(connection: duckdb.DuckDBPyConnection, name: str, value: str) -> None:
    """Keep a short text under a name, in place of what was there."""
    connection.execute("INSERT OR REPLACE INTO _sync.properties VALUES (?, ?)", [name, value])


@dataclass(frozen=True)
class Clocks:
    """What the org's clock and this machine's say (naive UTC); the org's is None when it did not say."""

    org: datetime | None
    own: datetime


def check_clocks(
    connection: duckdb.DuckDBPyConnection, objects: Sequence[str], now: Clocks, tolerance: timedelta
) -> None:
    """Raise ConfigurationError when a clock went back by more than `tolerance` since the last pull of these objects.

    The org's: changes since would have stamps from before the last pull, and not be asked for. This machine's: what is
    scored for today would be scored for a day that has passed.
    """
    row = first_row(
        connection,
        "SELECT max(watermark), max(pulled_at) FROM _sync.objects WHERE list_contains(CAST(? AS VARCHAR[]), object)",
        [list(objects)],
    )
    watermark, pulled_at = row or (None, None)
    if now.org is not None and watermark is not None and watermark - now.org > tolerance:
        raise ConfigurationError(
            f"the mirror was last pulled at {watermark:%Y-%m-%d %H:%M} UTC by the org's clock, which now says"
            f" {now.org:%Y-%m-%d %H:%M}: changes in between could be missed. Remedy: check the org's clock, then run"
            " `sidecar pull --full`, which compares every row"
        )
    if pulled_at is not None and pulled_at - now.own > tolerance:
        raise ConfigurationError(
            f"the mirror was last pulled at {pulled_at:%Y-%m-%d %H:%M} UTC by this machine's clock, which now says"
            f" {now.own:%Y-%m-%d %H:%M}: scores would be those of a day that has passed. Remedy: set this machine's"
            " clock; if it is right now and was ahead then, run `sidecar pull --full`"
        )


def read_state(connection: duckdb.DuckDBPyConnection, sobject: str) -> ObjectState | None:
    """State of an object, None if it was never pulled."""
    row = first_row(
        connection, "SELECT described, watermark FROM _sync.objects WHERE lower(object) = lower(?)", [sobject]
    )
    return ObjectState(ObjectSchema.from_json(row[0]), row[1]) if row else None


def write_state(
    connection: duckdb.DuckDBPyConnection, schema: ObjectSchema, watermark: datetime | None, pulled_at: datetime
) -> None:
    """Keep the state of an object (part of the transaction that stores its rows)."""
    described = schema.to_json()
    # the schema is long and seldom another: only then is it written anew
    known = first_row(
        connection,
        "UPDATE _sync.objects SET watermark = ?, pulled_at = ? WHERE object = ? AND described = ?",
        [watermark, pulled_at, schema.name, described],
    )
    if known == (0,):
        connection.execute(
            "INSERT OR REPLACE INTO _sync.objects VALUES (?, ?, ?, ?)", [schema.name, described, watermark, pulled_at]
        )


def forget_state(connection: duckdb.DuckDBPyConnection, sobject: str) -> None:
    """The object's rows have left the mirror: the next pull that is shown it reads all of them."""
    connection.execute("DELETE FROM _sync.objects WHERE lower(object) = lower(?)", [sobject])


def find_query_job(connection: duckdb.DuckDBPyConnection, query: str, api_version: str) -> str | None:
    """Id of a query job that a former run left behind, if it asked the same of the same API version.

    (Results can be read with the version of the job only: Bulk API 2.0 guide, "Get Results for a Query Job".)
    """
    row = first_row(
        connection, "SELECT job_id FROM _sync.query_jobs WHERE query = ? AND api_version = ?", [query, api_version]
    )
    return str(row[0]) if row else None


def keep_query_job(
    connection: duckdb.DuckDBPyConnection, sobject: str, query: str, api_version: str, job_id: str
) -> None:
    """Remember a job before anything of it is read."""
    connection.execute("INSERT INTO _sync.query_jobs VALUES (?, ?, ?, ?)", [sobject, query, api_version, job_id])


def forget_query_job(connection: duckdb.DuckDBPyConnection, job_id: str) -> None:
    """The job failed, or the org knows it no more."""
    connection.execute("DELETE FROM _sync.query_jobs WHERE job_id = ?", [job_id])


def forget_query_jobs(connection: duckdb.DuckDBPyConnection, sobject: str) -> None:
    """All jobs of the object are read, or asked for changes since a moment that has passed."""
    connection.execute("DELETE FROM _sync.query_jobs WHERE object = ?", [sobject])
