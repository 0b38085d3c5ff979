"""Related lists: a parent's records of one relationship, how many there are, and many lists in one answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.uiapi.errors import no_record
from localorg.http.uiapi.fetch import all_of
from localorg.http.uiapi.lists import Wanted, page_of
from localorg.http.uiapi.object_info import Json
from localorg.http.uiapi.records import RecordReader
from localorg.ids import MASTER_RECORD_TYPE_ID, id18
from localorg.pages.metadata import PagePackage
from localorg.pages.metadata.listviews import api_name
from localorg.schema.model import ChildRelationship, SObject
from localorg.soql.tree import Comparison, Condition, Literal, Path

MOST_COLUMNS = 10
MOST_COUNTED = 1999  # a count goes no further


class FilterReader(Protocol):
    """Reads a filter in GraphQL's form."""

    def condition(self, user: User, sobject: SObject, text: str) -> Condition | None:
        """What the filter demands of an object's records. Raises OrgError for one that is malformed."""


@dataclass(frozen=True)
class RelatedLists:
    """Answers about the related lists of one record. `base` is the path that resources begin with."""

    reader: RecordReader
    package: PagePackage
    filters: FilterReader
    base: str

    def records(self, parent_id: str, list_id: str, wanted: Wanted) -> Json:
        """One page of a related list. Raises OrgError when the parent or the list is not there."""
        parent = self._existing(parent_id)
        child, condition = self._children(parent, parent_id, list_id)
        if wanted.where:
            condition = all_of(condition, self.filters.condition(self.reader.viewer.user, child, wanted.where))
        url = f"{self.base}/ui-api/related-list-records/{id18(parent_id)}/{list_id}"
        columns = layout_columns(self.package, parent, child, list_id)
        page = page_of(self.reader, child, wanted, condition, url, columns=columns)
        return page | {"listInfoETag": None, "listReference": list_reference(parent, list_id, id18(parent_id))}

    def count(self, parent_id: str, list_id: str) -> Json:
        """How many records a related list has; `hasMore` beyond what is counted."""
        parent = self._existing(parent_id)
        child, condition = self._children(parent, parent_id, list_id)
        found = self.reader.fetcher.count_of(child.name, condition)
        return {
            "count": min(found, MOST_COUNTED),
            "hasMore": found > MOST_COUNTED,
            "listReference": list_reference(parent, list_id, id18(parent_id)),
        }

    def _existing(self, record_id: str) -> SObject:
        sobject = self.reader.object_of(record_id)
        if not self.reader.records(sobject, [record_id], self.reader.selection(sobject, ())):
            raise no_record()
        return sobject

    def _children(self, parent: SObject, parent_id: str, list_id: str) -> tuple[SObject, Condition | None]:
        relationship = relationship_of(self.reader.viewer.user, parent, list_id)
        child = self.reader.org.schema.objects[relationship.child_object]
        return child, Comparison(Path((relationship.field,), 0), "=", (Literal("string", id18(parent_id), 0),))


def relationship_of(user: User, parent: SObject, list_id: str) -> ChildRelationship:
    """The child relationship of that name. Raises OrgError (404) when the user has none."""
    found = parent.child_relationship(list_id)
    if found is None or not user.may_read(found.child_object, found.field):
        raise OrgError("INVALID_TYPE", f"{list_id} is no related list of {parent.name}", status=404)
    return found


def layout_columns(package: PagePackage, parent: SObject, child: SObject, list_id: str) -> list[str]:
    """API names of the columns that the parent's layout gives a related list, none when the list is not on it."""
    layout = package.layout(parent.name)
    lists = layout.related_lists if layout else ()
    own = next((each for each in lists if each.name.lower() == list_id.lower()), None)
    return [api_name(column, child.name) for column in own.columns][:MOST_COLUMNS] if own is not None else []


def list_reference(parent: SObject, list_id: str, parent_id: str | None = None) -> Json:
    """What names a related list."""
    return {
        "id": None,
        "inContextOfRecordId": parent_id,
        "parentObjectApiName": parent.name,
        "recordTypeId": MASTER_RECORD_TYPE_ID,
        "relatedListId": list_id,
        "type": "relatedList",
    }


def batch(items: Sequence[Callable[[], object]]) -> Json:
    """Several answers in one, each with a status of its own."""
    results: list[Json] = []
    for item in items:
        try:
            results.append({"result": item(), "statusCode": 200})
        except OrgError as error:
            refused = [{"errorCode": error.code, "message": error.message}]
            results.append({"result": refused, "statusCode": error.status})
    return {"hasErrors": any(each["statusCode"] != 200 for each in results), "results": results}
