"""What query and ingest jobs have in common."""

from __future__ import annotations

from collections.abc import Mapping

from localorg.errors import OrgError
from localorg.http.errors import not_found
from localorg.http.jobs import Job, Jobs
from localorg.http.session import current_user


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
    if job.text("externalIdFieldName"):
        answer["externalIdFieldName"] = job.text("externalIdFieldName")
    answer |= {"concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": float(job.version.removeprefix("v"))}
    if job.kind == "ingest" and job.state == "Open":
        answer["contentUrl"] = f"services/data/{job.version}/jobs/ingest/{job.id}/batches"
    return answer | {"lineEnding": job.text("lineEnding"), "columnDelimiter": job.text("columnDelimiter")}


def _shown(stamp: str) -> str:
    return stamp.removesuffix("Z") + "+0000"


def own_job(jobs: Jobs, kind: str, job_id: str) -> Job:
    """The job of this id if it is the user's own. Raises OrgError NOT_FOUND."""
    job = jobs.get(job_id, kind)
    user = current_user()
    if job.user_id != user.id and not user.is_admin:
        raise not_found()
    return job


def end_job(jobs: Jobs, job: Job) -> Job:
    """Abort a job. Raises OrgError INVALIDJOBSTATE for one that has ended already."""
    if job.finished:
        raise OrgError("INVALIDJOBSTATE", f"a job in state {job.state} cannot be aborted")
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
