"""Writing many rows: Bulk API 2.0 ingest jobs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sync.client.jobs import INGEST_POLLING, Questions, follow
from sync.client.org import Org
from sync.errors import RequestRefused
from sync.mirror.sql import quoted, text_literal
from sync.plan.targets import CheckedTarget
from sync.plan.values import NULL_IN_CSV


@dataclass(frozen=True)
class IngestJob:
    """A job of ours as the mirror keeps it."""

    job_id: str
    run_id: str
    object: str
    key_field: str
    part: int


def write_csv(connection: duckdb.DuckDBPyConnection, target: CheckedTarget, changes: str, path: Path) -> None:
    """Write the rows of the table `changes` (key, parent, field, new) as CSV, sorted by parent.

    An empty cell leaves a field as it is, `#N/A` empties it.
    """
    names = [str(n) for (n,) in connection.execute(f"SELECT DISTINCT field FROM {changes} ORDER BY field").fetchall()]
    cells = ", ".join(
        f"any_value(CASE WHEN field = {text_literal(name)} THEN coalesce(new, '{NULL_IN_CSV}') END) AS {quoted(name)}"
        for name in names
    )
    rows = (
        f"SELECT key AS {quoted(target.key.name)}, {cells} FROM {changes} GROUP BY key ORDER BY any_value(parent), key"
    )
    options = "FORMAT csv, HEADER, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULL '', FORCE_QUOTE *"
    connection.execute(f"COPY ({rows}) TO {text_literal(str(path))} ({options})")


def create(org: Org, target: CheckedTarget) -> str:
    """Make a job and return its id; a job that is made twice by a repeat stays empty and is closed by the org."""
    body = {"object": target.schema.name, "operation": "update", "contentType": "CSV", "lineEnding": "LF"}
    if target.inserts:
        body |= {"operation": "upsert", "externalIdFieldName": target.key.name}
    return str(org.json("POST", "/jobs/ingest", json=body, repeatable=True)["id"])


def upload(org: Org, job_id: str, path: Path) -> None:
    """Send the rows and let the org begin."""
    try:
        with path.open("rb") as stream:
            org.call("PUT", f"/jobs/ingest/{job_id}/batches", data=stream, headers={"Content-Type": "text/csv"})
        org.call("PATCH", f"/jobs/ingest/{job_id}", json={"state": "UploadComplete"})
    except RequestRefused:
        # a repeat of a request that had arrived is refused for the job's state: then the job has what it needs
        if org.json("GET", f"/jobs/ingest/{job_id}")["state"] == "Open":
            raise


def abort(org: Org, job_id: str) -> None:
    """Give up a job that has not begun."""
    org.call("PATCH", f"/jobs/ingest/{job_id}", json={"state": "Aborted"})


def wait(org: Org, job_id: str, questions: Questions = INGEST_POLLING) -> dict[str, Any]:
    """The job in its final state."""
    return follow(org, f"/jobs/ingest/{job_id}", questions)
