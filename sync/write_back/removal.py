"""Removing records of our own objects: sObject collections, into the recycle bin.

Each removal is a line of the ledger: the field `Id`, from the record's id to null.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from sync.client.org import Org
from sync.errors import ConfigurationError, UnexpectedAnswer
from sync.ledger import PLANNED, WRITTEN
from sync.mirror import Mirror
from sync.mirror.sql import quoted, registered
from sync.plan.estimate import COLLECTION_ROWS
from sync.plan.targets import is_ours
from sync.progress import Progress
from sync.write_back.outcomes import RowResult, mark, results_table
from sync.write_back.refusal import refused_row

_GONE = "ENTITY_IS_DELETED"
"""What was to be removed is not there: that is what was wanted."""


def record_removals(connection: duckdb.DuckDBPyConnection, run_id: str, removals: pa.Table) -> None:
    """Note what is to be removed. Raises ConfigurationError for an object that is not the package's."""
    foreign = sorted({name for name in _names(removals) if not is_ours(name)})
    if foreign:
        raise ConfigurationError(f"records of {', '.join(foreign)} are not ours: only those of the package are removed")
    with registered(connection, planned_removals=removals):
        connection.execute(
            "INSERT INTO _sync.ledger SELECT ?, object, record_id, record_id, 'Id', record_id, NULL, NULL, ?, NULL,"
            " NULL FROM planned_removals",
            [run_id, PLANNED],
        )


def _names(removals: pa.Table) -> list[str]:
    return [str(name) for name in removals.column("object").unique().to_pylist()]


def remove_records(org: Org, mirror: Mirror, run_id: str, removals: pa.Table, progress: Progress) -> None:
    """Remove the records; every outcome is in the ledger afterwards, and what went is out of the mirror."""
    for name in _names(removals):
        ids = [row["record_id"] for row in removals.to_pylist() if row["object"] == name]
        progress.stage(f"remove {name}", len(ids))
        for start in range(0, len(ids), COLLECTION_ROWS):
            results = _send(org, ids[start : start + COLLECTION_ROWS])
            with mirror.transaction(f"removals of {name}") as connection:
                _keep(connection, run_id, name, results)
            progress.advance(len(results))


def _send(org: Org, ids: Sequence[str]) -> list[RowResult]:
    params = {"ids": ",".join(ids), "allOrNone": "false"}
    answer = org.json("DELETE", "/composite/sobjects", params=params)
    if not isinstance(answer, list) or len(answer) != len(ids):
        raise UnexpectedAnswer(
            f"DELETE /composite/sobjects of {len(ids)} records was not answered with as many results"
        )
    return [_result(record_id, entry) for record_id, entry in zip(ids, answer, strict=True)]


def _result(record_id: str, entry: dict[str, object]) -> RowResult:
    if entry.get("success"):
        return RowResult(record_id, record_id, WRITTEN)
    errors = entry.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    code = str(first.get("statusCode") or first.get("errorCode") or "UNKNOWN_EXCEPTION")
    if code == _GONE:
        return RowResult(record_id, record_id, WRITTEN)
    return refused_row(record_id, record_id, code, str(first.get("message")))


def _keep(connection: duckdb.DuckDBPyConnection, run_id: str, name: str, results: Sequence[RowResult]) -> None:
    with registered(connection, row_results=results_table(results)):
        mark(connection, run_id, name)
        connection.execute(
            f"DELETE FROM main.{quoted(name)} WHERE Id IN"
            f" (SELECT record_id FROM row_results WHERE outcome = '{WRITTEN}')"
        )
