"""What became of rows, kept in the ledger and the mirror together.

A row that the org took is changed in the mirror in the same transaction that marks it as written. So a plan made right
after a write-back is empty, whether or not a pull came between; and the pull that reads our own writes back finds
equal values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from sync import failures
from sync.errors import SyncError
from sync.ledger import PLANNED, UNKNOWN, WRITTEN
from sync.mirror import Mirror
from sync.mirror.sql import quoted, registered, text_literal
from sync.mirror.tables import columns_of
from sync.plan.values import as_mirror_value, as_text, present
from sync.schema import FieldSchema, ObjectSchema

_RESULTS = pa.schema([(name, pa.string()) for name in ("key", "record_id", "outcome", "code", "message")])


@dataclass(frozen=True)
class RowResult:
    """The org's word on one row; `record_id` is None where it gave none."""

    key: str
    record_id: str | None
    outcome: str
    code: str | None = None
    message: str | None = None


def results_table(results: Sequence[RowResult]) -> pa.Table:
    """Rows as a table: key, record_id, outcome, code, message."""
    return pa.Table.from_pylist([vars(result) for result in results], schema=_RESULTS)


def keep_results(
    connection: duckdb.DuckDBPyConnection, run_id: str, schema: ObjectSchema, key_field: str, results: pa.Table
) -> None:
    """Mark the values of these rows, and bring what was written into the mirror (in the caller's transaction)."""
    with registered(connection, row_results=results):
        mark(connection, run_id, schema.name)
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE taken AS SELECT l.key, l.record_id, l.field, l.new_value FROM _sync.ledger l"
            f" JOIN row_results r ON l.key = r.key WHERE l.run_id = ? AND l.object = ? AND r.outcome = '{WRITTEN}'"
            f" AND l.outcome = '{WRITTEN}' AND l.record_id IS NOT NULL",
            [run_id, schema.name],
        )
    _update_mirror(connection, schema, key_field)
    connection.execute("DROP TABLE taken")


def mark(connection: duckdb.DuckDBPyConnection, run_id: str, sobject: str) -> None:
    """Keep the outcomes of the table `row_results` in the ledger, and which records fail since when."""
    failures.note(connection, sobject)
    connection.execute(
        "UPDATE _sync.ledger l SET outcome = r.outcome, code = r.code, message = r.message,"
        " record_id = coalesce(r.record_id, l.record_id) FROM row_results r"
        f" WHERE l.run_id = ? AND l.object = ? AND l.key = r.key AND l.outcome = '{PLANNED}'",
        [run_id, sobject],
    )


def _update_mirror(connection: duckdb.DuckDBPyConnection, schema: ObjectSchema, key_field: str) -> None:
    table = quoted(schema.name)
    if key_field != "Id":
        connection.execute(
            f"INSERT INTO main.{table} (Id, {quoted(key_field)}) SELECT DISTINCT record_id, key FROM taken"
            f" WHERE record_id NOT IN (SELECT Id FROM main.{table})"
        )
    names = _columns(connection, "SELECT DISTINCT field FROM taken ORDER BY field")
    if not names:
        return
    # a row that is taken out and put back is many times faster than an update of each column
    new = ", ".join(_new_value(_known(schema, name), name) for name in names)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE renewed AS SELECT t.* REPLACE ({new}) FROM main.{table} t"
        f" JOIN ({_by_record(names)}) w ON t.Id = w.record_id"
    )
    connection.execute(f"DELETE FROM main.{table} WHERE Id IN (SELECT Id FROM renewed)")
    connection.execute(f"INSERT INTO main.{table} SELECT * FROM renewed")
    connection.execute("DROP TABLE renewed")


def _by_record(names: Sequence[str]) -> str:
    """SQL of one row per record: for each field, whether it was written (w_...) and its text (v_...)."""
    cells = ", ".join(
        f"bool_or(field = {text_literal(name)}) AS {quoted('w_' + name)},"
        f" any_value(new_value) FILTER (field = {text_literal(name)}) AS {quoted('v_' + name)}"
        for name in names
    )
    return f"SELECT record_id, {cells} FROM taken GROUP BY record_id"


def _new_value(field: FieldSchema, name: str) -> str:
    value = as_mirror_value(field, f"w.{quoted('v_' + name)}")
    return f"CASE WHEN w.{quoted('w_' + name)} THEN {value} ELSE t.{quoted(name)} END AS {quoted(name)}"


def settle_planned(mirror: Mirror) -> None:
    """Decide on values of which a killed run left no word, after a pull: written, if the org holds them now."""
    connection = mirror.connection
    for sobject in _columns(connection, f"SELECT DISTINCT object FROM _sync.ledger WHERE outcome = '{PLANNED}'"):
        schema = mirror.schema(sobject)
        columns = columns_of(connection, sobject)
        for key in schema.fields.values() if schema else ():
            if key.external_id and key.name in columns:
                _find_made(connection, sobject, key)
        _confirm_removed(connection, sobject)
        query = "SELECT DISTINCT field FROM _sync.ledger WHERE object = ? AND outcome = ? AND field <> 'Id'"
        for name in _columns(connection, query, [sobject, PLANNED]):
            field = schema.field(name) if schema else None
            if field is not None and name in columns:
                _confirm(connection, sobject, field)
        connection.execute(
            f"UPDATE _sync.ledger SET outcome = '{UNKNOWN}' WHERE object = ? AND outcome = '{PLANNED}'", [sobject]
        )


def _find_made(connection: duckdb.DuckDBPyConnection, sobject: str, key: FieldSchema) -> None:
    """Ids of records that the killed run made: their answer was lost, but their key is in the mirror."""
    connection.execute(
        f"UPDATE _sync.ledger l SET record_id = t.Id FROM main.{quoted(sobject)} t WHERE l.object = ?"
        f" AND l.outcome = '{PLANNED}' AND l.record_id IS NULL AND t.{quoted(key.name)} = l.key",
        [sobject],
    )


def _confirm_removed(connection: duckdb.DuckDBPyConnection, sobject: str) -> None:
    """A record that was to be removed is out of the mirror, so it is out of the org."""
    connection.execute(
        f"UPDATE _sync.ledger SET outcome = '{WRITTEN}' WHERE object = ? AND outcome = '{PLANNED}' AND field = 'Id'"
        f" AND record_id NOT IN (SELECT Id FROM main.{quoted(sobject)})",
        [sobject],
    )


def _confirm(connection: duckdb.DuckDBPyConnection, sobject: str, field: FieldSchema) -> None:
    held = as_text(field, present(field, f"t.{quoted(field.name)}"))
    connection.execute(
        f"UPDATE _sync.ledger l SET outcome = '{WRITTEN}' FROM main.{quoted(sobject)} t WHERE l.object = ?"
        f" AND l.field = ? AND l.outcome = '{PLANNED}' AND t.Id = l.record_id"
        f" AND {held} IS NOT DISTINCT FROM l.new_value",
        [sobject, field.name],
    )


def _columns(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[str] = ()) -> list[str]:
    return [str(value) for (value,) in connection.execute(query, list(parameters)).fetchall()]


def _known(schema: ObjectSchema, name: str) -> FieldSchema:
    field = schema.field(name)
    if field is None:
        raise SyncError(f"the ledger names {schema.name}.{name}, which the schema of the last pull does not know")
    return field
