"""Records that keep their scores: all scores are those of a run from nothing, whatever has changed in between."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

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
DEPLOYMENT = last("Sidecar_Deployment__c")
SCORE_DEALS, SCORE_HEALTH = scoring.DealModel.score, scoring.score_health
# What happens to some records, each to what the ones before it have left.
CHANGES = {
    "nothing": ('UPDATE "Opportunity" SET "Description" = \'Not read\'',),
    "deals and what hangs on them": (
        f'{SET} "Amount" = 3 * "Amount" + 1000 WHERE "Id" = {deal(0)}',
        f'{SET} "CloseDate" = "CloseDate" + 40, "NextStep" = NULL WHERE "Id" = {deal(1)}',
        f'{SET} "OwnerId" = {ACTIVE} WHERE "Id" = {deal(2)}',
        f'DELETE FROM "OpportunityHistory" WHERE "OpportunityId" = {deal(3)}',
        f'{SET} "LeadSource" = \'Elsewhere\' WHERE "Id" = {deal(4)}',
        f'DELETE FROM "OpportunityContactRole" WHERE "OpportunityId" = {deal(5)}',
        f'DELETE FROM "Task" WHERE "WhatId" = {last("Task", "WhatId")}',
        f'DELETE FROM "OpportunityLineItem" WHERE "OpportunityId" = {LINES}',
    ),
    "deals that come and go, and customers": (
        f'INSERT INTO "Opportunity" SELECT * REPLACE ({NEW}) FROM "Opportunity" WHERE "Id" = {deal(6)}',
        f'DELETE FROM "Opportunity" WHERE "Id" = {deal(7)}',
        f'{SET} {WON} WHERE "Id" = {deal(8)}',
        f'UPDATE "Case" SET "IsClosed" = NOT "IsClosed" WHERE "Id" = {last("Case")}',
        'UPDATE "Case" SET "AccountId" = NULL WHERE "Id" = (SELECT min("Id") FROM "Case")',
        f'UPDATE "Asset" SET "Quantity" = 2 * "Quantity" + 1 WHERE "AccountId" = {last("Asset", "AccountId")}',
        'UPDATE "Account" SET "Industry" = \'Other\' WHERE "Id" = (SELECT min("Id") FROM "Account")',
        f'DELETE FROM "Account" WHERE "Id" = {last("Account")}',
    ),
}
# How often some deals, and some accounts, are to be scored again.
RESCORED = dict(zip(CHANGES, ((0, 0), (1, 0), (1, 1)), strict=True))
DEALS, ACCOUNTS = "every deal", "every account"
# What all records are compared with, and which of them are scored again when it changes.
COMMON = (
    (f'UPDATE "Sidecar_Deployment__c" SET "Sidecar_Deployed__c" = 1 WHERE "Id" = {DEPLOYMENT}', ACCOUNTS),
    (f'DELETE FROM "Sidecar_Usage__c" WHERE {OF} = {last("Sidecar_Usage__c", OF[1:-1])}', ACCOUNTS),
    (f'{SET} "NextStep" = NULL WHERE "Id" <> {deal(9)}', DEALS),
    ('UPDATE "OpportunityStage" SET "DefaultProbability" = "DefaultProbability" / 2', DEALS),
)


@dataclass(frozen=True)
class Kept:
    """A mirror, what was learned of it in the morning, and the scores of then."""

    mirror: Mirror
    model: scoring.DealModel
    lessons: FittedModel[scoring.HealthLessons]
    before: tuple[scoring.DealScores, scoring.HealthScores] | None = None

    @property
    def files(self) -> list[Path]:
        """What is kept of deals and of accounts."""
        return [self.mirror.path.with_name(name) for name in ("deal-scores.pickle", "health-scores.pickle")]

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

    @contextmanager
    def asked(self, *, really: bool = False) -> Iterator[Callable[[], list[list[Any]]]]:
        """Which deals and which accounts the block has scored again, None for all, at each time.

        Unless really, the morning's scores are handed out in place of new ones.
        """
        assert self.before is not None
        deals, accounts = self.before
        with (
            patch.object(scoring.DealModel, "score", autospec=True, return_value=deals) as of_deals,
            patch.object(scoring, "score_health", autospec=True, return_value=accounts) as of_accounts,
        ):
            if really:
                of_deals.side_effect, of_accounts.side_effect = SCORE_DEALS, SCORE_HEALTH
            yield lambda: [_given(of_deals, 4), _given(of_accounts, 3)]


def _given(work: Mock, place: int) -> list[Any]:
    return [call.args[place] for call in work.call_args_list]


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Closed again: for copies."""
    with Mirror.open(tmp_path_factory.mktemp("morning") / "mirror.duckdb") as mirror:
        fill_mirror(mirror, each_table(make_world(BOOK)))
        book = scoring.validate(read_book(mirror, CONFIGURATION))
        learned = scoring.learn_health(book, DAY, SETTINGS)
        lessons = FittedModel(datetime(2026, 11, 22, tzinfo=UTC), 1, learned, "morning")
        found = Kept(mirror, scoring.fit_deals(book, DAY), lessons)
        return replace(found, before=found.scores(book))


