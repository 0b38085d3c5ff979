"""A small org, a refresh of it, and a fault that strikes just before the request of a stage is sent."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest
import requests

from sync import (
    CatalogueObject,
    Mirror,
    Org,
    PullReport,
    RetryLater,
    SyncError,
    Target,
    TargetField,
    WriteReport,
    ledger,
    make_plan,
    pull,
    write_back,
)
from sync.client.login import read_private_key

HEALTH, STAMP = "Sidecar_Health__c", "Sidecar_Scored_At__c"
TIER, EXTRA = "Sidecar_Tier__c", "Sidecar_Extra__c"
RECORD, KEY, ACCOUNT, PLANNED = "Sidecar_Projection__c", "Sidecar_Key__c", "Sidecar_Account__c", "Sidecar_Plan__c"
GRANT = "Sidecar_Integration"
ROWS = 6
NOW = datetime.fromisoformat("2026-11-22T10:00:00")
CATALOGUE = (
    CatalogueObject("Account", ("Name", HEALTH, STAMP), (TIER,), extras=(EXTRA,)),
    CatalogueObject(RECORD, (KEY, ACCOUNT, PLANNED)),
)
_DATA = r"/services/data/v\d+\.0"
_REQUESTS = {
    "describe": ("POST", r"/composite"),
    "query": ("GET", r"/query(All)?/?"),
    "query_job": ("POST", r"/jobs/query"),
    "query_poll": ("GET", r"/jobs/query/[^/]+"),
    "download": ("GET", r"/jobs/query/[^/]+/results"),
    "collections": ("PATCH", r"/composite/sobjects(/.*)?"),
    "ingest_job": ("POST", r"/jobs/ingest"),
    "upload": ("PUT", r"/jobs/ingest/[^/]+/batches"),
    "close": ("PATCH", r"/jobs/ingest/[^/]+"),
    "ingest_poll": ("GET", r"/jobs/ingest/[^/]+"),
    "result": ("GET", r"/jobs/ingest/[^/]+/(successfulResults|failedResults|unprocessedrecords)/"),
}
READ_IN_BULK = frozenset({"query_job", "query_poll", "download"})
WRITTEN_IN_BULK = frozenset({"ingest_job", "upload", "close", "ingest_poll", "result"})
WRITING = WRITTEN_IN_BULK | {"collections"}
_DEADLINE_SECONDS = 20.0


def stage_of(request: requests.PreparedRequest) -> str | None:
    """The stage that a request belongs to; a query counts when it asks for the rows of an account."""
    parts = urlsplit(request.url or "")
    for stage, (method, path) in _REQUESTS.items():
        if request.method == method and re.fullmatch(_DATA + path, parts.path):
            asked = parse_qs(parts.query).get("q", [""])[0]
            return None if stage == "query" and ("Name" not in asked or "FROM Account" not in asked) else stage
    return None


@dataclass
class Observer:
    """Listens to a session: strikes once, before the first request of its stage, and tells what the client did."""

    stage: str
    strike: Callable[[], None]
    struck: bool = False
    paused: bool = False
    sent: list[str] = field(default_factory=list)
    _next: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listen(self, org: Org) -> None:
        """Be between the session and the wire; pauses take no time."""
        send = org.session.send

        def observed(request: requests.PreparedRequest, **options: Any) -> requests.Response:
            stage = stage_of(request)
            with self._lock:
                self.sent.append(stage or "")
                first = stage == self.stage and not self.struck
                self.struck = self.struck or first
            if not first:
                self._next = self._next and "done"
                return send(request, **options)
            self.strike()
            self._next = "answer"
            response = send(request, **options)
            # a good answer is followed by pauses of other kinds, except where its body comes later
            self._next = "answer" if stage == "download" or not response.ok else "done"
            return response

        def pause(seconds: float) -> None:
            self.paused = self.paused or self._next == "answer"

        org.session.send = observed
        org.session.pause = pause


@dataclass
class Seen:
    """What a refresh came to."""

    error: SyncError | None = None
    pulled: PullReport | None = None
    written: WriteReport | None = None
    renewed: bool = False
    missed: bool = False


class Refresh:
    """A local org with a few rows, a mirror of its own, and refreshes between them."""

    def __init__(self, local: Any, mirror: Mirror) -> None:
        self.local = local
        self.mirror = mirror
        self.runs = 0
        [first] = local.insert("Account", {"Name": "A0", TIER: 7.0})
        others = ({"Name": f"A{i}", TIER: 7.0 + i, "ParentId": first} for i in range(1, ROWS))
        self.ids = [first, *local.insert("Account", *others)]
        self._late: threading.Thread | None = None

    def desired(self, *, tier: bool) -> tuple[tuple[Target, ...], dict[str, pa.Table]]:
        """Targets and their values; `tier`: the field whose schema changes is written too."""
        values: dict[str, list[Any]] = {HEALTH: [10.0 + i for i in range(ROWS)]}
        values |= {TIER: [70.0 + i for i in range(ROWS)]} if tier else {}
        fields = tuple(TargetField(name) for name in values)
        targets = (
            Target("Account", "Id", fields, stamp=STAMP),
            Target(RECORD, KEY, (TargetField(ACCOUNT), TargetField(PLANNED)), parent=ACCOUNT),
        )
        parents = [self.ids[i // 3] for i in range(ROWS)]
        record = {KEY: [f"p-{i}" for i in range(ROWS)], ACCOUNT: parents, PLANNED: [1.5 * i for i in range(ROWS)]}
        account = {"Id": self.ids, **values, STAMP: [NOW] * ROWS}
        return targets, {"Account": pa.table(account), RECORD: pa.table(record)}

    def run(self, stage: str, *, tier: bool, strike: Callable[[], None] | None = None) -> tuple[Seen, Observer]:
        """Pull and write back by the way that has the stage; a run that is struck at reading writes nothing, to save
        time. What ends the run is kept, not raised."""
        self.runs += 1
        seen, observer = Seen(), Observer(stage, strike or (lambda: None), struck=strike is None)
        if strike and stage == "login":
            observer.struck = True
            strike()
        try:
            with Org.connect(self.local.settings()) as org:
                token = org.session.token
                observer.listen(org)
                self._pull(org, stage, seen)
                if seen.pulled and seen.pulled.complete and (strike is None or stage in WRITING):
                    self._write(org, stage, seen, tier=tier)
                seen.renewed = org.session.token is not token
        except SyncError as error:
            seen.error = error
        finally:
            self.release()
        return seen, observer

    def _pull(self, org: Org, stage: str, seen: Seen) -> None:
        seen.pulled = pull(org, self.mirror, CATALOGUE, bulk_threshold=1 if stage in READ_IN_BULK else 2000)
        if self._late:
            seen.missed = ("late",) not in self.mirror.connection.execute("SELECT Name FROM Account").fetchall()

    def _write(self, org: Org, stage: str, seen: Seen, *, tier: bool) -> None:
        targets, desired = self.desired(tier=tier)
        plan = make_plan(self.mirror, targets, desired)
        threshold = 1 if stage in WRITTEN_IN_BULK else 2000
        seen.written = write_back(org, self.mirror, plan, run_id=f"r{self.runs}", bulk_threshold=threshold)

    @staticmethod
    def end_of(seen: Seen, observer: Observer) -> str:
        """The name of the end (see matrix.toml) that a run came to."""
        if seen.error is not None:
            assert isinstance(seen.error, RetryLater), "nobody has to mend anything"
            return "run_stopped"
        assert seen.pulled is not None
        if seen.pulled.stopped:
            [stopped] = seen.pulled.stopped
            assert stopped.name == "Account" and "Remedy: " in stopped.problem
            assert [item.name for item in seen.pulled.objects if item.outcome == "done"] == [RECORD]
            return "object_stopped"
        if seen.written and seen.written.refused:
            assert all(row.message and row.since for row in seen.written.refused)
            retried = {row.retried for row in seen.written.refused}
            assert len(retried) == 1
            return "rows_left" if retried == {True} else "rows_refused"
        if seen.missed:
            return "next_run"
        if TIER in seen.pulled.objects[0].missing_fields:
            return "left_out"
        if seen.renewed or observer.paused:
            return "renewed" if seen.renewed else "waits"
        attempts = sum(stage in ("collections", "ingest_job") for stage in observer.sent)
        return "tried_again" if attempts > 2 else "unnoticed"  # one for each of two objects

    def write_late(self) -> None:
        """Let somebody change an account whose new values are stamped now and seen after the release."""
        change = {"Id": self.ids[1], "Name": "late"}
        self._late = threading.Thread(target=self.local.update, args=("Account", change))
        self._late.start()
        wait_until(lambda: bool(self.local.faults.withheld))

    def release(self) -> None:
        """Let the late change be seen."""
        if self._late:
            self.local.faults.release()
            self._late.join()
            self._late = None

    def jobs_end(self) -> None:
        """Wait until the org works on no job."""
        query = "SELECT count(*) FROM \"_job\" WHERE state IN ('UploadComplete', 'InProgress')"
        wait_until(lambda: self.local.rows(query) == [(0,)])

    def restore_tier(self) -> None:
        """Give accounts the field back that was taken away, and fill it."""
        if TIER not in self.local.inside.schema.get("Account").fields:
            add_field(self.local, TIER)
            self.local.update("Account", *({"Id": key, TIER: 7.0 + i} for i, key in enumerate(self.ids)))

    def check_end(self, *, tier: bool) -> None:
        """Org and mirror hold what was desired, each record once, and nothing is left open."""
        _, desired = self.desired(tier=tier)
        held = self.local.rows(f'SELECT "Id", "{HEALTH}" FROM Account ORDER BY "Name" = \'late\', "Name"')
        assert sorted(held) == sorted(zip(self.ids, desired["Account"].column(HEALTH).to_pylist(), strict=True))
        records = self.local.rows(f'SELECT "{KEY}", "{ACCOUNT}", "{PLANNED}" FROM "{RECORD}" ORDER BY 1')
        wanted = [desired[RECORD].column(name).to_pylist() for name in (KEY, ACCOUNT, PLANNED)]
        assert records == list(zip(*wanted, strict=True)), "none lost, none twice"
        if tier:
            tiers = [float(value) for (value,) in self.local.rows(f'SELECT "{TIER}" FROM Account ORDER BY "Id"')]
            assert tiers == [70.0 + i for i in range(ROWS)]
        self._check_mirror()

    def _check_mirror(self) -> None:
        connection = self.mirror.connection
        for name in ("Account", RECORD):
            columns = ", ".join(f'"{c}"' for c in self.mirror.columns(name) if c not in ("SystemModstamp", STAMP))
            query = f'SELECT {columns} FROM "{name}" ORDER BY "Id"'
            assert connection.execute(query).fetchall() == self.local.rows(query), f"{name}: the mirror is as the org"
        for table in ("query_jobs", "ingest_jobs", "failures"):
            assert connection.execute(f"SELECT count(*) FROM _sync.{table}").fetchall() == [(0,)], table
        outcomes = "SELECT count(*) FROM _sync.ledger WHERE outcome = ?"
        assert connection.execute(outcomes, [ledger.PLANNED]).fetchall() == [(0,)], "the fate of every value is known"


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that the org does in the background."""
    give_up = time.monotonic() + _DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.002)


