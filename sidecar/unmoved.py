"""Records that need no plan: their scores and what they hold are those of a run that found nothing to write for them.

What an account or a deal should hold is a function of its rows in the score tables, and its plan one of that and of
what it holds. Both are hashed for each record (64 bits). A record with the hash that it had when its plan was empty is
passed over: nothing is put together for it, nothing compared. So a refresh costs most where something has moved, and
ends as one that compares every record.
"""

import hashlib
import re
from collections.abc import Sequence
from importlib.metadata import version

import duckdb
import pyarrow as pa
import pyarrow.feather as feather

from sidecar.configuration import Configuration
from sidecar.targets import ACCOUNT, OPPORTUNITY, OwnFields
from sync import Mirror, Plan

_STATE = b"state"
_READ = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")
_COLUMNS: dict[str, pa.DataType] = {"object": pa.string(), "id": pa.string(), "hash": pa.uint64()}
_HASHES = pa.schema(_COLUMNS)
# Column that tells to which record a row belongs, and which rows are about records of the object; the first that a
# table has. A table without any is about all records.
_RECORD_OF = {
    OPPORTUNITY.object: {"opportunity_id": "TRUE", "record_id": "TRUE"},
    ACCOUNT.object: {"account_id": "TRUE", "record_id": "TRUE", "scope_id": "scope = 'Account'"},
}


class Unmoved:
    """What is kept of the run before, in a file beside the mirror's, and what this run finds."""

    def __init__(self, mirror: Mirror, configuration: Configuration) -> None:
        self._mirror = mirror
        self._file = mirror.path.with_name("unmoved.arrow")
        schemas = [mirror.schema(own.object) for own in (ACCOUNT, OPPORTUNITY)]
        described = [schema.to_json() if schema else "" for schema in schemas]
        parts = (version("salesforce-sidecar"), configuration.write.model_dump_json(), *described)
        self._state = hashlib.sha256("\n".join(parts).encode()).hexdigest().encode()
        self._before = self._read()
        self._found = _HASHES.empty_table()

    def pass_over(
        self,
        connection: duckdb.DuckDBPyConnection,
        own: OwnFields,
        query: str,
        records: str,
        inputs: Sequence[str] = (),
    ) -> int:
        """Take the records that have not moved out of the tables that a query reads; returns how many there were.

        Args:
            connection: with the score tables, registered.
            own: the object that the query is about, Account or Opportunity.
            query: SQL of what its records should hold.
            records: the table of which each row makes a record.
            inputs: tables in place of those that the query reads and that are not there yet.
        """
        columns = ", ".join(f'"{name}"' for name in own.columns)
        held = f'SELECT "Id" AS id, hash({columns}) AS hash FROM main."{own.object}"'
        connection.register("held", self._mirror.connection.sql(held).to_arrow_table())
        connection.register("before", self._before)
        of_record = {name: _record_of(connection, own, name) for name in (*tables_read(connection, query), *inputs)}
        connection.execute(f"CREATE OR REPLACE TEMP TABLE hashes AS {_hashes(of_record, query, records)}")
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE passed_over AS"
            f" SELECT id FROM hashes SEMI JOIN before ON before.object = '{own.object}' AND before.id = hashes.id"
            " AND before.hash = hashes.hash"
        )
        found = connection.sql(f"SELECT '{own.object}' AS object, id, hash FROM hashes").to_arrow_table()
        self._found = pa.concat_tables([self._found, found.cast(_HASHES)])
        for name, (record, _) in of_record.items():
            if record in ("opportunity_id", "account_id") and name not in inputs:
                moved = f"SELECT * FROM {name} ANTI JOIN passed_over ON id = {record}"
                rows = connection.sql(moved).to_arrow_table()
                connection.unregister(name)
                connection.register(name, rows)
        [(passed_over,)] = connection.execute("SELECT count(*) FROM passed_over").fetchall()
        return int(passed_over)

    def keep(self, plan: Plan) -> None:
        """Keep the hashes of the records for which nothing was planned."""
        parts = (plan.changes, plan.refused, plan.set_aside)
        planned = pa.concat_tables([part.select(["object", "key"]) for part in parts])
        still = self._found.join(planned, ["object", "id"], ["object", "key"], join_type="left anti")
        part = self._file.with_suffix(".part")
        feather.write_feather(still.cast(_HASHES.with_metadata({_STATE: self._state})), part)
        part.replace(self._file)

    def _read(self) -> pa.Table:
        """What the run before has kept; no rows where the product, its settings or the org's schema were others."""
        try:
            kept = feather.read_table(self._file)
        except (OSError, pa.ArrowInvalid):
            return _HASHES.empty_table()
        fits = (kept.schema.metadata or {}).get(_STATE) == self._state and kept.schema.equals(_HASHES)
        return kept if fits else _HASHES.empty_table()


def tables_read(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    """Names of the connection's tables and registered frames that a query reads."""
    names = "SELECT view_name FROM duckdb_views() WHERE NOT internal UNION ALL SELECT table_name FROM duckdb_tables()"
    known = {str(name) for (name,) in connection.execute(names).fetchall()}
    return sorted(known & set(_READ.findall(query)))


def _record_of(connection: duckdb.DuckDBPyConnection, own: OwnFields, table: str) -> tuple[str, str]:
    """The column with a row's record and the rows that count; two empty texts for a table about all records."""
    columns = connection.sql(f"SELECT * FROM {table} LIMIT 0").columns
    return next(((name, rows) for name, rows in _RECORD_OF[own.object].items() if name in columns), ("", ""))


def _hashes(of_record: dict[str, tuple[str, str]], query: str, records: str) -> str:
    """SQL of id and hash of each record. Sums of hashes do not depend on the rows' order, nor lose a row that is there
    twice."""
    parts, shared = [], ["hash($$" + query + "$$)"]
    for name, (record, rows) in sorted(of_record.items()):
        rows_hash = f"hash('{name}', count(*), sum(CAST(hash(t) AS HUGEINT)))"
        if record:
            parts.append(f"SELECT {record} AS id, {rows_hash} AS hash FROM {name} t WHERE {rows} GROUP BY {record}")
        else:
            shared.append(f"(SELECT {rows_hash} FROM {name} t)")
    return (
        f"SELECT id, hash({', '.join(shared)}, sum(CAST(p.hash AS HUGEINT)), any_value(held.hash)) AS hash"
        f" FROM ({' UNION ALL '.join(parts)}) p JOIN held USING (id)"
        f" SEMI JOIN {records} ON {records}.{of_record[records][0]} = id GROUP BY id"
    )
