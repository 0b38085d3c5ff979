"""Records that keep their scores: all scores are those of a run from nothing, whatever has changed in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import patch

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import scoring
from benchmarks.mirrored import fill_mirror
from localorg.book import BookSettings, make_world
from localorg.book.generate import each_table
from scoring.as_of import known_at
from sidecar import rescored
from sidecar.book import read_book
from sidecar.configuration import Configuration
from sidecar.desired import Past
from sidecar.fitted import FittedModel
from sync import Mirror

DAY = pd.Timestamp("2026-11-22")
QUARTER = scoring.Quarter("Q4", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"))
BOOK = BookSettings(accounts=8, deals=160, quarters=6, reps=2, end=date(2026, 11, 22), usage_weeks=6)
CONFIGURATION = Configuration.model_validate({"mapping": {"opportunity": {"predictors": {"Source": "LeadSource"}}}})
SETTINGS = scoring.HealthSettings()


def deal(place: int) -> str:
    """SQL: the id of the open deal at this place."""
    return f'(SELECT "Id" FROM "Opportunity" WHERE NOT "IsClosed" ORDER BY "Id" LIMIT 1 OFFSET {place})'


def last(table: str, column: str = "Id", where: str = "TRUE") -> str:
    """SQL: the last value of a column."""
    return f'(SELECT max("{column}") FROM "{table}" WHERE {where})'


SET = 'UPDATE "Opportunity" SET'
OF = '"Sidecar_Account__c"'
WON = """"IsClosed" = TRUE, "IsWon" = TRUE, "StageName" = 'Closed Won', "CloseDate" = DATE '2026-11-20'"""
NEW = "'006000000000NEWAAA' AS \"Id\""
ACTIVE = last("User", where='"IsActive"')
LINES = last("OpportunityLineItem", "OpportunityId")
# What happens, each to what the ones before it have left; every deal is to be scored again only where its name says so,
# every account likewise.
CHANGES = {
    "nothing": ('UPDATE "Opportunity" SET "Description" = \'Not read\'',),
    "deals": (
        f'{SET} "Amount" = 3 * "Amount" + 1000 WHERE "Id" = {deal(0)}',
        f'{SET} "CloseDate" = "CloseDate" + 40, "NextStep" = NULL WHERE "Id" = {deal(1)}',
        f'{SET} "OwnerId" = {ACTIVE} WHERE "Id" = {deal(2)}',
        f'DELETE FROM "OpportunityHistory" WHERE "OpportunityId" = {deal(3)}',
        f'{SET} "LeadSource" = \'Elsewhere\' WHERE "Id" = {deal(4)}',
    ),
    "what hangs on deals": (
        f'DELETE FROM "OpportunityContactRole" WHERE "OpportunityId" = {deal(5)}',
        f'DELETE FROM "Task" WHERE "WhatId" = {last("Task", "WhatId")}',
        f'DELETE FROM "OpportunityLineItem" WHERE "OpportunityId" = {LINES}',
    ),
    "deals that come and go": (
        f'INSERT INTO "Opportunity" SELECT * REPLACE ({NEW}) FROM "Opportunity" WHERE "Id" = {deal(6)}',
        f'DELETE FROM "Opportunity" WHERE "Id" = {deal(7)}',
        f'{SET} {WON} WHERE "Id" = {deal(8)}',
    ),
    "customers": (
        f'UPDATE "Case" SET "IsClosed" = NOT "IsClosed" WHERE "Id" = {last("Case")}',
        'UPDATE "Case" SET "AccountId" = NULL WHERE "Id" = (SELECT min("Id") FROM "Case")',
        f'UPDATE "Asset" SET "Quantity" = 2 * "Quantity" + 1 WHERE "AccountId" = {last("Asset", "AccountId")}',
        'UPDATE "Account" SET "Industry" = \'Other\' WHERE "Id" = (SELECT min("Id") FROM "Account")',
    ),
    "a deployment: every account": (
        f'UPDATE "Sidecar_Deployment__c" SET "Sidecar_Deployed__c" = 1 WHERE "Id" = {last("Sidecar_Deployment__c")}',
    ),
    "telemetry: every account": (f'DELETE FROM "Sidecar_Usage__c" WHERE {OF} = {last("Sidecar_Usage__c", OF[1:-1])}',),
    "an account that is gone, and a field that nobody uses: every deal": (
        f'DELETE FROM "Account" WHERE "Id" = {last("Account")}',
        f'{SET} "NextStep" = NULL WHERE "Id" <> {deal(9)}',
    ),
    "the stages: every deal": ('UPDATE "OpportunityStage" SET "DefaultProbability" = "DefaultProbability" / 2',),
}


@dataclass(frozen=True)
class Kept:
    """A mirror and what was learned of it in the morning."""

    mirror: Mirror
    model: scoring.DealModel
    lessons: FittedModel[scoring.HealthLessons]

    def book(self) -> scoring.Book:
        """As it stands now."""
        return scoring.validate(read_book(self.mirror, CONFIGURATION))

    def scores(self, book: scoring.Book) -> tuple[scoring.DealScores, scoring.HealthScores]:
        """With what is kept."""
        known = known_at(book, DAY)
        deals = rescored.deal_scores(self.mirror, Past(self.model, book, DAY, "morning"), known, QUARTER)
        return deals, rescored.health_scores(self.mirror, book, known, DAY, SETTINGS, self.lessons)

    def from_nothing(self, book: scoring.Book) -> tuple[scoring.DealScores, scoring.HealthScores]:
        """The same without."""
        deals = self.model.score(book, DAY, QUARTER)
        return deals, scoring.score_health(book, DAY, SETTINGS, lessons=self.lessons.model)


@pytest.fixture
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with Mirror.open(tmp_path_factory.mktemp("rescored") / "mirror.duckdb") as mirror:
        fill_mirror(mirror, each_table(make_world(BOOK)))
        book = scoring.validate(read_book(mirror, CONFIGURATION))
        learned = scoring.learn_health(book, DAY, SETTINGS)
        lessons = FittedModel(datetime(2026, 11, 22, tzinfo=UTC), 1, learned, "morning")
        yield Kept(mirror, scoring.fit_deals(book, DAY), lessons)


def assert_same(found: Any, expected: Any) -> None:
    """The same tables and facts; rows of one record may stand in another order where none is promised."""
    for item in fields(expected):
        here, there = getattr(found, item.name), getattr(expected, item.name)
        if not isinstance(there, pd.DataFrame):
            assert here == there or (pd.isna(here) and pd.isna(there))
            continue
        if item.name in ("scores", "factors"):
            assert_frame_equal(here, there, check_exact=True)
        here, there = (table.sort_values(list(table.columns), ignore_index=True) for table in (here, there))
        assert_frame_equal(here, there, check_exact=True)


def test_after_any_change_all_scores_are_those_of_a_run_from_nothing(kept: Kept) -> None:
    kept.scores(kept.book())
    for name, changes in CHANGES.items():
        for change in changes:
            assert kept.mirror.connection.execute(change).fetchall() > [(0,)], change
        book = kept.book()
        with ExitStack() as stack:
            deals, accounts = (
                stack.enter_context(patch.object(owner, work, autospec=True, side_effect=getattr(owner, work)))
                for owner, work in ((scoring.DealModel, "score"), (scoring, "score_health"))
            )
            found = kept.scores(book)
        for part, all_of, place in ((deals, "every deal", 4), (accounts, "every account", 3)):
            asked = [call.args[place] for call in part.call_args_list]
            assert any(each is None for each in asked) == (all_of in name), (name, all_of)
            assert not (asked and name == "nothing"), all_of
        for here, there in zip(found, kept.from_nothing(book), strict=True):
            assert_same(here, there)


def test_what_is_kept_of_any_earlier_run_or_broken_leads_to_the_same(kept: Kept) -> None:
    files = [kept.mirror.path.with_name(name) for name in ("deal-scores.pickle", "health-scores.pickle")]
    kept.scores(kept.book())
    morning = [file.read_bytes() for file in files]
    for change in (*CHANGES["deals that come and go"], *CHANGES["customers"]):
        kept.mirror.connection.execute(change)
    book = kept.book()
    kept.scores(book)
    evening = [file.read_bytes() for file in files]
    expected = kept.from_nothing(book)
    for left in (morning, evening, [each[: len(each) // 2] for each in evening], [b""] * 2):
        for file, content in zip(files, left, strict=True):
            file.write_bytes(content)
            file.with_suffix(".part").write_bytes(b"of a run that was killed")
        for here, there in zip(kept.scores(book), expected, strict=True):
            assert_same(here, there)


def test_another_day_quarter_model_or_setting_scores_every_record_again(kept: Kept) -> None:
    book = kept.book()
    kept.scores(book)
    known, past = known_at(book, DAY), Past(kept.model, book, DAY, "morning")
    later = replace(past, as_of=DAY + pd.Timedelta(days=1))
    shorter = replace(QUARTER, end=pd.Timestamp("2026-11-30"))
    other = replace(past, model_name="evening")
    for changed, quarter in ((later, QUARTER), (past, shorter), (other, QUARTER), (past, QUARTER)):
        with patch.object(scoring.DealModel, "score", autospec=True, side_effect=scoring.DealModel.score) as score:
            rescored.deal_scores(kept.mirror, changed, known, quarter)
        assert [call.args[4] for call in score.call_args_list] == [None]
    lax = replace(SETTINGS, green_from=SETTINGS.green_from + 1)
    for day, settings in ((DAY, lax), (DAY + pd.Timedelta(days=1), SETTINGS), (DAY, SETTINGS)):
        with patch.object(scoring, "score_health", side_effect=scoring.score_health) as health:
            rescored.health_scores(kept.mirror, book, known, day, settings, kept.lessons)
        assert [call.args[3] for call in health.call_args_list] == [None]
