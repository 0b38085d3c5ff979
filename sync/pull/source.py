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
    """Ask for rows: REST up to `threshold` rows (at most 2,000), a bulk job above.

    Without a condition the org is asked first whether there are so many; with one, few are expected, and the first page
    says how many. Bulk queries are never ordered, because that would stop the org from splitting them.
    """
    names = [field.name for field in fields]
    ordered = soql.select(sobject, names, where=where, order_by=order_by)
    threshold = min(threshold, soql.MAX_OFFSET)
    first = rest.first_page(org, ordered) if where is not None and rest.fits(ordered) else None
    many = first.total > threshold if first else rest.has_more_than(org, sobject, threshold, where)
    if many or not rest.fits(ordered):
        try:
            job = bulk.finished_job(org, mirror, sobject, soql.select(sobject, names, where=where))
            return Source("bulk", job.rows, job.created_at, ahead(bulk.batches(org, job, fields)))
        except bulk.NotInBulk:
            pass  # REST reads everything, in more calls
    first = first or rest.first_page(org, ordered)
    return Source("rest", first.total, first.asked_at, rest.batches(org, first, fields))
