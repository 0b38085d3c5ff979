"""Stages that loaded deals have and the org has not: the export tells no stages, or one was removed since."""

from __future__ import annotations

import sqlite3

from localorg.ids import IdAllocator
from localorg.loading.arrow import Column, compute
from localorg.loading.derive import Columns
from localorg.store.directory import admin_id
from localorg.store.sql import Value, insert_rows
from localorg.store.stages import FORECAST_CATEGORY_NAMES, read_stages

OPEN_PROBABILITY = 50.0  # percent, of an open stage about which the file says nothing


def add_unknown_stages(connection: sqlite3.Connection, columns: Columns, now: str) -> list[str]:
    """Add the stages in a batch of deals or history rows that the org lacks, judged by the batch's own columns.

    Returns a sentence for each stage added.
    """
    known = read_stages(connection)
    names = [
        name for name in compute.unique(columns["StageName"]).to_pylist() if name is not None and name not in known
    ]
    admin = admin_id(connection)
    (last,) = connection.execute('SELECT coalesce(max("SortOrder"), 0) FROM "OpportunityStage"').fetchone()
    said = []
    for order, name in enumerate(names, last + 1):
        rows = compute.equal(columns["StageName"], name)
        closed, won = (bool(_most(columns, rows, fact)) for fact in ("IsClosed", "IsWon"))
        usual = 100.0 if won else 0.0 if closed else OPEN_PROBABILITY
        given = _most(columns, rows, "Probability")
        probability = given if isinstance(given, float) else usual
        category = "Closed" if won else "Omitted" if closed else "Pipeline"
        row: dict[str, Value] = {
            "Id": IdAllocator(connection).take("01J")[0],
            "MasterLabel": name,
            "ApiName": name,
            "IsActive": 1,
            "SortOrder": order,
            "IsClosed": int(closed),
            "IsWon": int(won),
            "ForecastCategory": category,
            "ForecastCategoryName": FORECAST_CATEGORY_NAMES[category],
            "DefaultProbability": probability,
            "CreatedDate": now,
            "CreatedById": admin,
            "LastModifiedDate": now,
            "LastModifiedById": admin,
            "SystemModstamp": now,
        }
        insert_rows(connection, "OpportunityStage", [row])
        kind = "won" if won else "lost" if closed else "open"
        said.append(f"the org had no stage {name!r}: added as {kind}, {probability:g} %")
    return said


def _most(columns: Columns, rows: Column, name: str) -> Value:
    """The most frequent value of a column among the rows, if the file has it."""
    if name not in columns:
        return None
    values = columns[name].filter(rows).drop_null()
    modes = compute.mode(values) if len(values) else []
    found: Value = modes[0]["mode"].as_py() if len(modes) else None
    return found
