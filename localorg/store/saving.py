"""Writes checked drafts into the tables, and what other rows take on from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from localorg.store import behaviour, opportunities
from localorg.store.activities import note_activities
from localorg.store.draft import Draft, Work, present_rows
from localorg.store.sql import Value, insert_tuples, update_statement
from localorg.store.tracking import write_field_history

_ABOUT = ("AccountId", "WhatId", "WhoId")


def save_inserts(work: Work, drafts: Sequence[Draft]) -> None:
    """Insert the drafts: each gets its id, its numbers and its stamps."""
    for draft, record_id in zip(drafts, work.allocator.take(work.sobject.key_prefix, len(drafts)), strict=True):
        draft.id = record_id
    behaviour.set_numbers(work, drafts)
    if work.sobject.name == "Opportunity":
        for draft in drafts:
            draft.values["PushCount"] = 0
        opportunities.write_history(work, drafts)
        write_field_history(work, drafts)
    stamps = _stamps(work, ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp"))
    stamp_values = tuple(stamps.values())
    groups: dict[tuple[str, ...], list[tuple[Value, ...]]] = {}
    for draft in drafts:
        groups.setdefault(tuple(draft.values), []).append((draft.id, *draft.values.values(), *stamp_values))
    for columns, rows in groups.items():
        insert_tuples(work.connection, work.sobject.name, ("Id", *columns, *stamps), rows)
    _after_save(work, drafts)


def save_updates(work: Work, drafts: Sequence[Draft]) -> None:
    """Write the drafts' values and stamps over the present rows."""
    if work.sobject.name == "Opportunity":
        opportunities.write_history(work, [draft for draft in drafts if _moves_history(draft)])
        write_field_history(work, drafts)
    # What a roll-up writes is no user's edit.
    edited = () if work.system else ("LastModifiedDate", "LastModifiedById")
    stamps = _stamps(work, (*edited, "SystemModstamp"))
    stamp_values = tuple(stamps.values())
    groups: dict[tuple[str, ...], list[tuple[Value, ...]]] = {}
    for draft in drafts:
        groups.setdefault(tuple(draft.values), []).append((*draft.values.values(), *stamp_values, draft.id))
    for columns, rows in groups.items():
        work.connection.executemany(update_statement(work.sobject.name, (*columns, *stamps)), rows)
    _after_save(work, drafts)


def roll_up_products(work: Work, opportunity_ids: Iterable[Value]) -> None:
    """Set the amount of opportunities to the sum of their products, and say whether they have any."""
    sobject = work.schema.objects["Opportunity"]
    inner = replace(work, sobject=sobject, system=True)
    ids = sorted({str(record_id) for record_id in opportunity_ids if record_id})
    present = present_rows(inner, behaviour.needed(inner), ids)
    drafts = []
    for record_id in ids:
        count, total = work.connection.execute(
            'SELECT count(*), sum("TotalPrice") FROM "OpportunityLineItem" '
            'WHERE "OpportunityId" = ? AND "IsDeleted" = 0',
            (record_id,),
        ).fetchone()
        draft = Draft(record_id, {"HasOpportunityLineItem": int(count > 0)}, present[record_id])
        if count:
            draft.values["Amount"] = round(total or 0.0, 2)
        if any(draft.changes(name) for name in draft.values) and not draft.present["IsDeleted"]:
            drafts.append(draft)
    behaviour.before_save(inner, drafts)
    save_updates(inner, drafts)


def _after_save(work: Work, drafts: Sequence[Draft]) -> None:
    if work.sobject.name == "OpportunityLineItem":
        roll_up_products(work, (draft.after("OpportunityId") for draft in drafts))
    if work.sobject.name in ("Task", "Event"):
        note_activities(work, (value for draft in drafts for name in _ABOUT for value in _both(draft, name)))


def _both(draft: Draft, column: str) -> tuple[Value, Value]:
    return draft.present.get(column), draft.after(column)


def _moves_history(draft: Draft) -> bool:
    return any(draft.changes(name) for name in opportunities.HISTORY_CAUSES)


def _stamps(work: Work, names: Sequence[str]) -> dict[str, Value]:
    return {name: work.user.id if name.endswith("ById") else work.now for name in names if name in work.sobject.fields}
