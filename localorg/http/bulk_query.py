"""Bulk API 2.0: query jobs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from flask import Blueprint, Response, g, request

from localorg.errors import OrgError
from localorg.http.body import json_body, json_response
from localorg.http.bulk_common import base_json, chosen, end_job, own_job, refuse_keys
from localorg.http.bulk_csv import DELIMITERS, LINE_ENDS
from localorg.http.bulk_export import bulk_plan, result_slice
from localorg.http.bulk_worker import BulkWorker
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
        job = jobs.create("query", user.id, g.version, spec | {"object": plan.sobject.name}, "UploadComplete")
        worker.wake()
        return json_response(base_json(job))

    @pages.get("/jobs/query")
    def every() -> Response:
        found = [base_json(each) for each in jobs.of_kind("query") if each.user_id == current_user().id]
        return json_response({"done": True, "records": found, "nextRecordsUrl": None})

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

    @pages.get("/jobs/query/<job_id>/results")
    def results(job_id: str) -> Response:
        job = _complete(own_job(jobs, "query", job_id))
        first = _row_of(request.args.get("locator"), job)
        found = result_slice(jobs.folder(job), first, _max_records())
        header = str(job.progress["header"]).encode()
        response = Response(found.blocks(header), content_type="text/csv")
        response.content_length = len(header) + found.length
        response.headers["Sforce-Locator"] = _locator(first + found.count, job) or "null"
        response.headers["Sforce-NumberOfRecords"] = str(found.count)
        return response

    @pages.get("/jobs/query/<job_id>/resultPages")
    @pages.get("/jobs/query/<job_id>/resultpages")
    def result_pages(job_id: str) -> Response:
        job = _complete(own_job(jobs, "query", job_id))
        first = _row_of(request.args.get("locator"), job)
        total = job.number("numberRecordsProcessed")
        path = f"{g.base}/jobs/query/{job.id}"
        starts = range(first, max(total, first + 1), CHUNK_RECORDS)
        shown = [f"{path}/results?locator={_encoded(row)}" for row in starts[:PAGES_AT_ONCE]]
        answer: dict[str, object] = {"resultPages": [{"resultUrl": url} for url in shown], "done": True}
        if len(starts) > PAGES_AT_ONCE:
            following = _encoded(starts[PAGES_AT_ONCE])
            answer |= {"nextRecordsUrl": f"{path}/resultPages?locator={following}", "done": False}
        return json_response(answer)

    return pages


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
        "jobType": "V2Query",
        "numberRecordsProcessed": job.number("numberRecordsProcessed"),
        "retries": 0,
        "totalProcessingTime": job.number("totalProcessingTime"),
        "isPkChunkingSupported": True,
    }
    return answer | ({"errorMessage": job.progress["errorMessage"]} if "errorMessage" in job.progress else {})


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
    if not text.isdigit() or int(text) < 1:
        raise OrgError("API_ERROR", f"maxRecords must be a whole number of at least 1, got {text!r}")
    return int(text)


def _locator(row: int, job: Job) -> str | None:
    """The opaque place of a row; None after the last."""
    return _encoded(row) if row < job.number("numberRecordsProcessed") else None


def _encoded(row: int) -> str:
    return base64.urlsafe_b64encode(str(row).encode()).decode().rstrip("=")


def _row_of(locator: str | None, job: Job) -> int:
    if locator is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if not text.isdigit() or (int(text) and int(text) >= job.number("numberRecordsProcessed")):
        raise OrgError("INVALID_QUERY_LOCATOR", "invalid query locator")
    return int(text)
