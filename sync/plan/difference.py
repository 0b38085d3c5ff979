"""Desired values against present ones, one target at a time, in SQL."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from sync.mirror.sql import as_arrow, first_row, quoted, registered, text_literal
from sync.plan.targets import CheckedTarget, TargetField
from sync.plan.values import as_text, cleaned, differs, present, refusal
from sync.schema import FieldSchema

CHANGES = pa.schema([(name, pa.string()) for name in ("object", "key", "record_id", "parent", "field", "old", "new")])
REFUSED = pa.schema([(name, pa.string()) for name in ("object", "key", "record_id", "field", "reason")])
REMOVALS = pa.schema([(name, pa.string()) for name in ("object", "record_id")])

BATCH_BYTES = 64_000_000
"""Of the desired records that are compared at once: what a comparison takes of memory grows with them."""

_NO_RECORD = (
    "no such record in the mirror: it was deleted, this user may not see it, or the id is of another org. Remedy: pull,"
    " and check where the id comes from"
)


@dataclass(frozen=True)
class Difference:
    """Tables with the columns of CHANGES and REFUSED."""

    changes: pa.Table
    refused: pa.Table


def difference(connection: duckdb.DuckDBPyConnection, checked: CheckedTarget, desired: pa.Table) -> Difference:
    """Compare one desired table with the mirror, a batch of records at a time, in the order of parent and key.

    Raises ValueError when its keys are not unique or not all there.
    """
    changes, refused = [CHANGES.empty_table()], [REFUSED.empty_table()]
    with registered(connection, all_desired=naive(desired)):
        _check_keys(connection, checked)
        for _ in _batches(connection, checked, math.ceil(desired.nbytes / BATCH_BYTES)):
            connection.execute(f"CREATE OR REPLACE TEMP TABLE compared AS {compared(checked)}")
            changes.append(as_arrow(connection, _changes(checked)).cast(CHANGES))
            refused.append(as_arrow(connection, _refused(checked)).cast(REFUSED))
            connection.execute("DROP TABLE compared")
    in_order = pa.concat_tables(refused).sort_by([("key", "ascending"), ("field", "ascending")])
    return Difference(pa.concat_tables(changes), in_order)


def _batches(connection: duckdb.DuckDBPyConnection, checked: CheckedTarget, number: int) -> Iterator[int]:
    """Make the table `desired_rows` of each batch in turn, from `all_desired`."""
    if not number:
        return
    key, parent = _key(checked), _parent(checked)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE placed AS SELECT {key} AS place_key,"
        f" ntile({number}) OVER (ORDER BY {parent}, {key}) AS batch FROM all_desired d"
    )
    for batch in range(1, number + 1):
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE desired_rows AS SELECT d.* FROM all_desired d"
            f" SEMI JOIN (SELECT place_key FROM placed WHERE batch = {batch}) ON place_key = {key}"
        )
        yield batch
    connection.execute("DROP TABLE placed")
    connection.execute("DROP TABLE desired_rows")


def naive(table: pa.Table) -> pa.Table:
    """Moments with a zone become naive UTC, as the mirror has them."""
    for index, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz is not None:
            column = table.column(index).cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
            table = table.set_column(index, field.name, column)
    return table


def _check_keys(connection: duckdb.DuckDBPyConnection, checked: CheckedTarget) -> None:
    key = quoted(checked.target.key)
    row = first_row(
        connection, f"SELECT count(*) - count({key}), count({key}) - count(DISTINCT {key}) FROM all_desired"
    )
    empty, doubled = row or (0, 0)
    if empty or doubled:
        raise ValueError(
            f"the desired table of {checked.target.object} has {empty} rows without a {checked.target.key} and"
            f" {doubled} whose {checked.target.key} came before: expected one row for each record"
        )


def written(checked: CheckedTarget) -> list[tuple[str, FieldSchema]]:
    """Column of the desired table and field, the stamp last."""
    fields = [(wanted.name, field) for wanted, field in checked.fields]
    if checked.stamp is not None and checked.target.stamp is not None:
        fields.append((checked.target.stamp, checked.stamp))
    return fields


def compared(checked: CheckedTarget) -> str:
    """SQL over `desired_rows`, one row per record: clean and present value of each field as c0, p0, c1 ..., why a value
    cannot be stored as r0, r1 ..., why the record cannot be written as problem, and whether it is worth a write."""
    places = list(enumerate(written(checked)))
    given = ", ".join(
        f"d.{quoted(column)} AS g{i}, {cleaned(field, f'd.{quoted(column)}')} AS c{i},"
        f" {present(field, f'm.{quoted(field.name)}')} AS p{i}"
        for i, (column, field) in places
    )
    reasons = ", ".join(f"{refusal(field, f'g{i}', f'c{i}')} AS r{i}" for i, (_, field) in places)
    worth = " OR ".join(
        f"(r{i} IS NULL AND {_worth(wanted, field, i)})" for i, (wanted, field) in enumerate(checked.fields)
    )
    raw = ", ".join(f"g{i}" for i, _ in places)
    key, parent = _key(checked), _parent(checked)
    return (
        f"SELECT * EXCLUDE ({raw}), problem IS NULL AND ({worth or 'false'}) AS worth FROM ("
        f"SELECT *, {_problem(checked)} AS problem, {reasons} FROM ("
        f"SELECT {key} AS key, m.Id AS record_id, {parent} AS parent, {given} FROM desired_rows d"
        f" LEFT JOIN main.{quoted(checked.schema.name)} m ON m.{quoted(checked.key.name)} = {key}))"
    )


def _key(checked: CheckedTarget) -> str:
    """SQL of a desired row's key."""
    return f"CAST(d.{quoted(checked.target.key)} AS VARCHAR)"


