"""Writing up to 200 rows with one call: sObject collections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sync.client.org import Org
from sync.errors import UnexpectedAnswer
from sync.ledger import WRITTEN
from sync.plan.targets import CheckedTarget
from sync.schema import FieldSchema
from sync.write_back.outcomes import RowResult
from sync.write_back.refusal import NO_CODE, refused_row

_HEADERS = {"Sforce-Auto-Assign": "FALSE"}


@dataclass(frozen=True)
class Row:
    """One record to be written: its key, its Id if it has one, and the text of each changed field (None: empty)."""

    key: str
    record_id: str | None
    values: dict[str, str | None]


def send(org: Org, target: CheckedTarget, rows: Sequence[Row]) -> list[RowResult]:
    """Write at most 200 rows, each on its own; the result has one entry per row, in their order.

    Updates go by Id, the others are upserts by external id, so the request may be repeated when it was not answered.
    """
    path = "/composite/sobjects" + (f"/{target.schema.name}/{target.key.name}" if target.inserts else "")
    body = {"allOrNone": False, "records": [_record(target, row) for row in rows]}
    answer = org.json("PATCH", path, json=body, headers=_HEADERS)
    if not isinstance(answer, list) or len(answer) != len(rows):
        raise UnexpectedAnswer(f"PATCH {path} with {len(rows)} rows was not answered with as many results")
    return [_result(row, entry) for row, entry in zip(rows, answer, strict=True)]


def _record(target: CheckedTarget, row: Row) -> dict[str, Any]:
    record: dict[str, Any] = {"attributes": {"type": target.schema.name}}
    record[target.key.name] = row.key
    for name, text in row.values.items():
        field = target.schema.field(name)
        record[name] = text if field is None else _json_value(field, text)
    return record


def _json_value(field: FieldSchema, text: str | None) -> Any:
    if text is None:
        return None
    if field.type in ("double", "currency", "percent"):
        return float(text)
    if field.type in ("int", "long"):
        return int(text)
    return text == "true" if field.type == "boolean" else text


def _result(row: Row, entry: dict[str, Any]) -> RowResult:
    record_id = entry.get("id") or row.record_id
    if entry.get("success"):
        return RowResult(row.key, record_id, WRITTEN)
    first = (entry.get("errors") or [{}])[0]
    code = str(first.get("statusCode") or first.get("errorCode") or NO_CODE)
    return refused_row(row.key, row.record_id, code, str(first.get("message")))
