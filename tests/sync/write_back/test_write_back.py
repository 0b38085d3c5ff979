"""The write-back against the local org, at the wire, by collections and by ingest jobs."""

from __future__ import annotations

import pyarrow as pa
import pytest

from sync import ConfigurationError, Mirror, Org, RequestLimitReached, ledger, write_back
from sync.plan import parts

HEALTH, BAND, STAMP = "Sidecar_Health__c", "Sidecar_Health_Band__c", "Sidecar_Scored_At__c"
BOTH_WAYS = pytest.mark.parametrize("threshold", [2000, 1], ids=["collections", "bulk"])
HEALTHS = f'SELECT "{HEALTH}", "{BAND}", "{STAMP}" FROM Account WHERE "Name" LIKE \'A%\' ORDER BY "Name"'
PROJECTIONS = 'SELECT "Sidecar_Key__c", "Sidecar_Account__c", "Sidecar_Plan__c" FROM "Sidecar_Projection__c" ORDER BY 1'


@BOTH_WAYS
def test_the_org_holds_what_was_desired_and_the_next_plan_is_empty(local, desk, threshold: int) -> None:
    report = write_back(desk.org, desk.mirror, desk.plan(), run_id="r1", bulk_threshold=threshold)
    assert (report.rows_written, report.rows_refused, report.complete) == (12, 0, True)
    assert local.rows(HEALTHS) == [(10.0 + i, "Red", "2026-11-22T10:00:00.000Z") for i in range(6)]
    assert local.rows(PROJECTIONS) == [(f"p-{i}", desk.ids[i], (10 + i) * 1.5) for i in range(6)]
    assert desk.plan().rows == 0, "without a pull between"
    desk.pull()
    assert desk.plan().rows == 0, "after our own writes came back"


@BOTH_WAYS
def test_an_unchanged_run_makes_no_call(desk, threshold: int) -> None:
    write_back(desk.org, desk.mirror, desk.plan(), run_id="r1", bulk_threshold=threshold)
    before = desk.org.calls
    report = write_back(desk.org, desk.mirror, desk.plan(), run_id="r2", bulk_threshold=threshold)
    assert (report.rows_written, report.calls, desk.org.calls) == (0, 0, before)


@BOTH_WAYS
def test_only_changed_fields_are_sent_and_null_empties_a_field(local, desk, threshold: int) -> None:
    write_back(desk.org, desk.mirror, desk.plan(), run_id="r1", bulk_threshold=threshold)
    local.update("Account", *({"Id": record, BAND: "Green"} for record in desk.ids))
    desired = desk.desired(**{HEALTH: pa.array([None, *[50.0] * 5])})
    desired["Account"] = desired["Account"].drop_columns([BAND]).append_column(BAND, pa.array(["Red"] * 6))
    plan = desk.plan(desired)
    assert set(plan.of("Account").column("field").to_pylist()) == {HEALTH}, "the stamp and the band are as they were"
    write_back(desk.org, desk.mirror, plan, run_id="r2", bulk_threshold=threshold)
    assert local.rows(HEALTHS) == [(None if i == 0 else 50.0, "Green", "2026-11-22T10:00:00.000Z") for i in range(6)]


@BOTH_WAYS
def test_a_refused_row_does_not_stop_the_others_and_is_listed(local, desk, threshold: int) -> None:
    plan = desk.plan()
    local.delete("Account", desk.ids[2])
    report = write_back(desk.org, desk.mirror, plan, run_id="r1", bulk_threshold=threshold)
    refused = {(row.object, row.key): row for row in report.refused}
    assert report.rows_written == 12 - len(refused)
    assert refused["Account", desk.ids[2]].code == "ENTITY_IS_DELETED"
    assert all(row.message and not row.retried for row in report.refused)
    outcomes = ledger.values(desk.mirror, "r1").to_pylist()
    assert {row["outcome"] for row in outcomes if row["key"] == desk.ids[2]} == {"refused"}
    assert {row["outcome"] for row in outcomes if row["key"] == desk.ids[3]} == {"written"}
    assert ledger.runs(desk.mirror).to_pylist()[0]["status"] == "done in part"


@BOTH_WAYS
def test_a_lock_that_passes_does_not_show(local, desk, threshold: int) -> None:
    local.faults.order("lock", count=2, parent=desk.ids[1])
    report = write_back(desk.org, desk.mirror, desk.plan(), run_id="r1", bulk_threshold=threshold)
    assert (report.rows_written, report.rows_refused) == (12, 0)
    assert desk.plan().rows == 0


@BOTH_WAYS
def test_a_lock_that_stays_is_left_for_the_next_run(local, desk, threshold: int) -> None:
    local.faults.order("lock", count=1000, parent=desk.ids[1])
    report = write_back(desk.org, desk.mirror, desk.plan(), run_id="r1", bulk_threshold=threshold)
    assert report.rows_refused > 0
    assert {(row.code, row.retried) for row in report.refused} == {("UNABLE_TO_LOCK_ROW", True)}
    local.faults.clear()
    again = desk.plan()
    assert again.rows == report.rows_refused
    assert write_back(desk.org, desk.mirror, again, run_id="r2", bulk_threshold=threshold).complete


