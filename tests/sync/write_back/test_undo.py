"""Undo: what a run wrote is put back, what somebody changed since is not."""

from __future__ import annotations

import pyarrow as pa
import pytest

from localorg.access import User
from sync import Mirror, SyncError, Undo, ledger, plan_undo, undo, write_back
from sync.undo import CHANGED_IN_ORG, FIELD_GONE, MADE_AND_CHANGED, RECORD_GONE, REMOVED, WRITTEN_AGAIN

HEALTH, BAND, STAMP = "Sidecar_Health__c", "Sidecar_Health_Band__c", "Sidecar_Scored_At__c"
PLANNED, PROJECTION = "Sidecar_Plan__c", "Sidecar_Projection__c"
BOTH_WAYS = pytest.mark.parametrize("threshold", [2000, 1], ids=["collections", "bulk"])
HEALTHS = f'SELECT "{HEALTH}", "{BAND}", "{STAMP}" FROM Account WHERE "Name" LIKE \'A%\' ORDER BY "Name"'
PROJECTIONS = f'SELECT "Sidecar_Key__c" FROM "{PROJECTION}" WHERE "IsDeleted" = 0 ORDER BY 1'
PARENTS = {"Account": "Id", PROJECTION: "Sidecar_Account__c"}


def refreshed(desk, run_id: str, **more: object) -> None:
    """A refresh: pull, plan, write back."""
    desk.pull()
    write_back(desk.org, desk.mirror, desk.plan(desk.desired(**more)), run_id=run_id)


def undone(desk, run_id: str, *, as_run: str, threshold: int = 2000) -> Undo:
    """Undo a run and return what was found."""
    desk.pull()
    found = plan_undo(desk.mirror, run_id, parents=PARENTS)
    write_back(desk.org, desk.mirror, found.plan, run_id=as_run, bulk_threshold=threshold)
    return found


@BOTH_WAYS
def test_values_are_as_before_and_made_records_are_gone(local, desk, threshold: int) -> None:
    local.update("Account", {"Id": desk.ids[0], HEALTH: 77, BAND: "Green"})
    refreshed(desk, "r1")
    assert len(local.rows(PROJECTIONS)) == 6
    found = undone(desk, "r1", as_run="u1", threshold=threshold)
    assert (found.kept.num_rows, found.already) == (0, 0)
    assert local.rows(HEALTHS) == [(77.0, "Green", None), *[(None, None, None)] * 5]
    assert local.rows(PROJECTIONS) == []
    desk.pull()
    assert desk.plan().rows == 12, "the next refresh begins where the run began"


def test_a_second_undo_finds_nothing_to_do(local, desk) -> None:
    refreshed(desk, "r1")
    undone(desk, "r1", as_run="u1")
    before = local.rows(HEALTHS)
    found = undone(desk, "r1", as_run="u2")
    assert found.plan.rows == 0
    assert set(found.kept.column("reason").to_pylist()) == {RECORD_GONE}, "of the records that the first undo removed"
    assert local.rows(HEALTHS) == before


def test_an_undo_can_be_undone_but_for_the_records_it_removed(local, desk) -> None:
    refreshed(desk, "r1")
    scored = local.rows(HEALTHS)
    undone(desk, "r1", as_run="u1")
    found = undone(desk, "u1", as_run="u2")
    assert local.rows(HEALTHS) == scored
    assert {row["reason"] for row in found.kept.to_pylist()} == {REMOVED}
    assert found.kept.num_rows == 6


def test_what_somebody_changed_since_is_kept_and_listed(local, desk) -> None:
    refreshed(desk, "r1")
    local.update("Account", {"Id": desk.ids[2], HEALTH: 99})
    found = undone(desk, "r1", as_run="u1")
    (kept,) = found.kept.to_pylist()
    assert (kept["record_id"], kept["field"], kept["before"]) == (desk.ids[2], HEALTH, None)
    assert (kept["written"], kept["now"], kept["reason"]) == ("12.0", "99.0", CHANGED_IN_ORG)
    assert local.rows(HEALTHS)[2] == (99.0, None, None)
    assert local.rows(HEALTHS)[3] == (None, None, None)


