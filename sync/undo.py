"""Undo: from the ledger of a run to the plan that puts back what it changed.

What a run wrote is put back only where the org holds it still. A value that differs now was changed by somebody, or by
a later run; it is kept and listed. A record of which a later run has written a value again stays as it is as a whole:
its values were computed together, and a mixture of two runs would be neither's. A record that the run made is removed,
if nothing of what was written is different.
The plan is applied like any other, so an undo is in the ledger too, survives a crash, and can itself be undone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from sync.errors import SyncError
from sync.ledger import UNKNOWN, WRITTEN
from sync.mirror import Mirror
from sync.mirror.sql import as_arrow, quoted, text_literal
from sync.plan import Plan, Target, TargetField
from sync.plan.difference import CHANGES, REFUSED, REMOVALS
from sync.plan.targets import CheckedTarget, check, check_removable, may_hold_ours
from sync.plan.values import as_text, present
from sync.schema import FieldSchema

KEPT = pa.schema(
    [(name, pa.string()) for name in ("object", "key", "record_id", "field", "before", "written", "now", "reason")]
)
RECORD_GONE = "the record is gone"
FIELD_GONE = "the field is not there any more, or may not be written"
WRITTEN_AGAIN = "written again by run"
CHANGED_IN_ORG = "changed in the org since"
MADE_AND_CHANGED = "the run made this record; values of it were changed since, so it stays as it is"
REMOVED = "the run removed this record; the next refresh makes it again if it is needed"

PART_BYTES = 250_000_000
"""Of the texts that a run wrote: of so many the present values are looked up at once."""

# How a written value stands now, in the order in which the reasons are asked for.
_RESTORE, _ALREADY, _KEEP = "restore", "already", "keep"


@dataclass(frozen=True)
class Undo:
    """What an undo would do.

    Parameters
    ----------
    run_id : the run to be undone.
    plan : the values to be put back and the records to be removed.
    kept : values that stay as they are, all text: object, key, record_id, field, before, written, now, reason.
    already : values that the org holds as they were before the run.
    """

    run_id: str
    plan: Plan
    kept: pa.Table
    already: int


def plan_undo(mirror: Mirror, run_id: str, *, parents: Mapping[str, str]) -> Undo:
    """Find out what of a run can be put back, as the mirror stands: pull before.

    Parameters
    ----------
    run_id : as the ledger has it; see `ledger.find_run`.
    parents : object -> field of the mirror by which rows are sorted, so that those of one parent are written together.

    Raises SyncError when an object that the run wrote is not in the mirror; ConfigurationError when this user may not
    write its records, or not delete those that would have to go.
    """
    connection = mirror.connection
    targets: list[CheckedTarget] = []
    connection.execute(f"CREATE OR REPLACE TEMP TABLE standing AS {_EMPTY}")
    for name in _objects(connection, run_id):
        target = _target(mirror, run_id, name)
        parent = parents.get(name)
        _judge(connection, run_id, target, parent if parent in mirror.columns(name) else None)
        targets.append(target)
    _keep_whole(connection)
    _judge_records(connection, run_id)
    changes = as_arrow(connection, _CHANGES).cast(CHANGES)
    removals = as_arrow(connection, _REMOVALS).cast(REMOVALS)
    kept = as_arrow(connection, _KEPT).cast(KEPT)
    for target in targets:
        if target.schema.name in removals.column("object").to_pylist():
            check_removable(target.schema)
    already = connection.execute(f"SELECT count(*) FROM standing WHERE verdict = '{_ALREADY}'").fetchall()[0][0]
    connection.execute("DROP TABLE standing")
    return Undo(run_id, Plan(changes, REFUSED.empty_table(), tuple(targets), removals), kept, int(already))


_EMPTY = (
    "SELECT NULL::VARCHAR AS object, NULL::VARCHAR AS key, NULL::VARCHAR AS record_id, NULL::VARCHAR AS parent,"
    " NULL::VARCHAR AS field, NULL::VARCHAR AS before, NULL::VARCHAR AS written, NULL::VARCHAR AS now,"
    " NULL::VARCHAR AS verdict, NULL::VARCHAR AS reason WHERE false"
)
_CHANGES = (
    "SELECT object, record_id AS key, record_id, parent, field, now AS old, before AS new FROM standing"
    f" WHERE verdict = '{_RESTORE}' AND field <> 'Id' ORDER BY object, parent, key, field"
)
_REMOVALS = f"SELECT object, record_id FROM standing WHERE verdict = '{_RESTORE}' AND field = 'Id' ORDER BY ALL"
_KEPT = (
    "SELECT object, key, record_id, field, before, written, now, reason FROM standing"
    f" WHERE verdict = '{_KEEP}' ORDER BY object, key, field"
)


def _objects(connection: duckdb.DuckDBPyConnection, run_id: str) -> list[str]:
    rows = connection.execute(
        "SELECT DISTINCT object FROM _sync.ledger WHERE run_id = ? AND outcome IN (?, ?) ORDER BY object",
        [run_id, WRITTEN, UNKNOWN],
    ).fetchall()
    return [str(name) for (name,) in rows]


def _target(mirror: Mirror, run_id: str, name: str) -> CheckedTarget:
    """The object with those of the run's fields that can be written today."""
    schema = mirror.schema(name)
    if schema is None:
        raise SyncError(f"run {run_id} wrote {name}, which is not in the mirror: pull it again before undoing the run")
    pulled = {column.lower() for column in mirror.columns(name)}
    rows = mirror.connection.execute(
        "SELECT DISTINCT field FROM _sync.ledger WHERE run_id = ? AND object = ? AND field <> 'Id' ORDER BY field",
        [run_id, name],
    ).fetchall()
    found = [schema.field(str(field)) for (field,) in rows]
    usable = [field.name for field in found if field and field.updateable and field.name.lower() in pulled]
    fields = tuple(TargetField(field) for field in usable if may_hold_ours(name, field))
    return check(mirror, Target(name, "Id", fields), ["Id", *usable])