def add_field(local: Any, name: str) -> None:
    """Give accounts a number that the integration user reads and writes."""
    facts = {"type": "double", "precision": 18, "scale": 2, "grant": GRANT}
    local.faults.order("field_add", object="Account", field=name, **facts)


def put_back(local: Any) -> None:
    """No records, no faults, and the schema as it was."""
    local.faults.clear()
    with local.inside.database.writer() as connection:
        for table in (RECORD, "Account", "_bin", "_purged"):
            connection.execute(f'DELETE FROM "{table}"')
    fields = local.inside.schema.get("Account").fields
    if EXTRA in fields:
        local.faults.order("field_remove", object="Account", field=EXTRA)
    if TIER in fields and fields[TIER].type != "double":
        local.faults.order("field_remove", object="Account", field=TIER)
    if TIER not in local.inside.schema.get("Account").fields:
        add_field(local, TIER)


def emptied(mirror: Mirror) -> Mirror:
    """The mirror without rows and without memory of a run, as a new file would be."""
    connection = mirror.connection
    for name in mirror.table_names():
        connection.execute(f'DROP TABLE main."{name}"')
    query = "SELECT table_name FROM duckdb_tables() WHERE schema_name = '_sync' AND estimated_size > 0"
    for (name,) in connection.execute(query).fetchall():
        connection.execute(f"DELETE FROM _sync.{name}" + (" WHERE name <> 'version'" if name == "properties" else ""))
    return mirror


_read_key_once = cache(read_private_key)


@pytest.fixture(scope="module")
def shared_mirror() -> Iterator[Mirror]:
    """A mirror for all tests of a module, in memory: none of them opens it again, and to open one takes long."""
    with Mirror.open(":memory:") as opened:
        opened.connection.execute("SET threads = 1")  # for a few rows
        yield opened


@pytest.fixture
def refresh(shared_local: Any, shared_mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Iterator[Refresh]:
    """Six accounts without scores in the org; an empty mirror."""
    monkeypatch.setattr("sync.client.login.read_private_key", _read_key_once)  # checking a key takes long
    put_back(shared_local)
    made = Refresh(shared_local, emptied(shared_mirror))
    yield made
    made.release()
