"""What the tests of Bulk jobs share."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.localorg.http.conftest import Caller

CSV = {"Content-Type": "text/csv"}


def create_ingest(caller: Caller, sobject: str = "Account", operation: str = "insert", **spec: object) -> Any:
    """The JSON of a new ingest job."""
    answer = caller.post("jobs/ingest", json={"object": sobject, "operation": operation, **spec})
    assert answer.status_code == 200, answer.text
    return answer.json


def start_ingest(caller: Caller, job: dict[str, Any], text: str | bytes) -> str:
    """Upload and close a job; returns its path."""
    path = f"jobs/ingest/{job['id']}"
    uploaded = caller.put(f"/{job['contentUrl']}", data=text, headers=CSV)
    assert (uploaded.status_code, uploaded.data) == (201, b"")
    closed = caller.patch(path, json={"state": "UploadComplete"})
    assert closed.json is not None and closed.json["state"] == "UploadComplete"
    return path


def ingested(
    caller: Caller, text: str | bytes, sobject: str = "Account", operation: str = "insert", **spec: object
) -> Any:
    """(path, job) of an ingest that has ended."""
    path = start_ingest(caller, create_ingest(caller, sobject, operation, **spec), text)
    return path, caller.finished(path)


def create_query(caller: Caller, query: str, **spec: object) -> Any:
    """The JSON of a new query job."""
    answer = caller.post("jobs/query", json={"operation": "query", "query": query, **spec})
    assert answer.status_code == 200, answer.text
    return answer.json


def queried(caller: Caller, query: str, **spec: object) -> str:
    """The path of a query job that has ended well."""
    path = f"jobs/query/{create_query(caller, query, **spec)['id']}"
    job = caller.finished(path)
    assert job["state"] == "JobComplete", job
    return path


def table(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
