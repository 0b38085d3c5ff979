"""Records that are passed over: what is planned is the same as if every record were looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sidecar import refresh as flow
from sidecar.configuration import Configuration
from sidecar.desired import Desired, desired_records
from sidecar.targets import ACCOUNT, OPPORTUNITY, SCORED_AT, OwnFields
from sidecar.unmoved import Unmoved, tables_read
from sync import Mirror, Org, Plan
from sync.progress import SILENT
from tests.end_to_end.small_org import CONFIGURATION, DAY, make_org, refreshed, served


def at(place: int) -> str:
    """SQL condition: the open deal at this place."""
    return f'"Id" = (SELECT "Id" FROM "Opportunity" WHERE NOT "IsClosed" ORDER BY "Id" LIMIT 1 OFFSET {place})'


LAST_ACCOUNT = '(SELECT max("Id") FROM "Account")'
LAST_STAGE = '(SELECT max_by("ApiName", "SortOrder") FROM "OpportunityStage" WHERE NOT "IsClosed")'
MOST_LINES = '(SELECT quantile_disc("OpportunityId", 0.9) FROM "OpportunityLineItem")'
USER = '(SELECT max("Id") FROM "User" WHERE "IsActive")'
SET = 'UPDATE "Opportunity" SET'
NEW = """'006000000000NEWAAA' AS "Id", NULL AS "Sidecar_Win_Probability__c\""""
WON = f""""IsClosed" = TRUE, "IsWon" = TRUE, "StageName" = 'Closed Won', "CloseDate" = DATE '{DAY}'"""
CHANGES = {
    "nothing": (),
    "of deals, customers and plans": (
        f'{SET} "Amount" = 3 * "Amount" + 1000 WHERE {at(0)}',
        f'{SET} "CloseDate" = "CloseDate" + 100 WHERE {at(1)}',
        f'{SET} "NextStep" = NULL WHERE {at(2)}',
        f'{SET} "StageName" = {LAST_STAGE} WHERE {at(3)}',
        f'{SET} "AccountId" = {LAST_ACCOUNT} WHERE {at(4)}',
        f'{SET} "OwnerId" = {USER} WHERE {at(5)}',
        f'INSERT INTO "Opportunity" SELECT * REPLACE ({NEW}) FROM "Opportunity" WHERE {at(6)}',
        f'DELETE FROM "Opportunity" WHERE {at(7)}',
        f"{SET} {WON} WHERE {at(8)}",
        f'{SET} "Sidecar_Win_Probability__c" = 1 WHERE {at(8)}',
        f'UPDATE "OpportunityLineItem" SET "TotalPrice" = 5 * "TotalPrice" WHERE "OpportunityId" > {MOST_LINES}',
        'DELETE FROM "Task" WHERE "WhatId" = (SELECT max("WhatId") FROM "Task")',
        f'DELETE FROM "Sidecar_Usage__c" WHERE "Sidecar_Account__c" = {LAST_ACCOUNT}',
        f'DELETE FROM "Asset" WHERE "AccountId" = {LAST_ACCOUNT}',
        'UPDATE "Sidecar_Plan__c" SET "Sidecar_Amount__c" = 3 * "Sidecar_Amount__c"',
        'UPDATE "Account" SET "Sidecar_Health_Band__c" = NULL WHERE "Id" = (SELECT min("Id") FROM "Account")',
    ),
    "of an account that is gone, and of the stages": (
        f'DELETE FROM "Account" WHERE "Id" = {LAST_ACCOUNT}',
        'UPDATE "OpportunityStage" SET "DefaultProbability" = "DefaultProbability" / 2',
    ),
}


@dataclass(frozen=True)
class Refreshed:
    """A mirror after a first refresh, a second that found nothing to write, and a third after an edit."""

    mirror: Mirror
    runs: list[flow.Refresh]
    scored: flow.Scored
    tables: tuple[Any, ...]


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refreshed]:
    folder = tmp_path_factory.mktemp("unmoved")
    with (
        served(folder, make_org(folder)) as org,
        Org.connect(org.settings()) as connection,
        Mirror.open(folder / "mirror.duckdb") as mirror,
    ):
        runs = [refreshed(connection, mirror), refreshed(connection, mirror)]
        [(deal,)] = mirror.connection.execute(f'SELECT "Id" FROM "Opportunity" WHERE {at(0)}').fetchall()
        org.update("Opportunity", {"Id": deal, "StageName": "Closed Lost"})
        runs.append(refreshed(connection, mirror))
        yield Refreshed(mirror, runs, *score_tables(mirror))


def score_tables(mirror: Mirror) -> tuple[flow.Scored, tuple[Any, ...]]:
    """The scores with every record put together, and from what."""
    with patch.object(flow, "desired_records", wraps=desired_records) as put_together:
        scored = flow.score(mirror, CONFIGURATION, DAY, SILENT, anew=True)
    return scored, put_together.call_args.args


