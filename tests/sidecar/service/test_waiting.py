"""Where each write waits for a person: what is kept, who is told and how often, and what lets the plan go."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pyarrow as pa
import pytest

from sidecar.configuration import Configuration, ServiceSection
from sidecar.errors import MassChangeError
from sidecar.service.operations import work
from sidecar.service.operations.preview import Preview
from sidecar.service.tasks import Tasks
from sync import Mirror, Plan
from sync.plan.difference import CHANGES, REFUSED
from tests.sidecar.service.conftest import ACCOUNT, KEY, Desk

ALERT = "alert: a plan waits: "


def plan_of(*values: str) -> Plan:
    """A plan that writes these values into fields of an account."""
    change = {"object": "Account", "key": ACCOUNT, "record_id": ACCOUNT, "old": "1"}
    rows = [{**change, "field": f"F{number}__c", "new": value} for number, value in enumerate(values)]
    return Plan(pa.Table.from_pylist(rows, CHANGES), REFUSED.empty_table(), ())


class Schedule:
    """A service whose refresh would write what the test says."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.written: list[int] = []
        self.planned = plan_of()
        self.too_large = False

    @property
    def tasks(self) -> Tasks:
        """Whose job it is."""
        return self.desk.tasks

    def each_write_waits(self) -> None:
        """Have it configured so."""
        self.tasks.configuration = Configuration(service=ServiceSection(confirm_writes=True))

    def refreshes(self, *values: str, too_large: bool = False) -> str:
        """Run the job that would write these values; returns what it says."""
        self.planned, self.too_large = plan_of(*values), too_large
        return self.tasks.refresh()

    def waiting(self) -> Preview:
        """The plan that is kept."""
        found = self.tasks.previews.plan()
        assert found is not None
        return found

    def refresh(self, *_: object, review: Callable[[Plan], None], **__: object) -> object:
        """In place of `sidecar.refresh.refresh`."""
        review(self.planned)
        if self.too_large:
            raise MassChangeError("far too many")
        self.written.append(self.planned.rows)
        written = SimpleNamespace(rows_written=self.planned.rows, rows_refused=0)
        return SimpleNamespace(pulled=SimpleNamespace(rows_read=3, problems=()), written=written, calls=7)


@pytest.fixture
def schedule(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Schedule]:
    found = Schedule(desk)
    monkeypatch.setattr("sidecar.refresh.refresh", found.refresh)
    with Mirror.open(desk.state.mirror_file) as mirror:
        monkeypatch.setattr(desk.tasks, "open", lambda: nullcontext((None, mirror)))
        yield found


def test_nothing_waits_unless_it_is_configured(schedule: Schedule) -> None:
    assert "1 written" in schedule.refreshes("2")
    assert schedule.tasks.previews.plan() is None and schedule.written == [1]


def test_where_each_write_waits_a_plan_is_kept_and_nothing_is_written(schedule: Schedule) -> None:
    schedule.each_write_waits()
    said = schedule.refreshes("2", "3")
    assert said.startswith("2 values of 1 records wait to be confirmed (confirm_writes under [service]).")
    assert "Nothing was written" in said and "confirm it there" in said
    kept = schedule.waiting()
    assert (kept.reason, kept.fingerprint) == (said, schedule.planned.fingerprint)
    assert schedule.written == []


def test_a_plan_without_anything_to_write_waits_for_nobody(schedule: Schedule) -> None:
    schedule.each_write_waits()
    assert "0 written" in schedule.refreshes()
    assert schedule.written == [0]
    assert "\nsidecar_plan_waiting 0\n" in schedule.desk.client.get("/metrics", headers=KEY).text


