"""Bulk API 2.0: query jobs."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, g, request

from localorg.errors import OrgError
from localorg.http.body import json_body, json_response
from localorg.http.bulk_common import (
    base_json,
    chosen,
    decoded,
    encoded,
    end_job,
    job_list,
    job_type,
    own_job,
    refuse_keys,
    with_error,
)
from localorg.http.bulk_csv import DELIMITERS, LINE_ENDS
from localorg.http.bulk_export import bulk_plan
from localorg.http.bulk_results import result_slice
from localorg.http.bulk_worker import BulkWorker
from localorg.http.errors import not_found
from localorg.http.jobs import Job, Jobs
from localorg.http.session import current_user
from localorg.org import LocalOrg

CHUNK_RECORDS = 50_000
PAGES_AT_ONCE = 5
_KEYS = {"operation", "query", "contentType", "columnDelimiter", "lineEnding"}


def blueprint(org: LocalOrg, jobs: Jobs, worker: BulkWorker) -> Blueprint:
    """`/jobs/query` and below."""
    pages = Blueprint("bulk_query", __name__)

    @pages.post("/jobs/query")
    def create() -> Response:
        spec = _spec(json_body())
        user = current_user()
        plan = bulk_plan(org, user, spec["query"], all_rows=spec["operation"] == "queryAll")
        facts = {"object": plan.sobject.name, "isPkChunkingSupported": not (plan.order_sql or plan.limit is not None)}
        job = jobs.create("query", user.id, g.version, spec | facts, "UploadComplete")
        worker.wake()
        return json_response(base_json(job))

    @pages.get("/jobs/query")
    def every() -> Response:
        return json_response(job_list(jobs, "query", f"{g.base}/jobs/query"))

    @pages.get("/jobs/query/<job_id>")
    def read(job_id: str) -> Response:
        return json_response(_full_json(own_job(jobs, "query", job_id)))

    @pages.patch("/jobs/query/<job_id>")
    def change(job_id: str) -> Response:
        job = own_job(jobs, "query", job_id)
        if json_body().get("state") != "Aborted":
            raise OrgError("INVALIDJOBSTATE", "a query job can only be set to Aborted")
        return json_response(base_json(end_job(jobs, job)))

    @pages.delete("/jobs/query/<job_id>")
    def delete(job_id: str) -> Response:
        job = own_job(jobs, "query", job_id)
        if not job.finished:
            raise OrgError("API_ERROR", "Error encountered when deleting the job because the job is not terminated")
        jobs.delete(job)
        return Response(status=204)

    @pages.get("/jobs/query/<job_id>/<kind>")
    def result(job_id: str, kind: str) -> Response:
        answer = {"results": _results, "resultpages": _result_pages}.get(kind.lower())
        if answer is None:
            raise not_found()
        return answer(jobs, _complete(own_job(jobs, "query", job_id)))

    return pages


def _results(jobs: Jobs, job: Job) -> Response:
    first = _row_of(request.args.get("locator"), job)
    found = result_slice(jobs.folder(job), first, _max_records())
    header = str(job.progress["header"]).encode()
    response = Response(found.blocks(header), content_type="text/csv")
    response.content_length = len(header) + found.length
    response.headers["Sforce-Locator"] = _locator(first + found.count, job) or "null"
    response.headers["Sforce-NumberOfRecords"] = str(found.count)
    return response


def _result_pages(_: Jobs, job: Job) -> Response:
    first = _row_of(request.args.get("locator"), job)
    total = job.number("numberRecordsProcessed")
    path = f"{g.base}/jobs/query/{job.id}"
    starts = range(first, max(total, first + 1), CHUNK_RECORDS)
    shown = [f"{path}/results?locator={encoded(row)}" for row in starts[:PAGES_AT_ONCE]]
    answer: dict[str, object] = {"resultPages": [{"resultUrl": url} for url in shown], "done": True}
    if len(starts) > PAGES_AT_ONCE:
        following = encoded(starts[PAGES_AT_ONCE])
        answer |= {"nextRecordsUrl": f"{path}/resultPages?locator={following}", "done": False}
    return json_response(answer)


def _spec(body: Mapping[str, object]) -> dict[str, str]:
    refuse_keys(body, _KEYS)
    query = body.get("query")
    if not isinstance(query, str) or not query.strip():
        raise OrgError("API_ERROR", "Required field is missing: query")
    return {
        "operation": chosen(body, "operation", ("query", "queryAll")),
        "query": query,
        "contentType": chosen(body, "contentType", ("CSV",), "CSV"),
        "columnDelimiter": chosen(body, "columnDelimiter", tuple(DELIMITERS), "COMMA"),
        "lineEnding": chosen(body, "lineEnding", tuple(LINE_ENDS), "LF"),
    }


def _full_json(job: Job) -> dict[str, object]:
    answer = base_json(job) | {
        "jobType": job_type(job.kind),
        "numberRecordsProcessed": job.number("numberRecordsProcessed"),
        "retries": 0,
        "totalProcessingTime": job.number("totalProcessingTime"),
        "isPkChunkingSupported": job.spec.get("isPkChunkingSupported", True),
    }
    return with_error(answer, job)


def _complete(job: Job) -> Job:
    """The job if its results can be read with the request's API version."""
    if job.version != g.version:
        message = f"Results must be fetched with the API version of the job, {job.version.removeprefix('v')}"
        raise OrgError("API_ERROR", message, status=409)
    if job.state != "JobComplete":
        raise OrgError("INVALIDJOBSTATE", f"the results of a job in state {job.state} cannot be read")
    return job


def _max_records() -> int:
    text = request.args.get("maxRecords")
    if text is None:
        return CHUNK_RECORDS
    if not text.isdecimal() or int(text) < 1:
        raise OrgError("API_ERROR", f"maxRecords must be a whole number of at least 1, got {text!r}")
    return int(text)


def _locator(row: int, job: Job) -> str | None:
    """The opaque place of a row; None after the last."""
    return encoded(row) if row < job.number("numberRecordsProcessed") else None


def _row_of(locator: str | None, job: Job) -> int:
    if locator is None:
        return 0
    text = decoded(locator)
    if not text.isdecimal() or (int(text) and int(text) >= job.number("numberRecordsProcessed")):
        raise OrgError("INVALID_QUERY_LOCATOR", "invalid query locator")
    return int(text)
