"""The ways that `benchmarks.writeback` compares, one per process.

`python -m benchmarks.writeback_ways WAY ROWS SEED URL USER KEY FILE`: login, pull and plan are not part of the time.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import requests

from benchmarks.report import peak_mb
from sync import CatalogueObject, Mirror, Org, OrgSettings, Plan, Target, TargetField, make_plan, pull, write_back
from sync.client.jobs import FINAL_STATES

_PROBABILITY, _ARR, _ACTION = "Sidecar_Win_Probability__c", "Sidecar_Forecast_ARR__c", "Sidecar_Suggested_Action__c"
_FIELDS = (_PROBABILITY, _ARR, _ACTION)
_TARGET = Target("Opportunity", "Id", tuple(TargetField(name) for name in _FIELDS), parent="AccountId")
_CATALOGUE = (CatalogueObject("Opportunity", ("AccountId", *_FIELDS)),)
_JOB_ROWS = 10_000
_FLOOR_WAIT_SECONDS = 0.1


def main(way: str, rows: str, seed: str, login_url: str, username: str, consumer_key: str, key_file: str) -> None:
    """Print rows, seconds, calls on the wire and peak memory of one way as a line of JSON."""
    settings = OrgSettings(login_url, username, consumer_key, Path(key_file))
    with (
        tempfile.TemporaryDirectory() as folder,
        Mirror.open(Path(folder) / "mirror.duckdb") as mirror,
        Org.connect(settings) as org,
    ):
        pull(org, mirror, _CATALOGUE)
        result = WAYS[way](org, mirror, _desired(mirror, int(rows), int(seed)))
    print(json.dumps(result | {"peak_mb": peak_mb()}))


def _desired(mirror: Mirror, rows: int, seed: int) -> pa.Table:
    """Other values for each seed."""
    found = mirror.connection.execute("SELECT Id, AccountId FROM main.Opportunity ORDER BY Id LIMIT ?", [rows])
    ids, accounts = zip(*found.fetchall(), strict=True)
    return pa.table(
        {
            "Id": ids,
            "AccountId": accounts,
            _PROBABILITY: [float((place + seed) % 100) for place in range(len(ids))],
            _ARR: [float(1000 * seed + place) for place in range(len(ids))],
            _ACTION: [f"No next step, close date moved {seed + place % 7} times" for place in range(len(ids))],
        }
    )


def _bulk(org: Org, mirror: Mirror, desired: pa.Table) -> dict[str, Any]:
    return _written(org, mirror, desired, threshold=0)


def _collections(org: Org, mirror: Mirror, desired: pa.Table) -> dict[str, Any]:
    return _written(org, mirror, desired, threshold=desired.num_rows)


def _written(org: Org, mirror: Mirror, desired: pa.Table, *, threshold: int) -> dict[str, Any]:
    plan: Plan = make_plan(mirror, (_TARGET,), {"Opportunity": desired})
    with _counted() as sent:
        began = time.perf_counter()
        report = write_back(org, mirror, plan, run_id="r1", bulk_threshold=threshold)
        seconds = time.perf_counter() - began
    estimated = plan.summary(bulk_threshold=threshold)["estimated_calls"]
    return {"rows": report.rows_written, "seconds": seconds, "calls": len(sent), "estimated_calls": estimated}


def _floor(org: Org, mirror: Mirror, desired: pa.Table) -> dict[str, Any]:
    by_account = desired.sort_by("AccountId").drop_columns(["AccountId"])
    client = requests.Session()
    client.headers["Authorization"] = f"Bearer {org.session.token.access_token}"
    with _counted() as sent:
        began = time.perf_counter()
        starts = range(0, by_account.num_rows, _JOB_ROWS)
        rows = sum(_floor_job(client, org.url("/jobs/ingest"), by_account.slice(at, _JOB_ROWS)) for at in starts)
        seconds = time.perf_counter() - began
    return {"rows": rows, "seconds": seconds, "calls": len(sent), "estimated_calls": 0}


def _floor_job(client: requests.Session, jobs: str, rows: pa.Table) -> int:
    import pyarrow.csv as arrow_csv

    sink = pa.BufferOutputStream()
    arrow_csv.write_csv(rows, sink)
    body = {"object": "Opportunity", "operation": "update", "contentType": "CSV", "lineEnding": "LF"}
    job = f"{jobs}/{client.post(jobs, json=body).json()['id']}"
    client.put(f"{job}/batches", data=sink.getvalue().to_pybytes(), headers={"Content-Type": "text/csv"})
    client.patch(job, json={"state": "UploadComplete"})
    while (state := client.get(job).json())["state"] not in FINAL_STATES:
        time.sleep(_FLOOR_WAIT_SECONDS)
    if state["state"] != "JobComplete":
        raise RuntimeError(f"the floor's job ended as {state}")
    return int(state["numberRecordsProcessed"]) - int(state["numberRecordsFailed"])


@contextmanager
def _counted() -> Iterator[Sequence[str]]:
    """The requests that this process sends meanwhile, repeats included."""
    send: Callable[..., requests.Response] = requests.adapters.HTTPAdapter.send
    sent: list[str] = []

    def counting(adapter: Any, request: Any, *arguments: Any, **options: Any) -> requests.Response:
        sent.append(f"{request.method} {request.url}")
        return send(adapter, request, *arguments, **options)

    with patch.object(requests.adapters.HTTPAdapter, "send", counting):  # the wire is below every client
        yield sent


WAYS: dict[str, Callable[[Org, Mirror, pa.Table], dict[str, Any]]] = {
    "bulk": _bulk,
    "collections": _collections,
    "floor": _floor,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
