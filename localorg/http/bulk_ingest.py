"""Bulk API 2.0: ingest jobs."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flask import Blueprint, Response, g, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.body import json_body, json_response, unexpected_json
from localorg.http.bulk_common import base_json, chosen, end_job, job_list, job_type, own_job, refuse_keys, with_error
from localorg.http.bulk_csv import DELIMITERS, LINE_ENDS
from localorg.http.bulk_load import ROWS_AT_ONCE, UPLOAD, upload_of
from localorg.http.bulk_outcomes import FAILED, SUCCESSFUL
from localorg.http.bulk_upload import Upload, csv_text
from localorg.http.bulk_worker import BulkWorker
from localorg.http.errors import not_found
from localorg.http.jobs import Job, Jobs
from localorg.http.session import current_user
from localorg.ids import id18, is_id
from localorg.org import LocalOrg

MOST_UPLOAD_BYTES = 150_000_000  # after base64
MOST_MULTIPART_CHARACTERS = 100_000
OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
HARD_DELETE = "BulkApiHardDelete"  # the user permission
_SEVERAL_CONTENTS = (
    "Found multiple contents for job: <{}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job "
    "and make sure you only do 'PUT' once on a given Job."
)
_KEYS = {
    "object", "operation", "externalIdFieldName", "contentType", "columnDelimiter", "lineEnding", "assignmentRuleId"
}  # fmt: skip
_BLOCK_BYTES = 2**20


def blueprint(org: LocalOrg, jobs: Jobs, worker: BulkWorker) -> Blueprint:
    """`/jobs/ingest` and below."""
    pages = Blueprint("bulk_ingest", __name__)

    @pages.post("/jobs/ingest")
    def create() -> Response:
        user = current_user()
        if request.mimetype == "multipart/form-data":
            job, content = _parts()
            made = jobs.create("ingest", user.id, g.version, _spec(org, user, job), "Open")
            (jobs.folder(made) / UPLOAD).write_bytes(content)
            made = jobs.update(made, state="UploadComplete", progress={"uploaded": True})
            worker.wake()
        else:
            made = jobs.create("ingest", user.id, g.version, _spec(org, user, json_body()), "Open")
        return json_response(base_json(made))

    @pages.get("/jobs/ingest")
    def every() -> Response:
        return json_response(job_list(jobs, "ingest", f"{g.base}/jobs/ingest"))

    @pages.put("/jobs/ingest/<job_id>/batches")
    def upload(job_id: str) -> Response:
        job = own_job(jobs, "ingest", job_id)
        if request.mimetype != "text/csv":
            raise OrgError("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type", status=415)
        _demand_open(job)
        part = _received(jobs.folder(job))
        try:
            with org.database.writer():  # of two uploads at once the second is one too many
                job = own_job(jobs, "ingest", job_id)
                _demand_open(job)
                part.replace(jobs.folder(job) / UPLOAD)
                jobs.update(job, progress={"uploaded": True})
        finally:
            part.unlink(missing_ok=True)
        return Response(status=201)

    @pages.get("/jobs/ingest/<job_id>")
    def read(job_id: str) -> Response:
        return json_response(_full_json(own_job(jobs, "ingest", job_id)))

    @pages.patch("/jobs/ingest/<job_id>")
    def change(job_id: str) -> Response:
        job = own_job(jobs, "ingest", job_id)
        state = chosen(json_body(), "state", ("UploadComplete", "Aborted"))
        if state == "Aborted":
            return json_response(base_json(end_job(jobs, job)))
        if job.state != "Open":
            raise _not_open(job)
        (jobs.folder(job) / UPLOAD).touch()
        job = jobs.update(job, state="UploadComplete")
        worker.wake()
        return json_response(base_json(job))

    @pages.delete("/jobs/ingest/<job_id>")
    def delete(job_id: str) -> Response:
        job = own_job(jobs, "ingest", job_id)
        if not job.finished and job.state != "Open":
            raise OrgError("API_ERROR", "Error encountered when deleting the job because the job is not terminated")
        jobs.delete(job)
        return Response(status=204)

    @pages.get("/jobs/ingest/<job_id>/<kind>")
    def results(job_id: str, kind: str) -> Response:
        answer = _RESULTS.get(kind.lower())
        if answer is None:
            raise not_found()
        job = own_job(jobs, "ingest", job_id)
        if not job.finished:
            raise OrgError("INVALIDJOBSTATE", f"the results of a job in state {job.state} cannot be read")
        return Response(answer(jobs, job), content_type="text/csv")

    return pages


def _not_open(job: Job) -> OrgError:
    return OrgError("INVALIDJOBSTATE", f"Closing already {job.state} Job not allowed")


def _spec(org: LocalOrg, user: User, body: Mapping[str, object]) -> dict[str, str]:
    """The order of an ingest job. Raises OrgError for an unknown object, operation, key field or setting."""
    refuse_keys(body, _KEYS)
    sobject = org.schema.get(str(body.get("object", "")))
    if sobject is None or not user.may_read_object(sobject.name):
        raise OrgError("INVALIDJOB", f"Unable to find object: {body.get('object')}")
    spec = {
        "object": sobject.name,
        "operation": chosen(body, "operation", OPERATIONS),
        "contentType": chosen(body, "contentType", ("CSV",), "CSV"),
        "columnDelimiter": chosen(body, "columnDelimiter", tuple(DELIMITERS), "COMMA"),
        "lineEnding": chosen(body, "lineEnding", tuple(LINE_ENDS), "LF"),
    }
    if spec["operation"] == "hardDelete" and not any(HARD_DELETE in grant.user_permissions for grant in user.grants):
        raise OrgError("FEATURENOTENABLED", "Bulk API hard delete needs the user permission Bulk API Hard Delete")
    rule = body.get("assignmentRuleId")
    if rule is not None:
        if not isinstance(rule, str) or not is_id(rule):
            raise OrgError("INVALIDJOB", f"assignmentRuleId is no record id: {rule}")
        spec["assignmentRuleId"] = id18(rule)
    if spec["operation"] != "upsert":
        return spec
    key = body.get("externalIdFieldName")
    if not isinstance(key, str):
        raise OrgError("INVALIDJOB", "External ID was blank: an upsert needs externalIdFieldName")
    field = sobject.field(key)
    if field is None or not field.id_lookup or not user.may_read(sobject.name, field.name):
        message = f"Field name provided, {key} does not match an External ID, Salesforce Id, or indexed field"
        raise OrgError("INVALIDJOB", f"{message} for {sobject.name}")
    return spec | {"externalIdFieldName": field.name}


def _parts() -> tuple[dict[str, object], bytes]:
    """The `job` and `content` parts of a multipart creation."""
    found: dict[str, bytes] = {name: text.encode() for name, text in request.form.items()}
    found |= {name: part.read() for name, part in request.files.items()}
    try:
        job = json.loads(found.get("job", b""))
    except ValueError as error:
        raise OrgError("JSON_PARSER_ERROR", f"job: {error}") from error
    if not isinstance(job, dict):
        raise unexpected_json("a job", job)
    content = found.get("content")
    if content is None:
        raise OrgError("API_ERROR", "a multipart request needs the parts job and content")
    if len(content.decode(errors="replace")) > MOST_MULTIPART_CHARACTERS:
        raise OrgError("API_ERROR", f"the content part may have at most {MOST_MULTIPART_CHARACTERS} characters")
    return job, content


def _demand_open(job: Job) -> None:
    if job.progress.get("uploaded"):
        raise OrgError("INVALIDJOB", _SEVERAL_CONTENTS.format(job.id))
    if job.state != "Open":
        raise _not_open(job)


def _received(folder: Path) -> Path:
    """The request's body as a file of its own. Raises OrgError when it is too large."""
    part = folder / f"{UPLOAD}.{secrets.token_hex(4)}"
    with part.open("wb") as opened:
        shutil.copyfileobj(request.stream, opened, _BLOCK_BYTES)
    if part.stat().st_size * 4 / 3 > MOST_UPLOAD_BYTES:
        part.unlink()
        raise OrgError("EXCEEDEDQUOTA", "The upload is larger than 150 MB after base64 encoding", status=413)
    return part


