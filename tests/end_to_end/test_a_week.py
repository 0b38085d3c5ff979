"""A week in the life of the service: real jobs on a real org, by a clock that the test moves.

From Tuesday to the Monday after, in New York: the clocks are put back in the night in which the fiscal quarter ends, at
the very hour of the night's work. Every run costs seconds, so there is one refresh a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import sync
from localorg.book import BookSettings, fill, make_world
from localorg.clock import Clock
from localorg.http.connected_app import make_app
from localorg.org import LocalOrg
from sidecar.catalogue import catalogue
from sidecar.configuration import CalendarSection, Configuration, MailSection, OrgSection, ServiceSection
from sidecar.refresh import refresh
from sidecar.service.process import make_runner, tick
from sidecar.service.requests.watch import Watch
from sidecar.service.tasks import Tasks
from sidecar.state import State
from sync import Mirror, Org, ledger
from sync.progress import SILENT
from tests.served import INTEGRATION, PACKAGE, Served, serving
from tests.sidecar.digest.smtp_server import mail_server

NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 10, 27, 12, 0, tzinfo=NEW_YORK)
BOOK = BookSettings(accounts=5, deals=60, quarters=4, reps=2, end=date(2026, 10, 26), usage_weeks=8)
STEP = timedelta(minutes=10)
OPEN_DEAL = """SELECT "Id", "OwnerId", "AccountId", "Amount" FROM "Opportunity"
    WHERE "IsClosed" = 0 AND "Amount" > 0 AND "Type" IS NOT NULL AND "AccountId" IS NOT NULL
      AND "Id" NOT IN (SELECT "OpportunityId" FROM "OpportunityLineItem")"""
PLAN = """SELECT "Sidecar_Plan__c" FROM "Sidecar_Projection__c" WHERE "Sidecar_Scope__c" = 'Rep'
    AND "Sidecar_Segment__c" = 'All' AND "Sidecar_Quarter_Start__c" = '2026-08-01' AND "Sidecar_Rep__c" = ?"""
QUARTER = 'SELECT max("Sidecar_Quarter_Start__c") FROM "Sidecar_Projection__c"'
ANSWER = 'SELECT "Sidecar_Status__c" FROM "Sidecar_Request__c" WHERE "Id" = ?'
REPEATED = """SELECT * FROM (
        SELECT object, key, field, new_value, lag(new_value) OVER (PARTITION BY object, key, field ORDER BY run_id)
            AS former FROM _sync.ledger WHERE outcome = 'written'
    ) WHERE new_value = former"""


class StopsWhen(Event):
    """A stop that comes in the middle of a job: as soon as the job has brought something about."""

    def __init__(self) -> None:
        super().__init__()
        self.happened: Callable[[], bool] | None = None

    def is_set(self) -> bool:
        """Whether the stop has come."""
        if self.happened is not None and self.happened():
            self.set()
        return super().is_set()


class Life:
    """The service of one org; each start is a new process' as far as memory goes."""

    def __init__(self, served: Served, configuration: Configuration, state: State, mails: list[EmailMessage]) -> None:
        self.served, self.configuration, self.state, self.mails = served, configuration, state, mails
        self.now = START.astimezone(UTC)
        self.ran: list[tuple[str, datetime]] = []
        self.failed: list[tuple[str, datetime]] = []
        self.watch: Watch | None = None
        self.start()

    def start(self) -> None:
        """As a new process finds the state directory."""
        self.close()
        self.stop = StopsWhen()
        self.tasks = Tasks(self.configuration, self.state, self.stop, now=lambda: self.now)
        self.runner = make_runner(self.tasks)
        self.watch = Watch(self.tasks)

    def close(self) -> None:
        """Let go of the connection, as the end of a process does."""
        if self.watch is not None:
            self.watch.close()

    def until(self, day: int, hour: int, minute: int = 0, month: int = 10) -> None:
        """Let time pass to a wall time in New York; what is due is done as soon as it is."""
        end = datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)
        while self.now < end and not self.stop.is_set():
            self.served.inside.clock.set(self.now)
            before = self.runner.memory.all()
            tick(self.runner, self.tasks, self.watch)
            for name, state in self.runner.memory.all().items():
                if state.finished_at not in (None, before[name].finished_at):
                    self.ran.append((name, self.now))
                if state.failures > before[name].failures:
                    self.failed.append((name, self.now))
            self.now += STEP

    def times(self, name: str) -> list[str]:
        """When a job ended well, in New York's wall time."""
        return [f"{moment.astimezone(NEW_YORK):%a %d %H:%M}" for job, moment in self.ran if job == name]

    @contextmanager
    def without_network(self) -> Iterator[None]:
        """Nothing answers where the org was."""
        org = self.configuration.org.model_copy(update={"login_url": "http://127.0.0.1:9"})
        self.close()
        self.tasks.configuration = self.configuration.model_copy(update={"org": org})
        try:
            yield
        finally:
            self.tasks.configuration = self.configuration

    def row(self, query: str, *values: object) -> tuple[Any, ...]:
        """The one row that the org holds."""
        with self.served.inside.database.reader() as connection:
            [found] = connection.execute(query, values).fetchall()
        return tuple(found)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    made = LocalOrg.open(tmp_path / "org.sqlite", PACKAGE, Clock(START))
    app, keys = make_app(made)
    (tmp_path / "key.pem").write_text(keys.private_key)
    fill(made, make_world(BOOK))
    made.close()
    with serving(tmp_path / "org.sqlite", tmp_path / "key.pem", app.consumer_key) as served, mail_server() as server:
        served.inside.clock.set(START)
        [(organization,)] = served.rows('SELECT "Id" FROM "Organization"')
        served.update("Organization", {"Id": organization, "TimeZoneSidKey": "America/New_York"})
        org = OrgSection(
            login_url=served.url, username=INTEGRATION, consumer_key=app.consumer_key, private_key_file=served.key_file
        )
        configuration = Configuration(
            org=org,
            calendar=CalendarSection(fiscal_year_start_month=2),  # a quarter ends with October
            service=ServiceSection(refresh_minutes=1440, nightly=time(1, 30), request_seconds=3600),
            mail=MailSection(host="127.0.0.1", port=server.port, security="none", sender="sidecar@acme.example"),
        )
        state = State.open(tmp_path / "state")
        with Org.connect(served.settings()) as connection, Mirror.open(state.mirror_file) as mirror:
            sync.pull(connection, mirror, [item for item in catalogue(configuration) if item.name == "Organization"])
        found = Life(served, configuration, state, server.mails)
        yield found
        found.close()


