"""Executes a Bulk query: all rows as CSV lines in one file."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.bulk_csv import DELIMITERS, LINE_ENDS, header_line, line_sql, piece_sql
from localorg.http.bulk_helper import HelperError, drop_left_overs, helping
from localorg.http.bulk_part import Part, Pieces, write_part
from localorg.http.bulk_results import ROWS, write_index
from localorg.http.jobs import Job, Jobs
from localorg.org import LocalOrg
from localorg.soql.plan import RowPlan
from localorg.soql.run import plan_of, reading

SPLIT_FROM = 50_000  # rows; below it a second process costs more than it saves
_ROWS_AT_ONCE = 2_000
_log = logging.getLogger(__name__)
_STRING = re.compile(r"'(?:\\.|[^'\\])*'")
_REFUSED = (
    (re.compile(r"\bTYPEOF\b", re.IGNORECASE), "TYPEOF"),
    (re.compile(r"\bFIELDS\s*\(\s*(ALL|CUSTOM)\s*\)", re.IGNORECASE), "FIELDS(ALL) and FIELDS(CUSTOM)"),
)


class _LeftError(Exception):
    """The export is not to go on: the server stops, or the job was aborted."""


@dataclass
class Watch:
    """Whether an export may go on. abort_half_way: end the job as aborted once half of its rows are written."""

    jobs: Jobs
    job: Job
    stopped: threading.Event
    abort_half_way: bool = False

    def go_on(self, share: float) -> None:
        """Called now and then with the share of the table that is read. Raises _LeftError to end the export."""
        if self.abort_half_way and share >= 0.5:
            self.jobs.update(self.job, state="Aborted")
        if self.stopped.is_set() or self.jobs.state(self.job) == "Aborted":
            raise _LeftError


def bulk_plan(org: LocalOrg, user: User, query: str, *, all_rows: bool) -> RowPlan:
    """The compiled query of a Bulk job. Raises OrgError for what is wrong with it or cannot be had in bulk."""
    words = _STRING.sub("", query)
    for pattern, name in _REFUSED:
        if pattern.search(words):
            raise _not_in_bulk(f"{name} not supported in Bulk Query")
    plan = plan_of(org, user, query, all_rows=all_rows)
    if not isinstance(plan, RowPlan) or plan.children:
        raise _not_in_bulk("Aggregate Relationships not supported in Bulk V2 Query with CSV content type")
    if plan.offset is not None:
        raise _not_in_bulk("OFFSET not supported in Bulk Query")
    if any(column.type in ("address", "location") for column in plan.columns):
        raise _not_in_bulk("Selecting compound data not supported in Bulk Query")
    return plan


def _not_in_bulk(message: str) -> OrgError:
    return OrgError("FUNCTIONALITY_NOT_ENABLED", message)


def export(org: LocalOrg, jobs: Jobs, job: Job, user: User, watch: Watch) -> None:
    """Execute a query job into its folder; when the watch ends it, leave it unfinished.

    Raises OrgError when the query cannot run.
    """
    began = time.monotonic()
    plan = bulk_plan(org, user, job.text("query"), all_rows=job.text("operation") == "queryAll")
    delimiter, line_end = DELIMITERS[job.text("columnDelimiter")], LINE_ENDS[job.text("lineEnding")]
    line = line_sql(plan.columns, delimiter, line_end)
    folder = jobs.folder(job)
    drop_left_overs(folder)
    try:
        with reading(org, user) as connection, (folder / ROWS).open("wb") as rows:
            part = _whole_table(connection, plan, line)
            if part is None:
                pieces = _write_as_ordered(connection, plan, line, rows, watch)
            else:
                pieces = _write_table(org, connection, part, rows, folder, watch)
        watch.go_on(1.0)
    except _LeftError:
        return
    total = write_index(folder, pieces)
    progress = {
        "numberRecordsProcessed": total,
        "totalProcessingTime": int((time.monotonic() - began) * 1000),
        "header": header_line(plan.columns, delimiter, line_end),
    }
    jobs.update(job, state="JobComplete", progress=progress)


def _write_as_ordered(connection: sqlite3.Connection, plan: RowPlan, line: str, rows: BinaryIO, watch: Watch) -> Pieces:
    """Write a query that is sorted, limited or found by an index: its rows come in an order of their own."""
    pieces: Pieces = []
    cursor = connection.execute(plan.text_sql(line), plan.parameters)
    while lines := cursor.fetchmany(_ROWS_AT_ONCE):
        block = "".join(each for (each,) in lines).encode()
        rows.write(block)
        pieces.append((len(lines), len(block)))
        watch.go_on(0.5)  # how many rows there are is not known before the last
    return pieces


def _whole_table(connection: sqlite3.Connection, plan: RowPlan, line: str) -> Part | None:
    """The query as runs of rowids, when SQLite would read the table from its beginning to its end anyway."""
    if plan.limit is not None:
        return None
    steps = connection.execute(f"EXPLAIN QUERY PLAN {plan.text_sql(line)}", plan.parameters).fetchall()
    if steps[0][3] != "SCAN t0" or any("TEMP B-TREE" in step[3] for step in steps):
        return None
    table = plan.from_sql.partition(" LEFT JOIN ")[0]
    first, last = connection.execute(f"SELECT min(t0.rowid), max(t0.rowid) {table}").fetchone()
    sql = f"SELECT {piece_sql(line)} {plan.from_sql} WHERE {plan.where_sql} AND t0.rowid >= ? AND t0.rowid < ?"
    parameters = cast("tuple[str | int | float | None, ...]", plan.parameters)
    return Part(sql, parameters, first or 0, -1 if last is None else last)


def _write_table(
    org: LocalOrg, connection: sqlite3.Connection, part: Part, rows: BinaryIO, folder: Path, watch: Watch
) -> Pieces:
    """Write a whole table, a large one with the help of a second process."""
    count = part.last - part.first + 1
    tell = _teller(watch, part.first, count)
    # Functions of ours are known to connections of this process alone.
    if count < SPLIT_FROM or "sf_" in part.sql or (os.cpu_count() or 1) < 2:
        return write_part(connection, part, rows, tell)
    middle = part.first + count // 2
    try:
        with helping(org.database.path, connection, replace(part, first=middle), folder) as helper:
            if helper is not None:
                pieces = write_part(connection, replace(part, last=middle - 1), rows, tell)
                return pieces + helper.finish(rows)
    except HelperError:
        _log.warning("the process for half of an export has ended; this one writes all of it")
        rows.seek(0)
        rows.truncate()
    return write_part(connection, part, rows, tell)


def _teller(watch: Watch, first: int, count: int) -> Callable[[int], None]:
    return lambda position: watch.go_on((position - first) / count)
