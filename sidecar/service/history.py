"""What was written, from the ledger: by run and by record. Reads the mirror also while a job of this process writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sidecar.state import State
from sync import Mirror, ledger

MOST = 500
"""Rows of one answer."""

# A refresh that found nothing to write is a run too; with one every few minutes they would hide the others.
_RUNS = """
    SELECT * FROM _sync.runs WHERE rows_planned > 0 OR status <> 'done'
    ORDER BY started_at DESC, run_id DESC LIMIT $most
"""
_OF_RECORD = """
    SELECT l.run_id, r.started_at, l.object, l.field, l.old_value, l.new_value, l.outcome, l.message
    FROM _sync.ledger l JOIN _sync.runs r USING (run_id)
    WHERE l.record_id[:15] = $record OR l.key = $name
    ORDER BY r.started_at DESC, l.run_id DESC, l.field LIMIT $most
"""


def runs(state: State) -> list[dict[str, Any]]:
    """The newest runs that had something to write or did not end well, with the columns of `sync.ledger.runs`."""
    with _mirror(state) as mirror:
        return _rows(mirror, _RUNS, {"most": MOST}) if mirror else []


def run(state: State, run_id: str) -> dict[str, Any] | None:
    """One run, with the columns of `sync.ledger.runs`; None for one that is not there."""
    with _mirror(state) as mirror:
        found = _rows(mirror, "SELECT * FROM _sync.runs WHERE run_id = $name", {"name": run_id}) if mirror else []
    return found[0] if found else None


def values(state: State, run_id: str) -> list[dict[str, Any]] | None:
    """Values of one run, as of `sync.ledger.values`; None for a run that is not there."""
    with _mirror(state) as mirror:
        if mirror is None or not _rows(mirror, "SELECT 1 FROM _sync.runs WHERE run_id = $name", {"name": run_id}):
            return None
        return ledger.values(mirror, run_id).slice(0, MOST).to_pylist()


def of_record(state: State, name: str) -> list[dict[str, Any]]:
    """Every value that was written on a record, the newest first: run_id, started_at, object, field, old_value,
    new_value, outcome, message.

    Args:
        name: its Id (15 or 18 characters), or the key of a record of ours.
    """
    with _mirror(state) as mirror:
        return _rows(mirror, _OF_RECORD, {"record": name[:15], "name": name, "most": MOST}) if mirror else []


@contextmanager
def _mirror(state: State) -> Iterator[Mirror | None]:
    if not state.mirror_file.exists():
        yield None
        return
    with Mirror.open(state.mirror_file) as mirror:
        yield mirror


def _rows(mirror: Mirror, query: str, values: dict[str, object]) -> list[dict[str, Any]]:
    """Rows with moments as ISO 8601 in UTC, for pages and machines alike."""
    found = mirror.connection.execute(query, values)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, map(_told, row), strict=True)) for row in found.fetchall()]


def _told(value: Any) -> Any:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
