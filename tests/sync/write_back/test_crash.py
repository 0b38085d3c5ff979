"""A write-back that is killed at any commit point or after any request, and the refresh that follows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
import requests

from sync import Mirror, ledger, resume, write_back

HEALTH = "Sidecar_Health__c"
BOTH_WAYS = pytest.mark.parametrize("threshold", [2000, 1], ids=["collections", "bulk"])
COMMITS = ("plan in the ledger", "results of {}", "ingest job of {}", "job results of {}")
OBJECTS = ("Account", "Sidecar_Projection__c")


class Killed(BaseException):
    """The process is gone: no handler of the code under test may see it as an error."""


def desired_of(desk, round_: int) -> dict[str, pa.Table]:
    """Other values in each round; two projections are new in each."""
    wanted = desk.desired(**{HEALTH: [float((round_ * 7 + i) % 100) for i in range(6)]})
    keys = [f"p-{i}" for i in range(4)] + [f"p-new-{round_}-{i}" for i in range(2)]
    amounts = [round_ + i / 4 for i in range(6)]
    projection = {"Sidecar_Key__c": keys, "Sidecar_Account__c": desk.ids, "Sidecar_Plan__c": amounts}
    return wanted | {"Sidecar_Projection__c": pa.table(projection)}


def killed_run(desk, desired: dict[str, pa.Table], run_id: str, threshold: int) -> bool:
    """Whether the run was killed; afterwards the process is a new one, with the mirror's file opened anew."""
    killed = False
    try:
        write_back(desk.org, desk.mirror, desk.plan(desired), run_id=run_id, bulk_threshold=threshold)
    except Killed:
        killed = True
    path = desk.mirror.path
    desk.mirror.close()
    desk.mirror = Mirror.open(path)
    return killed


def next_run(desk, desired: dict[str, pa.Table], run_id: str, threshold: int) -> None:
    desk.pull()
    assert write_back(desk.org, desk.mirror, desk.plan(desired), run_id=run_id, bulk_threshold=threshold).complete


def check_end(local, desk, desired: dict[str, pa.Table], where: str) -> None:
    healths = dict(local.rows(f'SELECT "Id", "{HEALTH}" FROM Account'))
    assert healths == dict(zip(desk.ids, desired["Account"].column(HEALTH).to_pylist(), strict=True)), where
    held = local.rows('SELECT "Sidecar_Key__c", "Sidecar_Plan__c" FROM "Sidecar_Projection__c"')
    wanted = desired["Sidecar_Projection__c"].select(["Sidecar_Key__c", "Sidecar_Plan__c"]).to_pylist()
    assert {tuple(row.values()) for row in wanted} <= set(held), where
    assert len({key for key, _ in held}) == len(held), f"{where}: a record was doubled"
    assert desk.plan(desired).rows == 0, where
    open_values = "SELECT count(*) FROM _sync.ledger WHERE outcome = 'planned'"
    assert desk.mirror.connection.execute(open_values).fetchall() == [(0,)], where
    assert desk.mirror.connection.execute("SELECT count(*) FROM _sync.ingest_jobs").fetchall() == [(0,)], where


@BOTH_WAYS
def test_killed_at_any_commit_point_the_next_refresh_ends_in_the_same_state(local, desk, threshold: int) -> None:
    names = dict.fromkeys(commit.format(name) for commit in COMMITS for name in OBJECTS)
    hit = 0
    for round_, point in enumerate(f"{side} {name}" for name in names for side in ("before", "after")):
        desired = desired_of(desk, round_)
        desk.mirror.at_commit = dying_at(point)
        if killed_run(desk, desired, f"killed-{round_}", threshold):
            hit += 1
            next_run(desk, desired, f"next-{round_}", threshold)
        check_end(local, desk, desired, point)
    assert hit >= 6


def dying_at(point: str) -> Callable[[str], None]:
    def check(name: str) -> None:
        if name == point:
            raise Killed

    return check


@BOTH_WAYS
def test_killed_after_any_request_the_next_refresh_ends_in_the_same_state(
    local, desk, threshold: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = requests.adapters.HTTPAdapter.send
    round_ = 0
    killed = True
    while killed:
        left = [round_]

        def dying(self: Any, *args: Any, left: list[int] = left, **kwargs: Any) -> requests.Response:
            response = send(self, *args, **kwargs)  # the org has done it, its answer is lost
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return response

        desired = desired_of(desk, round_)
        with monkeypatch.context() as patch:
            patch.setattr(requests.adapters.HTTPAdapter, "send", dying)
            killed = killed_run(desk, desired, f"killed-{round_}", threshold)
        if killed:
            next_run(desk, desired, f"next-{round_}", threshold)
        check_end(local, desk, desired, f"request {round_}")
        round_ += 1
    assert round_ > 2


def test_values_that_a_killed_run_had_written_are_found_by_the_next_pull(desk) -> None:
    desk.mirror.at_commit = dying_at("before results of Sidecar_Projection__c")
    assert killed_run(desk, desk.desired(), "r1", 2000)
    desk.pull()
    outcomes = {(row["object"], row["outcome"]) for row in ledger.values(desk.mirror, "r1").to_pylist()}
    assert ("Account", "written") in outcomes
    assert {outcome for name, outcome in outcomes if name != "Account"} == {"written"}, "the org had taken them"
    assert all(row["record_id"] for row in ledger.values(desk.mirror, "r1").to_pylist())


def test_values_that_never_reached_the_org_are_unknown_after_the_next_pull(desk) -> None:
    desk.mirror.at_commit = dying_at("after plan in the ledger")
    assert killed_run(desk, desk.desired(), "r1", 2000)
    desk.pull()
    assert {row["outcome"] for row in ledger.values(desk.mirror, "r1").to_pylist()} == {"unknown"}
    write_back(desk.org, desk.mirror, desk.plan(), run_id="r2")
    statuses = {run["run_id"]: run["status"] for run in ledger.runs(desk.mirror).to_pylist()}
    assert statuses == {"r1": "killed", "r2": "done"}


def test_an_upload_that_never_ended_is_given_up(local, desk) -> None:
    desk.mirror.at_commit = dying_at("after ingest job of Account")
    assert killed_run(desk, desk.desired(), "r1", 1)
    assert resume(desk.org, desk.mirror) == 1
    assert [job["state"] for job in desk.org.json("GET", "/jobs/ingest")["records"]] == ["Aborted"]
    assert resume(desk.org, desk.mirror) == 0


def test_a_restart_that_was_killed_while_it_gave_up_an_upload_is_made_good_by_the_next(desk) -> None:
    desk.mirror.at_commit = dying_at("after ingest job of Account")
    assert killed_run(desk, desk.desired(), "r1", 1)
    desk.mirror.at_commit = dying_at("before job given up for Account")
    with pytest.raises(Killed):
        resume(desk.org, desk.mirror)
    desk.mirror.at_commit = dying_at("nowhere")
    assert resume(desk.org, desk.mirror) == 1
    assert {row["outcome"] for row in ledger.values(desk.mirror, "r1").to_pylist() if row["object"] == "Account"} == {
        "unknown"
    }
    assert desk.plan().rows == 12


def test_a_job_that_the_org_forgot_leaves_its_values_to_the_next_plan(desk) -> None:
    desk.mirror.at_commit = dying_at("after ingest job of Account")
    assert killed_run(desk, desk.desired(), "r1", 1)
    desk.mirror.connection.execute("UPDATE _sync.ingest_jobs SET job_id = '750Lo000000ZZZZIAA'")
    assert resume(desk.org, desk.mirror) == 1
    assert desk.plan().rows == 12
