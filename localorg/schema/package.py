"""Reads SFDX source: objects, fields and permission sets of a package folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from localorg.access import FieldRights, ObjectRights, PermissionSet
from localorg.errors import PackageError
from localorg.schema.model import Field, SObject
from localorg.schema.source_fields import XmlElement, boolean, child_text, read_field, system_fields, text_of

NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"


@dataclass(frozen=True)
class PackageSource:
    """What a package folder holds.

    objects: its custom objects, without key prefix, with their fields. fields: object name -> the fields it adds to an
    object that is not its own. permission_sets: as written. refused: (component, reason) of what cannot be used.
    """

    objects: tuple[SObject, ...]
    fields: dict[str, tuple[Field, ...]]
    permission_sets: tuple[PermissionSet, ...]
    refused: tuple[tuple[str, str], ...]


def read_package(folder: Path) -> PackageSource:
    """The objects, fields and permission sets under a folder of SFDX source.

    Raises PackageError if the folder is missing or a metadata file is not XML of the expected type.
    """
    if not folder.is_dir():
        raise PackageError(f"{folder} is not a folder; give the folder of the package's SFDX source")
    refused: list[tuple[str, str]] = []
    fields: dict[str, tuple[Field, ...]] = {}
    for object_folder in sorted({path.parent.parent for path in folder.rglob("fields/*.field-meta.xml")}):
        fields[object_folder.name] = tuple(_fields(object_folder, refused))
    objects = []
    for file in sorted(folder.rglob("*.object-meta.xml")):
        name = file.name.removesuffix(".object-meta.xml")
        if name.endswith("__c"):
            objects.append(_custom_object(name, _parse(file, "CustomObject"), fields.pop(name, ())))
    sets = [_permission_set(file) for file in sorted(folder.rglob("*.permissionset-meta.xml"))]
    return PackageSource(tuple(objects), fields, tuple(sets), tuple(refused))


def _parse(file: Path, root: str) -> XmlElement:
    try:
        # Metadata has no entities; resolving none keeps a package from reading other files.
        element = etree.parse(str(file), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    except (etree.XMLSyntaxError, OSError) as error:
        raise PackageError(f"{file} cannot be read as XML: {error}") from error
    if element.tag != NAMESPACE + root:
        raise PackageError(f"{file} holds <{etree.QName(element).localname}>, expected <{root}> of the Metadata API")
    return element


def _fields(object_folder: Path, refused: list[tuple[str, str]]) -> Iterator[Field]:
    for file in sorted((object_folder / "fields").glob("*.field-meta.xml")):
        name = file.name.removesuffix(".field-meta.xml")
        element = _parse(file, "CustomField")
        if not name.endswith("__c"):
            continue  # a standard field's own settings change nothing here
        try:
            yield read_field(element, name)
        except ValueError as error:
            refused.append((f"{object_folder.name}.{name}", str(error)))


def _custom_object(name: str, element: XmlElement, fields: tuple[Field, ...]) -> SObject:
    label = child_text(element, "label") or name.removesuffix("__c")
    detail = child_text(element, "sharingModel") == "ControlledByParent"
    name_field = element.find(NAMESPACE + "nameField")
    own = [*system_fields(label, name_field, owned=not detail), *fields]
    return SObject(
        name=name,
        label=label,
        label_plural=child_text(element, "pluralLabel") or label,
        key_prefix="",
        custom=True,
        fields={field.name: field for field in own},
        activities=boolean(element, "enableActivities"),
        description=child_text(element, "description"),
    )


def _permission_set(file: Path) -> PermissionSet:
    element = _parse(file, "PermissionSet")
    name = file.name.removesuffix(".permissionset-meta.xml")
    objects = {
        text_of(entry, "object"): ObjectRights(
            read=boolean(entry, "allowRead"),
            create=boolean(entry, "allowCreate"),
            edit=boolean(entry, "allowEdit"),
            delete=boolean(entry, "allowDelete"),
        )
        for entry in element.findall(NAMESPACE + "objectPermissions")
    }
    fields = {
        text_of(entry, "field"): FieldRights(read=boolean(entry, "readable"), edit=boolean(entry, "editable"))
        for entry in element.findall(NAMESPACE + "fieldPermissions")
    }
    granted = frozenset(
        text_of(entry, "name") for entry in element.findall(NAMESPACE + "userPermissions") if boolean(entry, "enabled")
    )
    label = child_text(element, "label") or name
    return PermissionSet(name, label, child_text(element, "description"), objects, fields, granted)
