"""What follows from the loaded rows of several objects together."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import date

from localorg.ids import INSTANCE, IdAllocator
from localorg.schema.model import Field, Schema, SObject
from localorg.store.behaviour import format_number
from localorg.store.periods import ensure_periods
from localorg.store.sql import quoted, select_statement, update_statement

LONGEST_CALENDAR = 60  # years; a close date far beyond is a typing error, not a reason for more periods

_HAS_PRODUCTS = """
UPDATE "Opportunity" SET "HasOpportunityLineItem" = 1 WHERE "HasOpportunityLineItem" = 0
AND "Id" IN (SELECT "OpportunityId" FROM "OpportunityLineItem" WHERE "IsDeleted" = 0)
"""
# The last history row whose stage differs from the row before it.
_LAST_STAGE_CHANGE = """
WITH steps AS (
  SELECT "OpportunityId" AS id, "CreatedDate" AS moment, "StageName" AS stage,
    lag("StageName") OVER (PARTITION BY "OpportunityId" ORDER BY "CreatedDate", "Id") AS before
  FROM "OpportunityHistory"),
changes AS (SELECT id, max(moment) AS moment FROM steps WHERE before IS NOT NULL AND stage IS NOT before GROUP BY id)
UPDATE "Opportunity" AS o SET "LastStageChangeDate" = c.moment FROM changes c
WHERE c.id = o."Id" AND o."LastStageChangeDate" IS NOT c.moment
"""
_ACCOUNT_OF_ACTIVITY = """
UPDATE {table} AS t SET "AccountId" = coalesce(
  CASE WHEN t."WhatId" LIKE '001%' THEN t."WhatId" END,
  (SELECT "AccountId" FROM "Opportunity" WHERE "Id" = t."WhatId"),
  (SELECT "AccountId" FROM "Case" WHERE "Id" = t."WhatId"),
  (SELECT "AccountId" FROM "Asset" WHERE "Id" = t."WhatId"),
  (SELECT "AccountId" FROM "Contact" WHERE "Id" = t."WhoId"))
WHERE t."AccountId" IS NULL AND (t."WhatId" IS NOT NULL OR t."WhoId" IS NOT NULL)
"""


def settle(connection: sqlite3.Connection, loaded: dict[str, Collection[str]], now: str) -> None:
    """Derive what no file told. loaded: object name -> the columns its files had."""
    opportunity = loaded.get("Opportunity")
    if "HasOpportunityLineItem" not in (opportunity or ()) and {"Opportunity", "OpportunityLineItem"} & loaded.keys():
        connection.execute(_HAS_PRODUCTS)
    if "LastStageChangeDate" not in (opportunity or ()) and {"Opportunity", "OpportunityHistory"} & loaded.keys():
        connection.execute(_LAST_STAGE_CHANGE)
    for name in ("Task", "Event"):
        if name in loaded and "AccountId" not in loaded[name]:
            connection.execute(_ACCOUNT_OF_ACTIVITY.format(table=quoted(name)))
    if opportunity is not None and "Period" not in loaded:
        first, last = connection.execute('SELECT min("CloseDate"), max("CloseDate") FROM "Opportunity"').fetchone()
        if first:
            years = range(int(first[:4]), min(int(last[:4]), int(first[:4]) + LONGEST_CALENDAR) + 1)
            ensure_periods(connection, [date(year, month, 1) for year in years for month in (1, 12)], now)


def protect_ids(connection: sqlite3.Connection, sobject: SObject) -> None:
    """Never give out an id again that a loaded row has (an export of a local org may hold ids of our own making)."""
    prefix = sobject.key_prefix + INSTANCE
    after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    (highest,) = connection.execute(
        f'SELECT max("Id") FROM {quoted(sobject.name)} WHERE "Id" >= ? AND "Id" < ?', (prefix, after)
    ).fetchone()
    if highest:
        IdAllocator(connection).skip_beyond(sobject.key_prefix, highest)


def give_numbers(connection: sqlite3.Connection, sobject: SObject) -> None:
    """Number the rows whose auto-number the file did not tell, beyond the highest that it did."""
    for field in sobject.stored_fields:
        if not field.auto_number:
            continue
        allocator = IdAllocator(connection)
        counter = f"{sobject.name}.{field.name}"
        allocator.skip_number(counter, _highest_number(connection, sobject, field))
        rows = connection.execute(select_statement(sobject.name, ("Id",), f"{quoted(field.name)} IS NULL")).fetchall()
        numbers = allocator.take_numbers(counter, len(rows))
        values = [(format_number(field, number), record_id) for number, (record_id,) in zip(numbers, rows, strict=True)]
        connection.executemany(update_statement(sobject.name, (field.name,)), values)


def _highest_number(connection: sqlite3.Connection, sobject: SObject, field: Field) -> int:
    before = (field.display_format or "").partition("{")[0]
    column = quoted(field.name)
    (highest,) = connection.execute(
        f"SELECT max(CAST(substr({column}, ?) AS INTEGER)) FROM {quoted(sobject.name)} "
        f"WHERE substr({column}, 1, ?) = ?",
        (len(before) + 1, len(before), before),
    ).fetchone()
    return int(highest or 0)


def dangling(connection: sqlite3.Connection, schema: Schema, sobject: SObject, field: Field) -> int:
    """How many rows refer by the field to a row that the org does not have."""
    column = f"t.{quoted(field.name)}"
    targets = [name for name in field.reference_to if name in schema.objects]
    known = " OR ".join(f'EXISTS (SELECT 1 FROM {quoted(name)} p WHERE p."Id" = {column})' for name in targets) or "0"
    query = f"SELECT count(*) FROM {quoted(sobject.name)} t WHERE {column} IS NOT NULL AND NOT ({known})"
    return int(connection.execute(query).fetchone()[0])