def passing(mirror: Mirror, tables: tuple[Any, ...], configuration: Configuration = CONFIGURATION) -> Desired:
    """What is put together when records that have not moved are passed over."""
    return desired_records(*tables, Unmoved(mirror, configuration))


def changes_of(plan: Plan) -> pa.Table:
    """What would be written but for the moment."""
    changes = plan.changes.filter(pc.not_equal(plan.changes.column("field"), pa.scalar(SCORED_AT)))
    return changes.sort_by([(name, "ascending") for name in ("object", "key", "field")])


@pytest.mark.parametrize("change", CHANGES)
def test_after_changes_the_plan_is_that_of_all_records(after: Refreshed, change: str) -> None:
    connection, mirror = after.mirror.connection, after.mirror
    models = {file: file.read_bytes() for file in mirror.path.parent.glob("*.pickle")}
    connection.execute("BEGIN")
    try:
        for each in CHANGES[change]:
            assert connection.execute(each).fetchall() > [(0,)], each
        # What is kept of the run before counts for the scores, for putting records together and for the plan.
        found = flow.score(mirror, CONFIGURATION, DAY, SILENT, Unmoved(mirror, CONFIGURATION)).desired
        scored = score_tables(mirror)[0] if change != "nothing" else after.scored
        whole = flow.make_plan(mirror, CONFIGURATION, scored)
        part = flow.make_plan(mirror, CONFIGURATION, replace(scored, desired=found))
    finally:
        connection.execute("ROLLBACK")
        # A change may ask for other models; the next test's records are those of the first ones.
        for file, model in models.items():
            file.write_bytes(model)
    assert found.scored == scored.desired.scored and scored.desired.passed_over == 0
    assert changes_of(part).equals(changes_of(whole))
    assert part.refused.equals(whole.refused) and part.removals.equals(whole.removals)
    assert (whole.rows > 0) is (change != "nothing")
    assert found.passed_over > 0 or "stages" in change


def test_a_refresh_passes_over_what_the_one_before_found_as_it_should_be(after: Refreshed) -> None:
    passed_over = [run.scored.desired.passed_over for run in after.runs]
    assert passed_over[:2] == [0, 0], "what was just written is compared once"
    first, second, third = (run.written.rows_written for run in after.runs)
    assert second == 0 < third < first / 2 and passed_over[2] > third
    assert flow.make_plan(after.mirror, CONFIGURATION, after.scored).rows == 0, "nothing was left out"


def test_another_setting_or_a_broken_file_makes_every_record_count(after: Refreshed) -> None:
    assert passing(after.mirror, after.tables).passed_over > 0
    coarser = CONFIGURATION.write.model_copy(update={"money_step": 2.0})
    others = CONFIGURATION.model_copy(update={"write": coarser})
    assert passing(after.mirror, after.tables, others).passed_over == 0
    file = after.mirror.path.with_name("unmoved.arrow")
    kept = file.read_bytes()
    try:
        file.write_bytes(kept[: len(kept) // 2])
        assert passing(after.mirror, after.tables).passed_over == 0
    finally:
        file.write_bytes(kept)


def test_every_table_that_a_query_reads_is_hashed(after: Refreshed) -> None:
    history = after.tables[0].of([])
    later = {"past_weeks": history.weeks, "moves": history.changes, "past_stages": history.path}

    def check(
        _: Unmoved, connection: duckdb.DuckDBPyConnection, own: OwnFields, query: str, *rest: str, **more: Any
    ) -> int:
        assert set(tables_read(connection, query)) == needed_by(connection, query, later) - set(later)
        return 0

    with patch.object(Unmoved, "pass_over", autospec=True, side_effect=check) as checked:
        passing(after.mirror, after.tables)
    assert [call.args[2] for call in checked.call_args_list] == [OPPORTUNITY, ACCOUNT]


def needed_by(connection: duckdb.DuckDBPyConnection, query: str, later: dict[str, pd.DataFrame]) -> set[str]:
    """The tables without which a query is refused, those that come later included."""
    names = "SELECT view_name FROM duckdb_views() WHERE NOT internal UNION ALL SELECT table_name FROM duckdb_tables()"
    found = set()
    with duckdb.connect() as copies:
        for (name,) in connection.execute(names).fetchall():
            copies.register("rows", connection.sql(f'SELECT * FROM "{name}" LIMIT 0').to_arrow_table())
            copies.execute(f'CREATE TABLE "{name}" AS FROM "rows"')
        for name, frame in later.items():
            copies.register("rows", frame)
            copies.execute(f'CREATE TABLE "{name}" AS FROM "rows"')
        for (name,) in copies.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            copies.execute(f'ALTER TABLE "{name}" RENAME TO gone')
            try:
                copies.execute(f"EXPLAIN {query}")
            except duckdb.CatalogException:
                found.add(str(name))
            copies.execute(f'ALTER TABLE gone RENAME TO "{name}"')
    return found
