"""Desired against present values: what becomes a change, what is refused, what may be written at all."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from importlib import import_module
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from sync import ConfigurationError, Mirror, MissingField, Plan, Target, TargetField, make_plan
from sync.mirror.bookkeeping import write_state

IDS = [f"006Lo000000000{i}IAA" for i in range(3)]
PROBABILITY, ARR, BAND = "Sidecar_Probability__c", "Sidecar_ARR__c", "Sidecar_Band__c"
STAMP = "Sidecar_Scored_At__c"
NOW = datetime.fromisoformat("2026-11-22T10:00:00")


def plan_for(mirror: Mirror, table: Any, *names: str, key: str = "Id", name: str = "Opportunity", **more: Any) -> Plan:
    """A plan for one object with these target fields."""
    target = Target(name, key, tuple(TargetField(field) for field in names), **more)
    desired = table if isinstance(table, pa.Table) else pa.table(table)
    return make_plan(mirror, (target,), {name: desired})


def changes(plan: Plan) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in ("key", "field", "old", "new")) for row in plan.changes.to_pylist()]


def test_only_values_that_differ_are_changes(mirror: Mirror, fill) -> None:
    fill([{"Id": IDS[0], PROBABILITY: 40.0, ARR: 100.0}, {"Id": IDS[1], PROBABILITY: 40.0, ARR: 7.5}])
    plan = plan_for(mirror, {"Id": IDS[:2], PROBABILITY: [40.04, 41.0], ARR: [100.0, None]}, PROBABILITY, ARR)
    assert changes(plan) == [(IDS[1], PROBABILITY, "40.0", "41.0"), (IDS[1], ARR, "7.5", None)]
    assert plan.rows == 1


def test_equal_tables_make_an_empty_plan_whatever_their_arrow_types(mirror: Mirror, fill) -> None:
    row = {
        "Id": IDS[0], PROBABILITY: 41.0, "Sidecar_Count__c": 3, "Sidecar_Close__c": date(2026, 1, 2), STAMP: NOW,
        "Sidecar_Open__c": True, "Sidecar_Action__c": "Call", BAND: "Red", "Sidecar_Tags__c": "B;A",
    }  # fmt: skip
    fill([row])
    frame = pd.DataFrame(
        {
            "Id": IDS[:1],
            PROBABILITY: [41],
            "Sidecar_Count__c": [3.0],
            "Sidecar_Close__c": pd.to_datetime(["2026-01-02"]),
            STAMP: pd.to_datetime(["2026-11-22T12:00:00+02:00"]),
            "Sidecar_Open__c": [True],
            "Sidecar_Action__c": pd.array(["Call"], dtype="string"),
            BAND: pd.Categorical(["Red"]),
            "Sidecar_Tags__c": ["A;B"],
            ARR: [float("nan")],
            "Sidecar_Detail__c": [None],
        }
    )
    names = [name for name in frame.columns if name != "Id"]
    assert changes(plan_for(mirror, pa.Table.from_pandas(frame), *names)) == []


def test_the_stamp_goes_along_but_never_alone(mirror: Mirror, fill) -> None:
    fill([{"Id": IDS[0], ARR: 1.0}, {"Id": IDS[1], ARR: 1.0}])
    plan = plan_for(mirror, {"Id": IDS[:2], ARR: [1.0, 2.0], STAMP: [NOW, NOW]}, ARR, stamp=STAMP)
    assert changes(plan) == [(IDS[1], ARR, "1.0", "2.0"), (IDS[1], STAMP, None, "2026-11-22T10:00:00.000Z")]


DETAIL = "Sidecar_Detail__c"


@pytest.mark.parametrize(
    ("present", "probability", "expected"),
    [
        ({PROBABILITY: 40.0, DETAIL: "old"}, 40.4, []),
        ({PROBABILITY: 40.0, DETAIL: "old"}, 41.0, [PROBABILITY, ARR, DETAIL]),
        ({PROBABILITY: 40.0}, 40.4, [PROBABILITY, ARR, DETAIL]),
    ],
)
def test_a_record_is_written_whole_once_one_value_is_worth_it(
    mirror: Mirror, fill, present: dict[str, Any], probability: float, expected: list[str]
) -> None:
    """A following text is no reason, except where there is none yet; a value below its step goes along."""
    fill([{"Id": IDS[0], ARR: 10.0, **present}])
    fields = (TargetField(PROBABILITY, step=1.0), TargetField(ARR, step=5.0), TargetField(DETAIL, follows=True))
    desired = pa.table({"Id": IDS[:1], PROBABILITY: [probability], ARR: [11.0], DETAIL: ["new"]})
    plan = make_plan(mirror, [Target("Opportunity", "Id", fields)], {"Opportunity": desired})
    assert [field for _, field, _, _ in changes(plan)] == expected


def test_moments_with_a_zone_are_taken_to_utc(mirror: Mirror, fill) -> None:
    fill([{"Id": IDS[0]}])
    moment = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=2)))
    plan = plan_for(mirror, {"Id": IDS[:1], STAMP: pa.array([moment], pa.timestamp("ns", "Europe/Berlin"))}, STAMP)
    assert changes(plan) == [(IDS[0], STAMP, None, "2026-11-22T10:00:00.000Z")]


def test_a_refused_value_leaves_the_rest_of_its_record_in_the_plan(mirror: Mirror, fill) -> None:
    fill([{"Id": IDS[0]}])
    plan = plan_for(mirror, {"Id": IDS[:1], ARR: [float("inf")], BAND: ["Red"]}, ARR, BAND)
    assert changes(plan) == [(IDS[0], BAND, None, "Red")]
    assert plan.refused.to_pylist() == [
        {
            "object": "Opportunity",
            "key": IDS[0],
            "record_id": IDS[0],
            "field": ARR,
            "reason": "infinity cannot be stored",
        }
    ]


def test_a_record_that_left_the_mirror_is_refused_not_made(mirror: Mirror, fill) -> None:
    fill([])
    plan = plan_for(mirror, {"Id": IDS[:1], ARR: [1.0]}, ARR)
    (refused,) = plan.refused.to_pylist()
    assert (plan.rows, refused["key"], refused["field"]) == (0, IDS[0], "Id")
    assert "the id is of another org. Remedy: pull" in refused["reason"]


def test_records_of_our_own_are_updated_by_key_or_made(mirror: Mirror, fill) -> None:
    fill([{"Id": IDS[0], "Sidecar_Key__c": "a", ARR: 1.0}], name="Sidecar_Projection__c")
    table = {"Sidecar_Key__c": ["a", "b", "c" * 41], ARR: [2.0, None, 3.0], BAND: [None, "Red", None]}
    plan = plan_for(mirror, table, ARR, BAND, key="Sidecar_Key__c", name="Sidecar_Projection__c")
    assert changes(plan) == [("a", ARR, "1.0", "2.0"), ("b", BAND, None, "Red")]
    assert plan.changes.column("record_id").to_pylist() == [IDS[0], None]
    assert plan.refused.column("reason").to_pylist() == ["41 characters, the field holds 40"]
    entry = plan.summary()["objects"][0]
    assert (entry["inserts"], entry["updates"]) == (1, 1)


def test_rows_are_ordered_by_parent(mirror: Mirror, fill) -> None:
    fill([{"Id": record} for record in IDS])
    plan = plan_for(mirror, {"Id": IDS, ARR: [1.0, 2.0, 3.0], "account": ["b", "a", "b"]}, ARR, parent="account")
    assert plan.changes.column("key").to_pylist() == [IDS[1], IDS[0], IDS[2]]


def test_more_records_than_memory_holds_are_compared_in_batches_in_the_same_order(
    mirror: Mirror, fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [f"006Lo{i:010d}IAA" for i in range(12_000)]
    fill([])
    mirror.connection.execute("INSERT INTO Opportunity BY NAME SELECT unnest($1) AS Id", [ids])
    texts = [f"{i} " + "x" * 990 for i in range(len(ids))]
    parents = [f"001Lo{i % 700:010d}IAA" if i % 700 else None for i in range(len(ids))]
    numbers = [1.0, 1e19] * (len(ids) // 2)
    table = {"Id": ids, "Sidecar_Detail__c": texts, ARR: numbers, "parent": parents}
    whole = plan_for(mirror, table, "Sidecar_Detail__c", ARR, parent="parent")
    monkeypatch.setattr(import_module("sync.plan.difference"), "BATCH_BYTES", 1_000_000)
    mirror.connection.execute("SET memory_limit = '20MB'")
    plan = plan_for(mirror, table, "Sidecar_Detail__c", ARR, parent="parent")
    assert plan.details.equals(whole.details)
    assert plan.refused.equals(whole.refused)
    assert (plan.rows, plan.refused.num_rows) == (12_000, 6_000)


@pytest.mark.parametrize("keys", [[IDS[0], IDS[0]], [IDS[0], None]])
def test_keys_must_be_there_and_unique(mirror: Mirror, fill, keys: list[str | None]) -> None:
    fill([])
    with pytest.raises(ValueError, match="expected one row for each record"):
        plan_for(mirror, {"Id": keys, ARR: [1.0, 1.0]}, ARR)


@pytest.mark.parametrize(
    ("names", "more", "error", "told"),
    [
        (["Amount"], {}, ConfigurationError, "Amount is not a field of the package"),
        (["Name"], {}, ConfigurationError, "Name is not a field of the package"),
        (["CurrencyIsoCode"], {}, ConfigurationError, "CurrencyIsoCode is not a field of the package"),
        (["Sidecar_Age__c"], {}, ConfigurationError, "Sidecar_Age__c cannot be written by this user"),
        (["Sidecar_None__c"], {}, MissingField, "does not show Opportunity.Sidecar_None__c"),
        ([ARR], {"key": "Sidecar_Key__c"}, ConfigurationError, "cannot be a key"),
        ([ARR], {"key": "Nope__c"}, MissingField, "does not show Opportunity.Nope__c"),
        ([ARR], {"stamp": BAND}, ConfigurationError, "a stamp must be a datetime field"),
        ([ARR, BAND], {"columns": ["Id", ARR]}, ConfigurationError, "lacks Sidecar_Band__c"),
        ([ARR], {"name": "Contact"}, ConfigurationError, "Contact is to be written but was never pulled"),
    ],
)
def test_what_may_not_be_written_is_told(
    mirror: Mirror, fill, names: list[str], more: dict[str, Any], error: type[Exception], told: str
) -> None:
    fill([])
    columns = more.pop("columns", ["Id", "Sidecar_Key__c", "Nope__c", STAMP, *names, BAND])
    table = pa.table({name: pa.nulls(0) for name in dict.fromkeys(columns)})
    with pytest.raises(error, match=told):
        plan_for(mirror, table, *names, **more)


def test_a_field_that_was_not_pulled_is_not_compared_with_nothing(mirror: Mirror, fill) -> None:
    fill([{"Id": IDS[0], ARR: 1.0}])
    mirror.connection.execute(f'ALTER TABLE Opportunity DROP COLUMN "{ARR}"')
    with pytest.raises(ConfigurationError, match="was not pulled: add it to the catalogue"):
        plan_for(mirror, {"Id": IDS[:1], ARR: [1.0]}, ARR)


def test_targets_and_desired_tables_must_fit(mirror: Mirror, fill) -> None:
    fill([])
    target = Target("Opportunity", "Id", (TargetField(ARR),))
    with pytest.raises(ConfigurationError, match="one target only"):
        make_plan(mirror, (target, target), {})
    with pytest.raises(ConfigurationError, match="without a target: Account"):
        make_plan(mirror, (target,), {"Account": pa.table({"Id": ["1"]})})
    assert make_plan(mirror, (target,), {}).rows == 0


def test_the_summary_counts_ranks_and_is_json(mirror: Mirror, fill) -> None:
    fill([{"Id": IDS[0], ARR: 100.0}, {"Id": IDS[1], ARR: 50.0}, {"Id": IDS[2]}])
    table = {"Id": IDS, ARR: [90.0, 500.0, 1.0], BAND: ["Red", "Blue", None]}
    summary = plan_for(mirror, table, ARR, BAND).summary()
    assert json.loads(json.dumps(summary)) == summary
    assert (summary["rows"], summary["values"], summary["refused"], summary["estimated_calls"]) == (3, 4, 1, 1)
    assert summary["objects"][0]["fields"] == {ARR: 3, BAND: 1}
    assert [(entry["key"], entry["difference"]) for entry in summary["biggest_changes"]] == [
        (IDS[1], 450.0),
        (IDS[0], -10.0),
    ]


def test_more_rows_than_collections_are_for_are_estimated_as_jobs(mirror: Mirror, fill) -> None:
    fill([{"Id": record} for record in IDS])
    plan = plan_for(mirror, {"Id": IDS, ARR: [1.0, 2.0, 3.0]}, ARR)
    assert plan.summary(bulk_threshold=2)["estimated_calls"] == 5


@pytest.mark.parametrize(("right", "told"), [("updateable", "edited"), ("createable", "made")])
def test_an_object_whose_records_may_not_be_written_is_told_with_its_remedy(
    mirror: Mirror, fill, right: str, told: str
) -> None:
    schema = fill([], name="Sidecar_Projection__c")
    with mirror.transaction("rights") as connection:
        write_state(connection, replace(schema, **{right: False}), None, NOW)
    table = pa.table({"Sidecar_Key__c": pa.nulls(0), ARR: pa.nulls(0)})
    with pytest.raises(ConfigurationError, match=f"records of Sidecar_Projection__c cannot be {told}.* Remedy: "):
        plan_for(mirror, table, ARR, key="Sidecar_Key__c", name="Sidecar_Projection__c")


def test_a_fingerprint_is_of_the_values_that_would_be_written_not_of_their_order_or_the_moment(
    mirror: Mirror, fill
) -> None:
    fill([{"Id": IDS[0], PROBABILITY: 40.0, BAND: "Red"}, {"Id": IDS[1], PROBABILITY: 40.0}])

    def of(ids: list[str], values: list[float], moment: datetime, **more: Any) -> str:
        table = {"Id": ids, PROBABILITY: values, STAMP: [moment] * len(ids), **more}
        fields = [name for name in table if name not in ("Id", STAMP)]
        return plan_for(mirror, table, *fields, stamp=STAMP).fingerprint

    first = of(IDS[:2], [50.0, 60.0], NOW)
    assert of(IDS[1::-1], [60.0, 50.0], NOW + timedelta(hours=1)) == first
    assert of(IDS[:2], [50.0, 61.0], NOW) != first
    assert of(IDS[:1], [50.0], NOW) != first
    emptied, unchanged = of(IDS[:1], [50.0], NOW, **{BAND: [None]}), of(IDS[:1], [50.0], NOW, **{BAND: ["Red"]})
    assert emptied != unchanged


def test_a_fingerprint_tells_removals_and_what_a_change_replaces(mirror: Mirror, fill) -> None:
    fill([{"Id": IDS[0], PROBABILITY: 40.0}])
    before = plan_for(mirror, {"Id": IDS[:1], PROBABILITY: [50.0]}, PROBABILITY)
    gone = pa.table({"object": ["Sidecar_Action__c"], "record_id": ["a00000000000001AAA"]})
    assert replace(before, removals=gone).fingerprint != before.fingerprint
    mirror.connection.execute(f'UPDATE "Opportunity" SET {PROBABILITY} = 41.0')
    assert plan_for(mirror, {"Id": IDS[:1], PROBABILITY: [50.0]}, PROBABILITY).fingerprint != before.fingerprint
