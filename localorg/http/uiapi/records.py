"""Records of the UI API: `GET .../records/{id}`, batches, and the record inside other answers."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from localorg.errors import OrgError
from localorg.http.uiapi.errors import bad_record_id, no_record
from localorg.http.uiapi.fetch import Fetcher, by_ids
from localorg.http.uiapi.selection import Selection, UnknownFieldError
from localorg.http.uiapi.values import api_value, display_value
from localorg.http.uiapi.viewer import Viewer
from localorg.ids import MASTER_RECORD_TYPE_ID, id18, is_id
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.soql.records import JsonRecord
from localorg.soql.tree import Path, Query

LARGEST_BATCH = 200


@dataclass(frozen=True)
class RecordReader:
    """Reads records as one viewer sees them."""

    org: LocalOrg
    viewer: Viewer

    @property
    def fetcher(self) -> Fetcher:
        return Fetcher(self.org, self.viewer.user)

    def object_of(self, record_id: str) -> SObject:
        """The object a record id belongs to. Raises OrgError for what is no id of an object the user has."""
        sobject = self.org.schema.by_prefix(record_id[:3]) if is_id(record_id) else None
        if sobject is None or not self.viewer.user.may_read_object(sobject.name):
            raise bad_record_id(record_id)
        return sobject

    def selection(self, sobject: SObject, fields: Iterable[str], optional: Iterable[str] = ()) -> Selection:
        """Qualified names (`Opportunity.Owner.Name`) as a selection of `sobject`.

        Raises UnknownFieldError for one of `fields` that does not exist for the user; one of `optional` is left out.
        """
        selection = Selection(self.org.schema, self.viewer.user, sobject)
        for name in fields:
            selection.add_path(_unqualified(name, sobject))
        for name in optional:
            try:
                selection.add_path(_unqualified(name, sobject))
            except UnknownFieldError:
                continue
        return selection

    def records(self, sobject: SObject, ids: Sequence[str], selection: Selection) -> dict[str, JsonRecord]:
        """The records that exist among `ids`, by 18-character id."""
        selection.add_stamps()
        query = Query(selection.select(), Path((sobject.name,), 0), where=by_ids(ids))
        rows = self.fetcher.rows(self.fetcher.plan(query))
        return {str(row["Id"]): record_json(selection, row, self.viewer) for row in rows}

    def record(self, record_id: str, fields: Iterable[str], optional: Iterable[str] = ()) -> JsonRecord:
        """One record. Raises OrgError NOT_FOUND (404) where there is none."""
        sobject = self.object_of(record_id)
        found = self.records(sobject, [record_id], self.selection(sobject, fields, optional))
        if not found:
            raise no_record()
        return found[id18(record_id)]

    def batch(self, ids: Sequence[str], fields: Sequence[str], optional: Sequence[str]) -> JsonRecord:
        """Up to 200 records, each with its own status; ids of several objects take the fields that are theirs."""
        if len(ids) > LARGEST_BATCH:
            raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"at most {LARGEST_BATCH} record ids, got {len(ids)}")
        found: dict[str, JsonRecord] = {}
        refused: dict[str, OrgError] = {}
        for sobject, members in self._by_object(ids, refused):
            try:
                selection = self.selection(sobject, _of(sobject, fields), _of(sobject, optional))
                found |= self.records(sobject, members, selection)
            except OrgError as error:
                refused |= dict.fromkeys(members, error)
        results = [_result(found.get(id18(each) if is_id(each) else each), refused.get(each)) for each in ids]
        return {"hasErrors": any(result["statusCode"] != 200 for result in results), "results": results}

    def _by_object(self, ids: Sequence[str], refused: dict[str, OrgError]) -> list[tuple[SObject, list[str]]]:
        groups: dict[str, list[str]] = {}
        for each in ids:
            try:
                groups.setdefault(self.object_of(each).name, []).append(each)
            except OrgError as error:
                refused[each] = error
        return [(self.org.schema.objects[name], members) for name, members in groups.items()]


def record_json(selection: Selection, row: Mapping[str, object], viewer: Viewer) -> JsonRecord:
    """A fetched row as a record of the UI API."""
    record_id = str(row["Id"])
    fields: dict[str, object] = {
        name: {"displayValue": display_value(field, row[name], viewer), "value": api_value(field, row[name])}
        for name, field in selection.fields.items()
    }
    for name, (_, parent) in selection.parents.items():
        fields[name] = _parent_json(parent, row[name], viewer)
    stamp = api_stamp(row.get("SystemModstamp"))
    return {
        "apiName": object_name(selection, record_id),
        "childRelationships": {},
        "eTag": hashlib.md5(json.dumps(row, sort_keys=True).encode(), usedforsecurity=False).hexdigest(),
        "fields": fields,
        "id": record_id,
        "lastModifiedById": row.get("LastModifiedById"),
        "lastModifiedDate": api_stamp(row.get("LastModifiedDate")),
        "recordTypeId": MASTER_RECORD_TYPE_ID,
        "recordTypeInfo": None,
        "systemModstamp": stamp,
        "weakEtag": _milliseconds(stamp),
    }


def object_name(selection: Selection, record_id: str) -> str:
    """API name of a record's object; of a parent of one of several objects by its id."""
    if selection.sobject is not None:
        return selection.sobject.name
    actual = selection.schema.by_prefix(record_id[:3])
    return actual.name if actual else selection.object_name


def api_stamp(moment: object) -> str | None:
    """A moment of the data API (`...+0000`) as UI API writes it (`...Z`)."""
    return None if moment is None else str(moment).removesuffix("+0000").removesuffix("Z") + "Z"


def _parent_json(parent: Selection, row: object, viewer: Viewer) -> dict[str, object]:
    if not isinstance(row, Mapping):
        return {"displayValue": None, "value": None}
    record = record_json(parent, row, viewer)
    name_field = parent.sobject.name_field if parent.sobject else parent.find("Name")
    shown = row.get(name_field.name) if name_field else None
    return {"displayValue": None if shown is None else str(shown), "value": record}


def _unqualified(name: str, sobject: SObject) -> list[str]:
    """`Opportunity.Owner.Name` of Opportunity as `Owner.Name`. Raises UnknownFieldError for another object's field."""
    first, *rest = name.strip().split(".")
    if not rest or first.lower() != sobject.name.lower():
        raise UnknownFieldError(name, sobject.name)
    return rest


def _of(sobject: SObject, names: Sequence[str]) -> list[str]:
    return [name for name in names if name.split(".")[0].lower() == sobject.name.lower()]


def _result(record: JsonRecord | None, error: OrgError | None) -> JsonRecord:
    if record is not None:
        return {"statusCode": 200, "result": record}
    refused = error or no_record()
    return {"statusCode": refused.status, "result": [{"errorCode": refused.code, "message": refused.message}]}


def _milliseconds(moment: str | None) -> int:
    if moment is None:
        return 0
    return int(dt.datetime.fromisoformat(moment).timestamp() * 1000)
