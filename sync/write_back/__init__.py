"""From the plan into the org."""

from __future__ import annotations

import duckdb

from sync import ledger
from sync.client.org import Org
from sync.ledger import DEFERRED, PLANNED, REFUSED, WRITTEN, RunCounts
from sync.mirror import Mirror
from sync.mirror.bookkeeping import claim
from sync.mirror.sql import first_row, registered
from sync.plan import Plan
from sync.progress import SILENT, Progress
from sync.write_back.removal import record_removals, remove_records
from sync.write_back.report import NOT_STORABLE, RefusedRow, WriteReport
from sync.write_back.resume import resume
from sync.write_back.writer import Writer

__all__ = ["NOT_STORABLE", "RefusedRow", "WriteReport", "resume", "write_back"]


def write_back(
    org: Org,
    mirror: Mirror,
    plan: Plan,
    *,
    run_id: str,
    progress: Progress = SILENT,
    bulk_threshold: int = 2000,
    message: str = "",
) -> WriteReport:
    """Apply a plan.

    The plan is in the ledger before the first byte is sent; each outcome is kept together with the mirror's new value,
    so that a plan made afterwards is empty. Up to `bulk_threshold` records of an object go by collections of 200, more
    by Bulk API 2.0 jobs, sorted by parent. Refused rows do not stop the others; locked rows are tried again, then left
    for the next run; an object whose requests the org refuses as a whole is left for the next run with the remedy, and
    the others go on. After a crash at any point, `pull`, `make_plan` and `write_back` lead to the same end.

    Parameters
    ----------
    run_id : new for every run.
    message : what the run is about, for the history of runs.

    Raises RetryLater and its children (what was written until then is in the ledger), RequestRefused when the org does
    not tell what became of a job, ConfigurationError when the mirror belongs to another org, ValueError for a used
    run_id.
    """
    claim(mirror.connection, org.org_id)
    calls = org.calls
    resume(org, mirror)
    with mirror.transaction("plan in the ledger") as connection:
        ledger.begin(mirror, run_id, rows_planned=plan.rows)
        _record(connection, run_id, plan)
    try:
        writer = Writer(org, mirror, run_id, bulk_threshold, progress)
        for target in plan.targets:
            changes = plan.of(target.schema.name)
            if changes.num_rows:
                writer.write(target, changes)
        remove_records(org, mirror, run_id, plan.removals, progress)
    except Exception as error:
        counts = _counts(mirror.connection, run_id, org.calls - calls)
        ledger.end(mirror, run_id, ledger.FAILED, counts, f"{type(error).__name__}: {error}")
        raise
    counts = _counts(mirror.connection, run_id, org.calls - calls)
    ledger.end(mirror, run_id, ledger.IN_PART if counts.rows_refused else ledger.DONE, counts, message)
    progress.end()
    return WriteReport(counts.rows_written, counts.rows_refused, counts.calls, _refused(mirror.connection, run_id))


def _record(connection: duckdb.DuckDBPyConnection, run_id: str, plan: Plan) -> None:
    with registered(connection, planned_changes=plan.details, planned_refusals=plan.refused):
        connection.execute(
            "INSERT INTO _sync.ledger SELECT ?, object, key, record_id, field, old, new, NULL, ?, NULL, NULL"
            " FROM planned_changes",
            [run_id, PLANNED],
        )
        connection.execute(
            "INSERT INTO _sync.made_records SELECT DISTINCT ?, object, key FROM planned_changes"
            " WHERE record_id IS NULL",
            [run_id],
        )
        connection.execute(
            "INSERT INTO _sync.ledger SELECT ?, object, key, record_id, field, NULL, NULL, NULL, ?, ?, reason"
            " FROM planned_refusals",
            [run_id, REFUSED, NOT_STORABLE],
        )
    record_removals(connection, run_id, plan.removals)


def _counts(connection: duckdb.DuckDBPyConnection, run_id: str, calls: int) -> RunCounts:
    row = first_row(
        connection,
        f"SELECT count(DISTINCT object || chr(9) || key) FILTER (outcome = '{WRITTEN}'),"
        f" count(DISTINCT object || chr(9) || key) FILTER (outcome NOT IN ('{WRITTEN}', '{PLANNED}'))"
        " FROM _sync.ledger WHERE run_id = ?",
        [run_id],
    )
    written, refused = row or (0, 0)
    return RunCounts(written, refused, calls)


def _refused(connection: duckdb.DuckDBPyConnection, run_id: str) -> tuple[RefusedRow, ...]:
    rows = connection.execute(
        "SELECT DISTINCT l.object, l.key, l.record_id, CASE WHEN l.code = ? THEN l.field ELSE '' END AS refused_field,"
        " coalesce(l.code, ''), coalesce(l.message, ''), l.outcome = ?, CASE WHEN l.code <> ? THEN f.since END"
        " FROM _sync.ledger l LEFT JOIN _sync.failures f ON f.object = l.object AND f.key = l.key"
        f" WHERE l.run_id = ? AND l.outcome NOT IN ('{WRITTEN}', '{PLANNED}') ORDER BY l.object, l.key, refused_field",
        [NOT_STORABLE, DEFERRED, NOT_STORABLE, run_id],
    ).fetchall()
    return tuple(RefusedRow(*row) for row in rows)
