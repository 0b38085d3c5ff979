"""Finds the rows that an upsert means, by the values of its key field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from localorg.errors import OrgError
from localorg.schema.model import Field
from localorg.store.draft import Work
from localorg.store.sql import Value, select_by
from localorg.store.values import converter


def key_of(work: Work, key: Field, row: Mapping[str, object]) -> tuple[Value, OrgError | None]:
    """The value of the key field in a row, or why it has none."""
    given = next((value for name, value in row.items() if name.lower() == key.name.lower()), None)
    try:
        value = converter(work.schema, work.sobject, key)(given)
    except OrgError as error:
        return None, error
    if value is None and key.type != "id":
        return None, OrgError("MISSING_ARGUMENT", f"{key.name} not specified", (key.name,))
    return value, None


def ids_by_key(work: Work, key: Field, values: Sequence[Value]) -> dict[str, list[str]]:
    """The ids of the rows that have these values in the key field, by value in lower case."""
    found: dict[str, list[str]] = {}
    any_case = key.type != "id" and not key.case_sensitive
    columns = (key.name, "Id", "IsDeleted")
    for value, record_id, deleted in select_by(
        work.connection, work.sobject.name, columns, key.name, values, any_case=any_case
    ):
        if not deleted:
            found.setdefault(str(value).lower(), []).append(str(record_id))
    return found


def repeated(key: Field, value: Value, seen: set[str]) -> OrgError | None:
    """The error for a value that an earlier row of the call has; `seen` remembers the value."""
    if value is None:
        return None
    text = str(value).lower()
    if text in seen:
        return OrgError("DUPLICATE_VALUE", f"duplicate external id specified: {value}", (key.name,))
    seen.add(text)
    return None


def ambiguous(key: Field, value: Value, matches: Sequence[str]) -> OrgError | None:
    """The error for a value that several rows have."""
    if len(matches) < 2:
        return None
    message = f"{key.name}: more than one record found for external id field: {value}: [{', '.join(matches)}]"
    return OrgError("DUPLICATE_EXTERNAL_ID", message, (key.name,), status=300)
