"""Records by id, as the row resources answer them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.errors import not_found
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.soql.compile import compile_rows
from localorg.soql.errors import QueryError
from localorg.soql.records import JsonRecord, RecordWriter
from localorg.soql.run import reading
from localorg.soql.scope import Scope, quoted
from localorg.soql.setting import setting_of
from localorg.soql.tree import Path, Query, Selected


def fetch_records(
    org: LocalOrg, user: User, base: str, sobject: SObject, ids: Sequence[str], fields: Iterable[str] | None = None
) -> list[JsonRecord | None]:
    """The records with these 18-character ids in their order, None for each that is not there (any more).

    fields: API names or dotted paths to parents; None for every field the user may read.
    Raises OrgError INVALID_FIELD for a name the user has not.
    """
    names = [each.name for each in user.readable_fields(sobject.name)] if fields is None else list(fields)
    query = Query(tuple(Selected(Path(tuple(name.split(".")), 0)) for name in names), Path((sobject.name,), 0))
    try:
        plan = compile_rows(query, Scope(setting_of(org, user, all_rows=True), sobject))
    except QueryError as error:
        raise _plain(error, sobject) from error
    sql = f'{plan.page_sql()} AND t0."IsDeleted" = 0'
    writer = RecordWriter(base, org.schema)
    with reading(org, user) as connection:
        found = {row[0]: writer.record(plan.shape, row) for row in connection.execute(sql, (json.dumps(list(ids)),))}
    return [found.get(each) for each in ids]


def fetch_record(
    org: LocalOrg, user: User, base: str, sobject: SObject, record_id: str, fields: Iterable[str] | None = None
) -> JsonRecord:
    """One record. Raises OrgError 404: ENTITY_IS_DELETED when it is in the recycle bin, NOT_FOUND when nowhere."""
    found = fetch_records(org, user, base, sobject, [record_id], fields)[0]
    if found is None:
        raise ENTITY_IS_DELETED if is_deleted(org, sobject, record_id) else not_found()
    return found


def is_deleted(org: LocalOrg, sobject: SObject, record_id: str) -> bool:
    """Whether a row is in the recycle bin."""
    sql = f'SELECT "IsDeleted" FROM {quoted(sobject.name)} WHERE "Id" = ?'
    with org.database.reader() as connection:
        row = connection.execute(sql, (record_id,)).fetchone()
    return row is not None and bool(row[0])


def ids_by_key(org: LocalOrg, sobject: SObject, key: str, value: str) -> list[str]:
    """The ids of the live rows whose external id `key` has this value, in any case."""
    sql = f'SELECT "Id" FROM {quoted(sobject.name)} WHERE {quoted(key)} = ? COLLATE NOCASE AND "IsDeleted" = 0'
    with org.database.reader() as connection:
        return [row[0] for row in connection.execute(sql, (value,))]


def _plain(error: QueryError, sobject: SObject) -> OrgError:
    """The error without the text of a query, as there is none."""
    if "No such column" in error.reason:
        column = error.reason.split("'")[1]
        return OrgError("INVALID_FIELD", f"No such column '{column}' on sobject of type {sobject.name}")
    return OrgError(error.code, error.reason)


ENTITY_IS_DELETED = OrgError("ENTITY_IS_DELETED", "entity is deleted", status=404)
