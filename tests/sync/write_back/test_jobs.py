"""Bulk jobs by account, and what they cost on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
import requests

from localorg.http import bulk_load
from sync import CatalogueObject, Mirror, Org, Plan, Target, TargetField, make_plan, pull, write_back
from sync.plan import parts
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


def test_jobs_of_one_account_never_run_side_by_side(
    local, connected: Org, mirror: Mirror, deals: pa.Table, wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_batches(monkeypatch)
    write_back(connected, mirror, plan_of(mirror, deals), run_id="r1", bulk_threshold=1)
    opened = [place for place, (method, url) in enumerate(wire) if (method, url[-12:]) == ("POST", "/jobs/ingest")]
    assert len(opened) > 3
    for first, following in pairwise(opened):
        assert wire[following - 1][0] == "GET", "the job before was followed to its end"
        assert following - first >= 4


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
    """Ingest jobs that take a while, on a clock of their own."""

    def __init__(self, seconds_per_row: float) -> None:
        self.seconds_per_row = seconds_per_row
        self.now = 0.0
        self.calls = 0
        self.session = self
        self._end = 0.0

    def begin(self, rows: int) -> None:
        self._end = self.now + rows * self.seconds_per_row

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def json(self, method: str, path: str) -> dict[str, Any]:
        self.calls += 1
        return {"id": "750", "state": "JobComplete" if self.now >= self._end else "InProgress"}


@pytest.mark.parametrize("seconds", [0.5, 2.0, 10.0, 30.0, 60.0])
def test_however_long_jobs_take_few_questions_are_asked(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    jobs, pace = Jobs(seconds / 10_000), Pace()
    monkeypatch.setattr("time.monotonic", lambda: jobs.now)
    for number in range(20):
        jobs.begin(10_000)
        pace.wait(jobs, "750", 10_000)
        if number == 0:
            assert jobs.calls <= 6
    assert jobs.calls <= 20 * 2.5, "with create, upload, close and two files of results less than ten each"
    assert jobs.now <= 20 * max(1.35 * seconds, seconds + 0.5) + 2 * seconds, "and little time is lost"
