"""`GET .../records/{id}` and `GET .../records/batch/{ids}`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localorg.errors import OrgError
from localorg.http.uiapi.children import ChildrenWanted, add_children
from localorg.http.uiapi.errors import no_record
from localorg.http.uiapi.layouts import checked_layouts
from localorg.http.uiapi.object_info import Json
from localorg.http.uiapi.record_ui import LayoutsWanted, layout_selection
from localorg.http.uiapi.records import LARGEST_BATCH, RecordReader
from localorg.http.uiapi.selection import Selection, UnknownFieldError
from localorg.ids import id18, is_id
from localorg.pages.metadata import PagePackage
from localorg.schema.model import SObject
from localorg.soql.records import JsonRecord


@dataclass(frozen=True)
class Records:
    """Answers for records by id: fields by name, or those of layouts."""

    reader: RecordReader
    package: PagePackage
    wanted: LayoutsWanted
    children: ChildrenWanted

    def one(self, record_id: str) -> JsonRecord:
        """One record. Raises OrgError NOT_FOUND (404) where there is none."""
        self._check()
        sobject = self.reader.object_of(record_id)
        found = self._records(sobject, [record_id], self.wanted)
        if not found:
            raise no_record()
        return found[id18(record_id)]

    def batch(self, ids: Sequence[str]) -> Json:
        """Up to 200 records, each with its own status; ids of several objects take the fields that are theirs."""
        if len(ids) > LARGEST_BATCH:
            raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"at most {LARGEST_BATCH} record ids, got {len(ids)}")
        self._check()
        found: dict[str, JsonRecord] = {}
        refused: dict[str, OrgError] = {}
        groups = self._by_object(ids, refused)
        self._check_objects([sobject for sobject, _ in groups])
        for sobject, members in groups:
            try:
                found |= self._records(sobject, members, self._of(sobject))
            except OrgError as error:
                refused |= dict.fromkeys(members, error)
        results = [_result(found.get(id18(each) if is_id(each) else each), refused.get(each)) for each in ids]
        return {"hasErrors": any(result["statusCode"] != 200 for result in results), "results": results}

    def _check(self) -> None:
        wanted = self.wanted
        checked_layouts(wanted.types, wanted.modes)
        if not wanted.types and not wanted.fields and not wanted.optional:
            raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", "give fields, optionalFields or layoutTypes")

    def _check_objects(self, objects: Sequence[SObject]) -> None:
        """A field that belongs to none of the records' objects is nobody's."""
        names = {sobject.name.lower() for sobject in objects}
        for name in self.wanted.fields if names else ():
            if name.split(".")[0].lower() not in names:
                raise UnknownFieldError(name, objects[0].name)

    def _records(self, sobject: SObject, ids: Sequence[str], wanted: LayoutsWanted) -> dict[str, JsonRecord]:
        found = self.reader.records(sobject, ids, self._selection(sobject, wanted))
        add_children(self.reader, sobject, found, self.children)
        return found

    def _selection(self, sobject: SObject, wanted: LayoutsWanted) -> Selection:
        if wanted.types:
            return layout_selection(self.reader, self.package, sobject, wanted.fields, wanted.optional)
        return self.reader.selection(sobject, wanted.fields, wanted.optional)

    def _of(self, sobject: SObject) -> LayoutsWanted:
        wanted = self.wanted
        fields, optional = (
            [name for name in names if name.split(".")[0].lower() == sobject.name.lower()]
            for names in (wanted.fields, wanted.optional)
        )
        return LayoutsWanted(wanted.types, wanted.modes, fields, optional)

    def _by_object(self, ids: Sequence[str], refused: dict[str, OrgError]) -> list[tuple[SObject, list[str]]]:
        groups: dict[str, list[str]] = {}
        for each in ids:
            try:
                groups.setdefault(self.reader.object_of(each).name, []).append(each)
            except OrgError as error:
                refused[each] = error
        return [(self.reader.org.schema.objects[name], members) for name, members in groups.items()]


def _result(record: JsonRecord | None, error: OrgError | None) -> Json:
    if record is not None:
        return {"statusCode": 200, "result": record}
    refused = error or no_record()
    return {"statusCode": refused.status, "result": [{"errorCode": refused.code, "message": refused.message}]}