def _full_json(job: Job) -> dict[str, object]:
    spent = job.number("totalProcessingTime")
    answer = base_json(job) | {
        "jobType": job_type(job.kind),
        "numberRecordsProcessed": job.number("numberRecordsProcessed"),
        "numberRecordsFailed": job.number("numberRecordsFailed"),
        "retries": job.number("retries"),
        "totalProcessingTime": spent,
        "apiActiveProcessingTime": spent,
        "apexProcessingTime": 0,
    }
    return with_error(answer, job)


def _header(upload: Upload) -> str:
    return upload.delimiter.join(_header_names(upload))


def _header_names(upload: Upload) -> list[str]:
    try:
        return upload.header() if upload.file.is_file() else []
    except OrgError:  # what was uploaded is no CSV at all
        return []


def _of_file(name: str, second: str) -> Callable[[Jobs, Job], Iterator[bytes]]:
    """A file of results, after a header whose own names are quoted and the client's are as they came."""

    def blocks(jobs: Jobs, job: Job) -> Iterator[bytes]:
        upload = upload_of(jobs, job)
        own = [f'"sf__Id"{upload.delimiter}"{second}"', *_header_names(upload)]
        yield (upload.delimiter.join(own) + LINE_ENDS[job.text("lineEnding")]).encode()
        file = jobs.folder(job) / name
        if file.is_file():
            with file.open("rb") as opened:
                while block := opened.read(_BLOCK_BYTES):
                    yield block

    return blocks


def _unprocessed(jobs: Jobs, job: Job) -> Iterator[bytes]:
    """The rows that were not tried, as of a job that failed or was aborted."""
    upload = upload_of(jobs, job)
    line_end = LINE_ENDS[job.text("lineEnding")]
    yield (_header(upload) + line_end).encode()
    if job.state == "JobComplete" or not upload.file.is_file():
        return
    try:
        for lines in upload.lines(job.number("numberRecordsProcessed"), ROWS_AT_ONCE):
            yield csv_text(lines, upload.delimiter, line_end).encode()
    except OrgError:  # beyond this place the upload is no CSV
        return


_RESULTS = {
    "successfulresults": _of_file(SUCCESSFUL, "sf__Created"),
    "failedresults": _of_file(FAILED, "sf__Error"),
    "unprocessedrecords": _unprocessed,
}