@pytest.fixture
def kept(morning: Kept, tmp_path: Path) -> Iterator[Kept]:
    folder = shutil.copytree(morning.mirror.path.parent, tmp_path / "copy")
    with Mirror.open(folder / morning.mirror.path.name) as mirror:
        yield replace(morning, mirror=mirror)


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
    for name, changes in CHANGES.items():
        for change in changes:
            assert kept.mirror.connection.execute(change).fetchall() > [(0,)], change
        book = kept.book()
        with kept.asked(really=True) as asked:
            found = kept.scores(book)
        deals, accounts = ([len(records) for records in times] for times in asked())
        assert all(0 < part < len(book.opportunities) / 2 for part in deals), name
        assert all(0 < part < len(book.accounts) for part in accounts), name
        assert (len(deals), len(accounts)) == RESCORED[name], name
        for here, there in zip(found, kept.from_nothing(book), strict=True):
            assert_same(here, there)


def test_what_all_records_are_compared_with_scores_every_one_again(kept: Kept) -> None:
    connection, morning = kept.mirror.connection, [file.read_bytes() for file in kept.files]
    for change, whom in COMMON:
        connection.execute("BEGIN")
        assert connection.execute(change).fetchall() > [(0,)], change
        for file, content in zip(kept.files, morning, strict=True):
            file.write_bytes(content)
        with kept.asked() as asked:
            kept.scores(kept.book())
        connection.execute("ROLLBACK")
        for times, name in zip(asked(), (DEALS, ACCOUNTS), strict=True):
            assert any(records is None for records in times) == (name == whom), change


def test_what_is_kept_is_as_good_as_nothing_where_it_is_broken(kept: Kept) -> None:
    book, morning = kept.book(), [file.read_bytes() for file in kept.files]
    for whole, left in ((True, morning), (False, [each[: len(each) // 2] for each in morning]), (False, [b""] * 2)):
        for file, content in zip(kept.files, left, strict=True):
            file.write_bytes(content)
            file.with_suffix(".part").write_bytes(b"of a run that was killed")
        with kept.asked() as asked:
            found = kept.scores(book)
        assert asked() == ([[], []] if whole else [[None], [None]])
        for here, there in zip(found, kept.before or (), strict=True):
            assert_same(here, there)


def test_another_day_quarter_model_or_setting_scores_every_record_again(kept: Kept) -> None:
    book = kept.book()
    known, past = known_at(book, DAY), Past(kept.model, book, DAY, "morning")
    later = replace(past, as_of=DAY + pd.Timedelta(days=1))
    shorter = replace(QUARTER, end=pd.Timestamp("2026-11-30"))
    other = replace(past, model_name="evening")
    for changed, quarter in ((later, QUARTER), (past, shorter), (other, QUARTER), (past, QUARTER)):
        with kept.asked() as asked:
            rescored.deal_scores(kept.mirror, changed, known, quarter)
        assert asked() == [[None], []]
    lax = replace(SETTINGS, green_from=SETTINGS.green_from + 1)
    for day, settings in ((DAY, lax), (DAY + pd.Timedelta(days=1), SETTINGS), (DAY, SETTINGS)):
        with kept.asked() as asked:
            rescored.health_scores(kept.mirror, book, known, day, settings, kept.lessons)
        assert asked() == [[], [None]]
