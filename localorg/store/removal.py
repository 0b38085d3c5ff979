"""Deletion: rows go to the recycle bin, and with them what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from localorg.errors import OrgError
from localorg.schema.model import ChildRelationship
from localorg.store.database import UNINDEXED_REFERENCES
from localorg.store.draft import Draft, Work
from localorg.store.saving import roll_up_products
from localorg.store.sql import Value, quoted, select_by, update_statement


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
    _mark_deleted(work, ids)
    if work.sobject.name == "OpportunityLineItem":
        rows = select_by(work.connection, work.sobject.name, ("OpportunityId",), "Id", list(ids))
        roll_up_products(work, [row[0] for row in rows])


def _mark_deleted(work: Work, ids: Sequence[str]) -> None:
    names = ("LastModifiedDate", "LastModifiedById", "SystemModstamp")
    stamps = {
        name: work.user.id if name.endswith("ById") else work.now for name in names if name in work.sobject.fields
    }
    statement = update_statement(work.sobject.name, ("IsDeleted", *stamps))
    work.connection.executemany(statement, [(1, *stamps.values(), record_id) for record_id in ids])
    for relationship in work.sobject.child_relationships:
        if relationship.field not in UNINDEXED_REFERENCES and not relationship.restricted_delete:
            _follow(work, relationship, ids)


def _follow(work: Work, relationship: ChildRelationship, ids: Sequence[str]) -> None:
    child = work.schema.objects[relationship.child_object]
    rows = select_by(work.connection, child.name, ("Id", "IsDeleted"), relationship.field, list(ids))
    children = [str(record_id) for record_id, deleted in rows if not deleted]
    if not children:
        return
    if relationship.cascade_delete:
        _mark_deleted(replace(work, sobject=child), children)
    elif child.fields[relationship.field].nillable:
        statement = update_statement(child.name, (relationship.field, "SystemModstamp"))
        work.connection.executemany(statement, [(None, work.now, record_id) for record_id in children])


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