def _parent(checked: CheckedTarget) -> str:
    """SQL of what desired rows are sorted by, NULL where nothing is said."""
    return f"CAST(d.{quoted(checked.target.parent)} AS VARCHAR)" if checked.target.parent else "CAST(NULL AS VARCHAR)"


def _problem(checked: CheckedTarget) -> str:
    """SQL of the reason why a whole row cannot be written, NULL when it can."""
    if not checked.inserts:
        return f"CASE WHEN record_id IS NULL THEN {text_literal(_NO_RECORD)} END"
    return refusal(checked.key, "key", "key")


def _worth(wanted: TargetField, field: FieldSchema, i: int) -> str:
    """SQL condition: this field alone is reason enough to write its record."""
    if wanted.follows:
        return f"c{i} IS NOT NULL AND p{i} IS NULL"
    return differs(field, wanted.step, f"c{i}", f"p{i}")


def _changes(checked: CheckedTarget) -> str:
    """SQL of the changes: a record worth a write gets every value that differs, so that its values fit each other."""
    parts = [
        f"SELECT {text_literal(checked.schema.name)} AS object, key, record_id, parent,"
        f" {text_literal(field.name)} AS field, {as_text(field, f'p{i}')} AS old, {as_text(field, f'c{i}')} AS new,"
        f" {i} AS place FROM compared WHERE worth AND r{i} IS NULL AND {differs(field, None, f'c{i}', f'p{i}')}"
        for i, (_, field) in enumerate(written(checked))
    ]
    union = " UNION ALL ".join(parts)
    return f"SELECT object, key, record_id, parent, field, old, new FROM ({union}) ORDER BY parent, key, place"


def _refused(checked: CheckedTarget) -> str:
    """SQL of the reasons: of the whole record, else of each of its values."""
    parts = [(checked.key, "problem", "problem IS NOT NULL")]
    parts += [
        (field, f"r{i}", f"problem IS NULL AND r{i} IS NOT NULL") for i, (_, field) in enumerate(written(checked))
    ]
    union = " UNION ALL ".join(
        f"SELECT {text_literal(checked.schema.name)} AS object, key, record_id, {text_literal(field.name)} AS field,"
        f" {reason} AS reason FROM compared WHERE {condition}"
        for field, reason, condition in parts
    )
    return f"{union} ORDER BY key, field"
