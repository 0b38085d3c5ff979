"""Every fault of the local org at every stage where it can strike: the end of that run, and of the run after it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localorg.faults import KINDS, SCHEMA_KINDS

MATRIX = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text(encoding="utf-8"))
CELLS = [
    pytest.param(fault, stage, end, id=f"{fault['id']}-{stage}")
    for fault in MATRIX["fault"]
    for stage, end in fault["ends"].items()
]
WRITING = ("collections", "ingest_job", "upload", "close", "ingest_poll", "result")
WITHOUT_LOSS = ("unnoticed", "waits", "renewed", "tried_again")
TIER, EXTRA, GRANT = "Sidecar_Tier__c", "Sidecar_Extra__c", "Sidecar_Integration"


def strike(refresh: Any, fault: dict[str, Any], stage: str) -> Callable[[], None]:
    """What makes the fault happen, to be called just before the request of the stage."""
    order, kind, order_fault = dict(fault["order"]), fault["kind"], refresh.local.faults.order
    match kind:
        case "lock":
            return lambda: order_fault(kind, parent=refresh.ids[0], **order)
        case "late" if stage in WRITING:  # our own write takes its time
            return lambda: order_fault(kind, seconds=0.05, **order)
        case "late":

            def write_late() -> None:
                order_fault(kind, **order)
                refresh.write_late()

            return write_late
        case "field_add":
            facts = {"field": EXTRA, "type": "double", "precision": 18, "scale": 2, "grant": GRANT}
            return lambda: order_fault(kind, **order, **facts)
        case "field_remove" | "field_retype":
            facts = {"type": "string", "length": 20, "grant": GRANT} if kind == "field_retype" else {}

            def change_field() -> None:
                if stage in ("query_poll", "ingest_poll"):
                    refresh.jobs_end()  # whether the job sees the change must not be left to chance
                order_fault(kind, field=TIER, **order, **facts)

            return change_field
    return lambda: order_fault(kind, **order)


def mend(refresh: Any, fault: dict[str, Any]) -> None:
    """What people do after a fault that does not pass by itself."""
    refresh.local.faults.clear()
    if fault["kind"] == "field_remove":
        refresh.restore_tier()


@pytest.mark.parametrize(("fault", "stage", "end"), CELLS)
def test_the_run_ends_as_expected_and_the_next_one_makes_everything_good(
    refresh: Any, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any], stage: str, end: str
) -> None:
    if fault["kind"] == "contention":  # few rows are several inner batches
        monkeypatch.setattr("localorg.http.bulk_load.BATCH_ROWS", 2)
        monkeypatch.setattr("localorg.http.bulk_load.ROWS_AT_ONCE", 2)
    tier = fault["kind"] in SCHEMA_KINDS and stage in WRITING
    seen, observer = refresh.run(stage, tier=tier, strike=strike(refresh, fault, stage))
    assert observer.struck, "the run came to the stage"
    assert refresh.end_of(seen, observer) == end, seen
    assert end not in WITHOUT_LOSS or refresh.local.faults.listed() == [], "the fault has happened"
    mend(refresh, fault)
    again, _ = refresh.run(stage, tier=tier)
    assert again.error is None and again.pulled.complete and again.written.complete
    refresh.check_end(tier=tier)


def test_the_table_has_every_kind_of_fault_and_every_stage() -> None:
    assert {fault["kind"] for fault in MATRIX["fault"]} == {*KINDS, *SCHEMA_KINDS}
    for fault in MATRIX["fault"]:
        assert set(fault["ends"]) <= set(MATRIX["stage"]) and set(fault["ends"].values()) <= set(MATRIX["end"])
        assert (fault.get("otherwise") in MATRIX["never"]) == (set(fault["ends"]) < set(MATRIX["stage"]))
