"""Lists of records: related lists of a parent, and an object's list views."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace

from localorg.errors import OrgError
from localorg.http.uiapi.errors import no_record
from localorg.http.uiapi.fetch import all_of
from localorg.http.uiapi.filters import view_condition
from localorg.http.uiapi.object_info import Json
from localorg.http.uiapi.records import RecordReader, record_json
from localorg.ids import id18
from localorg.pages.metadata.listviews import ListView
from localorg.schema.model import ChildRelationship, SObject
from localorg.soql.tree import Comparison, Condition, Literal, OrderItem, Path, Query

DEFAULT_PAGE = 50
LARGEST_PAGE = 1999


@dataclass(frozen=True)
class Wanted:
    """A page of a list. `sort` is `Contact.Name` or `-Contact.Name`; `token` is an earlier answer's page token."""

    fields: Sequence[str] = ()
    optional: Sequence[str] = ()
    size: int = DEFAULT_PAGE
    token: str | None = None
    sort: str | None = None


def related_records(reader: RecordReader, parent_id: str, list_id: str, wanted: Wanted) -> Json:
    """One page of a related list. Raises OrgError when the parent or the list is not there."""
    parent = _existing(reader, parent_id)
    relationship = _relationship(reader, parent, list_id)
    child = reader.org.schema.objects[relationship.child_object]
    condition = Comparison(Path((relationship.field,), 0), "=", (Literal("string", id18(parent_id), 0),))
    page = _page(reader, child, wanted, condition)
    reference = {
        "id": None,
        "inContextOfRecordId": id18(parent_id),
        "parentObjectApiName": parent.name,
        "recordTypeId": None,
        "relatedListId": list_id,
        "type": "relatedList",
    }
    return page | {"listInfoETag": None, "listReference": reference, "where": None}


def list_records(reader: RecordReader, view: ListView, wanted: Wanted, search: str | None) -> Json:
    """One page of a list view, searched by name, with `totalCount` (an addition of the local org)."""
    sobject = reader.org.schema.objects[view.sobject]
    condition = view_condition(view, sobject, reader.viewer.user)
    name_field = sobject.name_field
    if search and name_field is not None:
        pattern = "%" + "".join("\\" + each if each in "\\%_" else each for each in search) + "%"
        like = Comparison(Path((name_field.name,), 0), "LIKE", (Literal("string", pattern, 0),))
        condition = all_of(condition, like)
    return _page(reader, sobject, wanted, condition, count=True)


def _page(
    reader: RecordReader, sobject: SObject, wanted: Wanted, condition: Condition | None, *, count: bool = False
) -> Json:
    if not 1 <= wanted.size <= LARGEST_PAGE:
        reason = f"pageSize must be between 1 and {LARGEST_PAGE}, got {wanted.size}"
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", reason)
    offset = _offset(wanted.token)
    selection = reader.selection(sobject, wanted.fields, wanted.optional)
    selection.add_stamps()
    order = _order(reader, sobject, wanted.sort)
    plan = reader.fetcher.plan(Query(selection.select(), Path((sobject.name,), 0), where=condition, order=order))
    rows = reader.fetcher.rows(replace(plan, limit=wanted.size + 1, offset=offset))
    more = len(rows) > wanted.size
    records = [record_json(selection, row, reader.viewer) for row in rows[: wanted.size]]
    page: Json = {
        "count": len(records),
        "currentPageToken": _token(offset),
        "fields": list(wanted.fields),
        "nextPageToken": _token(offset + wanted.size) if more else None,
        "optionalFields": list(wanted.optional),
        "pageSize": wanted.size,
        "previousPageToken": _token(max(offset - wanted.size, 0)) if offset else None,
        "records": records,
        "sortBy": [wanted.sort] if wanted.sort else [],
    }
    return page | {"totalCount": reader.fetcher.count(plan)} if count else page


def _order(reader: RecordReader, sobject: SObject, sort: str | None) -> tuple[OrderItem, ...]:
    tie = OrderItem(Path(("Id",), 0))
    if not sort:
        return (tie,)
    name = sort.removeprefix("-")
    first, *path = name.split(".")
    if not path or first.lower() != sobject.name.lower():
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"sortBy: expected {sobject.name}.Field, got {sort}")
    return (OrderItem(Path(tuple(path), 0), sort.startswith("-"), nulls_last=True), tie)


def _existing(reader: RecordReader, record_id: str) -> SObject:
    sobject = reader.object_of(record_id)
    if not reader.records(sobject, [record_id], reader.selection(sobject, ())):
        raise no_record()
    return sobject


def _relationship(reader: RecordReader, parent: SObject, list_id: str) -> ChildRelationship:
    found = parent.child_relationship(list_id)
    if found is None or not reader.viewer.user.may_read(found.child_object, found.field):
        raise OrgError("INVALID_TYPE", f"{list_id} is no related list of {parent.name}", status=404)
    return found


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode()


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        return max(0, int(base64.urlsafe_b64decode(token.encode())))
    except (ValueError, binascii.Error) as error:
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"pageToken is not valid: {token}") from error
