"""Bulk API jobs: their rows in the org's file, their data in a folder beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from localorg.clock import Clock, stamp
from localorg.http.errors import not_found
from localorg.http.kept import KeptWithFiles
from localorg.ids import IdAllocator, is_id
from localorg.store.database import Database

KEY_PREFIX = "750"
FINAL_STATES = ("JobComplete", "Failed", "Aborted")
LONGEST_OPEN, RESULTS_KEPT = timedelta(hours=24), timedelta(days=7)
_TABLE = """
CREATE TABLE IF NOT EXISTS "_job" (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, user_id TEXT NOT NULL, state TEXT NOT NULL, version TEXT NOT NULL,
    created TEXT NOT NULL, modified TEXT NOT NULL, spec TEXT NOT NULL, progress TEXT NOT NULL
) WITHOUT ROWID
"""
_COLUMNS = "id, kind, user_id, state, version, created, modified, spec, progress"

Json = Mapping[str, object]


@dataclass(frozen=True)
class Job:
    """kind: `query` or `ingest`. version: the API version it was made with (`v66.0`). spec: what was ordered.

    progress: what was done so far (counts, milliseconds, an error message).
    """

    id: str
    kind: str
    user_id: str
    state: str
    version: str
    created: str
    modified: str
    spec: Json
    progress: Json

    @property
    def finished(self) -> bool:
        return self.state in FINAL_STATES

    def number(self, name: str) -> int:
        """A count of the progress, 0 when nothing was counted."""
        value = self.progress.get(name, 0)
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str:
        """A text of the order, empty when it has none."""
        value = self.spec.get(name)
        return value if isinstance(value, str) else ""


class Jobs(KeptWithFiles):
    """The org's Bulk jobs."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        super().__init__(database, clock, folder, _TABLE)

    def create(self, kind: str, user_id: str, version: str, spec: Json, state: str) -> Job:
        """A new job with a folder of its own; what has expired is dealt with first."""
        self.expire()
        now = self._clock.stamp()
        with self._database.writer() as connection:
            job_id = IdAllocator(connection).take(KEY_PREFIX)[0]
            job = Job(job_id, kind, user_id, state, version, now, now, spec, {})
            values = (job.id, kind, user_id, state, version, now, now, json.dumps(dict(spec)), "{}")
            connection.execute(f'INSERT INTO "_job" ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', values)
        self.folder(job).mkdir(parents=True, exist_ok=True)
        return job

    def get(self, job_id: str, kind: str | None = None) -> Job:
        """The job with this id, 15 or 18 characters. Raises OrgError NOT_FOUND."""
        sql = f'SELECT {_COLUMNS} FROM "_job" WHERE substr(id, 1, 15) = ?'
        with self._database.reader() as connection:
            row = connection.execute(sql, (job_id[:15],)).fetchone() if is_id(job_id) else None
        if row is None or kind not in (None, row[1]):
            raise not_found()
        return _job(row)

    def page(self, kind: str, user_id: str | None, before: str | None, count: int) -> list[Job]:
        """Jobs of a kind, newest first. user_id: of this user only; before: those made before the job of this id."""
        sql = (
            f'SELECT {_COLUMNS} FROM "_job" WHERE kind = ? AND (user_id = ? OR ? IS NULL) AND (id < ? OR ? IS NULL) '
            "ORDER BY id DESC LIMIT ?"
        )
        with self._database.reader() as connection:
            rows = connection.execute(sql, (kind, user_id, user_id, before, before, count))
            return [_job(row) for row in rows]

    def expire(self) -> None:
        """Abort jobs that were left open for a day, and forget those that ended more than seven days ago."""
        now = self._clock.now()
        closing, forgetting = (stamp(now - age) for age in (LONGEST_OPEN, RESULTS_KEPT))
        with self._database.writer() as connection:
            connection.execute(
                "UPDATE \"_job\" SET state = 'Aborted', modified = ? WHERE state = 'Open' AND created < ?",
                (stamp(now), closing),
            )
            old = f"state IN ({', '.join(repr(each) for each in FINAL_STATES)}) AND modified < ?"
            gone = connection.execute(f'DELETE FROM "_job" WHERE {old} RETURNING id', (forgetting,)).fetchall()
        for (job_id,) in gone:
            shutil.rmtree(self._folder / job_id, ignore_errors=True)

    def waiting(self) -> list[Job]:
        """Jobs to be executed or gone on with, in the order they were made."""
        sql = f"SELECT {_COLUMNS} FROM \"_job\" WHERE state IN ('UploadComplete', 'InProgress') ORDER BY id"
        with self._database.reader() as connection:
            return [_job(row) for row in connection.execute(sql)]

    def update(self, job: Job, *, state: str | None = None, progress: Json | None = None) -> Job:
        """Move a job on and add to its progress; an aborted job stays aborted. Returns the job as it is then."""
        with self._database.writer() as connection:
            present = connection.execute('SELECT state, progress FROM "_job" WHERE id = ?', (job.id,)).fetchone()
            if present is None:
                raise not_found()
            new_state = "Aborted" if present[0] == "Aborted" else state or present[0]
            whole = {**json.loads(present[1]), **(progress or {})}
            changed = replace(job, state=new_state, modified=self._clock.stamp(), progress=whole)
            connection.execute(
                'UPDATE "_job" SET state = ?, modified = ?, progress = ? WHERE id = ?',
                (changed.state, changed.modified, json.dumps(changed.progress), job.id),
            )
        return changed

    def state(self, job: Job) -> str:
        """The job's state now, `Aborted` for one that is gone."""
        with self._database.reader() as connection:
            row = connection.execute('SELECT state FROM "_job" WHERE id = ?', (job.id,)).fetchone()
        return row[0] if row else "Aborted"

    def delete(self, job: Job) -> None:
        """Forget a job and its data."""
        with self._database.writer() as connection:
            connection.execute('DELETE FROM "_job" WHERE id = ?', (job.id,))
        shutil.rmtree(self.folder(job), ignore_errors=True)

    def folder(self, job: Job) -> Path:
        """Where the job's files are."""
        return self._folder / job.id


def _job(row: tuple[str, ...]) -> Job:
    job_id, kind, user_id, state, version, created, modified, spec, progress = row
    return Job(job_id, kind, user_id, state, version, created, modified, json.loads(spec), json.loads(progress))
