"""How a large write is cut into Bulk API 2.0 jobs: by account, by rows and by bytes.

The org cuts a job into batches of 10,000 rows and works on several at once, where rows that lock the same account get
in each other's way. So a job carries one batch, and all rows of an account are in one job; only an account that is too
large for one gets several, of its own.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import duckdb
import pyarrow as pa

from sync.mirror.sql import as_arrow

_CELL_BYTES, _ROW_BYTES = 4, 30


@dataclass(frozen=True)
class Limits:
    """Of one job."""

    rows: int = 10_000
    """What the org works on as one batch (Bulk API 2.0 guide)."""
    bytes: int = 90_000_000
    """Of one upload; the limit is 100 MB, and quotes and separators come on top of the values."""


LIMITS = Limits()


def job_parts(connection: duckdb.DuckDBPyConnection, changes: str) -> pa.Table:
    """The job of each record in `changes`, a table or subquery with key, parent, field and new: columns key, part."""
    sized = as_arrow(connection, _SIZED.format(changes=changes))
    parents: list[int] = sized.column("parent").to_numpy().tolist()
    sizes: list[int] = sized.column("bytes").to_numpy().tolist()
    parts = cut(zip(parents, sizes, strict=True), LIMITS)
    return sized.select(["key"]).append_column("part", pa.array(parts, pa.int32()))


_SIZED = f"""
SELECT key, dense_rank() OVER (ORDER BY parent) AS parent, bytes FROM (
    SELECT key, any_value(coalesce(parent, key)) AS parent,
           CAST(sum(coalesce(strlen(new), {_CELL_BYTES})) + {_ROW_BYTES}
               + {_CELL_BYTES} * (SELECT count(DISTINCT field) FROM {{changes}}) AS BIGINT) AS bytes
    FROM {{changes}} GROUP BY key)
ORDER BY parent, key
"""


def cut(rows: Iterable[tuple[int, int]], limits: Limits) -> list[int]:
    """The number of the job, from 0 on, that each row goes into.

    Parameters
    ----------
    rows : parent and bytes of each, sorted by parent.
    limits : of a job; a row that is larger than a whole job has one to itself.
    """
    groups = [[size for _, size in group] for _, group in groupby(rows, key=itemgetter(0))]
    jobs = _Jobs(limits)
    parts: list[list[int]] = [[] for _ in groups]
    # the largest first: the small ones then fill what is left, so that few jobs are needed
    for index in sorted(range(len(groups)), key=lambda index: len(groups[index]), reverse=True):
        parts[index] = jobs.place(groups[index])
    return [part for group in parts for part in group]


class _Jobs:
    """Jobs that are being filled; the next group goes into the one with most room."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._count = 0
        self._open: list[tuple[int, int, int]] = []  # rows, number, bytes: a heap, the emptiest first

    def place(self, sizes: Sequence[int]) -> list[int]:
        """The job of each row of one parent."""
        total = sum(sizes)
        if len(sizes) > self._limits.rows or total > self._limits.bytes:
            return self._apart(sizes)
        rows, number, held = self._open[0] if self._open else (self._limits.rows, 0, 0)
        if rows + len(sizes) <= self._limits.rows and held + total <= self._limits.bytes:
            heapq.heapreplace(self._open, (rows + len(sizes), number, held + total))
        else:
            number = self._new()
            heapq.heappush(self._open, (len(sizes), number, total))
        return [number] * len(sizes)

    def _apart(self, sizes: Sequence[int]) -> list[int]:
        """Jobs that nobody else shares, for a parent that is too large for one."""
        parts: list[int] = []
        rows, held, number = 0, 0, self._new()
        for size in sizes:
            if rows and (rows == self._limits.rows or held + size > self._limits.bytes):
                rows, held, number = 0, 0, self._new()
            rows, held = rows + 1, held + size
            parts.append(number)
        return parts

    def _new(self) -> int:
        self._count += 1
        return self._count - 1
