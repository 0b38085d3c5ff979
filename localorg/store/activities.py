"""LastActivityDate of records: the latest due date of their completed tasks and their events."""

from __future__ import annotations

from collections.abc import Iterable

from localorg.store.draft import Work
from localorg.store.sql import Value, quoted, select_by

_COLUMN = "LastActivityDate"
_LATEST = """
SELECT max("ActivityDate") FROM (
  SELECT "ActivityDate" FROM "Task" WHERE {key} = ?1 AND "IsDeleted" = 0 AND "IsClosed" = 1
  UNION ALL SELECT "ActivityDate" FROM "Event" WHERE {key} = ?1 AND "IsDeleted" = 0)
"""


def note_activities(work: Work, related: Iterable[Value]) -> None:
    """Bring LastActivityDate of the related records up to date: it moves SystemModstamp, but is no user's edit."""
    by_prefix: dict[str, list[Value]] = {}
    for related_id in sorted({str(value) for value in related if value}):
        by_prefix.setdefault(related_id[:3], []).append(related_id)
    for prefix, ids in by_prefix.items():
        parent = work.schema.by_prefix(prefix)
        if parent is None or _COLUMN not in parent.fields:
            continue
        key = {"Account": '"AccountId"', "Contact": '"WhoId"'}.get(parent.name, '"WhatId"')
        moved = []
        for record_id, before in select_by(work.connection, parent.name, ("Id", _COLUMN), "Id", ids):
            (latest,) = work.connection.execute(_LATEST.format(key=key), (record_id,)).fetchone()
            if latest != before:
                moved.append((latest, work.now, record_id))
        work.connection.executemany(
            f'UPDATE {quoted(parent.name)} SET "{_COLUMN}" = ?, "SystemModstamp" = ? WHERE "Id" = ?', moved
        )
