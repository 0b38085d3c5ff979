"""The pull of one object: its columns, its changes, its deletions and its watermark, kept in one transaction."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from sync import soql
from sync.client.org import Org
from sync.mirror import Mirror
from sync.mirror.bookkeeping import forget_query_jobs, read_state, write_state
from sync.mirror.sql import first_row, quoted
from sync.mirror.tables import (
    Alteration,
    Stored,
    apply_columns,
    compare_columns,
    fill_columns,
    remove,
    store,
)
from sync.progress import Progress
from sync.pull.deletions import deleted_ids
from sync.pull.report import ObjectPull
from sync.pull.scope import Scope
from sync.pull.source import Source, open_source
from sync.schema import FieldSchema, ObjectSchema


@dataclass(frozen=True)
class PullOptions:
    """`threshold`: rows above which a bulk job is used; `overlap`: how far each pull reaches back before the last one,
    for rows committed late; `full`: read every row again."""

    threshold: int = 2000
    overlap: timedelta = timedelta(minutes=10)
    full: bool = False


def pull_object(org: Org, mirror: Mirror, scope: Scope, options: PullOptions, progress: Progress) -> ObjectPull:
    """Bring one object's changes into the mirror and report them."""
    if scope.schema is None:
        return ObjectPull(scope.name, "none", missing_fields=scope.missing)
    began, calls = time.monotonic(), org.calls
    work = _Work(org, mirror, scope.schema, scope.fields, options, progress)
    done = work.run()
    return replace(
        done, missing_fields=scope.missing, calls=org.calls - calls, seconds=round(time.monotonic() - began, 3)
    )


@dataclass
class _Work:
    org: Org
    mirror: Mirror
    schema: ObjectSchema
    fields: tuple[FieldSchema, ...]
    options: PullOptions
    progress: Progress

    def run(self) -> ObjectPull:
        columns = self.mirror.columns(self.schema.name)
        alteration = compare_columns(columns, self.fields)
        since = self._since(alteration)
        gone = deleted_ids(self.org, self.schema, self._stamp, since) if since and self._stamp else []
        source = self._open(self.fields, since)
        refill = self._open(self._refilled(alteration), None) if since and alteration.to_backfill else None
        with self.mirror.transaction(f"rows of {self.schema.name}") as connection:
            apply_columns(connection, self.schema.name, self.fields, alteration)
            read = self._refill(refill, alteration) if refill else 0
            removed = remove(connection, self.schema.name, gone) if gone else 0
            stored = self._store(source, complete=since is None)
            write_state(connection, self.schema, self._watermark(source), datetime.now(UTC).replace(tzinfo=None))
            forget_query_jobs(connection, self.schema.name)
        return ObjectPull(self.schema.name, source.way, stored.read + read, stored.changed, stored.removed + removed)

    @property
    def _stamp(self) -> str | None:
        return self.schema.stamp()

    def _since(self, alteration: Alteration) -> datetime | None:
        """The moment from which changes are asked for, None when every row is."""
        state = read_state(self.mirror.connection, self.schema.name)
        fresh = {field.name for field in alteration.to_backfill}
        if self.options.full or alteration.created or state is None or state.watermark is None:
            return None
        return None if self._stamp is None or self._stamp in fresh else state.watermark - self.options.overlap

    def _open(self, fields: tuple[FieldSchema, ...], since: datetime | None) -> Source:
        stamp = self._stamp
        where = soql.compare(stamp, ">=", since) if since and stamp else None
        order = (stamp, "Id") if stamp else ("Id",)
        return open_source(
            self.org,
            self.mirror,
            self.schema.name,
            fields,
            where=where,
            order_by=order,
            threshold=self.options.threshold,
        )

    def _refilled(self, alteration: Alteration) -> tuple[FieldSchema, ...]:
        return (self.fields[0], *alteration.to_backfill)

    def _refill(self, source: Source, alteration: Alteration) -> int:
        batches = self._shown(source.batches, f"{self.schema.name}: new fields", source.total)
        return fill_columns(self.mirror.connection, self.schema.name, self._refilled(alteration), batches)

    def _store(self, source: Source, *, complete: bool) -> Stored:
        batches = self._shown(source.batches, self.schema.name, source.total)
        return store(
            self.mirror.connection, self.schema.name, self.fields, batches, stamp=self._stamp, complete=complete
        )

    def _watermark(self, source: Source) -> datetime | None:
        """The org's clock at the query; where the org did not say, the newest stamp that was seen."""
        if self._stamp is None or source.asked_at is not None:
            return source.asked_at if self._stamp else None
        query = f"SELECT max({quoted(self._stamp)}) FROM {quoted(self.schema.name)}"
        row = first_row(self.mirror.connection, query)
        return row[0] if row else None

    def _shown(self, batches: Iterable[pa.RecordBatch], name: str, total: int) -> Iterator[pa.RecordBatch]:
        self.progress.stage(name, total)
        for batch in batches:
            self.progress.advance(batch.num_rows)
            yield batch
