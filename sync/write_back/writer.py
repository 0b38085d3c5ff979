"""Writes the changes of one object: by collections or bulk jobs, with another attempt for locked rows."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sync.client.org import Org
from sync.ledger import DEFERRED
from sync.mirror import Mirror
from sync.mirror.sql import registered
from sync.plan.estimate import COLLECTION_ROWS
from sync.plan.parts import job_parts
from sync.plan.targets import CheckedTarget
from sync.progress import Progress
from sync.write_back import bulk, collections
from sync.write_back.outcomes import RowResult, keep_results, results_table
from sync.write_back.pace import Pace
from sync.write_back.results import read_results
from sync.write_back.resume import forget, remember

_LOCK_WAITS_SECONDS = (1.0, 4.0, 15.0)
"""Before each further attempt at locked rows; the org itself waits about ten seconds for a lock."""


@dataclass
class Writer:
    """One run's way to the org."""

    org: Org
    mirror: Mirror
    run_id: str
    bulk_threshold: int
    progress: Progress
    _part: int = field(default=0)
    _pace: Pace = field(default_factory=Pace)

    def write(self, target: CheckedTarget, changes: pa.Table) -> None:
        """Write the changes of one object; every outcome is in the ledger afterwards."""
        self.progress.stage(f"write {target.schema.name}", pc.count_distinct(changes.column("key")).as_py())
        locked = self._send(target, changes)
        for wait in _LOCK_WAITS_SECONDS:
            if not locked:
                return
            self.org.session.pause(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, keeps no secret
            keys = pa.array([result.key for result in locked], pa.string())
            locked = self._send(target, changes.filter(pc.is_in(changes.column("key"), keys)))
        if locked:
            self._keep(target, locked)

    def _send(self, target: CheckedTarget, changes: pa.Table) -> list[RowResult]:
        """One attempt; returns the rows that were locked, whose outcome is still open."""
        if pc.count_distinct(changes.column("key")).as_py() <= self.bulk_threshold:
            return self._send_collections(target, changes)
        return self._send_jobs(target, changes)

    def _send_collections(self, target: CheckedTarget, changes: pa.Table) -> list[RowResult]:
        locked: list[RowResult] = []
        rows = list(_rows(changes))
        for start in range(0, len(rows), COLLECTION_ROWS):
            results = collections.send(self.org, target, rows[start : start + COLLECTION_ROWS])
            locked += [result for result in results if result.outcome == DEFERRED]
            self._keep(target, [result for result in results if result.outcome != DEFERRED])
        return locked

    def _keep(self, target: CheckedTarget, results: Sequence[RowResult]) -> None:
        with self.mirror.transaction(f"results of {target.schema.name}") as connection:
            keep_results(connection, self.run_id, target.schema, target.key.name, results_table(results))
        self.progress.advance(len(results))

    def _send_jobs(self, target: CheckedTarget, changes: pa.Table) -> list[RowResult]:
        """One job after the other: so no two batches in flight share an account, not even one that fills several."""
        connection = self.mirror.connection
        with registered(connection, job_changes=changes):
            placed = job_parts(connection, "job_changes")
        with registered(connection, job_changes=changes, placed=placed):
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE outgoing AS SELECT c.key, c.parent, c.field, c.new, p.part"
                " FROM job_changes c JOIN placed p ON p.key = c.key"
            )
        parts = connection.execute(
            "SELECT part, count(DISTINCT key) FROM outgoing GROUP BY part ORDER BY part"
        ).fetchall()
        locked: list[RowResult] = []
        for part, rows in parts:
            locked += self._send_job(target, f"(SELECT * FROM outgoing WHERE part = {int(part)})", int(rows))
        connection.execute("DROP TABLE outgoing")
        return locked

    def _send_job(self, target: CheckedTarget, rows: str, count: int) -> list[RowResult]:
        with tempfile.TemporaryDirectory(dir=self.mirror.path.parent, prefix="upload-") as folder:
            path = Path(folder) / "rows.csv"
            bulk.write_csv(self.mirror.connection, target, rows, path)
            job = self._new_job(target, rows)
            bulk.upload(self.org, job.job_id, path)
        results = read_results(self.org, self.mirror, job, self._pace.wait(self.org, job.job_id, count))
        passing = pa.array([collections.is_passing(code) for code in results.column("code").to_pylist()], pa.bool_())
        final = results.filter(pc.invert(passing))
        with self.mirror.transaction(f"job results of {target.schema.name}") as connection:
            keep_results(connection, self.run_id, target.schema, target.key.name, final)
            forget(connection, job)
        self.progress.advance(final.num_rows)
        return [RowResult(**row) for row in results.filter(passing).to_pylist()]

    def _new_job(self, target: CheckedTarget, rows: str) -> bulk.IngestJob:
        """Make a job; its id and the rows that it will carry are kept before the first byte of them is sent."""
        self._part += 1
        job_id = bulk.create(self.org, target)
        job = bulk.IngestJob(job_id, self.run_id, target.schema.name, target.key.name, self._part)
        with self.mirror.transaction(f"ingest job of {target.schema.name}") as connection:
            remember(connection, job, self.org.session.settings.api_version)
            connection.execute(
                f"UPDATE _sync.ledger SET part = ? WHERE run_id = ? AND object = ? AND key IN (SELECT key FROM {rows})",
                [job.part, self.run_id, target.schema.name],
            )
        return job


def _rows(changes: pa.Table) -> Iterator[collections.Row]:
    """Changes of one object, which come sorted by record, as records."""
    columns = (changes.column(name).to_pylist() for name in ("key", "record_id", "field", "new"))
    for key, values in groupby(zip(*columns, strict=True), key=lambda value: value[0]):
        listed = list(values)
        yield collections.Row(key, listed[0][1], {name: new for _, _, name, new in listed})
