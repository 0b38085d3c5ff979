"""Records of the UI API, as they stand inside all of its answers."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from localorg.http.uiapi.errors import bad_record_id
from localorg.http.uiapi.fetch import Fetcher, by_ids
from localorg.http.uiapi.selection import Selection, UnknownFieldError
from localorg.http.uiapi.values import api_value, display_value
from localorg.http.uiapi.viewer import Viewer
from localorg.ids import MASTER_RECORD_TYPE_ID, is_id
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

    @cached_property
    def fetcher(self) -> Fetcher:
        """Runs the reader's queries."""
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
                path = _unqualified(name, sobject)
                # tried apart first: of a path that does not exist no part may stay behind
                Selection(self.org.schema, self.viewer.user, sobject).add_path(path)
            except UnknownFieldError:
                continue
            selection.add_path(path)
        return selection

    def records(self, sobject: SObject, ids: Sequence[str], selection: Selection) -> dict[str, JsonRecord]:
        """The records that exist among `ids`, by 18-character id."""
        selection.add_stamps()
        query = Query(selection.select(), Path((sobject.name,), 0), where=by_ids(ids))
        rows = self.fetcher.rows(self.fetcher.plan(query))
        return {str(row["Id"]): record_json(selection, row, self.viewer) for row in rows}


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
        "weakEtag": milliseconds(stamp),
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


def milliseconds(moment: object) -> int:
    """A moment as a number, 0 for none."""
    return int(dt.datetime.fromisoformat(moment).timestamp() * 1000) if isinstance(moment, str) else 0