def test_values_that_cannot_be_stored_are_listed_beside_the_orgs_refusals(desk) -> None:
    plan = desk.plan(desk.desired(**{BAND: ["Blue", *["Red"] * 5]}))
    report = write_back(desk.org, desk.mirror, plan, run_id="r1")
    assert [(row.key, row.field, row.code) for row in report.refused] == [(desk.ids[0], BAND, "NOT_STORABLE")]
    assert (report.rows_written, report.rows_refused) == (12, 1)


def test_the_ledger_keeps_old_and_new_value_of_everything_written(desk) -> None:
    write_back(desk.org, desk.mirror, desk.plan(), run_id="r1")
    write_back(desk.org, desk.mirror, desk.plan(desk.desired(**{HEALTH: [99.0] * 6})), run_id="r2")
    row = next(row for row in ledger.values(desk.mirror, "r2").to_pylist() if row["key"] == desk.ids[0])
    assert (row["field"], row["old_value"], row["new_value"], row["outcome"]) == (HEALTH, "10.0", "99.0", "written")
    created = [row for row in ledger.values(desk.mirror, "r1").to_pylist() if row["object"] == "Sidecar_Projection__c"]
    assert all(row["record_id"] and row["old_value"] is None for row in created)
    runs = ledger.runs(desk.mirror).to_pylist()
    assert [(run["run_id"], run["status"], run["rows_planned"], run["rows_written"]) for run in runs] == [
        ("r2", "done", 6, 6),
        ("r1", "done", 12, 12),
    ]


def test_a_small_plan_costs_one_call_per_object_and_a_large_one_few(desk) -> None:
    assert write_back(desk.org, desk.mirror, desk.plan(), run_id="r1").calls == 2
    report = write_back(
        desk.org, desk.mirror, desk.plan(desk.desired(**{HEALTH: [99.0] * 6})), run_id="r2", bulk_threshold=1
    )
    asked_again = len(desk.waits)  # the client does not really wait: a slow org is asked more often
    assert report.calls - asked_again <= 8


def test_large_uploads_are_cut_into_parts_and_nothing_is_lost(local, desk, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[str] = []
    monkeypatch.setattr(parts, "LIMITS", parts.Limits(bytes=200))
    desk.mirror.at_commit = lambda name: jobs.append(name) if name == "after ingest job of Account" else None
    assert write_back(desk.org, desk.mirror, desk.plan(), run_id="r1", bulk_threshold=1).complete
    assert len(jobs) > 1
    assert [health for health, _, _ in local.rows(HEALTHS)] == [10.0 + i for i in range(6)]


def test_no_upload_stays_on_the_disk(desk) -> None:
    write_back(desk.org, desk.mirror, desk.plan(), run_id="r1", bulk_threshold=1)
    assert not list(desk.mirror.path.parent.glob("upload-*"))


def test_assignment_rules_are_kept_off_and_the_client_is_named(org: Org, mirror: Mirror, script) -> None:
    from sync.client.org import CLIENT_NAME
    from sync.plan.targets import CheckedTarget
    from sync.schema import FieldSchema, ObjectSchema
    from sync.write_back import collections

    schema = ObjectSchema("Account", "Account", "001", {"Id": FieldSchema("Id", "Id", "id")})
    target = CheckedTarget(None, schema, schema.fields["Id"], (), None)
    script.wire.patch(f"{script.root}/composite/sobjects", json=[{"id": "001", "success": True, "errors": []}])
    collections.send(org, target, [collections.Row("001", "001", {})])
    headers = script.wire.calls[-1].request.headers
    assert headers["Sforce-Auto-Assign"] == "FALSE"
    assert headers["Sforce-Call-Options"] == f"client={CLIENT_NAME}"


def test_the_limit_ends_the_run_and_what_was_written_is_in_the_ledger(local, desk) -> None:
    plan = desk.plan()
    local.faults.order("limit", after=1)
    with pytest.raises(RequestLimitReached):
        write_back(desk.org, desk.mirror, plan, run_id="r1")
    run = ledger.runs(desk.mirror).to_pylist()[0]
    assert (run["status"], run["rows_written"]) == ("failed", 6)
    assert "RequestLimitReached" in run["message"]
    local.faults.clear()
    desk.pull()
    assert write_back(desk.org, desk.mirror, desk.plan(), run_id="r2").rows_written == 6


def test_a_run_id_is_used_once(desk) -> None:
    write_back(desk.org, desk.mirror, desk.plan(), run_id="r1")
    with pytest.raises(ValueError, match="every run needs an id of its own"):
        write_back(desk.org, desk.mirror, desk.plan(), run_id="r1")


def test_the_mirror_of_one_org_is_never_written_to_another(desk) -> None:
    plan = desk.plan()
    desk.mirror.connection.execute("UPDATE _sync.properties SET value = '00Dother' WHERE name = 'org'")
    with pytest.raises(ConfigurationError, match="holds the records of org 00Dother"):
        write_back(desk.org, desk.mirror, plan, run_id="r1")
    assert ledger.runs(desk.mirror).num_rows == 0
