"""Deletion: rows go to the recycle bin, and with them what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from localorg.errors import OrgError
from localorg.schema.model import ChildRelationship
from localorg.store.activities import note_activities
from localorg.store.database import UNINDEXED_REFERENCES
from localorg.store.draft import Draft, Work
from localorg.store.saving import roll_up_products
from localorg.store.sql import Value, quoted, select_by, update_statement

_ABOUT = ("AccountId", "WhatId", "WhoId")


def remove(work: Work, drafts: Sequence[Draft]) -> None:
    """Delete the drafts' rows. Children which go with their parent are deleted too, other references are cleared.

    A row with children that forbid it is refused with DELETE_FAILED.
    """
    for relationship in work.sobject.child_relationships:
        if relationship.restricted_delete:
            _refuse_parents(work, drafts, relationship)
    ids = [str(draft.id) for draft in drafts if not draft.errors]
    if not ids:
        return
    name = work.sobject.name
    related: list[Value] = []
    if name in ("Task", "Event"):
        related = [value for row in select_by(work.connection, name, _ABOUT, "Id", list(ids)) for value in row]
    _mark_deleted(work, {record_id: record_id for record_id in ids})
    if name == "OpportunityLineItem":
        rows = select_by(work.connection, name, ("OpportunityId",), "Id", list(ids))
        roll_up_products(work, [row[0] for row in rows])
    note_activities(work, related)


def _mark_deleted(work: Work, roots: Mapping[str, str]) -> None:
    """Delete rows, given with the row whose deletion takes them along."""
    names = ("LastModifiedDate", "LastModifiedById", "SystemModstamp")
    stamps = {
        name: work.user.id if name.endswith("ById") else work.now for name in names if name in work.sobject.fields
    }
    statement = update_statement(work.sobject.name, ("IsDeleted", *stamps))
    work.connection.executemany(statement, [(1, *stamps.values(), record_id) for record_id in roots])
    work.connection.executemany(
        'INSERT OR REPLACE INTO "_bin" (id, object, root, deleted) VALUES (?, ?, ?, ?)',
        [(record_id, work.sobject.name, root, work.now) for record_id, root in roots.items()],
    )
    for relationship in work.sobject.child_relationships:
        if relationship.field not in UNINDEXED_REFERENCES and not relationship.restricted_delete:
            _follow(work, relationship, roots)


def _follow(work: Work, relationship: ChildRelationship, roots: Mapping[str, str]) -> None:
    child = work.schema.objects[relationship.child_object]
    field = relationship.field
    rows = select_by(work.connection, child.name, ("Id", field, "IsDeleted"), field, list(roots))
    children = [(str(record_id), str(parent)) for record_id, parent, deleted in rows if not deleted]
    if not children:
        return
    if relationship.cascade_delete:
        _mark_deleted(replace(work, sobject=child), {record_id: roots[parent] for record_id, parent in children})
    elif child.fields[field].nillable:
        statement = update_statement(child.name, (field, "SystemModstamp"))
        work.connection.executemany(statement, [(None, work.now, record_id) for record_id, _ in children])
        work.connection.executemany(
            'INSERT INTO "_cleared" (root, object, field, id, value) VALUES (?, ?, ?, ?, ?)',
            [(roots[parent], child.name, field, record_id, parent) for record_id, parent in children],
        )


def _refuse_parents(work: Work, drafts: Sequence[Draft], relationship: ChildRelationship) -> None:
    ids: list[Value] = [draft.id for draft in drafts if not draft.errors]
    where = (relationship.field, "IsDeleted")
    rows = select_by(work.connection, relationship.child_object, where, relationship.field, ids)
    parents = {parent for parent, deleted in rows if not deleted}
    for draft in drafts:
        if draft.id in parents:
            message = (
                f"Your attempt to delete {draft.id} could not be completed because it is associated with rows of "
                f"{quoted(relationship.child_object)}."
            )
            draft.errors.append(OrgError("DELETE_FAILED", message))
