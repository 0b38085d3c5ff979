"""Executes a Bulk query: all rows as CSV lines in one file, and an index with the place of each."""

from __future__ import annotations

import itertools
import os
import threading
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.bulk_csv import DELIMITERS, LINE_ENDS, header_line, line_sql
from localorg.http.jobs import Job, Jobs
from localorg.org import LocalOrg
from localorg.soql.plan import RowPlan
from localorg.soql.run import plan_of, reading

_ROWS_AT_ONCE = 5_000
_OFFSET_BYTES = 8
_BLOCK_BYTES = 2**20


def bulk_plan(org: LocalOrg, user: User, query: str, *, all_rows: bool) -> RowPlan:
    """The compiled query of a Bulk job. Raises OrgError for what is wrong with it or cannot be had in bulk."""
    plan = plan_of(org, user, query, all_rows=all_rows)
    if not isinstance(plan, RowPlan):
        raise _not_in_bulk("Aggregate Relationships not supported in Bulk Query")
    if plan.children:
        raise _not_in_bulk("Nested queries not supported in Bulk Query")
    if plan.offset is not None:
        raise _not_in_bulk("OFFSET not supported in Bulk Query")
    if any(column.type in ("address", "location") for column in plan.columns):
        raise _not_in_bulk("Selecting compound data not supported in Bulk Query")
    return plan


def _not_in_bulk(message: str) -> OrgError:
    return OrgError("FUNCTIONALITY_NOT_ENABLED", message)


def export(org: LocalOrg, jobs: Jobs, job: Job, user: User, stopped: threading.Event) -> None:
    """Execute a query job into its folder; when `stopped` is set or the job aborted, leave it unfinished.

    Raises OrgError when the query cannot run.
    """
    began = time.monotonic()
    plan = bulk_plan(org, user, job.text("query"), all_rows=job.text("operation") == "queryAll")
    delimiter, line_end = DELIMITERS[job.text("columnDelimiter")], LINE_ENDS[job.text("lineEnding")]
    sql = plan.text_sql(line_sql(plan.columns, delimiter, line_end))
    offsets = array("Q", [0])
    with reading(org) as connection, (jobs.folder(job) / "rows.csv").open("wb") as rows:
        cursor = connection.execute(sql, plan.parameters)
        while lines := cursor.fetchmany(_ROWS_AT_ONCE):
            encoded = [line.encode() for (line,) in lines]
            rows.write(b"".join(encoded))
            places = itertools.accumulate(map(len, encoded), initial=offsets.pop())
            offsets.extend(places)
            if stopped.is_set() or jobs.state(job) == "Aborted":
                return
    with (jobs.folder(job) / "rows.index").open("wb") as index:
        offsets.tofile(index)
    jobs.update(
        job,
        state="JobComplete",
        progress={
            "numberRecordsProcessed": len(offsets) - 1,
            "totalProcessingTime": int((time.monotonic() - began) * 1000),
            "header": header_line(plan.columns, delimiter, line_end),
        },
    )


@dataclass(frozen=True)
class Slice:
    """A run of result lines: `first` row, `count` of rows, where their bytes are."""

    file: Path
    first: int
    count: int
    start: int
    length: int

    def blocks(self, header: bytes) -> Iterator[bytes]:
        """The header line and the rows, in blocks."""
        yield header
        left = self.length
        with self.file.open("rb") as rows:
            rows.seek(self.start)
            while left > 0:
                block = rows.read(min(_BLOCK_BYTES, left))
                left -= len(block)
                yield block


def result_slice(folder: Path, first: int, count: int) -> Slice:
    """`count` rows of a finished job from row `first` on, fewer at the end."""
    with (folder / "rows.index").open("rb") as index:
        total = index.seek(0, os.SEEK_END) // _OFFSET_BYTES - 1
        end = min(first + count, total)
        start_byte, end_byte = _offset(index, first), _offset(index, end)
    return Slice(folder / "rows.csv", first, end - first, start_byte, end_byte - start_byte)


def _offset(index: BinaryIO, row: int) -> int:
    index.seek(row * _OFFSET_BYTES)
    return array("Q", index.read(_OFFSET_BYTES))[0]
