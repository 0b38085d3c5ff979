"""Permission sets: whether what they grant exists, and what they say as the org's rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from localorg.access import FieldRights, ObjectRights, PermissionSet
from localorg.metadata.component import Component
from localorg.metadata.document import XmlElement, child_text, children, is_true
from localorg.metadata.structure import Finding
from localorg.metadata.world import World, no_such, too_long, wrong_name

# Reference in the permission set -> the type it names. The org has no Apex, Visualforce, or record types.
_REFERENCES: Final = {
    "classAccesses/apexClass": "ApexClass",
    "pageAccesses/apexPage": "ApexPage",
    "flowAccesses/flow": "Flow",
    "recordTypeVisibilities/recordType": "RecordType",
    "customPermissions/name": "CustomPermission",
    "customMetadataTypeAccesses/name": "CustomObject",
    "externalDataSourceAccesses/externalDataSource": "ExternalDataSource",
}
_NEEDS: Final = {
    "allowCreate": ("allowRead",),
    "allowEdit": ("allowRead",),
    "allowDelete": ("allowRead", "allowEdit"),
    "viewAllRecords": ("allowRead",),
    "modifyAllRecords": ("allowRead", "allowEdit", "allowDelete", "viewAllRecords"),
}
_RIGHTS: Final = {
    "allowRead": "Read",
    "allowCreate": "Create",
    "allowEdit": "Edit",
    "allowDelete": "Delete",
    "viewAllRecords": "View All",
    "modifyAllRecords": "Modify All",
}
LONGEST_LABEL, LONGEST_DESCRIPTION, LONGEST_NAME = 80, 255, 80


def check_permission_set(component: Component, world: World) -> Iterator[Finding]:
    """What is wrong with a permission set, the gravest first."""
    element = component.element
    for message in (
        wrong_name("permission set", component.name[:40], "") if len(component.name) <= LONGEST_NAME else None,
        too_long("fullName", component.name, LONGEST_NAME),
        too_long("label", child_text(element, "label"), LONGEST_LABEL),
        too_long("description", child_text(element, "description"), LONGEST_DESCRIPTION),
    ):
        if message:
            yield Finding(None, message)
    yield from _objects(element, world)
    yield from _fields(element, world)
    yield from _others(element, world)


def _objects(element: XmlElement, world: World) -> Iterator[Finding]:
    seen: set[str] = set()
    for entry in children(element, "objectPermissions"):
        name = child_text(entry, "object") or ""
        sobject = world.sobject(name)
        if sobject is None:
            yield Finding(entry, no_such("object", "CustomObject", name))
            continue
        if sobject.access != "own":
            yield Finding(entry, f"Object permissions cannot be set for {name}: rights on it follow {sobject.access!r}")
        if name in seen:
            yield Finding(entry, f"Field:object, value:{name} appears more than once")
        seen.add(name)
        for right, needed in _NEEDS.items():
            missing = [_RIGHTS[other] for other in needed if not is_true(entry, other)]
            if is_true(entry, right) and missing:
                listed = ", ".join(f"{other} {name}" for other in missing)
                yield Finding(entry, f"Permission {_RIGHTS[right]} {name} depends on permission(s): {listed}")


def _fields(element: XmlElement, world: World) -> Iterator[Finding]:
    seen: set[str] = set()
    for entry in children(element, "fieldPermissions"):
        name = child_text(entry, "field") or ""
        object_name, _, field_name = name.partition(".")
        field = world.field(object_name, field_name)
        if field is None:
            yield Finding(entry, no_such("field", "CustomField", name))
        elif not field.permissionable:
            yield Finding(entry, f"You cannot deploy to a required field: {name}")
        elif name in seen:
            yield Finding(entry, f"Field:field, value:{name} appears more than once")
        seen.add(name)


def _others(element: XmlElement, world: World) -> Iterator[Finding]:
    for path, type_name in _REFERENCES.items():
        for entry in children(element, path):
            yield Finding(entry, no_such(path.rpartition("/")[2], type_name, entry.text or ""))
    for entry in children(element, "applicationVisibilities/application"):
        name = entry.text or ""
        if not name.startswith("standard__") and not world.has("CustomApplication", name):
            yield Finding(entry, no_such("application", "CustomApplication", name))
    for entry in children(element, "tabSettings/tab"):
        name = entry.text or ""
        if not name.startswith("standard-") and not world.has("CustomTab", name):
            yield Finding(entry, no_such("tab", "CustomTab", name))
    for entry in children(element, "userPermissions/name"):
        name = entry.text or ""
        if not (name.isascii() and name.isalnum() and name[:1].isupper()):
            yield Finding(entry, f"Unknown user permission: {name}")


def read_permission_set(component: Component) -> PermissionSet:
    """A sound permission set as the org's rights."""
    element = component.element
    return PermissionSet(
        name=component.name,
        label=child_text(element, "label") or component.name,
        description=child_text(element, "description"),
        objects={
            child_text(entry, "object") or "": ObjectRights(
                read=is_true(entry, "allowRead"),
                create=is_true(entry, "allowCreate"),
                edit=is_true(entry, "allowEdit"),
                delete=is_true(entry, "allowDelete"),
            )
            for entry in children(element, "objectPermissions")
        },
        fields={
            child_text(entry, "field") or "": FieldRights(is_true(entry, "readable"), is_true(entry, "editable"))
            for entry in children(element, "fieldPermissions")
        },
        user_permissions=frozenset(
            child_text(entry, "name") or ""
            for entry in children(element, "userPermissions")
            if is_true(entry, "enabled")
        ),
    )
