"""Reports: what people and machines are told of a plan."""

from datetime import UTC, date, datetime

import pandas as pd
import pyarrow as pa
import pytest

from scoring import Quarter
from sidecar.desired import Desired
from sidecar.refresh import Scored
from sidecar.report import SHOWN, plan_as_dict, plan_report, undo_report
from sidecar.undo import Undone
from sync import ObjectPull, Plan, PullReport, RefusedRow, Undo, WriteReport
from sync.plan.difference import CHANGES, REFUSED, REMOVALS
from sync.undo import KEPT
from sync.write_back import NOT_STORABLE

PULLED = PullReport((ObjectPull("Task", "none"), ObjectPull("Case", "rest", missing_fields=("Priority",))), 2)
UNRATED = "3 deals in EUR, a currency without a rate: their money counts as missing."
ODD = {"table": "cases", "rows": 2, "treatment": "closed before they were opened: left out"}
QUARTER = Quarter("Q4", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"))
SCORED = Scored(date(2026, 11, 22), QUARTER, Desired({}), pd.Series([], dtype="str"), (UNRATED,), (ODD,))
NOTHING = Plan(CHANGES.empty_table(), REFUSED.empty_table(), ())


def told(plan: Plan, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The report on standard output, and what is said beside it."""
    plan_report(plan, plan.summary(), PULLED, SCORED)
    return capsys.readouterr()


def test_an_empty_plan_says_so_and_what_is_done_without(capsys: pytest.CaptureFixture[str]) -> None:
    output, beside = told(NOTHING, capsys)
    assert "Nothing to write" in output
    assert "Task (calls and tasks do not count as activity)" in beside and "Case.Priority" in beside
    assert UNRATED in beside and str(ODD["treatment"]) in output
    machines = plan_as_dict(NOTHING, NOTHING.summary(), PULLED, SCORED)
    assert (len(machines["left_out"]), machines["notices"], machines["input_problems"]) == (2, [UNRATED], [ODD])


def test_records_that_would_be_removed_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    gone = [{"object": "Sidecar_Action__c", "record_id": f"a{i}"} for i in range(201)]
    gone.append({"object": "Sidecar_Projection__c", "record_id": "p1"})
    plan = Plan(NOTHING.details, NOTHING.refused, (), pa.Table.from_pylist(gone, REMOVALS))
    output, _ = told(plan, capsys)
    assert "Nothing to write" not in output
    assert "Sidecar_Action__c: 201 to remove" in output and "Sidecar_Projection__c: 1 to remove" in output
    assert "202 records removed, in about 3 API calls" in output
    assert plan_as_dict(plan, plan.summary(), PULLED, SCORED)["removals"] == gone


def test_the_first_refusals_are_listed_and_machines_get_all(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("object", "key", "record_id", "field", "reason")
    rows = [dict(zip(names, ("Account", f"k{i}", f"k{i}", "F__c", "too long"), strict=True)) for i in range(120)]
    plan = Plan(NOTHING.details, pa.Table.from_pylist(rows, REFUSED), ())
    output, beside = told(plan, capsys)
    assert output.count("too long") == SHOWN
    assert f"{120 - SHOWN} more; --json lists all." in beside
    assert plan_as_dict(plan, plan.summary(), PULLED, SCORED)["refused_values"] == rows


def test_refused_records_are_listed_with_what_becomes_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    since = datetime(2026, 11, 20, 7, tzinfo=UTC).replace(tzinfo=None)
    refused = RefusedRow("Account", "k", "001", "", "ENTITY_IS_LOCKED", "in approval", since=since)
    stored = RefusedRow("Account", "k", "001", "F__c", NOT_STORABLE, "300 characters, the field holds 255")
    undo_report(Undo("r1", NOTHING, KEPT.empty_table(), 0), undone(refused, stored))
    output, beside = capsys.readouterr()
    assert "2026-11-20 07:00" in output and "the field holds 255" in output
    assert "The next run tries the refused records again" in beside and "are left out until" in beside


def undone(*refused: RefusedRow) -> Undone:
    return Undone("u1", Undo("r1", NOTHING, KEPT.empty_table(), 0), WriteReport(0, len(refused), 1, refused), 1, 0.1)
