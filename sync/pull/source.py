"""Opens the rows of one query, by the way that fits their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from sync import soql
from sync.client.org import Org
from sync.errors import RequestRefused
from sync.mirror import Mirror
from sync.pull import bulk, rest, results
from sync.pull.budget import Allowance
from sync.schema import FieldSchema

_TOO_MUCH_FOR_REST = frozenset({"QUERY_TIMEOUT", "OPERATION_TOO_LARGE", "QUERY_TOO_COMPLICATED"})
"""Bulk jobs cut their query into pieces, for which the org's time is enough."""


@dataclass(frozen=True)
class Source:
    """Rows that are ready to be read.

    `way` is "rest" or "bulk", `total` the number of rows the org spoke of, `asked_at` the org's clock (naive UTC) when
    the query began: later changes may not be in the rows. None when the org did not say.
    """

    way: str
    total: int
    asked_at: datetime | None
    batches: Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class Wanted:
    """A query: object, fields, condition, order; `deleted_too` includes the recycle bin and archived activities;
    `small`: few rows are expected, so the first page is asked for at once."""

    sobject: str
    fields: Sequence[FieldSchema]
    where: soql.Condition | None
    order_by: Sequence[str]
    deleted_too: bool
    small: bool

    def soql(self, *, ordered: bool) -> str:
        """Its text."""
        order = self.order_by if ordered else ()
        return soql.select(self.sobject, [field.name for field in self.fields], where=self.where, order_by=order)


def open_source(org: Org, mirror: Mirror, wanted: Wanted, threshold: int, allowance: Allowance) -> Source:
    """Ask for rows: REST up to `threshold` rows (at most 2,000), a bulk job above, or where the query is too long for
    an address or takes the org too long.

    Where many rows are possible the org is asked first whether there are so many; else the first page says how many.
    Bulk queries are never ordered, because that would stop the org from splitting them. Raises OutOfBudget before a
    call that would exceed it; a page or a job's results are only begun when all of them fit.
    """
    opening = _Opening(org, mirror, wanted, min(threshold, soql.MAX_OFFSET), allowance)
    try:
        first = opening.first()
    except RequestRefused as error:
        if error.code not in _TOO_MUCH_FOR_REST:
            raise
        first = None
    return opening.source(first)


@dataclass(frozen=True)
class _Opening:
    org: Org
    mirror: Mirror
    wanted: Wanted
    threshold: int
    allowance: Allowance

    def first(self) -> rest.Page | None:
        """The first page of what REST is to read, None when it is to be a job."""
        self._check(1)
        text, wanted = self.wanted.soql(ordered=True), self.wanted
        if not rest.fits(text):
            # any row at all is reason enough for a job; mostly there is none
            ids = soql.select(wanted.sobject, ["Id"], where=wanted.where, limit=1)
            page = rest.first_page(self.org, ids, deleted_too=wanted.deleted_too)
            return page if not page.records else None
        if not wanted.small and rest.has_more_than(
            self.org, wanted.sobject, self.threshold, wanted.where, deleted_too=wanted.deleted_too
        ):
            return None
        page = rest.first_page(self.org, text, deleted_too=wanted.deleted_too)
        return page if page.total <= self.threshold else None

    def source(self, first: rest.Page | None) -> Source:
        """The rows, from the page or from a job."""
        if first is None:
            try:
                return self._job()
            except bulk.NotInBulk:  # REST reads everything, in more calls
                text = self.wanted.soql(ordered=True)
                first = rest.first_page(self.org, text, deleted_too=self.wanted.deleted_too)
        self._check(rest.pages_left(first))
        return Source("rest", first.total, first.asked_at, rest.batches(self.org, first, self.wanted.fields))

    def _job(self) -> Source:
        self._check(bulk.CALLS_OF_A_JOB)
        ask = bulk.JobRequest(self.wanted.sobject, self.wanted.soql(ordered=False), self.wanted.deleted_too)
        job = bulk.finished_job(self.org, self.mirror, ask)
        self._check(results.calls_of_results(job))  # the finished job is found again by the next run
        return Source("bulk", job.rows, job.created_at, results.batches(self.org, job, self.wanted.fields))

    def _check(self, calls: int) -> None:
        self.allowance.check(calls, f"reading {self.wanted.sobject}")
