"""The ledger: every run, and for every value written its old and its new value and what became of it.

Outcomes of a value: `planned` (recorded, its fate not yet known), `written`, `refused` (the org said no, or the value
could not be stored), `deferred` (locked or not processed; the next run writes it), `unknown` (the org was never asked
or no longer knows; the next pull shows what is there, and the next plan goes from that).

A record that a run removed has one line: the field `Id`, whose value was the record's id and is null now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from sync.mirror import Mirror
from sync.mirror.sql import as_arrow, first_row

PLANNED, WRITTEN, REFUSED, DEFERRED, UNKNOWN = "planned", "written", "refused", "deferred", "unknown"
OUTCOMES = (PLANNED, WRITTEN, REFUSED, DEFERRED, UNKNOWN)
RUNNING, DONE, IN_PART, FAILED, KILLED = "running", "done", "done in part", "failed", "killed"


@dataclass(frozen=True)
class RunCounts:
    """Records written and refused (or left for the next run), and API calls, of one run."""

    rows_written: int = 0
    rows_refused: int = 0
    calls: int = 0


def begin(mirror: Mirror, run_id: str, *, rows_planned: int = 0) -> None:
    """Note that a run has begun. Raises ValueError when the ledger has a run of that id.

    Only one process can hold the mirror, so a run that has not ended by now was killed.
    """
    if _run(mirror.connection, run_id):
        raise ValueError(f"run {run_id!r} is in the ledger already: every run needs an id of its own")
    mirror.connection.execute("UPDATE _sync.runs SET status = ? WHERE status = ?", [KILLED, RUNNING])
    mirror.connection.execute(
        "INSERT INTO _sync.runs VALUES (?, ?, NULL, ?, ?, 0, 0, 0, '')", [run_id, _now(), RUNNING, rows_planned]
    )


def end(mirror: Mirror, run_id: str, status: str, counts: RunCounts, message: str = "") -> None:
    """Note how a run ended; `status` is "done", "done in part" or "failed"."""
    mirror.connection.execute(
        "UPDATE _sync.runs SET finished_at = ?, status = ?, rows_written = ?, rows_refused = ?, calls = ?, message = ?"
        " WHERE run_id = ?",
        [_now(), status, counts.rows_written, counts.rows_refused, counts.calls, message, run_id],
    )


def find_run(mirror: Mirror, name: str) -> str | None:
    """The run with this id, or the only one whose id begins so; None when there is none, or several.

    (A run's own record in the org is a run of its own, whose id continues that of the run it tells of.)
    """
    found = runs_named(mirror, name)
    if found and (found[0] == name or all(other.startswith(f"{found[0]}-") for other in found[1:])):
        return found[0]
    return None


def runs_named(mirror: Mirror, beginning: str) -> list[str]:
    """The runs whose id begins so, the shortest id first."""
    rows = mirror.connection.execute(
        "SELECT run_id FROM _sync.runs WHERE starts_with(run_id, ?) ORDER BY len(run_id), run_id", [beginning]
    ).fetchall()
    return [str(run_id) for (run_id,) in rows]


def runs(mirror: Mirror) -> pa.Table:
    """All runs, the newest first: run_id, started_at, finished_at (null: it never ended), status, rows_planned,
    rows_written, rows_refused, calls, message. Moments are naive UTC."""
    query = "SELECT * FROM _sync.runs ORDER BY started_at DESC, run_id DESC"
    return as_arrow(mirror.connection, query)


def values(mirror: Mirror, run_id: str) -> pa.Table:
    """Values of one run: object, key, record_id, field, old_value, new_value, outcome, code, message (all text)."""
    return as_arrow(
        mirror.connection,
        "SELECT object, key, record_id, field, old_value, new_value, outcome, code, message FROM _sync.ledger"
        " WHERE run_id = ? ORDER BY object, key, field",
        [run_id],
    )


def values_before(mirror: Mirror, sobject: str, field: str, since: datetime) -> pa.Table:
    """What a field held at a moment, of the records in which a run has changed it since.

    Of a record that was made since it is what the field was made with.

    Args:
        sobject, field: their API names.
        since: naive UTC.

    Returns:
        key and value (text, null where it was empty).
    """
    return as_arrow(
        mirror.connection,
        """
        SELECT key, arg_min({'held': CASE WHEN made.key IS NULL THEN old_value ELSE new_value END}, started_at).held
                   AS value
        FROM _sync.ledger JOIN _sync.runs USING (run_id)
        LEFT JOIN (SELECT DISTINCT run_id, object, key FROM _sync.made_records) made USING (run_id, object, key)
        WHERE started_at >= ? AND object = ? AND field = ? AND outcome = ? GROUP BY key ORDER BY key
        """,
        [since, sobject, field, WRITTEN],
    )


def _run(connection: duckdb.DuckDBPyConnection, run_id: str) -> bool:
    return first_row(connection, "SELECT 1 FROM _sync.runs WHERE run_id = ?", [run_id]) is not None


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