def test_a_large_run_is_judged_in_parts_with_the_same_end(local, desk, monkeypatch) -> None:
    refreshed(desk, "r1")
    local.update("Account", {"Id": desk.ids[2], HEALTH: 99})
    desk.pull()
    whole = plan_undo(desk.mirror, "r1", parents=PARENTS)
    monkeypatch.setattr(undo, "PART_BYTES", 10)
    found = plan_undo(desk.mirror, "r1", parents=PARENTS)
    assert found.plan.details.equals(whole.plan.details)
    assert found.plan.removals.equals(whole.plan.removals)
    assert found.kept.equals(whole.kept)
    assert (found.plan.rows, found.kept.num_rows) == (12, 1)


def test_a_record_that_a_later_run_wrote_again_stays_whole_and_is_listed_with_that_run(local, desk) -> None:
    refreshed(desk, "r1")
    refreshed(desk, "r2", **{HEALTH: [10.0, 11.0, 12.0, 13.0, 14.0, 60.0]})
    superseded = local.rows(HEALTHS)[5]
    found = undone(desk, "r1", as_run="u1")
    kept = found.kept.to_pylist()
    assert {(row["record_id"], row["field"]) for row in kept} == {(desk.ids[5], name) for name in (HEALTH, BAND, STAMP)}
    assert {row["reason"] for row in kept} == {f"{WRITTEN_AGAIN} r2"}
    assert local.rows(HEALTHS) == [*[(None, None, None)] * 5, superseded]


def test_runs_are_undone_one_by_one_from_the_newest(local, desk) -> None:
    refreshed(desk, "r1")
    refreshed(desk, "r2", **{HEALTH: [60.0] * 6})
    undone(desk, "r2", as_run="u2")
    assert undone(desk, "r1", as_run="u1").kept.num_rows == 0
    assert local.rows(HEALTHS) == [(None, None, None)] * 6


def test_undoing_the_newest_run_leads_back_to_the_one_before(local, desk) -> None:
    refreshed(desk, "r1")
    first = local.rows(HEALTHS)
    refreshed(desk, "r2", **{HEALTH: [60.0] * 6, BAND: ["Yellow"] * 6})
    undone(desk, "r2", as_run="u1")
    assert local.rows(HEALTHS) == first
    assert len(local.rows(PROJECTIONS)) == 6, "the first run made them, not the second"


def test_a_made_record_that_somebody_changed_stays_whole(local, desk) -> None:
    refreshed(desk, "r1")
    ((record,),) = local.rows(f'SELECT "Id" FROM "{PROJECTION}" WHERE "Sidecar_Key__c" = \'p-3\'')
    local.update(PROJECTION, {"Id": record, PLANNED: 5})
    found = undone(desk, "r1", as_run="u1")
    assert local.rows(PROJECTIONS) == [("p-3",)]
    reasons = {row["field"]: row["reason"] for row in found.kept.to_pylist()}
    assert reasons == {PLANNED: CHANGED_IN_ORG, "Sidecar_Account__c": MADE_AND_CHANGED}


def test_a_record_that_is_gone_is_listed_and_the_rest_is_undone(local, desk) -> None:
    refreshed(desk, "r1")
    local.delete("Account", desk.ids[1])
    found = undone(desk, "r1", as_run="u1")
    gone = [row for row in found.kept.to_pylist() if row["object"] == "Account"]
    assert {(row["record_id"], row["reason"]) for row in gone} == {(desk.ids[1], RECORD_GONE)}
    assert local.rows(HEALTHS)[0] == (None, None, None)


def test_a_field_that_may_not_be_written_any_more_is_listed(desk) -> None:
    refreshed(desk, "r1")
    connection = desk.mirror.connection
    connection.execute(
        "INSERT INTO _sync.ledger SELECT run_id, object, key, record_id, 'Sidecar_Old__c', '1', '2', NULL, outcome,"
        " NULL, NULL FROM _sync.ledger WHERE object = 'Account' AND field = ? LIMIT 1",
        [HEALTH],
    )
    found = plan_undo(desk.mirror, "r1", parents=PARENTS)
    assert [(row["field"], row["reason"]) for row in found.kept.to_pylist()] == [("Sidecar_Old__c", FIELD_GONE)]
    assert found.plan.rows == 12


