"""`GET .../record-ui/{ids}`: records with their object infos and layouts in one answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from localorg.errors import OrgError
from localorg.http.uiapi.errors import no_record
from localorg.http.uiapi.layouts import COMPACT, FULL, layout_fields, layouts_json
from localorg.http.uiapi.object_info import Json, object_info
from localorg.http.uiapi.records import RecordReader
from localorg.http.uiapi.selection import Selection, UnknownFieldError
from localorg.ids import id18
from localorg.pages.metadata import PagePackage
from localorg.schema.model import SObject

LAYOUT_TYPES = (COMPACT, FULL)


def layout_selection(
    reader: RecordReader,
    package: PagePackage,
    sobject: SObject,
    fields: Sequence[str] = (),
    optional: Sequence[str] = (),
) -> Selection:
    """What an object's layouts show: its fields, and the names of the records they look up; further fields on top."""
    selection = reader.selection(sobject, fields, optional)
    for name in layout_fields(sobject, reader.viewer.user, package):
        field = selection.add(name)
        if field.type == "reference" and field.relationship_name:
            _add_name(selection, field.relationship_name)
    return selection


def record_ui(
    reader: RecordReader, package: PagePackage, ids: Sequence[str], types: Sequence[str], optional: Sequence[str]
) -> Json:
    """Records of any objects. Raises OrgError for an unknown layout type, an id that is none, a record that is gone."""
    unknown = [each for each in types if each not in LAYOUT_TYPES]
    if unknown:
        reason = f"layoutTypes: {', '.join(unknown)} unknown; expected {' or '.join(LAYOUT_TYPES)}"
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", reason)
    records: Json = {}
    infos: Json = {}
    layouts: Json = {}
    user = reader.viewer.user
    for record_id in ids:
        sobject = reader.object_of(record_id)
        selection = layout_selection(reader, package, sobject, optional=optional)
        found = reader.records(sobject, [record_id], selection)
        if not found:
            raise no_record()
        records[id18(record_id)] = found[id18(record_id)]
        infos[sobject.name] = object_info(sobject, user, package)
        layouts[sobject.name] = layouts_json(sobject, user, package, types or LAYOUT_TYPES)
    tag = hashlib.md5(repr(sorted(records)).encode(), usedforsecurity=False).hexdigest()
    return {"eTag": tag, "layoutUserStates": {}, "layouts": layouts, "objectInfos": infos, "records": records}


def _add_name(selection: Selection, relationship: str) -> None:
    try:
        parent = selection.parent(relationship)
        name_field = parent.sobject.name_field if parent.sobject else parent.find("Name")
        if name_field is not None:
            parent.add(name_field.name)
    except UnknownFieldError:
        # the lookup's target is not there for this user: the id alone is shown
        return
