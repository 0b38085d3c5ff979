"""Bulk jobs by account, and what they cost on the wire."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import requests

from localorg.http import bulk_load
from sync import CatalogueObject, Mirror, Org, Plan, Target, TargetField, make_plan, pull, write_back
from sync.plan import parts
from sync.write_back import bulk
from sync.write_back.pace import Pace

CHANCE = "Sidecar_Win_Probability__c"
CATALOGUE = (CatalogueObject("Opportunity", ("AccountId", CHANCE)),)
TARGET = Target("Opportunity", "Id", (TargetField(CHANCE),), parent="AccountId")
BATCH = 5
ACCOUNTS_OF_DEALS = [place % 4 if place < 16 else 4 for place in range(28)]  # the last account has more than a batch


@pytest.fixture
def deals(local, connected: Org, mirror: Mirror) -> pa.Table:
    """Deals whose accounts are mixed, in the org and in the mirror, with a probability for each."""
    accounts = local.insert("Account", *({"Name": f"A{number}"} for number in range(5)))
    deal = {"StageName": "Prospecting", "CloseDate": "2027-01-31"}
    owners = [accounts[number] for number in ACCOUNTS_OF_DEALS]
    ids = local.insert("Opportunity", *({**deal, "Name": "D", "AccountId": owner} for owner in owners))
    pull(connected, mirror, CATALOGUE)
    return pa.table({"Id": ids, "AccountId": owners, CHANCE: [float(10 + place) for place in range(len(ids))]})


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """Method and address of every request of the client, from now on."""
    send = requests.adapters.HTTPAdapter.send
    sent: list[tuple[str, str]] = []

    def counting(adapter: Any, request: Any, *arguments: Any, **options: Any) -> requests.Response:
        sent.append((request.method, request.url))
        return send(adapter, request, *arguments, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", counting)
    yield sent


def plan_of(mirror: Mirror, deals: pa.Table) -> Plan:
    return make_plan(mirror, (TARGET,), {"Opportunity": deals})


def local_jobs(org: Org) -> list[dict[str, Any]]:
    """All ingest jobs as the org shows each of them."""
    listed = org.json("GET", "/jobs/ingest")["records"]
    return [org.json("GET", f"/jobs/ingest/{job['id']}") for job in listed]


def small_batches(monkeypatch: pytest.MonkeyPatch, *, job_rows: int = BATCH) -> None:
    monkeypatch.setattr(bulk_load, "BATCH_ROWS", BATCH)
    monkeypatch.setattr(bulk_load, "ROWS_AT_ONCE", BATCH)
    monkeypatch.setattr(parts, "LIMITS", parts.Limits(rows=job_rows))


@pytest.mark.parametrize(("job_rows", "locked"), [(BATCH, False), (2 * BATCH, True)], ids=["cut", "too large"])
def test_no_row_is_locked_by_another_batch_of_its_job(
    local, connected: Org, mirror: Mirror, deals: pa.Table, monkeypatch: pytest.MonkeyPatch, *, job_rows, locked
) -> None:
    """Jobs of two batches show that the org would lock rows; they get through with further attempts."""
    small_batches(monkeypatch, job_rows=job_rows)
    waits: list[float] = []
    connected.session.pause = waits.append
    local.faults.order("contention", count=100)
    report = write_back(connected, mirror, plan_of(mirror, deals), run_id="r1", bulk_threshold=1)
    assert report.complete
    refused = [job["numberRecordsFailed"] for job in local_jobs(connected)]
    assert (sum(refused) > 0) is locked
    held = dict(local.rows(f'SELECT "Id", "{CHANCE}" FROM "Opportunity"'))
    assert held == dict(zip(deals["Id"].to_pylist(), deals[CHANCE].to_pylist(), strict=True))


def test_jobs_run_side_by_side_but_never_two_that_share_an_account(
    connected: Org, mirror: Mirror, deals: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_batches(monkeypatch)
    accounts = dict(zip(deals["Id"].to_pylist(), deals["AccountId"].to_pylist(), strict=True))
    carried: dict[str, set[str]] = {}
    under_way: list[str] = []
    together: list[tuple[str, ...]] = []
    upload, wait = bulk.upload, bulk.wait

    def uploaded(org: Org, job_id: str, path: Path) -> None:
        carried[job_id] = {accounts[row["Id"]] for row in csv.DictReader(path.read_text().splitlines())}
        under_way.append(job_id)
        together.append(tuple(under_way))
        upload(org, job_id, path)

    def waited(org: Org, job_id: str, questions: Any) -> dict[str, Any]:
        state = wait(org, job_id, questions)
        under_way.remove(job_id)
        return state

    monkeypatch.setattr(bulk, "upload", uploaded)
    monkeypatch.setattr(bulk, "wait", waited)
    assert write_back(connected, mirror, plan_of(mirror, deals), run_id="r1", bulk_threshold=1).complete
    assert max(len(jobs) for jobs in together) > 2
    for jobs in together:
        assert len(set().union(*(carried[job] for job in jobs))) == sum(len(carried[job]) for job in jobs)
    assert len([job for job in carried if accounts[deals["Id"][-1].as_py()] in carried[job]]) == 3, "one fills several"


@pytest.mark.parametrize("threshold", [2000, 1], ids=["collections", "bulk"])
def test_the_estimate_is_what_the_wire_carries(
    connected: Org, mirror: Mirror, deals: pa.Table, wire, threshold: int
) -> None:
    plan = plan_of(mirror, deals)
    report = write_back(connected, mirror, plan, run_id="r1", bulk_threshold=threshold)
    assert len(wire) == report.calls
    assert abs(plan.summary(bulk_threshold=threshold)["estimated_calls"] - report.calls) <= (threshold == 1)


def test_the_estimate_counts_the_jobs_that_will_be_made(
    mirror: Mirror, deals: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "LIMITS", parts.Limits(rows=BATCH))
    summary = plan_of(mirror, deals).summary(bulk_threshold=1)
    assert summary["estimated_calls"] == 5 * (4 + 3), "four accounts with four deals each, and one with twelve"


class Jobs:
    """Ingest jobs that take a while, on a clock of their own; some orgs tell how far a job is, and how long it took."""

    def __init__(self, seconds: float, *, telling: bool) -> None:
        self.seconds = seconds
        self.telling = telling
        self.now = 0.0
        self.calls = 0
        self.session = self
        self._began = 0.0

    def begin(self) -> None:
        self._began = self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def json(self, method: str, path: str) -> dict[str, Any]:
        self.calls += 1
        done = min(1.0, (self.now - self._began) / self.seconds)
        told = {"numberRecordsProcessed": int(done * 5) * 2000, "totalProcessingTime": int(done * 1000 * self.seconds)}
        return {"id": "750", "state": "InProgress" if done < 1 else "JobComplete"} | (told if self.telling else {})


@pytest.mark.parametrize("telling", [True, False], ids=["telling", "silent"])
@pytest.mark.parametrize("seconds", [0.1, 0.5, 2.0, 10.0, 30.0, 60.0])
def test_however_long_jobs_take_few_questions_are_asked(
    monkeypatch: pytest.MonkeyPatch, seconds: float, *, telling: bool
) -> None:
    jobs, pace = Jobs(seconds, telling=telling), Pace()
    monkeypatch.setattr("time.monotonic", lambda: jobs.now)
    for number in range(20):
        jobs.begin()
        pace.wait(jobs, "750", 10_000, jobs.now)
        if number == 0:
            assert jobs.calls <= 7, "with create, upload and close no more than ten"
            assert jobs.now <= 2.2 * seconds + 0.5
    assert jobs.calls <= 20 * 2.5, "with create, upload, close and two files of results less than ten each"
    assert jobs.now <= 20 * max(1.35 * seconds, seconds + 0.5) + 2 * seconds, "and little time is lost"