def test_refused_values_are_not_put_back(local, desk) -> None:
    plan = desk.plan()
    local.delete("Account", desk.ids[4])
    write_back(desk.org, desk.mirror, plan, run_id="r1")
    desk.pull()
    found = plan_undo(desk.mirror, "r1", parents=PARENTS)
    assert desk.ids[4] not in found.plan.of("Account").column("record_id").to_pylist()
    assert desk.ids[4] not in [row["record_id"] for row in found.kept.to_pylist() if row["object"] == "Account"]


def test_a_look_at_the_undo_writes_nothing(local, desk) -> None:
    refreshed(desk, "r1")
    before, calls = local.rows(HEALTHS), desk.org.calls
    found = plan_undo(desk.mirror, "r1", parents=PARENTS)
    assert (found.plan.rows, found.plan.removals.num_rows) == (12, 6)
    assert (local.rows(HEALTHS), desk.org.calls) == (before, calls)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    "point",
    ["plan in the ledger", "results of Account", f"removals of {PROJECTION}"],
    ids=["plan", "values", "removals"],
)
def test_killed_anywhere_the_same_undo_goes_on(local, desk, moment: str, point: str) -> None:
    refreshed(desk, "r1")
    desk.pull()

    def kill(name: str) -> None:
        if name == f"{moment} {point}":
            raise KeyboardInterrupt

    desk.mirror.at_commit = kill
    with pytest.raises(KeyboardInterrupt):
        write_back(
            desk.org, desk.mirror, plan_undo(desk.mirror, "r1", parents=PARENTS).plan, run_id="u1", bulk_threshold=2000
        )
    desk.mirror.close()
    desk.mirror = Mirror.open(desk.mirror.path)
    undone(desk, "r1", as_run="u2")
    assert local.rows(HEALTHS) == [(None, None, None)] * 6
    assert local.rows(PROJECTIONS) == []
    open_ends = desk.mirror.connection.execute("SELECT count(*) FROM _sync.ledger WHERE outcome = 'planned'").fetchall()
    assert open_ends == [(0,)]


def test_a_refused_removal_is_reported_and_the_record_stays(local, desk, monkeypatch) -> None:
    refreshed(desk, "r1")
    desk.pull()
    found = plan_undo(desk.mirror, "r1", parents=PARENTS)
    monkeypatch.setattr(User, "may_delete", lambda _user, _name: False)
    report = write_back(desk.org, desk.mirror, found.plan, run_id="u1")
    assert {(row.object, row.code) for row in report.refused} == {(PROJECTION, "INSUFFICIENT_ACCESS_OR_READONLY")}
    assert len(local.rows(PROJECTIONS)) == 6
    assert len(desk.mirror.connection.execute(f'SELECT Id FROM "{PROJECTION}"').fetchall()) == 6


def test_records_of_other_peoples_objects_are_never_removed(desk) -> None:
    removals = pa.table({"object": ["Account"], "record_id": [desk.ids[0]]})
    plan = desk.plan()
    with pytest.raises(SyncError, match="not ours"):
        write_back(desk.org, desk.mirror, type(plan)(plan.details, plan.refused, plan.targets, removals), run_id="r1")


def test_an_object_that_left_the_mirror_is_told(desk) -> None:
    refreshed(desk, "r1")
    desk.mirror.connection.execute("DELETE FROM _sync.objects WHERE object = 'Account'")
    with pytest.raises(SyncError, match="wrote Account, which is not in the mirror"):
        plan_undo(desk.mirror, "r1", parents=PARENTS)


@pytest.mark.parametrize(
    ("name", "found"), [("r1", "r1"), ("20260101T10", "20260101T101112-aaaa"), ("2026", None), ("x", None)]
)
def test_a_run_is_found_by_what_is_unique_of_its_name(mirror: Mirror, name: str, found: str | None) -> None:
    for run_id in ("r1", "20260101T101112-aaaa", "20260101T101112-aaaa-log", "20260202T101112-bbbb"):
        ledger.begin(mirror, run_id)
    assert ledger.find_run(mirror, name) == found
