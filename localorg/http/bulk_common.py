"""What query and ingest jobs have in common."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from flask import request

from localorg.errors import OrgError
from localorg.http.jobs import Job, Jobs
from localorg.http.session import current_user

JOBS_AT_ONCE = 1_000
_JOB_TYPES = ("Classic", "V2Query", "V2Ingest", "BigObjectIngest")


def base_json(job: Job) -> dict[str, object]:
    """A job as its creation answers it."""
    answer: dict[str, object] = {
        "id": job.id,
        "operation": job.text("operation"),
        "object": job.text("object"),
        "createdById": job.user_id,
        "createdDate": _shown(job.created),
        "systemModstamp": _shown(job.modified),
        "state": job.state,
    }
    for name in ("externalIdFieldName", "assignmentRuleId"):
        if job.text(name):
            answer[name] = job.text(name)
    answer |= {"concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": float(job.version.removeprefix("v"))}
    if job.kind == "ingest" and job.state == "Open":
        answer["contentUrl"] = f"services/data/{job.version}/jobs/ingest/{job.id}/batches"
    return answer | {"lineEnding": job.text("lineEnding"), "columnDelimiter": job.text("columnDelimiter")}


def job_type(kind: str) -> str:
    """How Salesforce calls the kind of a job."""
    return "V2Query" if kind == "query" else "V2Ingest"


def with_error(answer: dict[str, object], job: Job) -> dict[str, object]:
    """The answer with the reason for a failure, if there was one."""
    return answer | ({"errorMessage": job.progress["errorMessage"]} if "errorMessage" in job.progress else {})


def _shown(stamp: str) -> str:
    return stamp.removesuffix("Z") + "+0000"


def own_job(jobs: Jobs, kind: str, job_id: str) -> Job:
    """The job of this id if the user may touch it. Raises OrgError NOT_FOUND, or INVALIDUSER for another user's."""
    job = jobs.get(job_id, kind)
    user = current_user()
    if job.user_id != user.id and not user.is_admin:
        raise OrgError("INVALIDUSER", f"The job {job.id} was created by another user")
    return job


def job_list(jobs: Jobs, kind: str, path: str) -> dict[str, object]:
    """The user's jobs (an administrator's: everybody's), newest first, as the query string narrows them down.

    path: the resource's own, for the URL of the next page. Raises OrgError for a filter that is none.
    """
    shown = _filters_let_through(kind)
    user = current_user()
    locator = request.args.get("queryLocator")
    before = decoded(locator) if locator else None
    wanted = None if user.is_admin else user.id
    found = jobs.page(kind, wanted, before, JOBS_AT_ONCE + 1) if shown else []
    answer: dict[str, object] = {"done": True, "records": [_listed(each) for each in found[:JOBS_AT_ONCE]]}
    answer["nextRecordsUrl"] = None
    if len(found) > JOBS_AT_ONCE:
        filters = [(name, value) for name, value in request.args.items() if name != "queryLocator"]
        query = "&".join(f"{name}={value}" for name, value in [*filters, ("queryLocator", encoded(found[-2].id))])
        answer |= {"done": False, "nextRecordsUrl": f"{path}?{query}"}
    return answer


def _listed(job: Job) -> dict[str, object]:
    return base_json(job) | {"jobType": job_type(job.kind)}


def _filters_let_through(kind: str) -> bool:
    """Whether jobs of this kind are what the query string asks for."""
    chunked = _one_of("isPkChunkingEnabled", ("true", "false"))  # set for jobs of the first Bulk API alone
    kinds = _one_of("jobType", _JOB_TYPES)
    mode = _one_of("concurrencyMode", ("Parallel", "Serial"))
    return chunked != "true" and kinds in (None, job_type(kind)) and mode != "Serial"


def _one_of(name: str, allowed: tuple[str, ...]) -> str | None:
    text = request.args.get(name)
    if text is None or text == "":
        return None
    found = next((each for each in allowed if each.lower() == text.lower()), None)
    if found is None:
        raise OrgError("API_ERROR", f"{name} must be one of {', '.join(allowed)}, got {text!r}")
    return found


def encoded(place: object) -> str:
    """A locator: a place in a list, in a form that tells a client nothing."""
    return base64.urlsafe_b64encode(str(place).encode()).decode().rstrip("=")


def decoded(locator: str) -> str:
    """The place that a locator stands for. Raises OrgError INVALID_QUERY_LOCATOR for one that was never given out."""
    try:
        return base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        raise OrgError("INVALID_QUERY_LOCATOR", "invalid query locator") from None


def end_job(jobs: Jobs, job: Job) -> Job:
    """Abort a job. Raises OrgError INVALIDJOBSTATE for one that has ended already."""
    if job.finished:
        raise OrgError("INVALIDJOBSTATE", f"Aborting already {job.state} Job not allowed")
    return jobs.update(job, state="Aborted")


def refuse_keys(body: Mapping[str, object], known: set[str]) -> None:
    """Raise OrgError for a key that jobs of this kind do not have."""
    unknown = sorted(set(body) - known)
    if unknown:
        message = f'Unrecognized field "{unknown[0]}", not marked as ignorable at [line:1, column:1]'
        raise OrgError("JSON_PARSER_ERROR", message)


def chosen(body: Mapping[str, object], key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    """One of the allowed values. Raises OrgError for another, or for none without a default."""
    value = body.get(key, default)
    if value not in allowed:
        raise OrgError("API_ERROR", f"{key} must be one of {', '.join(allowed)}, got {value!r}")
    return str(value)