def _judge(connection: duckdb.DuckDBPyConnection, run_id: str, target: CheckedTarget, parent: str | None) -> None:
    """Put the run's values of one object into `standing`, each with its present value and a verdict.

    A part of the records at a time, so that the present values of a large run fit into memory.
    """
    name = target.schema.name
    shown = (
        f"CAST(t.{quoted(parent)} AS VARCHAR)" if parent and target.schema.field(parent) else "CAST(NULL AS VARCHAR)"
    )
    now = " ".join(f"WHEN {text_literal(field.name)} THEN {_held(field)}" for _, field in target.fields)
    known = ", ".join(text_literal(field.name) for _, field in target.fields) or "NULL"
    judged = f"""
INSERT INTO standing
SELECT object, key, record_id, parent, field, before, written, now,
       CASE WHEN reason IS NOT NULL THEN '{_KEEP}'
            WHEN now IS NOT DISTINCT FROM before THEN '{_ALREADY}'
            WHEN now IS NOT DISTINCT FROM written THEN '{_RESTORE}'
            ELSE '{_KEEP}' END AS verdict,
       coalesce(reason, {_whose()}) AS reason
FROM (SELECT l.object, l.key, l.record_id, {shown} AS parent, l.field, l.old_value AS before, l.new_value AS written,
             {f"CASE l.field {now} END" if now else "CAST(NULL AS VARCHAR)"} AS now,
             CASE WHEN l.field = 'Id' THEN '{REMOVED}'
                  WHEN t.Id IS NULL THEN '{RECORD_GONE}'
                  WHEN l.field NOT IN ({known}) THEN '{FIELD_GONE}' END AS reason,
             r.started_at
      FROM _sync.ledger l JOIN _sync.runs r ON r.run_id = l.run_id
      LEFT JOIN main.{quoted(name)} t ON t.Id = l.record_id
      WHERE l.run_id = ? AND l.object = ? AND l.outcome IN ('{WRITTEN}', '{UNKNOWN}')
            AND l.record_id IS NOT NULL AND hash(l.record_id) % ? = ?) v
"""
    parts = _parts(connection, run_id, name)
    for part in range(parts):
        connection.execute(judged, [run_id, name, parts, part])


def _parts(connection: duckdb.DuckDBPyConnection, run_id: str, name: str) -> int:
    """How many parts a run's records are judged in."""
    query = "SELECT sum(strlen(new_value)) FROM _sync.ledger WHERE run_id = ? AND object = ?"
    [(size,)] = connection.execute(query, [run_id, name]).fetchall()
    return math.ceil((size or 0) / PART_BYTES) or 1


def _held(field: FieldSchema) -> str:
    return as_text(field, present(field, f"t.{quoted(field.name)}"))


def _whose() -> str:
    """SQL of the reason why a value differs: the newest later run that wrote what is there now, else the org's people.

    (A value is written by few runs, so the look-up is small.)
    """
    return f"""(SELECT '{WRITTEN_AGAIN} ' || arg_max(l2.run_id, r2.started_at)
        FROM _sync.ledger l2 JOIN _sync.runs r2 ON r2.run_id = l2.run_id
        WHERE l2.object = v.object AND l2.record_id = v.record_id AND l2.field = v.field
              AND l2.outcome = '{WRITTEN}' AND r2.started_at > v.started_at
              AND l2.new_value IS NOT DISTINCT FROM v.now
        HAVING count(*) > 0), '{CHANGED_IN_ORG}'"""


def _keep_whole(connection: duckdb.DuckDBPyConnection) -> None:
    """What a later run has written again stays as a whole record."""
    connection.execute(
        f"UPDATE standing s SET verdict = '{_KEEP}', reason = w.reason FROM (SELECT object, record_id,"
        f" max(reason) AS reason FROM standing WHERE verdict = '{_KEEP}' AND starts_with(reason, '{WRITTEN_AGAIN}')"
        f" GROUP BY object, record_id) w WHERE s.object = w.object AND s.record_id = w.record_id"
        f" AND s.verdict = '{_RESTORE}'"
    )


def _judge_records(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Records that the run made go as a whole, or stay as a whole.

    One whose values are all as the run wrote them is removed, so nothing of it is put back before.
    """
    made = (
        "(s.object, s.key) IN (SELECT m.object, m.key FROM _sync.made_records m"
        f" WHERE m.run_id = {text_literal(run_id)})"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE made AS SELECT s.object, s.key, any_value(s.record_id) AS record_id,"
        f" bool_and(s.now IS NOT DISTINCT FROM s.written) AS untouched, bool_or(s.reason = '{RECORD_GONE}') AS gone"
        f" FROM standing s WHERE {made} GROUP BY s.object, s.key"
    )
    connection.execute(
        f"UPDATE standing s SET verdict = '{_KEEP}', reason = '{MADE_AND_CHANGED}' FROM made m"
        " WHERE s.object = m.object AND s.key = m.key AND NOT m.gone AND NOT m.untouched"
        f" AND s.verdict <> '{_KEEP}'"
    )
    connection.execute(
        "DELETE FROM standing s USING made m WHERE s.object = m.object AND s.key = m.key AND m.untouched AND NOT m.gone"
    )
    connection.execute(
        "INSERT INTO standing SELECT object, key, record_id, NULL, 'Id', NULL, record_id, record_id,"
        f" '{_RESTORE}', NULL FROM made WHERE untouched AND NOT gone"
    )
    connection.execute("DROP TABLE made")
