"""`GET .../record-defaults/...`: what a form for a new record begins with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from localorg.http.uiapi.errors import no_record
from localorg.http.uiapi.layouts import FULL, layout_fields, layout_json
from localorg.http.uiapi.object_info import Json, object_info, related_infos
from localorg.http.uiapi.record_ui import layout_selection
from localorg.http.uiapi.records import RecordReader
from localorg.http.uiapi.selection import Selection
from localorg.http.uiapi.values import display_value
from localorg.ids import MASTER_RECORD_TYPE_ID, id18
from localorg.pages.metadata import PagePackage
from localorg.schema.model import NUMBER_TYPES, Field, SObject


@dataclass(frozen=True)
class RecordDefaults:
    """Default values for new records of the reader's viewer; `optional` are fields wanted beyond the layout's."""

    reader: RecordReader
    package: PagePackage
    optional: Sequence[str] = ()

    def create(self, sobject: SObject) -> Json:
        """Layout, object infos and a record of defaults."""
        record = self._fresh(sobject, self._selection(sobject))
        return self._with_layout(sobject, record, "Create")

    def clone(self, record_id: str) -> Json:
        """Layout, object infos and a record with the values of another. Raises OrgError when that is not there."""
        sobject = self.reader.object_of(record_id)
        return self._with_layout(sobject, self._copied(sobject, record_id), "Edit")

    def template_create(self, sobject: SObject) -> Json:
        """The record of defaults and the object's info alone."""
        return self._template(sobject, self._fresh(sobject, self._selection(sobject)))

    def template_clone(self, record_id: str) -> Json:
        """The copied record and the object's info alone. Raises OrgError when the record is not there."""
        sobject = self.reader.object_of(record_id)
        return self._template(sobject, self._copied(sobject, record_id))

    def _selection(self, sobject: SObject) -> Selection:
        selection = self.reader.selection(sobject, (), self.optional)
        for name in layout_fields(sobject, self.reader.viewer.user, self.package):
            selection.add(name)
        return selection

    def _fresh(self, sobject: SObject, selection: Selection) -> Json:
        fields = {name: self._default(field) for name, field in selection.fields.items() if field.createable}
        return _record(sobject, fields)

    def _copied(self, sobject: SObject, record_id: str) -> Json:
        selection = layout_selection(self.reader, self.package, sobject, optional=self.optional)
        found = self.reader.records(sobject, [record_id], selection)
        if not found:
            raise no_record()
        fields = found[id18(record_id)]["fields"]
        assert isinstance(fields, dict)  # as records are made
        kept = {
            name: value
            for name, value in fields.items()
            if name in selection.parents or ((field := sobject.field(name)) is not None and field.createable)
        }
        return _record(sobject, kept)

    def _default(self, field: Field) -> Json:
        value = _default_value(field)
        if field.name == "OwnerId":
            value = self.reader.viewer.user.id
        return {"displayValue": display_value(field, value, self.reader.viewer), "value": value}

    def _with_layout(self, sobject: SObject, record: Json, mode: str) -> Json:
        user, fields = self.reader.viewer.user, record["fields"]
        assert isinstance(fields, dict)  # as made above
        return {
            "layout": layout_json(sobject, user, self.package, FULL, mode),
            "objectInfos": related_infos(self.reader.org, user, self.package, sobject, fields),
            "record": record,
        }

    def _template(self, sobject: SObject, record: Json) -> Json:
        info = object_info(sobject, self.reader.viewer.user, self.package)
        return {"objectInfos": {sobject.name: info}, "record": record}


def _record(sobject: SObject, fields: dict[str, Json]) -> Json:
    """A record that is not saved yet."""
    tag = hashlib.md5(repr((sobject.name, fields)).encode(), usedforsecurity=False).hexdigest()
    return {
        "apiName": sobject.name,
        "childRelationships": {},
        "eTag": tag,
        "fields": fields,
        "id": None,
        "lastModifiedById": None,
        "lastModifiedDate": None,
        "recordTypeId": MASTER_RECORD_TYPE_ID,
        "recordTypeInfo": None,
        "systemModstamp": None,
        "weakEtag": 0,
    }


def _default_value(field: Field) -> object:
    """The field's default as a value; a default that is a formula is left to the save."""
    text = field.default_value
    if field.type == "boolean":
        return (text or "false").lower() == "true"
    if text is None:
        return None
    if field.type in NUMBER_TYPES | {"int"}:
        try:
            return int(text) if field.type == "int" else float(text)
        except ValueError:
            return None
    if field.picklist_values:
        return text if text in dict(field.picklist_values) else None
    return None
