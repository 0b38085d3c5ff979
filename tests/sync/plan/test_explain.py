"""What the plan says of one record."""

from __future__ import annotations

import pyarrow as pa
import pytest

from sync import ExplainedRecord, Mirror, Target, TargetField, explain, make_plan

RECORD = "006000000000001AAA"
KEY, PROBABILITY, ARR = "Sidecar_Key__c", "Sidecar_Probability__c", "Sidecar_ARR__c"
ACTION, DETAIL, REP, STAMP = "Sidecar_Action__c", "Sidecar_Detail__c", "Sidecar_Rep__c", "Sidecar_Scored_At__c"
TARGET = Target(
    "Opportunity",
    "Id",
    (
        TargetField(PROBABILITY, step=1.0),
        TargetField(ARR, step=1.0),
        TargetField(ACTION),
        TargetField(REP),
        TargetField(DETAIL, follows=True),
    ),
    stamp=STAMP,
)
HELD = {
    "Id": RECORD,
    KEY: "k-1",
    PROBABILITY: 40.0,
    ARR: 1000.0,
    ACTION: "Call",
    REP: "005000000000001AAA",
    DETAIL: "old",
}


def looked_at(mirror: Mirror, name: str = RECORD, **more: object) -> ExplainedRecord | None:
    wanted = {PROBABILITY: 40.0, ARR: 1000.0, ACTION: "Call", REP: "005000000000001", DETAIL: "new", STAMP: None} | more
    desired = pa.Table.from_pylist([{"Id": RECORD, **wanted}])
    desired = desired.set_column(
        desired.column_names.index(STAMP), STAMP, pa.array([wanted[STAMP]], pa.timestamp("us"))
    )
    found = explain(mirror, TARGET, desired, name)
    planned = make_plan(mirror, [TARGET], {"Opportunity": desired})
    if found is not None:  # what is said of the plan is what the plan holds
        assert {value.field for value in found.values if value.written} == set(planned.changes["field"].to_pylist())
    return found


def told(record: ExplainedRecord | None) -> dict[str, str]:
    assert record is not None
    return {value.field: value.why for value in record.values}


@pytest.mark.parametrize("name", [RECORD, RECORD[:15]])
def test_a_record_is_found_by_both_forms_of_its_id(mirror: Mirror, fill, name: str) -> None:
    fill([HELD])
    found = looked_at(mirror, name)
    assert found is not None
    assert (found.object, found.key, found.record_id) == ("Opportunity", RECORD, RECORD)


def test_a_record_without_desired_values_is_not_found(mirror: Mirror, fill) -> None:
    fill([HELD])
    assert looked_at(mirror, "006000000000009AAA") is None


def test_an_unchanged_record_is_the_same_but_for_what_follows(mirror: Mirror, fill) -> None:
    fill([HELD])
    why = told(looked_at(mirror))
    assert {why[name] for name in (PROBABILITY, ARR, ACTION, REP)} == {"the same"}
    assert why[DETAIL] == "goes with the record's other values, none of which is worth a write"


def test_a_move_below_its_step_is_told_with_the_step(mirror: Mirror, fill) -> None:
    fill([HELD])
    why = told(looked_at(mirror, **{PROBABILITY: 40.6}))
    assert why[PROBABILITY] == "moves by less than 1, none of which is worth a write"


def test_one_value_worth_a_write_takes_the_others_along(mirror: Mirror, fill) -> None:
    fill([HELD])
    why = told(looked_at(mirror, **{PROBABILITY: 40.6, ARR: 2000.0}))
    assert why[ARR] == "changes"
    assert why[PROBABILITY] == "goes along, though it moves little"
    assert why[DETAIL] == "goes with the record's other values"
    assert why[ACTION] == "the same"


def test_a_value_that_cannot_be_stored_is_told_with_the_reason(mirror: Mirror, fill) -> None:
    fill([HELD])
    why = told(looked_at(mirror, **{ACTION: "x" * 21, ARR: 5.0}))
    assert why[ACTION] == "cannot be stored: 21 characters, the field holds 20"
    assert why[ARR] == "changes"


def test_a_record_that_will_be_made_is_found_by_its_key(mirror: Mirror, fill) -> None:
    fill([HELD | {"Sidecar_Must__c": "x"}], name="Sidecar_Thing__c")
    target = Target("Sidecar_Thing__c", KEY, (TargetField(ARR),))
    found = explain(mirror, target, pa.table({KEY: ["k-2"], ARR: [1.0]}), "k-2")
    assert found is not None
    assert (found.key, found.record_id) == ("k-2", None)
    by_id = explain(mirror, target, pa.table({KEY: ["k-1"], ARR: [1.0]}), RECORD)
    assert by_id is not None
    assert (by_id.key, by_id.record_id) == ("k-1", RECORD)
