"""What `/query?explain=` tells: how a query would be answered."""

from __future__ import annotations

import sqlite3

from localorg.schema.model import SObject
from localorg.soql.plan import Plan, RowPlan
from localorg.soql.records import JsonRecord
from localorg.soql.scope import quoted
from localorg.soql.tree import Comparison, Condition, Expression, Junction, Not, Path, Query, SemiJoin

_INDEXED = frozenset({"id", "name", "ownerid", "createddate", "systemmodstamp", "recordtypeid"})
_FULL_SCAN = 1.2  # relative cost above 1: the filter selects too much to be worth an index


def explained(connection: sqlite3.Connection, query: Query, plan: Plan, text: str) -> JsonRecord:
    """The plans of a query, the cheapest first: by an index if a filter has one, and by the whole table."""
    sobject = plan.sobject
    table = quoted(sobject.name)
    total = connection.execute(f'SELECT count(*) FROM {table} WHERE "IsDeleted" = 0').fetchone()[0]
    found = total
    if isinstance(plan, RowPlan):
        counted = plan.text_sql("1")
        found = connection.execute(f"SELECT count(*) FROM ({counted})", plan.parameters).fetchone()[0]
    filtered = list(dict.fromkeys(_fields(query.where)))
    indexed = [name for name in filtered if _has_index(sobject, name)]
    plain = [name for name in filtered if name not in indexed]
    notes = [_note(sobject, [name]) for name in [*plain, "IsDeleted"]]
    plans = [_plan(sobject, "TableScan", [], found, total, _FULL_SCAN, notes)]
    if indexed and total:
        cost = round(found / total, 3)
        plans.insert(0, _plan(sobject, "Index", indexed, found, total, cost, notes))
    return {"plans": sorted(plans, key=_cost), "sourceQuery": text}


def _plan(
    sobject: SObject, kind: str, fields: list[str], found: int, total: int, cost: float, notes: list[JsonRecord]
) -> JsonRecord:
    return {
        "cardinality": found,
        "fields": fields,
        "leadingOperationType": kind,
        "notes": notes,
        "relativeCost": cost,
        "sobjectCardinality": total,
        "sobjectType": sobject.name,
    }


def _cost(plan: JsonRecord) -> float:
    cost = plan["relativeCost"]
    return cost if isinstance(cost, float) else 0.0


def _note(sobject: SObject, fields: list[str]) -> JsonRecord:
    return {
        "description": "Not considering filter for optimization because unindexed",
        "fields": fields,
        "tableEnumOrId": sobject.name,
    }


def _has_index(sobject: SObject, name: str) -> bool:
    field = sobject.field(name)
    if field is None:
        return False
    return name.lower() in _INDEXED or field.type == "reference" or field.external_id or field.unique


def _fields(condition: Condition | None) -> list[str]:
    """The names of the fields that a condition filters by."""
    match condition:
        case Junction():
            return [name for part in condition.parts for name in _fields(part)]
        case Not():
            return _fields(condition.condition)
        case Comparison() | SemiJoin():
            return [_name(condition.operand)]
    return []


def _name(operand: Expression) -> str:
    while not isinstance(operand, Path):
        if not operand.arguments:
            return operand.function
        operand = operand.arguments[0]
    return operand.text
