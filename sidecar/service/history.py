"""What was written, from the ledger: by run and by record. Reads the mirror also while a job of this process writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sidecar.run_log import LOG
from sidecar.service.names import named
from sidecar.state import State
from sync import Mirror, ledger
from sync.plan.estimate import RECORD_KB

MOST = 500
"""Rows of one answer."""

_RUNS = f"""
    SELECT r.*, (SELECT count(*) FROM _sync.ledger l WHERE l.run_id = r.run_id) AS values_planned,
           {RECORD_KB} * (SELECT count(*) FROM _sync.made_records m WHERE m.run_id = r.run_id) AS storage_kb
    FROM _sync.runs r
"""
# A refresh that found nothing to write is a run too; with one every few minutes they would hide the others. Nor is the
# record about a run, which is written by a run of its own, anything that people look for.
_NEWEST = f"""{_RUNS} WHERE (rows_planned > 0 OR status <> 'done') AND NOT ends_with(run_id, '{LOG}')
    ORDER BY started_at DESC, run_id DESC LIMIT $most"""
_OF_RECORD = """
    SELECT l.run_id, r.started_at, l.object, l.record_id, l.field, l.old_value, l.new_value, l.outcome, l.message
    FROM _sync.ledger l JOIN _sync.runs r USING (run_id)
    WHERE l.record_id[:15] = $record OR l.key = $name
    ORDER BY r.started_at DESC, l.run_id DESC, l.field LIMIT $most
"""


def runs(state: State) -> list[dict[str, Any]]:
    """The newest runs that had something to write or did not end well: the columns of `sync.ledger.runs`,
    values_planned, and storage_kb of the records that the run made."""
    with _mirror(state) as mirror:
        return _rows(mirror, _NEWEST, {"most": MOST}) if mirror else []


def run(state: State, run_id: str) -> dict[str, Any] | None:
    """One run, with the columns of `runs`; None for one that is not there."""
    with _mirror(state) as mirror:
        found = _rows(mirror, f"{_RUNS} WHERE run_id = $name", {"name": run_id}) if mirror else []
    return found[0] if found else None


def values(state: State, run_id: str, most: int = MOST) -> list[dict[str, Any]] | None:
    """Values of one run, as of `sync.ledger.values`, with the record's name; those that the org refused come first.
    None for a run that is not there.

    Args:
        most: how many.
    """
    with _mirror(state) as mirror:
        if mirror is None or not _rows(mirror, "SELECT 1 FROM _sync.runs WHERE run_id = $name", {"name": run_id}):
            return None
        found = ledger.values(mirror, run_id)
        refused = pc.equal(found["outcome"], pa.scalar(ledger.REFUSED))
        first = pa.concat_tables([found.filter(refused), found.filter(pc.invert(refused))])
        return named(mirror, first.slice(0, most)).to_pylist()


def of_record(state: State, name: str) -> list[dict[str, Any]]:
    """Every value that was written on a record, the newest first: run_id, started_at, object, record_id, name, field,
    old_value, new_value, outcome, message.

    Args:
        name: its Id (15 or 18 characters), or the key of a record of ours.
    """
    with _mirror(state) as mirror:
        if mirror is None:
            return []
        rows = _rows(mirror, _OF_RECORD, {"record": name[:15], "name": name, "most": MOST})
        records = pa.table({"record_id": pa.array([row["record_id"] for row in rows], pa.string())})
        names = named(mirror, records)["name"].to_pylist()
        return [{**row, "name": found} for row, found in zip(rows, names, strict=True)]


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
