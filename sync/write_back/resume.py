"""Jobs that a killed run left in the org: ask what became of them before anything else is done."""

from __future__ import annotations

import duckdb

from sync.client.org import Org
from sync.errors import RequestRefused
from sync.ledger import PLANNED, UNKNOWN
from sync.mirror import Mirror
from sync.write_back import bulk
from sync.write_back.outcomes import keep_results
from sync.write_back.results import read_results


def resume(org: Org, mirror: Mirror) -> int:
    """Settle every ingest job that has no outcome yet; returns how many there were.

    A job whose upload had not ended is given up, one that runs is waited for (its rows must not be overtaken by newer
    ones), and the outcomes of one that has ended are taken in. Costs nothing when no run was killed.
    """
    rows = mirror.connection.execute(
        "SELECT job_id, run_id, object, key_field, part FROM _sync.ingest_jobs ORDER BY run_id, object, part"
    ).fetchall()
    for row in rows:
        finish(org, mirror, bulk.IngestJob(*row))
    return len(rows)


def finish(org: Org, mirror: Mirror, job: bulk.IngestJob) -> None:
    """Settle one job."""
    try:
        state = org.json("GET", f"/jobs/ingest/{job.job_id}")
    except RequestRefused as error:
        if error.status != 404:  # the org keeps jobs for seven days
            raise
        state = {"state": "gone"}
    if state["state"] == "Open":
        bulk.abort(org, job.job_id)
    if state["state"] in ("Open", "gone"):
        with mirror.transaction(f"job given up for {job.object}") as connection:
            _mark_unknown(connection, job)
            forget(connection, job)
        return
    take_results(org, mirror, job)


def take_results(org: Org, mirror: Mirror, job: bulk.IngestJob) -> None:
    """Wait for a job's end and keep its outcomes."""
    state = bulk.wait(org, job.job_id)
    results = read_results(org, mirror, job, state)
    schema = mirror.schema(job.object)
    with mirror.transaction(f"job results of {job.object}") as connection:
        if schema is not None:
            keep_results(connection, job.run_id, schema, job.key_field, results)
        forget(connection, job)


def remember(connection: duckdb.DuckDBPyConnection, job: bulk.IngestJob, api_version: str) -> None:
    """Keep a job before its upload."""
    connection.execute(
        "INSERT INTO _sync.ingest_jobs VALUES (?, ?, ?, ?, ?, ?)",
        [job.job_id, job.run_id, job.object, job.key_field, api_version, job.part],
    )


def forget(connection: duckdb.DuckDBPyConnection, job: bulk.IngestJob) -> None:
    """The outcomes of a job are in the ledger."""
    connection.execute("DELETE FROM _sync.ingest_jobs WHERE job_id = ?", [job.job_id])


def _mark_unknown(connection: duckdb.DuckDBPyConnection, job: bulk.IngestJob) -> None:
    connection.execute(
        "UPDATE _sync.ledger SET outcome = ? WHERE run_id = ? AND object = ? AND part = ? AND outcome = ?",
        [UNKNOWN, job.run_id, job.object, job.part, PLANNED],
    )
