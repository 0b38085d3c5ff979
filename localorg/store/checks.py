"""Checks that need other rows or the whole row: required values, references that exist, unique values."""

from __future__ import annotations

from collections.abc import Sequence

from localorg.errors import OrgError
from localorg.schema.model import Field
from localorg.store.draft import Draft, Work
from localorg.store.sql import Value, select_by


def check_required(work: Work, drafts: Sequence[Draft], *, creating: bool) -> None:
    """Refuse rows which leave a required field blank."""
    for_insert = [field.name for field in work.sobject.fields.values() if field.required]
    never_blank = {f.name for f in work.sobject.fields.values() if not f.nillable and f.type != "boolean"}
    for draft in drafts:
        values = draft.values
        if creating:
            missing = [name for name in for_insert if values.get(name) is None]
        else:
            missing = [name for name, value in values.items() if value is None and name in never_blank]
        if missing:
            message = f"Required fields are missing: [{', '.join(missing)}]"
            draft.errors.append(OrgError("REQUIRED_FIELD_MISSING", message, tuple(missing)))


def check_references(work: Work, drafts: Sequence[Draft]) -> None:
    """Refuse rows that refer to rows which do not exist or are deleted."""
    for field in work.sobject.stored_fields:
        if field.type != "reference" or not field.createable:
            continue
        users = [draft for draft in drafts if not draft.errors and draft.values.get(field.name) is not None]
        if users:
            states = _states(work, {str(draft.values[field.name]) for draft in users})
            for draft in users:
                _judge(draft, field, states.get(str(draft.values[field.name])))


def _states(work: Work, ids: set[str]) -> dict[str, bool]:
    """The ids that exist, with whether their row is deleted."""
    by_prefix: dict[str, list[Value]] = {}
    for record_id in ids:
        by_prefix.setdefault(record_id[:3], []).append(record_id)
    states: dict[str, bool] = {}
    for prefix, members in by_prefix.items():
        target = work.schema.by_prefix(prefix)
        if target is not None:
            rows = select_by(work.connection, target.name, ("Id", "IsDeleted"), "Id", members)
            states.update((str(record_id), bool(deleted)) for record_id, deleted in rows)
    return states


def _judge(draft: Draft, field: Field, deleted: bool | None) -> None:
    if deleted is None:
        draft.errors.append(OrgError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (field.name,)))
    elif deleted:
        draft.errors.append(OrgError("ENTITY_IS_DELETED", "entity is deleted", (field.name,)))


def check_unique(work: Work, drafts: Sequence[Draft]) -> None:
    """Refuse rows whose unique values another row holds, in the store or earlier in the call."""
    for field in work.sobject.stored_fields:
        if field.unique:
            users = [draft for draft in drafts if not draft.errors and draft.values.get(field.name) is not None]
            if users:
                _check_unique_field(work, field, users)


def _check_unique_field(work: Work, field: Field, users: Sequence[Draft]) -> None:
    wanted = list({draft.values[field.name] for draft in users})
    rows = select_by(
        work.connection,
        work.sobject.name,
        (field.name, "Id", "IsDeleted"),
        field.name,
        wanted,
        any_case=not field.case_sensitive,
    )
    holders: dict[Value, Draft | str] = {
        _comparable(field, value): str(record_id) for value, record_id, deleted in rows if not deleted
    }
    for draft in users:
        holder = holders.setdefault(_comparable(field, draft.values[field.name]), draft)
        if holder is draft or holder == draft.id:
            continue
        named = holder if isinstance(holder, str) else holder.id or "unknown"
        message = f"duplicate value found: {field.name} duplicates value on record with id: {named}"
        draft.errors.append(OrgError("DUPLICATE_VALUE", message, (field.name,)))


def _comparable(field: Field, value: Value) -> Value:
    return value if field.case_sensitive or not isinstance(value, str) else value.lower()
