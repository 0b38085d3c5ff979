"""The web application with a runner that only pretends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from flask.testing import FlaskClient

from sidecar.configuration import Configuration
from sidecar.service.app import create_app
from sidecar.service.job_memory import JobMemory
from sidecar.service.operations.preview import Preview
from sidecar.service.runner import Runner
from sidecar.service.tasks import Tasks, jobs_of
from sidecar.service.token import Token
from sidecar.state import State
from sync import Mirror, ledger

NOW = datetime(2026, 11, 24, 9, 3, tzinfo=UTC)
KEY = {"Authorization": "Bearer right"}
LOOKING = {"Authorization": "Bearer look"}
ACCOUNT = "001000000000001AAA"
PLANNED = pa.schema([(name, pa.string()) for name in ("object", "key", "record_id", "name", "field", "old", "new")])


class Desk:
    """The application's client, and what stands behind it."""

    def __init__(self, folder: Path) -> None:
        self.state = State.open(folder / "state")
        self.tasks = Tasks(Configuration(), self.state, Event())
        jobs = jobs_of(self.tasks.configuration, ZoneInfo("UTC"))
        memory = JobMemory(self.state.service_folder / "jobs.json", jobs, NOW)
        self.runner = Runner(
            jobs, {"refresh": lambda: "3 rows read"}, memory, lambda *_: None, stop=Event(), now=lambda: NOW
        )
        self.app = create_app(self.runner, self.tasks, Token("right"), Token("look"))
        self.client: FlaskClient = self.app.test_client()

    def shows(self, *rows: Mapping[str, str | None], run: str = "", reason: str = "", **more: object) -> Preview:
        """Keep a plan (of an undo, if there is a run) of an account's values, as if somebody had looked at it."""
        kept = [{"object": "Account", "key": ACCOUNT, "record_id": ACCOUNT, **row} for row in rows]
        summary = {
            "rows": len(kept),
            "values": len(kept),
            "refused": 0,
            "estimated_calls": 1,
            "storage_kb": 0,
            "objects": [],
            "biggest_changes": [],
            "refused_values": [],
            "set_aside": [],
            "removals": 0,
            **more,
        }
        preview = Preview(NOW, "f" * 64, run, reason, summary, pa.Table.from_pylist(kept, PLANNED))
        self.tasks.previews.keep(preview)
        return preview

    def log_in(self, token: str = "right") -> str:
        """Log the client in; returns what its forms have to bring."""
        assert self.client.post("/login", data={"token": token}).status_code == 303
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/").text)
        assert found is not None
        return found.group(1)

    def cookie(self) -> str:
        """The session's, as somebody may have copied it from the client's browser."""
        found = self.client.get_cookie("sidecar")
        assert found is not None
        return found.value

    def with_cookie(self, cookie: str) -> FlaskClient:
        """Another browser, with this cookie."""
        other = self.app.test_client()
        other.set_cookie("sidecar", cookie)
        return other

    def wrote(self, run: str, field: str, old: str, new: str) -> None:
        """Put a run into the ledger that wrote one value of an account."""
        with Mirror.open(self.state.mirror_file) as mirror:
            ledger.begin(mirror, run, rows_planned=1)
            query = "INSERT INTO _sync.ledger VALUES (?, 'Account', ?, ?, ?, ?, ?, NULL, 'written', NULL, NULL)"
            mirror.connection.execute(query, [run, ACCOUNT, ACCOUNT, field, old, new])
            ledger.end(mirror, run, ledger.DONE, ledger.RunCounts(rows_written=1))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
