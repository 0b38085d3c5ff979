"""Reading rows through Bulk API 2.0 query jobs, for large results."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Any

import pyarrow as pa
import requests
import urllib3

from sync.client.jobs import QUERY_POLLING, Polling, follow
from sync.client.org import Org
from sync.convert import read_csv
from sync.errors import JobFailed, OrgUnavailable, RequestRefused, UnexpectedAnswer
from sync.mirror import Mirror
from sync.mirror.bookkeeping import find_query_job, forget_query_job, keep_query_job
from sync.schema import FieldSchema

CHUNK_ROWS = 50_000
"""Rows asked for at once; a download that is cut is repeated from the start of its chunk."""

_CHUNK_ATTEMPTS = 4
_CUT = (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, pa.ArrowInvalid)


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


def calls_of_results(job: QueryJob) -> int:
    """Calls for the results of a job."""
    return ceil(job.rows / CHUNK_ROWS) + 1


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


def batches(org: Org, job: QueryJob, fields: Sequence[FieldSchema]) -> Iterator[pa.RecordBatch]:
    """The rows of a finished job. A chunk whose download was cut comes again from its start: drop duplicates by Id."""
    locator: str | None = None
    while True:
        following: str | None = None
        for attempt in range(_CHUNK_ATTEMPTS):
            chunk = _Chunk(org, job.job_id, locator)
            try:
                yield from chunk.batches(fields)
                following = chunk.next_locator
                break
            except _CUT as error:
                if attempt == _CHUNK_ATTEMPTS - 1:
                    raise OrgUnavailable(
                        f"the results of job {job.job_id} at {locator or 'their start'} could not be read in"
                        f" {_CHUNK_ATTEMPTS} attempts ({type(error).__name__}: {error}): run again, the next run goes"
                        " on with this job"
                    ) from error
                org.session.pause(2.0**attempt * org.session.back_off.first_seconds)
        if following is None:
            return
        if following == locator:
            raise UnexpectedAnswer(f"job {job.job_id} gave locator {locator} twice: its chunks go in a circle")
        locator = following


class _Chunk:
    """One piece of a job's results, from one locator to the next."""

    def __init__(self, org: Org, job_id: str, locator: str | None) -> None:
        self.next_locator: str | None = None
        self._org = org
        self._path = f"/jobs/query/{job_id}/results"
        self._params = {"maxRecords": str(CHUNK_ROWS), **({"locator": locator} if locator else {})}

    def batches(self, fields: Sequence[FieldSchema]) -> Iterator[pa.RecordBatch]:
        response = self._org.call("GET", self._path, params=self._params, headers={"Accept": "text/csv"}, stream=True)
        with response:
            locator = response.headers.get("Sforce-Locator")
            if locator is None:
                raise UnexpectedAnswer(f"GET {self._path}: no Sforce-Locator header, which says where the results end")
            self.next_locator = None if locator in ("null", "") else locator
            promised = response.headers.get("Sforce-NumberOfRecords")
            rows = 0
            if promised != "0":
                for batch in read_csv(_Body(response), fields):
                    rows += batch.num_rows
                    yield batch
            if promised is not None and rows != int(promised):
                raise requests.exceptions.ChunkedEncodingError(f"{promised} rows were promised, {rows} came")


class _Body(io.RawIOBase):
    """A response's body as a file: unpacked, in blocks as large as the reader asks for."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__()
        self._raw = response.raw

    def readable(self) -> bool:
        """True: this is what it is for."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, none at the end."""
        block: bytes = self._raw.read(size if size >= 0 else None, decode_content=True)
        return block
