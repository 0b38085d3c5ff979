"""Which of our own records go: those nobody stands behind any more, never those of which nothing is known."""

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa

from sidecar.desired import Desired
from sidecar.desired.removals import removals
from sync import Mirror

START = date(2026, 10, 1)
NO_ACTIONS = pd.Series([], dtype="str")


def held(mirror: Mirror) -> None:
    """Projections of this quarter, of a past and of a long past one, one that a person made, and an action."""
    mirror.connection.execute(
        'CREATE TABLE "Sidecar_Projection__c" ("Id" VARCHAR, "Sidecar_Key__c" VARCHAR, "Sidecar_Quarter_Start__c" DATE)'
    )
    mirror.connection.execute("""
        INSERT INTO "Sidecar_Projection__c" VALUES
            ('p1', 'Rep:stays:2026-10-01:All', '2026-10-01'), ('p2', 'Rep:left:2026-10-01:All', '2026-10-01'),
            ('p3', 'Rep:left:2026-07-01:All', '2026-07-01'), ('p4', 'Rep:left:2024-07-01:All', '2024-07-01'),
            ('p5', NULL, '2026-10-01')
    """)
    mirror.connection.execute('CREATE TABLE "Sidecar_Action__c" ("Id" VARCHAR, "Sidecar_Key__c" VARCHAR)')
    mirror.connection.execute("""INSERT INTO "Sidecar_Action__c" VALUES ('a1', 'stalled:1'), ('a2', 'stalled:2')""")


def wanted(*keys: str) -> Desired:
    return Desired({"Sidecar_Projection__c": pa.table({"Sidecar_Key__c": pa.array(list(keys), pa.string())})})


def ids(table: pa.Table) -> list[str]:
    return [str(value) for value in table.column("record_id").to_pylist()]


def test_projections_of_nobody_and_of_long_ago_go_and_expired_actions_too(tmp_path: Path) -> None:
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        held(mirror)
        found = removals(mirror, pd.Series(["stalled:2"]), wanted("Rep:stays:2026-10-01:All"), START)
        assert ids(found) == ["a2", "p2", "p4"]
        assert found.column("object").to_pylist() == ["Sidecar_Action__c", *["Sidecar_Projection__c"] * 2]


def test_without_desired_projections_none_goes(tmp_path: Path) -> None:
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        held(mirror)
        assert ids(removals(mirror, NO_ACTIONS, Desired({}), START)) == []


def test_a_run_for_an_earlier_day_takes_no_projection_away(tmp_path: Path) -> None:
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        held(mirror)
        desired = wanted("Rep:stays:2026-10-01:All")
        assert ids(removals(mirror, pd.Series(["stalled:2"]), desired, START, is_latest=False)) == ["a2"]
