"""Layouts as UI API gives them, made from the package's layouts or from the object's fields."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from localorg.access import User
from localorg.errors import OrgError
from localorg.ids import MASTER_RECORD_TYPE_ID
from localorg.pages.metadata import PagePackage
from localorg.pages.metadata.layouts import Layout, Section
from localorg.schema.model import AUDIT_FIELDS, Field, SObject

Json = dict[str, object]

COMPACT = "Compact"
FULL = "Full"
LAYOUT_TYPES = (COMPACT, FULL)
MODES = ("View", "Edit", "Create")
_MOST_COMPACT_FIELDS = 7
_LONGEST_PLAIN_TEXT = 255
_NOT_SHOWN = frozenset({"Id", "IsDeleted", "MasterRecordId", "RecordTypeId", "PhotoUrl", *AUDIT_FIELDS})
_LABELS = {("Opportunity", "AccountId"): "Account Name", ("Account", "ParentId"): "Parent Account"}


def field_label(sobject: SObject, field: Field) -> str:
    """A field's label on a page: a lookup drops its `ID`, an owner is named after the object."""
    if (sobject.name, field.name) in _LABELS:
        return _LABELS[sobject.name, field.name]
    if field.name == "OwnerId":
        return f"{sobject.label} Owner"
    if field.name_field and field.name == "Name":
        return f"{sobject.label} Name"
    return field.label.removesuffix(" ID") if field.type == "reference" else field.label


def sections_of(sobject: SObject, user: User, package: PagePackage) -> tuple[Section, ...]:
    """The sections of the page layout; for an object without one all its short fields, in two columns."""
    layout = package.layout(sobject.name)
    sections = layout.sections if layout else _made_up(sobject, user).sections
    custom = _package_section(sobject, user, layout, package.application.label)
    return (*sections, custom) if custom else sections


def compact_fields(sobject: SObject, user: User, package: PagePackage) -> list[str]:
    """The fields of the record's header; the name leads."""
    given = package.compact_layout(sobject.name) or _plain_fields(sobject, user)[: _MOST_COMPACT_FIELDS - 1]
    name = [sobject.name_field.name] if sobject.name_field else []
    return [each for each in dict.fromkeys([*name, *given]) if user.may_read(sobject.name, each)][:_MOST_COMPACT_FIELDS]


def layout_fields(sobject: SObject, user: User, package: PagePackage) -> list[str]:
    """All fields that the header and the detail show, parts of addresses included."""
    shown = [name for section in sections_of(sobject, user, package) for column in section.columns for name in column]
    names = dict.fromkeys([*compact_fields(sobject, user, package), *shown])
    return [part for name in names for part in _parts(sobject, user, name)]


def layouts_json(
    sobject: SObject, user: User, package: PagePackage, types: Iterable[str], modes: Iterable[str]
) -> Json:
    """`layouts[object]` of record-ui: by record type, layout type and mode."""
    wanted = tuple(modes)
    made = {kind: {mode: layout_json(sobject, user, package, kind, mode) for mode in wanted} for kind in types}
    return {MASTER_RECORD_TYPE_ID: made}


def layout_json(sobject: SObject, user: User, package: PagePackage, layout_type: str, mode: str) -> Json:
    """One layout; the local org has the same for every mode."""
    if layout_type == COMPACT:
        fields = tuple(compact_fields(sobject, user, package))
        sections: tuple[Section, ...] = (Section("", (fields,), use_heading=False),)
    else:
        sections = sections_of(sobject, user, package)
    return {
        "eTag": _tag((sobject.name, layout_type, mode, sections)),
        "id": None,
        "layoutType": layout_type,
        "mode": mode,
        "objectApiName": sobject.name,
        "recordTypeId": MASTER_RECORD_TYPE_ID,
        "sections": [_section_json(section, sobject, user) for section in sections],
    }


def checked_layouts(types: Sequence[str], modes: Sequence[str]) -> None:
    """Raise OrgError for a layout type or mode that does not exist."""
    for name, given, known in (("layoutTypes", types, LAYOUT_TYPES), ("modes", modes, MODES)):
        unknown = [each for each in given if each not in known]
        if unknown:
            reason = f"{name}: {', '.join(unknown)} unknown; expected {', '.join(known)}"
            raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", reason)


def _section_json(section: Section, sobject: SObject, user: User) -> Json:
    rows = [[item for name in row if name and (item := _item(sobject, user, name))] for row in section.rows()]
    rows = [row for row in rows if row]
    return {
        "collapsible": section.use_heading,
        "columns": len(section.columns),
        "heading": section.heading,
        "id": _tag((sobject.name, section.heading))[:18],
        "layoutRows": [{"layoutItems": row} for row in rows],
        "rows": len(rows),
        "tabOrder": "TopDown",
        "useHeading": section.use_heading,
    }


def _item(sobject: SObject, user: User, name: str) -> Json | None:
    field = sobject.field(name)
    parts = _parts(sobject, user, name)
    if field is None or not parts:
        return None
    label = field_label(sobject, field)
    editable = field.updateable and user.may_edit(sobject.name, field.name)
    return {
        "editableForNew": field.createable and user.may_edit(sobject.name, field.name),
        "editableForUpdate": editable,
        "label": label,
        "layoutComponents": [{"apiName": part, "componentType": "Field", "label": label} for part in parts],
        "lookupIdApiName": "Id" if field.type == "reference" else None,
        "required": field.required,
        "sortable": field.sortable,
    }


def _parts(sobject: SObject, user: User, name: str) -> list[str]:
    """The field itself, or the parts of an address; nothing for what the user has not."""
    field = sobject.field(name)
    if field is None or not user.may_read(sobject.name, field.name):
        return []
    if field.type != "address":
        return [field.name]
    order = ("Street", "City", "State", "PostalCode", "Country")
    stem = field.name.removesuffix("Address")
    return [part for suffix in order if user.may_read(sobject.name, part := f"{stem}{suffix}")]


def _package_section(sobject: SObject, user: User, layout: Layout | None, heading: str) -> Section | None:
    """The package's fields of a standard object: an admin would put them on the layout, in a section of their own."""
    if sobject.custom or layout is None:
        return None
    placed = {name for section in layout.sections for column in section.columns for name in column}
    names = [
        field.name
        for field in user.readable_fields(sobject.name)
        if field.custom and field.name not in placed and _is_short(field)
    ]
    half = (len(names) + 1) // 2
    return Section(heading, (tuple(names[:half]), tuple(names[half:]))) if names else None


def _made_up(sobject: SObject, user: User) -> Layout:
    names = _plain_fields(sobject, user)
    half = (len(names) + 1) // 2
    return Layout(sobject.name, (Section("Information", (tuple(names[:half]), tuple(names[half:]))),))


def _plain_fields(sobject: SObject, user: User) -> list[str]:
    fields = (field for field in user.readable_fields(sobject.name) if field.name not in _NOT_SHOWN)
    return [field.name for field in fields if _is_short(field) and field.type != "address"]


def _is_short(field: Field) -> bool:
    return field.type != "textarea" or field.length <= _LONGEST_PLAIN_TEXT


def _tag(content: object) -> str:
    return hashlib.md5(repr(content).encode(), usedforsecurity=False).hexdigest()
