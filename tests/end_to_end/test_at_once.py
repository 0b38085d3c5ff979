"""Others at work during a refresh: a second refresh, and people who edit deals. Nothing is lost, nothing doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sidecar.configuration import Configuration, WriteSection
from sidecar.refresh import pull, refresh
from sync import Mirror, Org
from sync.progress import SILENT, Silent
from sync.write_back import bulk
from tests.end_to_end.small_org import CONFIGURATION, DAY, make_org, refreshed, served
from tests.served import Served

OPEN_DEALS = 'SELECT "Id" FROM "Opportunity" WHERE "IsClosed" = 0 AND "Sidecar_Scored_At__c" IS NULL ORDER BY "Id"'


class At(Silent):
    """Does something once when the refresh comes to a stage."""

    def __init__(self, stage: str, act: Callable[[], object], before: At | None = None) -> None:
        self._stage, self._act, self._before = stage, act, before
        self.done = False

    def stage(self, name: str, total: int | None = None) -> None:
        """Act when it is the stage."""
        if self._before is not None:
            self._before.stage(name, total)
        if name == self._stage and not self.done:
            self.done = True
            self._act()


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Served]:
    """A book that was never refreshed, served."""
    with served(tmp_path, make_org(tmp_path)) as inside:
        yield inside


def test_refreshes_from_two_machines_make_no_record_twice(org: Served, tmp_path: Path) -> None:
    met = threading.Barrier(2, timeout=60)

    def run(name: str) -> bool:
        machine = tmp_path / name  # models and scores are kept beside a mirror
        machine.mkdir()
        with Org.connect(org.settings()) as connection, Mirror.open(machine / "mirror.duckdb") as mirror:
            return refreshed(connection, mirror, At("Score", met.wait)).complete

    org.inside.locks.automation_seconds = 0.2
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, ("one", "other"))) == [True, True]
    projections = org.rows('SELECT count(*), count(DISTINCT "Sidecar_Key__c") FROM "Sidecar_Projection__c"')
    assert projections[0][0] == projections[0][1] > 0
    assert org.rows('SELECT count(*) FROM "Sidecar_Run__c"') == [(2,)]
    assert org.rows(f"SELECT count(*) FROM ({OPEN_DEALS})") == [(0,)]


def test_edits_during_a_refresh_stay_and_count_in_the_next_one(org: Served, tmp_path: Path) -> None:
    """One lands between the reading and the writing, one holds its deal while the refresh wants to write it."""
    [early, late, *_] = [record for (record,) in org.rows(OPEN_DEALS)]
    first = {"Id": early, "NextStep": "call the buyer", "Amount": 77_777.0}
    second = {"Id": late, "NextStep": "in the middle"}
    editing = threading.Thread(target=org.update, args=("Opportunity", second))

    def begin() -> None:
        org.faults.order("late", object="Opportunity")
        editing.start()
        while not org.faults.withheld:
            pass

    def end(_: float) -> None:
        org.faults.release()
        editing.join()

    between = At("Score", lambda: org.update("Opportunity", first))
    someone = At("write Opportunity", begin, between)
    org.inside.locks.wait_seconds = 0.05
    with Org.connect(org.settings()) as connection, Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        connection.session.pause = end
        assert refreshed(connection, mirror, someone).complete
        assert (between.done, someone.done) == (True, True)
        assert not editing.is_alive(), "the lock was met, and waited for"
        assert held(org, early) == ("call the buyer", 77_777.0, True)
        assert held(org, late)[::2] == ("in the middle", True)
        assert pull(connection, mirror, CONFIGURATION, SILENT).complete
        known = mirror.connection.execute("SELECT NextStep FROM Opportunity WHERE Id IN (?, ?)", [early, late])
        assert set(known.fetchall()) == {("call the buyer",), ("in the middle",)}


def test_edits_while_a_bulk_job_runs_stay_beside_our_values(
    org: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One lands in the org before the job's rows do, one after them, both before the run has asked for the results."""
    [before, after, *_] = [record for (record,) in org.rows(OPEN_DEALS)]
    upload, wait = bulk.upload, bulk.wait
    edited: list[str] = []

    def edit(record: str) -> None:
        org.update("Opportunity", {"Id": record, "NextStep": "meanwhile"})
        edited.append(record)

    def uploaded(connection: Org, job_id: str, path: Path) -> None:
        if before in path.read_text() and not edited:
            edit(before)
        upload(connection, job_id, path)

    def waited(connection: Org, job_id: str, questions: Any) -> dict[str, Any]:
        state = wait(connection, job_id, questions)
        if len(edited) == 1:
            edit(after)
        return state

    monkeypatch.setattr(bulk, "upload", uploaded)
    monkeypatch.setattr(bulk, "wait", waited)
    in_bulk = Configuration(write=WriteSection(bulk_threshold=1))
    with Org.connect(org.settings()) as connection, Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        assert refresh(connection, mirror, in_bulk, DAY, SILENT, confirm=lambda _: True).complete
        assert edited == [before, after]
        assert [held(org, record)[::2] for record in edited] == [("meanwhile", True)] * 2
        assert pull(connection, mirror, CONFIGURATION, SILENT).complete
        known = mirror.connection.execute(
            "SELECT NextStep, Sidecar_Win_Probability__c IS NOT NULL FROM Opportunity WHERE Id IN (?, ?)",
            edited,
        )
        assert known.fetchall() == [("meanwhile", True)] * 2


def held(org: Served, record: str) -> tuple[object, ...]:
    """What people wrote to a deal, and whether our scores stand beside it."""
    [row] = org.rows(
        'SELECT "NextStep", "Amount", "Sidecar_Win_Probability__c" IS NOT NULL FROM "Opportunity"'
        f" WHERE \"Id\" = '{record}'"
    )
    return (row[0], row[1], bool(row[2]))
