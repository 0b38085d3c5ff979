"""Records that the org would not take: since when, how often, why; and which of them are set aside.

A record is remembered from its first refusal until it is written. What was refused in three runs one after the other is
not tried again at once: a person has to mend something first. It is tried again when somebody has changed the record,
after a week, or on demand.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from sync.ledger import DEFERRED, REFUSED, UNKNOWN, WRITTEN
from sync.mirror import Mirror
from sync.mirror.sql import as_arrow, quoted
from sync.schema import ObjectSchema

ENOUGH_REFUSALS = 3
PATIENCE = timedelta(days=7)

_COLUMNS: dict[str, pa.DataType] = {
    **dict.fromkeys(("object", "key"), pa.string()),
    **dict.fromkeys(("since", "last_at"), pa.timestamp("us")),
    "refusals": pa.int32(),
    **dict.fromkeys(("code", "message"), pa.string()),
}
FAILURES = pa.schema(_COLUMNS)


def note(connection: duckdb.DuckDBPyConnection, sobject: str) -> None:
    """Remember what failed and forget what was written, by the table `row_results` (in the caller's transaction)."""
    connection.execute(
        "DELETE FROM _sync.failures WHERE object = ?"
        f" AND key IN (SELECT key FROM row_results WHERE outcome = '{WRITTEN}')",
        [sobject],
    )
    connection.execute(
        "INSERT INTO _sync.failures SELECT ?, key, ?, ?, CAST(outcome = ? AS INTEGER), code, message FROM row_results"
        f" WHERE outcome IN ('{REFUSED}', '{DEFERRED}', '{UNKNOWN}') ON CONFLICT (object, key) DO UPDATE SET"
        " last_at = excluded.last_at, refusals = refusals + excluded.refusals, code = excluded.code,"
        " message = excluded.message",
        [sobject, _now(), _now(), REFUSED],
    )


def failures(mirror: Mirror) -> pa.Table:
    """Records that the org has not taken yet, the oldest failure first, with the columns of FAILURES; `since` and
    `last_at` are naive UTC."""
    return as_arrow(mirror.connection, "SELECT * FROM _sync.failures ORDER BY since, object, key").cast(FAILURES)


def set_aside(mirror: Mirror, schema: ObjectSchema, key_field: str, now: datetime | None = None) -> pa.Table:
    """Records of one object that are not to be tried now; columns as in FAILURES.

    Parameters
    ----------
    now : naive UTC; default this moment.
    """
    stamp = schema.stamp()
    changed = f"t.{quoted(stamp)} > f.last_at" if stamp and stamp in mirror.columns(schema.name) else "false"
    return as_arrow(
        mirror.connection,
        f"SELECT f.* FROM _sync.failures f LEFT JOIN main.{quoted(schema.name)} t ON t.{quoted(key_field)} = f.key"
        f" WHERE f.object = ? AND f.refusals >= {ENOUGH_REFUSALS} AND f.last_at > ? AND NOT coalesce({changed}, false)"
        " ORDER BY f.since, f.key",
        [schema.name, (now or _now()) - PATIENCE],
    ).cast(FAILURES)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
