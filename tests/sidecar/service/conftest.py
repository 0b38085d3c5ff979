"""The web application with a runner that only pretends."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from sidecar.configuration import Configuration
from sidecar.service.app import create_app
from sidecar.service.job_memory import JobMemory
from sidecar.service.runner import Runner
from sidecar.service.tasks import Tasks, jobs_of
from sidecar.service.token import Token
from sidecar.state import State
from sync import Mirror, ledger

NOW = datetime(2026, 11, 24, 9, 3, tzinfo=UTC)
KEY = {"Authorization": "Bearer right"}
ACCOUNT = "001000000000001AAA"


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
        self.app = create_app(self.runner, self.tasks, Token("right"))
        self.client: FlaskClient = self.app.test_client()

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
