"""Why one record gets its values: what it holds, what is desired, and what the plan makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from sync.failures import set_aside
from sync.mirror import Mirror
from sync.mirror.sql import quoted, registered
from sync.plan.difference import compared, naive, written
from sync.plan.targets import CheckedTarget, Target, TargetField, check
from sync.plan.values import as_text, differs
from sync.schema import FieldSchema

_ID_LENGTH = 15


@dataclass(frozen=True)
class ExplainedValue:
    """One field of a record: the values as text (None: empty), whether it is written, and why or why not."""

    field: str
    now: str | None
    desired: str | None
    written: bool
    why: str


@dataclass(frozen=True)
class ExplainedRecord:
    """One record of the plan; `record_id` is None when it will be made. `values` come in the target's order."""

    object: str
    key: str
    record_id: str | None
    values: tuple[ExplainedValue, ...]


def explain(mirror: Mirror, target: Target, desired: pa.Table, name: str) -> ExplainedRecord | None:
    """Look at one record of a desired table as the plan does.

    Parameters
    ----------
    name : its Id (15 or 18 characters), or its key.

    Returns None when the table has no such record. Raises as `make_plan` does.
    """
    checked = check(mirror, target, desired.column_names)
    key = _key_of(mirror, checked, name)
    row = desired.filter(pc.equal(desired.column(target.key).cast(pa.string()), pa.scalar(key)))
    if row.num_rows == 0:
        return None
    places = list(enumerate([*checked.fields, *_stamp(checked)]))
    columns = ", ".join(_columns(i, wanted, field) for i, (wanted, field) in places)
    with registered(mirror.connection, desired_rows=naive(row)):
        found = mirror.connection.execute(f"SELECT record_id, worth, {columns} FROM ({compared(checked)})").fetchall()
    record_id, worth, *cells = found[0]
    values = [_explained(wanted, field, bool(worth), tuple(cells[4 * i : 4 * i + 4])) for i, (wanted, field) in places]
    aside = _aside(mirror, checked, key)
    if aside:
        values = [replace(value, written=False, why=aside) if value.written else value for value in values]
    return ExplainedRecord(checked.schema.name, key, record_id, tuple(values))


def _aside(mirror: Mirror, checked: CheckedTarget, key: str) -> str:
    """Why nothing of the record is tried for now; empty when it is."""
    rows = set_aside(mirror, checked.schema, checked.key.name).to_pylist()
    found = next((row for row in rows if row["key"] == key), None)
    return f"set aside: refused in {found['refusals']} runs ({found['code']}: {found['message']})" if found else ""


def _key_of(mirror: Mirror, checked: CheckedTarget, name: str) -> str:
    """The key of the record with this Id; the name itself when it is none."""
    rows = mirror.connection.execute(
        f"SELECT {quoted(checked.key.name)} FROM main.{quoted(checked.schema.name)}"
        f" WHERE left(Id, {_ID_LENGTH}) = ? AND length(?) IN ({_ID_LENGTH}, {_ID_LENGTH + 3})",
        [name[:_ID_LENGTH], name],
    ).fetchall()
    return str(rows[0][0]) if rows else name


def _stamp(checked: CheckedTarget) -> list[tuple[TargetField, FieldSchema]]:
    _, field = written(checked)[-1]
    return [(TargetField(field.name, follows=True), field)] if checked.stamp is not None else []


def _columns(i: int, wanted: TargetField, field: FieldSchema) -> str:
    """SQL: present and desired value as text, whether they differ by the step, why the new one cannot be stored."""
    return (
        f"{as_text(field, f'p{i}')}, {as_text(field, f'c{i}')}, {differs(field, wanted.step, f'c{i}', f'p{i}')}, r{i}"
    )


def _explained(
    wanted: TargetField, field: FieldSchema, worth: bool, cells: tuple[str | None, str | None, bool, str | None]
) -> ExplainedValue:
    now, desired, moved, refusal = cells
    if refusal is not None:
        return ExplainedValue(field.name, now, desired, False, f"cannot be stored: {refusal}")
    # ids of 15 and of 18 characters differ as texts, and name the same record
    if now == desired or (field.type == "reference" and not moved):
        return ExplainedValue(field.name, now, desired, False, "the same")
    if not worth:
        why = (
            "goes with the record's other values" if wanted.follows or moved else f"moves by less than {wanted.step:g}"
        )
        return ExplainedValue(field.name, now, desired, False, f"{why}, none of which is worth a write")
    if wanted.follows:
        return ExplainedValue(field.name, now, desired, True, "goes with the record's other values")
    return ExplainedValue(field.name, now, desired, True, "changes" if moved else "goes along, though it moves little")
