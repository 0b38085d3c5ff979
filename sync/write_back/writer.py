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
from sync.plan.targets import CheckedTarget
from sync.progress import Progress
from sync.write_back import bulk, collections
from sync.write_back.outcomes import RowResult, keep_results, results_table
from sync.write_back.results import read_results
from sync.write_back.resume import forget, remember

_CELL_BYTES, _ROW_BYTES = 4, 30
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
        connection = self.mirror.connection
        with registered(connection, job_changes=changes):
            connection.execute(f"CREATE OR REPLACE TEMP TABLE outgoing AS {_parts(bulk.MAX_PART_BYTES)}")
        parts = connection.execute("SELECT DISTINCT part FROM outgoing ORDER BY part").fetchall()
        locked: list[RowResult] = []
        for (part,) in parts:
            locked += self._send_job(target, f"(SELECT * FROM outgoing WHERE part = {int(part)})")
        connection.execute("DROP TABLE outgoing")
        return locked

    def _send_job(self, target: CheckedTarget, rows: str) -> list[RowResult]:
        with tempfile.TemporaryDirectory(dir=self.mirror.path.parent, prefix="upload-") as folder:
            path = Path(folder) / "rows.csv"
            bulk.write_csv(self.mirror.connection, target, rows, path)
            job = self._new_job(target, rows)
            bulk.upload(self.org, job.job_id, path)
        results = read_results(self.org, self.mirror, job, bulk.wait(self.org, job.job_id))
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


def _parts(part_bytes: int) -> str:
    """SQL that cuts an upload by size; rows of one parent stay together unless they are a tenth of a part and more."""
    return f"""
WITH sized AS (
    SELECT key, any_value(coalesce(parent, key)) AS parent,
           sum(coalesce(strlen(new), {_CELL_BYTES})) + {_ROW_BYTES}
               + {_CELL_BYTES} * (SELECT count(DISTINCT field) FROM job_changes) AS bytes
    FROM job_changes GROUP BY key),
placed AS (
    SELECT key, parent, sum(bytes) OVER (ORDER BY parent, key) - bytes AS start,
           sum(bytes) OVER (PARTITION BY parent) AS parent_bytes FROM sized),
together AS (
    SELECT key, CASE WHEN parent_bytes < {part_bytes // 10} THEN min(start) OVER (PARTITION BY parent)
                     ELSE start END AS start FROM placed)
SELECT c.key, c.parent, c.field, c.new, CAST(floor(t.start / {part_bytes}) AS INTEGER) AS part
FROM job_changes c JOIN together t ON t.key = c.key
"""


def _rows(changes: pa.Table) -> Iterator[collections.Row]:
    """Changes of one object, which come sorted by record, as records."""
    columns = (changes.column(name).to_pylist() for name in ("key", "record_id", "field", "new"))
    for key, values in groupby(zip(*columns, strict=True), key=lambda value: value[0]):
        listed = list(values)
        yield collections.Row(key, listed[0][1], {name: new for _, _, name, new in listed})
