"""The pull of one object: its columns, its changes, its deletions and its watermark, kept in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from sync import soql
from sync.client.org import Org
from sync.mirror import Mirror
from sync.mirror.bookkeeping import ObjectState, forget_query_jobs, read_state, write_state
from sync.mirror.sql import first_row, quoted
from sync.mirror.store import Incoming, Stored, fill_columns, store
from sync.mirror.tables import Alteration, apply_columns, compare_columns
from sync.progress import Progress
from sync.pull.budget import Allowance
from sync.pull.deletions import BIN_KEEPS, marker, not_deleted
from sync.pull.report import ObjectPull
from sync.pull.source import Source, Wanted, open_source
from sync.schema import FieldSchema, ObjectSchema


@dataclass(frozen=True)
class PullOptions:
    """How objects are read.

    Parameters
    ----------
    threshold : rows above which a bulk job is used.
    overlap : how far each pull reaches back before the last one, for rows committed late.
    full : read every row again. The org cannot compute a hash of a row, and a formula changes without any date, so to
        compare rows is to read them; only those that differ are written.
    accept_missing : let rows go that the org shows no more, however many they are.
    now : the org's clock (naive UTC), None when it did not say.
    """

    threshold: int = 2000
    overlap: timedelta = timedelta(minutes=10)
    full: bool = False
    accept_missing: bool = False
    now: datetime | None = None


@dataclass(frozen=True)
class Run:
    """What all objects of a pull share."""

    org: Org
    mirror: Mirror
    options: PullOptions
    allowance: Allowance
    progress: Progress


@dataclass(frozen=True)
class Reading:
    """The pull of one object with the fields of `schema` that are wanted."""

    run: Run
    schema: ObjectSchema
    fields: tuple[FieldSchema, ...]

    def bring(self) -> ObjectPull:
        """Read what changed, or everything, and keep it."""
        mirror, name = self.run.mirror, self.schema.name
        alteration = compare_columns(mirror.columns(name), self.fields)
        state = read_state(mirror.connection, name)
        since = self._since(alteration, state)
        source = self._open(self._wanted(since))
        refill = self._open(self._whole(self._refilled(alteration))) if since and alteration.to_backfill else None
        with mirror.transaction(f"rows of {name}") as connection:
            apply_columns(connection, name, self.fields, alteration)
            read = self._refill(refill, alteration) if refill else 0
            stored = self._store(source, complete=since is None)
            write_state(connection, self.schema, self._watermark(source), datetime.now(UTC).replace(tzinfo=None))
            forget_query_jobs(connection, name)
        return ObjectPull(
            name,
            source.way,
            stored.read + read,
            stored.changed,
            stored.removed,
            rows_kept=stored.kept,
            problem=_missing_rows(name, stored.kept) if stored.kept else "",
            note=self._note(state),
        )

    @property
    def _stamp(self) -> str | None:
        return self.schema.stamp()

    def _since(self, alteration: Alteration, state: ObjectState | None) -> datetime | None:
        """The moment from which changes are asked for, None when every row is."""
        options, stamp = self.run.options, self._stamp
        fresh = {field.name for field in alteration.to_backfill}
        if options.full or alteration.created or state is None or state.watermark is None or self._is_stale(state):
            return None
        return None if stamp is None or stamp in fresh else state.watermark - options.overlap

    def _is_stale(self, state: ObjectState) -> bool:
        """Whether the recycle bin no longer tells all that was deleted since the last pull."""
        now = self.run.options.now
        return now is not None and state.watermark is not None and now - state.watermark > BIN_KEEPS

    def _note(self, state: ObjectState | None) -> str:
        """Why every row was compared, where nobody asked for it."""
        if state is None or self.run.options.full or not self._is_stale(state):
            return ""
        return (
            f"last pulled at {state.watermark:%Y-%m-%d %H:%M} UTC, longer ago than the org shows what was deleted (15"
            " days): every row was read and compared, so nothing is missed"
        )

    def _wanted(self, since: datetime | None) -> Wanted:
        """Changed and deleted rows together, or every row."""
        stamp, mark = self._stamp, marker(self.schema)
        if since is None or stamp is None:
            return self._whole(self.fields)
        fields = self.fields if mark is None or mark in self.fields else (*self.fields, mark)
        where = soql.compare(stamp, ">=", since)
        return Wanted(self.schema.name, fields, where, (stamp, "Id"), mark is not None, small=True)

    def _whole(self, fields: tuple[FieldSchema, ...]) -> Wanted:
        order = (self._stamp, "Id") if self._stamp else ("Id",)
        where = not_deleted(self.schema)
        return Wanted(self.schema.name, fields, where, order, where is not None, small=self._was_small())

    def _was_small(self) -> bool:
        """Whether the mirror's rows fitted into a page, so that the org's will."""
        mirror, name = self.run.mirror, self.schema.name
        if not mirror.columns(name):
            return False
        row = first_row(mirror.connection, f"SELECT count(*) FROM {quoted(name)}")
        return row is not None and 0 < row[0] <= self.run.options.threshold

    def _open(self, wanted: Wanted) -> Source:
        return open_source(self.run.org, self.run.mirror, wanted, self.run.options.threshold, self.run.allowance)

    def _refilled(self, alteration: Alteration) -> tuple[FieldSchema, ...]:
        return (self.fields[0], *alteration.to_backfill)

    def _refill(self, source: Source, alteration: Alteration) -> int:
        batches = self._shown(source.batches, f"{self.schema.name}: new fields", source.total)
        columns = self._refilled(alteration)
        return fill_columns(self.run.mirror.connection, self.schema.name, columns, batches, source.total)

    def _store(self, source: Source, *, complete: bool) -> Stored:
        batches = self._shown(source.batches, self.schema.name, source.total)
        deleted = None if complete else marker(self.schema)
        how = Incoming(self._stamp, complete, source.total, deleted, self.run.options.accept_missing)
        return store(self.run.mirror.connection, self.schema.name, self.fields, batches, how)

    def _watermark(self, source: Source) -> datetime | None:
        """The org's clock at the query; where the org did not say, the newest stamp that was seen."""
        if self._stamp is None or source.asked_at is not None:
            return source.asked_at if self._stamp else None
        query = f"SELECT max({quoted(self._stamp)}) FROM {quoted(self.schema.name)}"
        row = first_row(self.run.mirror.connection, query)
        return row[0] if row else None

    def _shown(self, batches: Iterable[pa.RecordBatch], name: str, total: int) -> Iterator[pa.RecordBatch]:
        self.run.progress.stage(name, total)
        for batch in batches:
            self.run.progress.advance(batch.num_rows)
            yield batch


def _missing_rows(name: str, kept: int) -> str:
    return (
        f"the org shows {kept:,} rows of {name} no more, though nobody put them into the recycle bin; so many at once"
        " mostly mean a changed sharing or permission. They are kept in the mirror. Remedy: check what the integration"
        " user may see; if they are really gone, run `sidecar pull --full --accept-missing`"
    )
