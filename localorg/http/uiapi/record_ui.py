"""`GET .../record-ui/{ids}`: records with their object infos and layouts in one answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localorg.errors import OrgError
from localorg.http.uiapi.children import ChildrenWanted, add_children
from localorg.http.uiapi.errors import no_record
from localorg.http.uiapi.layouts import LAYOUT_TYPES, checked_layouts, layout_fields, layouts_json
from localorg.http.uiapi.object_info import Json, related_infos, tag_of
from localorg.http.uiapi.records import LARGEST_BATCH, RecordReader
from localorg.http.uiapi.selection import Selection, UnknownFieldError
from localorg.ids import id18
from localorg.pages.metadata import PagePackage
from localorg.schema.model import SObject


@dataclass(frozen=True)
class LayoutsWanted:
    """Which layouts are asked for, and what beyond their fields."""

    types: Sequence[str] = ()
    modes: Sequence[str] = ()
    fields: Sequence[str] = ()
    optional: Sequence[str] = ()


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
    reader: RecordReader, package: PagePackage, ids: Sequence[str], wanted: LayoutsWanted, children: ChildrenWanted
) -> Json:
    """Records of any objects. Raises OrgError for an unknown layout type, an id that is none, a record that is gone."""
    checked_layouts(wanted.types, wanted.modes)
    if len(ids) > LARGEST_BATCH:
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"at most {LARGEST_BATCH} record ids, got {len(ids)}")
    groups: dict[str, list[str]] = {}
    for record_id in ids:
        groups.setdefault(reader.object_of(record_id).name, []).append(id18(record_id))
    user = reader.viewer.user
    found: Json = {}
    infos: Json = {}
    layouts: Json = {}
    for name, members in groups.items():
        sobject = reader.org.schema.objects[name]
        selection = layout_selection(reader, package, sobject, optional=wanted.optional)
        records = reader.records(sobject, members, selection)
        if len(records) < len(set(members)):
            raise no_record()
        add_children(reader, sobject, records, children)
        found |= records
        infos = related_infos(reader.org, user, package, sobject, selection.fields) | infos
        layouts[name] = layouts_json(sobject, user, package, wanted.types or LAYOUT_TYPES, wanted.modes or ("View",))
    records_json = {id18(each): found[id18(each)] for each in ids}
    return {
        "eTag": tag_of((records_json, layouts)),
        "layoutUserStates": {},
        "layouts": layouts,
        "objectInfos": infos,
        "records": records_json,
    }


def _add_name(selection: Selection, relationship: str) -> None:
    try:
        parent = selection.parent(relationship)
        name_field = parent.sobject.name_field if parent.sobject else parent.find("Name")
        if name_field is not None:
            parent.add(name_field.name)
    except UnknownFieldError:
        # the lookup's target is not there for this user: the id alone is shown
        return
