"""What the org refuses: remembered with its age, set aside after three runs, tried again when it may do better."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sync import Org, RefusedRow, RequestRefused, failures, write_back
from sync.failures import ENOUGH_REFUSALS, PATIENCE
from sync.write_back import bulk, collections

HEALTH = "Sidecar_Health__c"
BOTH_WAYS = pytest.mark.parametrize("threshold", [2000, 1], ids=["collections", "bulk"])


def refused_run(local, desk, run_id: str, *, code: str = "FIELD_CUSTOM_VALIDATION_EXCEPTION") -> tuple[RefusedRow, ...]:
    """A refresh in which the org refuses the first account."""
    desk.pull()
    local.faults.order("refuse", object="Account", code=code, message="not today")
    report = write_back(desk.org, desk.mirror, desk.plan(), run_id=run_id)
    local.faults.clear()
    return report.refused


def refused_often(local, desk) -> None:
    for number in range(ENOUGH_REFUSALS):
        assert len(refused_run(local, desk, f"r{number}")) == 1


def test_a_refused_record_is_tried_again_and_its_age_is_told(local, desk) -> None:
    (first,) = refused_run(local, desk, "r1")
    (again,) = refused_run(local, desk, "r2")
    assert (first.object, first.key, first.code, first.message) == (
        *("Account", desk.ids[0]),
        *("FIELD_CUSTOM_VALIDATION_EXCEPTION", "not today"),
    )
    assert first.since is not None
    assert again.since == first.since, "the age counts from the first refusal"
    assert failures.failures(desk.mirror).column("refusals").to_pylist() == [2]


def test_what_is_written_is_forgotten(local, desk) -> None:
    refused_run(local, desk, "r1")
    assert write_back(desk.org, desk.mirror, desk.plan(), run_id="r2").complete
    assert failures.failures(desk.mirror).num_rows == 0


def test_after_three_refusals_a_record_is_set_aside_and_listed(local, desk) -> None:
    refused_often(local, desk)
    desk.pull()
    plan = desk.plan()
    assert plan.rows == 0
    (aside,) = plan.set_aside.to_pylist()
    assert (aside["object"], aside["key"], aside["refusals"], aside["message"]) == (
        *("Account", desk.ids[0]),
        *(ENOUGH_REFUSALS, "not today"),
    )


def test_a_record_that_is_set_aside_is_explained_as_not_written(local, desk) -> None:
    refused_run(local, desk, "r1")
    assert desk.explained(desk.ids[0])[HEALTH].written
    for run in ("r2", "r3"):
        refused_run(local, desk, run)
    values = desk.explained(desk.ids[0])
    assert not any(value.written for value in values.values())
    assert values[HEALTH].why == "set aside: refused in 3 runs (FIELD_CUSTOM_VALIDATION_EXCEPTION: not today)"
    assert desk.explained(desk.ids[1])[HEALTH].why == "the same"


def test_a_record_that_was_set_aside_is_tried_again_on_demand(local, desk) -> None:
    refused_often(local, desk)
    plan = desk.plan(retry_refused=True)
    assert (plan.rows, plan.set_aside.num_rows) == (1, 0)
    assert write_back(desk.org, desk.mirror, plan, run_id="r9").complete
    assert local.rows(f'SELECT "{HEALTH}" FROM Account WHERE "Id" = \'{desk.ids[0]}\'') == [(10.0,)]


def test_it_is_tried_again_once_somebody_has_changed_it(local, desk) -> None:
    refused_often(local, desk)
    later = local.inside.clock.now() + timedelta(minutes=5)
    local.inside.clock.set(later)
    local.update("Account", {"Id": desk.ids[0], "Name": "A0"})
    desk.pull()
    assert desk.plan().rows == 1


def test_it_is_tried_again_after_a_week(local, desk) -> None:
    refused_often(local, desk)
    desk.mirror.connection.execute("UPDATE _sync.failures SET last_at = last_at - ?", [PATIENCE + timedelta(minutes=1)])
    assert desk.plan().rows == 1


def test_the_others_are_planned_as_if_nothing_were_set_aside(local, desk) -> None:
    refused_often(local, desk)
    wanted = desk.desired(**{HEALTH: [50.0 + i for i in range(6)]})
    plan = desk.plan(wanted)
    assert plan.of("Account").column("key").unique().to_pylist() == desk.ids[1:]
    assert write_back(desk.org, desk.mirror, plan, run_id="r9").complete


@BOTH_WAYS
def test_a_locked_record_has_an_age_but_is_never_set_aside(local, desk, threshold: int) -> None:
    for number in range(ENOUGH_REFUSALS + 1):
        desk.pull()
        local.faults.order("lock", parent=desk.ids[0], count=20)
        report = write_back(desk.org, desk.mirror, desk.plan(), run_id=f"r{number}", bulk_threshold=threshold)
        local.faults.clear()
        assert {row.code for row in report.refused} == {"UNABLE_TO_LOCK_ROW"}
        assert all(row.retried and row.since for row in report.refused)
    assert desk.plan().set_aside.num_rows == 0
    assert write_back(desk.org, desk.mirror, desk.plan(), run_id="last").complete


@BOTH_WAYS
def test_a_field_that_goes_during_the_write_leaves_its_rows_to_the_next_run_with_a_remedy(
    local, desk, threshold: int
) -> None:
    plan = desk.plan()
    local.faults.order("field_remove", object="Account", field=HEALTH)
    report = write_back(desk.org, desk.mirror, plan, run_id="r1", bulk_threshold=threshold)
    assert [row.key for row in report.refused] == sorted(desk.ids)
    assert all(row.retried and row.since and HEALTH in row.message for row in report.refused)
    assert all("Remedy: the org's schema differs" in row.message for row in report.refused)
    assert report.rows_written == 6, "the other object is written"
    assert desk.waits == [] or threshold == 1, "another attempt in the same run would meet the same schema"


@pytest.mark.parametrize(
    ("module", "name", "threshold"),
    [(collections, "send", 2000), (bulk, "create", 1), (bulk, "upload", 1)],
    ids=["collections", "create", "upload"],
)
def test_a_request_that_is_refused_as_a_whole_leaves_its_object_to_the_next_run(
    desk, monkeypatch: pytest.MonkeyPatch, module, name: str, threshold: int
) -> None:
    real: Callable[..., Any] = getattr(module, name)
    refusals = [RequestRefused(400, "INVALID_FIELD", "No such column")]

    def refusing(org: Org, *arguments: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return real(org, *arguments)

    monkeypatch.setattr(module, name, refusing)
    report = write_back(desk.org, desk.mirror, desk.plan(), run_id="r1", bulk_threshold=threshold)
    assert (report.rows_written, report.rows_refused) == (6, 6)
    assert {(row.object, row.code, row.retried) for row in report.refused} == {("Account", "INVALID_FIELD", True)}
    assert all("No such column" in row.message and "Remedy: " in row.message for row in report.refused)
    assert {job["state"] for job in desk.org.json("GET", "/jobs/ingest")["records"]} <= {"Aborted", "JobComplete"}
    assert desk.mirror.connection.execute("SELECT count(*) FROM _sync.ingest_jobs").fetchall() == [(0,)]
    again = write_back(desk.org, desk.mirror, desk.plan(), run_id="r2", bulk_threshold=threshold)
    assert again.complete and again.rows_written == 6
