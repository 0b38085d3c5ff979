"""Writes the changes of one object: by collections or bulk jobs, with another attempt for locked rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from sync.client.org import Org
from sync.errors import RequestRefused
from sync.ledger import DEFERRED, PLANNED
from sync.mirror import Mirror
from sync.plan.estimate import COLLECTION_ROWS
from sync.plan.targets import CheckedTarget
from sync.progress import Progress
from sync.write_back import collections
from sync.write_back.job_writer import JobWriter
from sync.write_back.outcomes import RowResult, keep_results, results_table
from sync.write_back.refusal import Sent, is_passing, refused_request

_LOCK_WAITS_SECONDS = (1.0, 4.0, 15.0)
"""Before each further attempt at locked rows; the org itself waits about ten seconds for a lock."""


class Writer:
    """One run's way to the org. Up to `bulk_threshold` records of an object go by collections, more by bulk jobs."""

    def __init__(self, org: Org, mirror: Mirror, run_id: str, bulk_threshold: int, progress: Progress) -> None:
        self._org = org
        self._mirror = mirror
        self._run_id = run_id
        self._bulk_threshold = bulk_threshold
        self._progress = progress
        self._jobs = JobWriter(org, mirror, run_id, progress)

    def write(self, target: CheckedTarget, changes: pa.Table) -> None:
        """Write the changes of one object; every outcome is in the ledger afterwards."""
        self._progress.stage(f"write {target.schema.name}", _records(changes))
        sent = self._send(target, changes)
        for wait in _LOCK_WAITS_SECONDS:
            if sent.refusal or not sent.locked:
                break
            self._org.session.pause(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, keeps no secret
            keys = pa.array([result.key for result in sent.locked], pa.string())
            sent = self._send(target, changes.filter(pc.is_in(changes.column("key"), keys)))
        if sent.refusal:
            self._leave(target, sent.refusal)
        elif sent.locked:
            self._keep(target, sent.locked)

    def _send(self, target: CheckedTarget, changes: pa.Table) -> Sent:
        """One attempt."""
        if _records(changes) > self._bulk_threshold:
            return self._jobs.send(target, changes)
        locked: list[RowResult] = []
        rows = list(_rows(changes))
        for start in range(0, len(rows), COLLECTION_ROWS):
            try:
                results = collections.send(self._org, target, rows[start : start + COLLECTION_ROWS])
            except RequestRefused as error:
                return Sent(locked, error)
            locked += [result for result in results if is_passing(result.code)]
            self._keep(target, [result for result in results if not is_passing(result.code)])
        return Sent(locked)

    def _keep(self, target: CheckedTarget, results: Sequence[RowResult]) -> None:
        with self._mirror.transaction(f"results of {target.schema.name}") as connection:
            keep_results(connection, self._run_id, target.schema, target.key.name, results_table(results))
        self._progress.advance(len(results))

    def _leave(self, target: CheckedTarget, refusal: RequestRefused) -> None:
        """The org takes no more requests for this object now: what is open is left for the next run."""
        code, message = refused_request(refusal)
        keys = self._mirror.connection.execute(
            "SELECT DISTINCT key FROM _sync.ledger WHERE run_id = ? AND object = ? AND outcome = ? ORDER BY key",
            [self._run_id, target.schema.name, PLANNED],
        ).fetchall()
        self._keep(target, [RowResult(str(key), None, DEFERRED, code, message) for (key,) in keys])


def _records(changes: pa.Table) -> int:
    return int(pc.count_distinct(changes.column("key")).as_py())


def _rows(changes: pa.Table) -> Iterator[collections.Row]:
    """Changes of one object, which come sorted by record, as records."""
    columns = (changes.column(name).to_pylist() for name in ("key", "record_id", "field", "new"))
    for key, values in groupby(zip(*columns, strict=True), key=lambda value: value[0]):
        listed = list(values)
        yield collections.Row(key, listed[0][1], {name: new for _, _, name, new in listed})
