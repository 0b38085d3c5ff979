"""Reading what became of the rows of an ingest job."""

from __future__ import annotations

import io
import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sync.client.org import Org
from sync.convert import read_csv
from sync.ledger import DEFERRED, REFUSED, UNKNOWN, WRITTEN
from sync.mirror import Mirror
from sync.mirror.sql import as_arrow, first_row, registered
from sync.schema import FieldSchema
from sync.write_back.bulk import IngestJob
from sync.write_back.outcomes import RowResult, results_table
from sync.write_back.refusal import NO_CODE, ended_job, refused_row

_ERROR = re.compile(r"\A([A-Z_]+):(.*?)(?::[^:]*--)?\s*\Z", re.DOTALL)


def read_results(org: Org, mirror: Mirror, job: IngestJob, state: dict[str, Any]) -> pa.Table:
    """What the org says of each row of a job in a final state: key, record_id, outcome, code, message.

    Only the result files that can hold something are asked for: a job without failures that made no record needs none.
    """
    connection = mirror.connection
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sent AS SELECT key, any_value(record_id) AS record_id FROM _sync.ledger"
        " WHERE run_id = ? AND object = ? AND part = ? GROUP BY key",
        [job.run_id, job.object, job.part],
    )
    complete = state["state"] == "JobComplete"
    failed = int(state.get("numberRecordsFailed") or 0) if complete else 1
    row = first_row(connection, "SELECT count(*), count(*) FILTER (record_id IS NULL) FROM sent")
    sent, new = row or (0, 0)
    all_processed = complete and int(state.get("numberRecordsProcessed") or 0) >= sent
    trusted = all_processed and not new
    refusals = _file(org, job, "failedResults", "sf__Error") if failed else _no_rows()
    successes = _no_rows() if trusted else _file(org, job, "successfulResults", "sf__Id")
    left_over = _no_rows() if all_processed else _file(org, job, "unprocessedrecords", None)
    with registered(connection, refusals=refusals, successes=successes, left_over=left_over):
        merged = as_arrow(connection, _MERGED.format(otherwise=WRITTEN if trusted else UNKNOWN))
    connection.execute("DROP TABLE sent")
    return _with_codes(merged, ended_job(state["state"], "" if complete else str(state.get("errorMessage") or "")))


_MERGED = f"""
SELECT s.key,
       coalesce(nullif(g.detail, ''), s.record_id) AS record_id,
       CASE WHEN f.key IS NOT NULL THEN '{REFUSED}' WHEN g.key IS NOT NULL THEN '{WRITTEN}'
            WHEN u.key IS NOT NULL THEN '{DEFERRED}' ELSE '{{otherwise}}' END AS outcome,
       f.detail AS error
FROM sent s LEFT JOIN refusals f ON f.key = s.key LEFT JOIN successes g ON g.key = s.key
     LEFT JOIN left_over u ON u.key = s.key
"""


def _no_rows() -> pa.Table:
    return pa.table({"key": pa.array([], pa.string()), "detail": pa.array([], pa.string())})


def _file(org: Org, job: IngestJob, name: str, detail: str | None) -> pa.Table:
    """One result file as key and detail."""
    fields = [FieldSchema(job.key_field, job.key_field, "string")]
    fields += [FieldSchema(detail, detail, "string")] if detail else []
    response = org.call("GET", f"/jobs/ingest/{job.job_id}/{name}/", headers={"Accept": "text/csv"})
    if not response.content.partition(b"\n")[2].strip():  # a job that got no rows has not even our columns
        return _no_rows()
    batches = list(read_csv(io.BytesIO(response.content), fields))
    table = pa.Table.from_batches(batches) if batches else _no_rows()
    keys = table.column(0)
    details = table.column(1) if detail and batches else pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
    return pa.Table.from_arrays([keys, details], names=["key", "detail"])


def split_error(text: str) -> tuple[str, str]:
    """Code and message of an `sf__Error`, which looks like `CODE:message:fields--`."""
    match = _ERROR.match(text)
    return (match.group(1), match.group(2)) if match else (NO_CODE, text)


def _with_codes(merged: pa.Table, job_end: tuple[str, str]) -> pa.Table:
    """Split the rows' errors; a row that has none, though it was not written, gets the code and message of the job."""
    is_written = pc.equal(merged.column("outcome"), pa.scalar(WRITTEN))
    written = merged.filter(is_written).select(["key", "record_id", "outcome"])
    for name in ("code", "message"):
        written = written.append_column(name, pa.nulls(written.num_rows, pa.string()))
    others = [_judged(**row, job_end=job_end) for row in merged.filter(pc.invert(is_written)).to_pylist()]
    return pa.concat_tables([written, results_table(others)])


def _judged(key: str, record_id: str | None, outcome: str, error: str | None, job_end: tuple[str, str]) -> RowResult:
    return refused_row(key, record_id, *split_error(error)) if error else RowResult(key, record_id, outcome, *job_end)
