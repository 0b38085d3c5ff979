"""Bulk API 2.0 query jobs, for large results: made, gone on with, followed to their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sync.client.jobs import QUERY_POLLING, Polling, follow
from sync.client.org import Org
from sync.errors import JobFailed, RequestRefused
from sync.mirror import Mirror
from sync.mirror.bookkeeping import find_query_job, forget_query_job, keep_query_job


class NotInBulk(Exception):  # noqa: N818 - a finding, handled inside the pull
    """The org does not serve this object through the Bulk API."""


@dataclass(frozen=True)
class QueryJob:
    """A job whose results are ready; `created_at` (naive UTC) is the org's clock when it began."""

    job_id: str
    created_at: datetime
    rows: int


@dataclass(frozen=True)
class JobRequest:
    """What a job is asked for; `deleted_too` includes the recycle bin and archived activities."""

    sobject: str
    query: str
    deleted_too: bool = False


CALLS_OF_A_JOB = 20
"""Making a job and asking for its state until it ends, as a budget counts them."""


def finished_job(org: Org, mirror: Mirror, ask: JobRequest, polling: Polling = QUERY_POLLING) -> QueryJob:
    """Start a job, or go on with the one that a former run left behind, and wait for its end.

    The job's id is in the mirror before its state is asked for. Raises JobFailed when it fails, NotInBulk when the
    object cannot be queried in bulk.
    """
    version, sobject, query = org.session.settings.api_version, ask.sobject, ask.query
    job_id = find_query_job(mirror.connection, query, version)
    job = _left_behind(org, job_id, polling) if job_id else None
    if job_id and job is None:
        forget_query_job(mirror.connection, job_id)
    if job is None:
        job_id = _create(org, ask)
        with mirror.transaction(f"query job of {sobject}") as connection:
            keep_query_job(connection, sobject, query, version, job_id)
        job = follow(org, f"/jobs/query/{job_id}", polling)
    if job["state"] != "JobComplete":
        forget_query_job(mirror.connection, job["id"])
        reason = job.get("errorMessage") or "no reason given"
        raise JobFailed(
            f"query job {job['id']} of {sobject} ended as {job['state']} ({reason}): run again, the next run starts a"
            " new one",
            reason,
        )
    created = datetime.fromisoformat(job["createdDate"]).astimezone(UTC).replace(tzinfo=None)
    return QueryJob(job["id"], created, int(job.get("numberRecordsProcessed") or 0))


def _left_behind(org: Org, job_id: str, polling: Polling) -> dict[str, Any] | None:
    try:
        job = follow(org, f"/jobs/query/{job_id}", polling)
    except RequestRefused as error:
        if error.status == 404 or error.code == "INVALIDUSER":  # kept for seven days, for the user who made it
            return None
        raise
    return job if job["state"] == "JobComplete" else None


def _create(org: Org, ask: JobRequest) -> str:
    body = {"operation": "queryAll" if ask.deleted_too else "query", "query": ask.query}
    body |= {"contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"}
    try:
        # a job that is made twice costs a little and changes nothing
        return str(org.json("POST", "/jobs/query", json=body, repeatable=True)["id"])
    except RequestRefused as error:
        if error.code in ("INVALIDENTITY", "FEATURENOTENABLED", "FUNCTIONALITY_NOT_ENABLED"):
            raise NotInBulk(error.message) from error
        raise