def test_a_week(life: Life) -> None:
    deal, rep, account, amount = life.row(f'{OPEN_DEAL} ORDER BY "Id" LIMIT 1')

    def forecast() -> float:
        return float(life.row('SELECT "Sidecar_Forecast_ARR__c" FROM "Opportunity" WHERE "Id" = ?', deal)[0])

    def plan() -> float:
        return float(life.row(PLAN, rep)[0] or 0)

    # Tuesday: somebody changes a deal, somebody a plan; the refresh of the evening sees both
    life.until(27, 13)
    before, planned = forecast(), plan()
    life.served.update("Opportunity", {"Id": deal, "Amount": 3 * amount})
    more = {"Sidecar_Rep__c": rep, "Sidecar_Quarter_Start__c": "2026-08-01", "Sidecar_Segment__c": "Upsell"}
    life.served.insert("Sidecar_Plan__c", {**more, "Sidecar_Amount__c": 1_000_000, "Sidecar_Key__c": "more"})
    life.until(27, 21)
    assert forecast() > 2 * before and plan() == planned + 1_000_000

    # a night without network
    with life.without_network():
        life.until(28, 4)
        assert life.runner.memory["reconcile"].alerted
        assert 5 < Counter(name for name, _ in life.failed)["reconcile"] < 20, "tried less and less often"
    life.until(28, 19)
    assert not life.runner.memory["reconcile"].alerted

    # the machine goes down in the middle of writing, and is off for three nights
    before = forecast()
    life.served.update("Opportunity", {"Id": deal, "Amount": 2 * amount})
    life.stop.happened = lambda: forecast() != before
    life.until(28, 21)
    assert life.stop.is_set()
    with Mirror.open(life.state.mirror_file) as mirror:
        assert ledger.runs(mirror).to_pylist()[0]["status"] == "running"
    asked = {"Sidecar_Kind__c": "Recalculate account", "Sidecar_Record_Id__c": account}
    [request] = life.served.insert("Sidecar_Request__c", asked)
    life.now = datetime(2026, 10, 31, 20, 5, tzinfo=NEW_YORK).astimezone(UTC)
    life.start()
    life.until(31, 21)
    assert life.row(ANSWER, request)[0] == "Done", "what was asked for meanwhile is done"

    # the quarter ends, and an hour comes twice
    assert life.row(QUARTER)[0] == "2026-08-01"
    life.until(1, 2, month=11)
    assert life.row(QUARTER)[0] == "2026-11-01"

    # restarts before and after the digest
    life.until(2, 7, month=11)
    life.start()
    life.until(2, 7, 10, month=11)
    life.start()
    life.until(2, 9, month=11)

    assert life.times("refresh") == ["Tue 27 12:00", "Tue 27 20:00", "Sat 31 20:05", "Sun 01 19:05"]
    assert life.times("reconcile") == ["Wed 28 04:00", "Sat 31 20:05", "Sun 01 01:35", "Mon 02 01:35"]
    assert life.times("digest") == ["Mon 02 07:05"]
    digests = [mail["To"] for mail in life.mails if mail["Message-ID"].startswith("<digest-")]
    assert len(digests) == len(set(digests)) > 1, "one for each; the other mails are alerts"
    for name in ("Projection", "Action", "Run"):
        rows, keys = life.row(f'SELECT count(*), count(DISTINCT "Sidecar_Key__c") FROM "Sidecar_{name}__c"')
        assert rows == keys > 0
    with Org.connect(life.served.settings()) as org, Mirror.open(life.state.mirror_file) as mirror:
        assert mirror.connection.execute(REPEATED).fetchall() == []
        last = refresh(org, mirror, life.configuration, date(2026, 11, 2), SILENT, always=True)
        assert last.plan.rows == 0, "what the org holds is what a run of everything finds"
