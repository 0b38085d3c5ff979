"""Pages of records: of a list view, of a related list, of a record's children."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from localorg.errors import OrgError
from localorg.http.uiapi.fetch import all_of
from localorg.http.uiapi.filters import view_condition
from localorg.http.uiapi.object_info import Json
from localorg.http.uiapi.records import RecordReader, record_json
from localorg.pages.metadata.listviews import ListView
from localorg.schema.model import SObject
from localorg.soql.tree import Comparison, Condition, Literal, OrderItem, Path, Query

DEFAULT_PAGE = 50
LARGEST_PAGE = 1999
_LARGEST_OFFSET = 10**9


@dataclass(frozen=True)
class Wanted:
    """A page of a list. `sort` is `Contact.Name` or `-Contact.Name`; `token` is an earlier answer's page token;
    `where` is a filter in GraphQL's form."""

    fields: Sequence[str] = ()
    optional: Sequence[str] = ()
    size: int = DEFAULT_PAGE
    token: str | None = None
    sort: str | None = None
    where: str | None = None


def list_records(reader: RecordReader, view: ListView, wanted: Wanted, search: str | None, url: str) -> Json:
    """One page of a list view, searched by name, with `totalCount` (an addition of the local org)."""
    sobject = reader.org.schema.objects[view.sobject]
    condition = view_condition(view, sobject, reader.viewer.user)
    name_field = sobject.name_field
    if search and name_field is not None:
        pattern = "%" + "".join("\\" + each if each in "\\%_" else each for each in search) + "%"
        like = Comparison(Path((name_field.name,), 0), "LIKE", (Literal("string", pattern, 0),))
        condition = all_of(condition, like)
    reference: Json = {"id": None, "listViewApiName": view.name, "objectApiName": view.sobject, "type": "listView"}
    page = page_of(reader, sobject, wanted, condition, url, columns=view.columns, count=True)
    return page | {"listInfoETag": None, "listReference": reference, "searchTerm": search}


def page_of(
    reader: RecordReader,
    sobject: SObject,
    wanted: Wanted,
    condition: Condition | None,
    url: str,
    *,
    columns: Sequence[str] = (),
    count: bool = False,
) -> Json:
    """One page of the records that fulfil a condition; `url` is the resource that gives the other pages.

    columns: what the list shows, which comes along as far as the user has it.

    Raises OrgError for a page size or token that is none, UnknownFieldError for a field the user has not.
    """
    if not 1 <= wanted.size <= LARGEST_PAGE:
        reason = f"pageSize must be between 1 and {LARGEST_PAGE}, got {wanted.size}"
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", reason)
    offset = _offset(wanted.token)
    shown = [f"{sobject.name}.{name}" for name in columns]
    selection = reader.selection(sobject, wanted.fields, [*wanted.optional, *shown])
    selection.add_stamps()
    order = _order(sobject, wanted.sort)
    plan = reader.fetcher.plan(Query(selection.select(), Path((sobject.name,), 0), where=condition, order=order))
    rows = reader.fetcher.rows(replace(plan, limit=wanted.size + 1, offset=offset))
    records = [record_json(selection, row, reader.viewer) for row in rows[: wanted.size]]
    page = collection_json(records, wanted, offset, url, more=len(rows) > wanted.size)
    return page | {"totalCount": reader.fetcher.count(plan)} if count else page


def collection_json(records: Sequence[object], wanted: Wanted, offset: int, url: str, *, more: bool) -> Json:
    """Records with the place of their page among all pages."""

    def link(token: str | None) -> str | None:
        return None if token is None else f"{url}?{urlencode(_parameters(wanted, token))}"

    current = token_of(offset)
    following = token_of(offset + wanted.size) if more else None
    previous = token_of(max(offset - wanted.size, 0)) if offset else None
    return {
        "count": len(records),
        "currentPageToken": current,
        "currentPageUrl": link(current),
        "fields": list(wanted.fields),
        "nextPageToken": following,
        "nextPageUrl": link(following),
        "optionalFields": list(wanted.optional),
        "pageSize": wanted.size,
        "previousPageToken": previous,
        "previousPageUrl": link(previous),
        "records": list(records),
        "sortBy": [wanted.sort] if wanted.sort else [],
        "where": wanted.where,
    }


def token_of(offset: int) -> str:
    """The token of the page that begins after so many records."""
    return base64.urlsafe_b64encode(str(offset).encode()).decode()


def _parameters(wanted: Wanted, token: str) -> Mapping[str, object]:
    given = {
        "fields": ",".join(wanted.fields),
        "optionalFields": ",".join(wanted.optional),
        "pageSize": wanted.size,
        "pageToken": token,
        "sortBy": wanted.sort,
        "where": wanted.where,
    }
    return {name: value for name, value in given.items() if value}


def _order(sobject: SObject, sort: str | None) -> tuple[OrderItem, ...]:
    tie = OrderItem(Path(("Id",), 0))
    if not sort:
        return (tie,)
    first, *path = sort.removeprefix("-").split(".")
    if not all(path) or not path or first.lower() != sobject.name.lower():
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"sortBy: expected {sobject.name}.Field, got {sort}")
    return (OrderItem(Path(tuple(path), 0), sort.startswith("-"), nulls_last=True), tie)


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        offset = int(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error) as error:
        raise _bad_token(token) from error
    if not 0 <= offset <= _LARGEST_OFFSET:
        raise _bad_token(token)
    return offset


def _bad_token(token: str) -> OrgError:
    return OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"pageToken is not valid: {token}")