def test_a_person_is_told_once_while_plans_wait_and_again_for_the_next_one(
    schedule: Schedule, caplog: pytest.LogCaptureFixture
) -> None:
    schedule.each_write_waits()
    with caplog.at_level(logging.WARNING):
        schedule.refreshes("2")
        schedule.refreshes("2")
        schedule.refreshes("2", "3")
    assert caplog.text.count(ALERT) == 1
    assert schedule.waiting().fingerprint == plan_of("2", "3").fingerprint
    with caplog.at_level(logging.WARNING):
        schedule.refreshes()
        assert schedule.tasks.previews.plan() is None  # what waited is wanted no more
        schedule.refreshes("4")
    assert caplog.text.count(ALERT) == 2


def test_the_same_plan_waits_since_it_was_first_found(schedule: Schedule) -> None:
    schedule.each_write_waits()
    schedule.refreshes("2")
    file = schedule.tasks.state.service_folder / "plan.arrow"
    before = file.stat().st_mtime_ns
    schedule.refreshes("2")
    assert file.stat().st_mtime_ns == before


def test_the_status_tells_since_when_a_person_has_to_confirm_how_much_and_how(schedule: Schedule) -> None:
    schedule.each_write_waits()
    asks = schedule.desk.client.get
    assert asks("/api/v1/status", headers=KEY).get_json()["plan_waiting"] is None
    schedule.refreshes("2")
    first = schedule.waiting().made_at
    later = replace(schedule.waiting(), made_at=first + timedelta(hours=5), fingerprint="another")
    schedule.tasks.previews.keep(later)  # another plan in its place: a person is waited for since the first
    schedule.desk.runner.want("refresh")  # what was told is kept for a second, or until something happens
    told = asks("/api/v1/status", headers=KEY).get_json()["plan_waiting"]
    assert told.pop("reason").startswith("1 values of 1 records wait to be confirmed")
    assert "page Plan" in told["confirm"] and "/api/v1/plan/confirm" in told.pop("confirm")
    assert told == {
        "since": first.isoformat(),
        "made_at": later.made_at.isoformat(),
        "values": 1,
        "records": later.records,
        "fingerprint": "another",
    }
    schedule.refreshes()
    schedule.refreshes("4")
    assert schedule.waiting().waits_since == schedule.waiting().made_at


def test_a_plan_too_large_for_a_job_goes_when_a_later_run_passes(schedule: Schedule) -> None:
    with pytest.raises(MassChangeError):
        schedule.refreshes("2", too_large=True)
    assert schedule.waiting().reason == "far too many"
    schedule.refreshes("2")
    assert schedule.tasks.previews.plan() is None


def test_a_plan_that_somebody_looked_at_stays_when_a_job_writes(schedule: Schedule) -> None:
    shown = schedule.desk.shows({"field": "F__c", "old": "1", "new": "2"})
    schedule.refreshes("2")
    assert schedule.tasks.previews.plan() == shown


def test_a_plan_that_somebody_asks_for_waits_as_well_and_so_does_the_one_shown_in_its_place(schedule: Schedule) -> None:
    with Mirror.open(schedule.tasks.state.mirror_file) as mirror:
        assert work._shown(schedule.tasks, mirror, plan_of("2")).reason == ""
        schedule.each_write_waits()
        assert "wait to be confirmed" in work._shown(schedule.tasks, mirror, plan_of("2")).reason


def test_a_plan_that_waits_is_told_on_the_status_while_all_is_well(schedule: Schedule) -> None:
    schedule.each_write_waits()
    said = schedule.refreshes("2")
    desk = schedule.desk
    memory = desk.runner.memory
    job = next(job for job in desk.runner.jobs if job.name == "refresh")
    memory.keep("refresh", memory["refresh"].succeeded(job, desk.runner.now(), said))
    assert "\nsidecar_plan_waiting 1\n" in desk.client.get("/metrics", headers=KEY).text
    desk.log_in()
    text = desk.client.get("/").text
    assert "A plan waits since" in text and 'href="/plan">Look at the plan that waits' in text
    assert "</time>: 1 values of" in text
    assert "Ready: the org holds" not in text
    assert desk.client.get("/readyz").status_code == 200
