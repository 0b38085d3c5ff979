"""Bulk jobs of one object: several under way at once, but never two that share an account."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sync.client.org import Org
from sync.errors import RequestRefused
from sync.mirror import Mirror
from sync.mirror.sql import registered
from sync.plan.parts import job_parts
from sync.plan.targets import CheckedTarget
from sync.progress import Progress
from sync.write_back import bulk
from sync.write_back.outcomes import RowResult, keep_results
from sync.write_back.pace import Pace
from sync.write_back.refusal import Sent, is_passing
from sync.write_back.results import read_results
from sync.write_back.resume import forget, remember

_AT_ONCE = 4
"""While the org works on one, the next is made and sent, and the results of the last are kept."""


@dataclass(frozen=True)
class _Part:
    """The rows of one job; `parent` is their account where all have the same one, which may fill several jobs."""

    number: int
    rows: int
    parent: str | None

    @property
    def changes(self) -> str:
        """SQL of its values."""
        return f"(SELECT * FROM outgoing WHERE part = {self.number})"


@dataclass(frozen=True)
class _UnderWay:
    """A job that the org was handed over at `since` (`time.monotonic`)."""

    job: bulk.IngestJob
    part: _Part
    since: float


@dataclass
class JobWriter:
    """One run's bulk jobs."""

    org: Org
    mirror: Mirror
    run_id: str
    progress: Progress
    _jobs: int = field(default=0)
    _pace: Pace = field(default_factory=Pace)

    def send(self, target: CheckedTarget, changes: pa.Table) -> Sent:
        """Write the changes of one object; every job that was begun has ended afterwards."""
        locked: list[RowResult] = []
        refusal: RequestRefused | None = None
        under_way: deque[_UnderWay] = deque()
        for part in self._cut(changes):
            while len(under_way) == _AT_ONCE or _shares_account(part, under_way):
                locked += self._finish(target, under_way.popleft())
            try:
                under_way.append(self._begin(target, part))
            except RequestRefused as error:
                refusal = error
                break
        while under_way:
            locked += self._finish(target, under_way.popleft())
        self.mirror.connection.execute("DROP TABLE outgoing")
        return Sent(locked, refusal)

    def _cut(self, changes: pa.Table) -> list[_Part]:
        """Put the changes into the table `outgoing`, each with its part."""
        connection = self.mirror.connection
        with registered(connection, job_changes=changes):
            placed = job_parts(connection, "job_changes")
        with registered(connection, job_changes=changes, placed=placed):
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE outgoing AS SELECT c.key, c.parent, c.field, c.new, p.part"
                " FROM job_changes c JOIN placed p ON p.key = c.key"
            )
        parts = connection.execute(
            "SELECT part, count(DISTINCT key), CASE WHEN min(parent) = max(parent) THEN min(parent) END FROM outgoing"
            " GROUP BY part ORDER BY part"
        ).fetchall()
        return [_Part(*part) for part in parts]

    def _begin(self, target: CheckedTarget, part: _Part) -> _UnderWay:
        with tempfile.TemporaryDirectory(dir=self.mirror.path.parent, prefix="upload-") as folder:
            path = Path(folder) / "rows.csv"
            bulk.write_csv(self.mirror.connection, target, part.changes, path)
            job = self._new_job(target, part)
            try:
                bulk.upload(self.org, job.job_id, path)
            except RequestRefused:
                self._give_up(job)
                raise
        return _UnderWay(job, part, time.monotonic())

    def _new_job(self, target: CheckedTarget, part: _Part) -> bulk.IngestJob:
        """Make a job; its id and the rows that it will carry are kept before the first byte of them is sent."""
        self._jobs += 1
        job_id = bulk.create(self.org, target)
        job = bulk.IngestJob(job_id, self.run_id, target.schema.name, target.key.name, self._jobs)
        with self.mirror.transaction(f"ingest job of {target.schema.name}") as connection:
            remember(connection, job, self.org.session.settings.api_version)
            connection.execute(
                "UPDATE _sync.ledger SET part = ? WHERE run_id = ? AND object = ?"
                f" AND key IN (SELECT key FROM {part.changes})",
                [job.part, self.run_id, target.schema.name],
            )
        return job

    def _give_up(self, job: bulk.IngestJob) -> None:
        """A job whose upload was refused; one that is left open is ended by the org itself."""
        with contextlib.suppress(RequestRefused):
            bulk.abort(self.org, job.job_id)
        with self.mirror.transaction(f"job given up for {job.object}") as connection:
            forget(connection, job)

    def _finish(self, target: CheckedTarget, under_way: _UnderWay) -> list[RowResult]:
        """Follow a job to its end and keep its outcomes; returns the rows that were locked."""
        job = under_way.job
        state = self._pace.wait(self.org, job.job_id, under_way.part.rows, under_way.since)
        results = read_results(self.org, self.mirror, job, state)
        passing = pa.array([is_passing(code) for code in results.column("code").to_pylist()], pa.bool_())
        final = results.filter(pc.invert(passing))
        with self.mirror.transaction(f"job results of {target.schema.name}") as connection:
            keep_results(connection, self.run_id, target.schema, target.key.name, final)
            forget(connection, job)
        self.progress.advance(final.num_rows)
        return [RowResult(**row) for row in results.filter(passing).to_pylist()]


def _shares_account(part: _Part, under_way: deque[_UnderWay]) -> bool:
    """Whether an account that is too large for one job has another part of it under way."""
    return part.parent is not None and any(other.part.parent == part.parent for other in under_way)
