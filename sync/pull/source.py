"""Opens the rows of one query, by the way that fits their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from sync import soql
from sync.client.org import Org
from sync.mirror import Mirror
from sync.pull import bulk, rest
from sync.pull.ahead import ahead
from sync.schema import FieldSchema


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


def open_source(
    org: Org,
    mirror: Mirror,
    sobject: str,
    fields: Sequence[FieldSchema],
    *,
    where: soql.Condition | None = None,
    order_by: Sequence[str] = (),
    threshold: int,
) -> Source:
    """Ask for rows: REST up to `threshold` rows, a bulk job above.

    Without a condition the rows are counted first; with one, few are expected, and the first page says how many.
    Bulk queries are never ordered, because that would stop the org from splitting them.
    """
    names = [field.name for field in fields]
    plain = soql.select(sobject, names, where=where)
    ordered = soql.select(sobject, names, where=where, order_by=order_by)
    probe = (
        rest.count(org, sobject, where) if where is None or not rest.fits(ordered) else rest.first_page(org, ordered)
    )
    if probe.total > threshold or not rest.fits(ordered):
        try:
            job = bulk.finished_job(org, mirror, sobject, plain)
            return Source("bulk", job.rows, job.created_at, ahead(bulk.batches(org, job, fields)))
        except bulk.NotInBulk:
            pass  # REST reads everything, in more calls
    first = probe if probe.records or not probe.total else rest.first_page(org, ordered)
    return Source("rest", probe.total, probe.asked_at, rest.batches(org, first, fields))
