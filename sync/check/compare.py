"""The org's rows of one object against the mirror's, in SQL.

Rows are compared by a hash over their columns; where it differs, column by column. `org_rows` holds the org's rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import duckdb
import pyarrow as pa

from sync.check.report import SHOWN_IDS, ObjectCheck, Rows
from sync.mirror.sql import column_list, first_row, quoted, registered
from sync.mirror.store import is_suspicious
from sync.mirror.tables import count
from sync.schema import FieldSchema

ORG_ROWS = "org_rows"
_DIFFERING, _MISSING_HERE, _MISSING_THERE = "differing_rows", "rows_missing_here", "rows_missing_there"


def compare(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    fields: Sequence[FieldSchema],
    stamp: str | None,
    pulled: datetime | None,
    deleted_since: Sequence[str],
) -> ObjectCheck:
    """Compare, and keep the Ids that differ in temporary tables for `repair`.

    Parameters
    ----------
    stamp, pulled : rows whose stamp in the org is from after `pulled` (naive UTC) changed since the last pull.
    deleted_since : Ids that went to the recycle bin since then.
    """
    target = f"main.{quoted(table)}"
    new = "FALSE"
    if stamp and pulled:
        new = f"coalesce(o.{quoted(stamp)} >= TIMESTAMP '{pulled.isoformat(sep=' ')}', FALSE)"
    row_hash = "hash({})".format(", ".join(f"{{0}}.{quoted(each.name)}" for each in fields))
    pairs = f"{target} t JOIN {ORG_ROWS} o ON t.Id = o.Id WHERE {row_hash.format('t')} <> {row_hash.format('o')}"
    unknown = f"SELECT o.Id FROM {ORG_ROWS} o ANTI JOIN {target} t USING (Id) WHERE"
    with registered(connection, deleted_since=pa.table({"Id": pa.array(deleted_since, pa.string())})):
        _keep(connection, _DIFFERING, f"SELECT t.Id FROM {pairs} AND NOT {new}")
        _keep(connection, _MISSING_HERE, f"{unknown} NOT {new}")
        gone = f"SELECT t.Id FROM {target} t ANTI JOIN {ORG_ROWS} o USING (Id)"
        _keep(connection, _MISSING_THERE, f"{gone} WHERE t.Id NOT IN (SELECT Id FROM deleted_since)")
        late = count(connection, f"SELECT count(*) FROM {pairs} AND {new}")
        late += count(connection, f"SELECT count(*) FROM ({unknown} {new})")
        late += count(connection, f"SELECT count(*) FROM ({gone}) WHERE Id IN (SELECT Id FROM deleted_since)")
    return ObjectCheck(
        table,
        count(connection, f"SELECT count(*) FROM {target}"),
        count(connection, f"SELECT count(*) FROM {ORG_ROWS}"),
        _rows(connection, _MISSING_HERE),
        _rows(connection, _MISSING_THERE),
        _rows(connection, _DIFFERING),
        _fields(connection, target, fields),
        late,
    )


def repair(
    connection: duckdb.DuckDBPyConnection, found: ObjectCheck, fields: Sequence[FieldSchema], *, accept_missing: bool
) -> ObjectCheck:
    """Bring the rows that `compare` found different into the mirror, as the org has them (in the caller's
    transaction)."""
    target, names = f"main.{quoted(found.name)}", column_list(each.name for each in fields)
    kept = found.missing_there.count
    if accept_missing or not is_suspicious(kept, found.rows_here):
        connection.execute(f"DELETE FROM {target} WHERE Id IN (SELECT Id FROM {_MISSING_THERE})")
        kept = 0
    connection.execute(f"DELETE FROM {target} WHERE Id IN (SELECT Id FROM {_DIFFERING})")
    connection.execute(
        f"INSERT INTO {target} ({names}) SELECT {names} FROM {ORG_ROWS} WHERE Id IN"
        f" (SELECT Id FROM {_DIFFERING} UNION ALL SELECT Id FROM {_MISSING_HERE})"
    )
    return replace(found, repaired=found.differences - kept, kept=kept)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables."""
    for name in (ORG_ROWS, _DIFFERING, _MISSING_HERE, _MISSING_THERE):
        connection.execute(f"DROP TABLE IF EXISTS {name}")


def _keep(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> Rows:
    first = connection.execute(f"SELECT Id FROM {name} ORDER BY Id LIMIT {SHOWN_IDS}").fetchall()
    return Rows(count(connection, f"SELECT count(*) FROM {name}"), tuple(str(each) for (each,) in first))


def _fields(connection: duckdb.DuckDBPyConnection, target: str, fields: Sequence[FieldSchema]) -> dict[str, int]:
    """In how many of the differing rows each field differs; fields that never do are left out."""
    differs = ", ".join(f"count_if(t.{quoted(f.name)} IS DISTINCT FROM o.{quoted(f.name)})" for f in fields)
    query = f"SELECT {differs} FROM {_DIFFERING} d JOIN {target} t USING (Id) JOIN {ORG_ROWS} o USING (Id)"
    row = first_row(connection, query) or ()
    return {field.name: int(times) for field, times in zip(fields, row, strict=True) if times}
