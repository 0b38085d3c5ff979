"""Child records inside records: `childRelationships=Account.Contacts`, one query for each relationship."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from localorg.errors import OrgError
from localorg.http.uiapi.lists import LARGEST_PAGE, Wanted, collection_json
from localorg.http.uiapi.object_info import Json
from localorg.http.uiapi.records import RecordReader, record_json
from localorg.http.uiapi.related import relationship_of
from localorg.http.uiapi.selection import UnknownFieldError
from localorg.schema.model import SObject
from localorg.soql.records import JsonRecord
from localorg.soql.tree import OrderItem, Path, Query

DEFAULT_CHILDREN = 5


@dataclass(frozen=True)
class ChildrenWanted:
    """Relationships (`Account.Contacts`, `Account.Contacts.Email`) and the records of each that are asked for."""

    relationships: Sequence[str] = ()
    size: int = DEFAULT_CHILDREN
    base: str = ""


def add_children(
    reader: RecordReader, sobject: SObject, records: Mapping[str, JsonRecord], wanted: ChildrenWanted
) -> None:
    """Put the wanted children into records of one object. Raises OrgError, UnknownFieldError."""
    if not 1 <= wanted.size <= LARGEST_PAGE:
        reason = f"pageSize must be between 1 and {LARGEST_PAGE}, got {wanted.size}"
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", reason)
    for name, fields in _by_relationship(sobject, wanted.relationships).items():
        for record_id, page in _children(reader, sobject, name, fields, list(records), wanted).items():
            found = records[record_id]["childRelationships"]
            if isinstance(found, dict):
                found[name] = page


def _by_relationship(sobject: SObject, names: Sequence[str]) -> dict[str, list[str]]:
    """The fields asked of each relationship of this object."""
    found: dict[str, list[str]] = {}
    for name in names:
        first, *path = name.split(".")
        if not path or not all(path):
            raise UnknownFieldError(name, sobject.name)
        if first.lower() == sobject.name.lower():
            fields = found.setdefault(path[0], [])
            fields += [".".join(path[1:])] if path[1:] else []
    return found


def _children(
    reader: RecordReader, sobject: SObject, name: str, fields: Sequence[str], ids: list[str], wanted: ChildrenWanted
) -> dict[str, Json]:
    relationship = relationship_of(reader.viewer.user, sobject, name)
    child = reader.org.schema.objects[relationship.child_object]
    naming = [child.name_field.name] if child.name_field else []
    selection = reader.selection(child, [f"{child.name}.{field}" for field in fields or ["Id", *naming]])
    selection.add_stamps()
    query = Query(selection.select(), Path((child.name,), 0), order=(OrderItem(Path(("Id",), 0)),))
    plan = replace(reader.fetcher.plan(query), limit=wanted.size + 1)
    found = reader.fetcher.children(plan, relationship.field, ids)
    asked = Wanted(fields=tuple(f"{child.name}.{field}" for field in fields), size=wanted.size)
    pages: dict[str, Json] = {}
    for record_id in ids:
        rows = found.get(record_id, [])
        records = [record_json(selection, row, reader.viewer) for row in rows[: wanted.size]]
        url = f"{wanted.base}/ui-api/related-list-records/{record_id}/{relationship.name}"
        pages[record_id] = collection_json(records, asked, 0, url, more=len(rows) > wanted.size)
    return pages
