"""A plan in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from sync.mirror.database import in_memory
from sync.mirror.sql import first_row, text_literal
from sync.plan.estimate import RECORD_KB, bulk_calls, collection_calls
from sync.plan.parts import job_parts
from sync.plan.targets import CheckedTarget

_BIGGEST = 3
_LISTED = 100


def summarize(changes: pa.Table, refused: pa.Table, targets: Sequence[CheckedTarget], threshold: int) -> dict[str, Any]:
    """See `Plan.summary`: rows, values, objects, biggest_changes, refused, refused_values, estimated_calls,
    storage_kb."""
    connection = in_memory(threads=1)
    try:
        connection.register("changes", changes)
        objects = [_object(connection, item, threshold) for item in targets]
        biggest = [entry for item in targets for entry in _biggest(connection, item)]
    finally:
        connection.close()
    objects = [entry for entry in objects if entry["rows"]]
    return {
        "rows": sum(entry["rows"] for entry in objects),
        "values": changes.num_rows,
        "objects": objects,
        "biggest_changes": biggest,
        "refused": refused.num_rows,
        "refused_values": refused.slice(0, _LISTED).to_pylist(),
        "estimated_calls": sum(entry["estimated_calls"] for entry in objects),
        "storage_kb": RECORD_KB * sum(entry["inserts"] for entry in objects),
    }


def _object(connection: duckdb.DuckDBPyConnection, item: CheckedTarget, threshold: int) -> dict[str, Any]:
    name = item.schema.name
    counts = connection.execute(
        "SELECT field, count(*) FROM changes WHERE object = ? GROUP BY field ORDER BY field", [name]
    ).fetchall()
    row = first_row(
        connection,
        "SELECT count(DISTINCT key), count(DISTINCT key) FILTER (record_id IS NULL) FROM changes WHERE object = ?",
        [name],
    )
    rows, inserts = row or (0, 0)
    return {
        "object": name,
        "rows": rows,
        "inserts": inserts,
        "updates": rows - inserts,
        "fields": {str(field): int(count) for field, count in counts},
        "estimated_calls": _calls(connection, name, rows, inserts, threshold),
    }


def _calls(connection: duckdb.DuckDBPyConnection, name: str, rows: int, inserts: int, threshold: int) -> int:
    if rows <= threshold:
        return collection_calls(rows)
    parts = job_parts(connection, f"(SELECT * FROM changes WHERE object = {text_literal(name)})").column("part")
    return bulk_calls(pc.count_distinct(parts).as_py(), inserts=inserts > 0)


def _biggest(connection: duckdb.DuckDBPyConnection, item: CheckedTarget) -> list[dict[str, Any]]:
    numeric = [field.name for _, field in item.fields if field.type in ("double", "currency", "percent", "int")]
    rows = connection.execute(
        "SELECT object, key, record_id, field, CAST(old AS DOUBLE), CAST(new AS DOUBLE), CAST(new AS DOUBLE) -"
        " CAST(old AS DOUBLE) AS difference FROM changes WHERE object = ?"
        " AND list_contains(CAST(? AS VARCHAR[]), field) AND old IS NOT NULL AND new IS NOT NULL"
        " QUALIFY row_number() OVER (PARTITION BY field ORDER BY abs(difference) DESC, key) <= ?"
        " ORDER BY field, abs(difference) DESC, key",
        [item.schema.name, numeric, _BIGGEST],
    ).fetchall()
    names = ("object", "key", "record_id", "field", "old", "new", "difference")
    return [dict(zip(names, row, strict=True)) for row in rows]
