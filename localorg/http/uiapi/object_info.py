"""Object info and picklist values, in UI API's naming."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from localorg.access import User
from localorg.http.uiapi.errors import no_object
from localorg.ids import MASTER_RECORD_TYPE_ID
from localorg.org import LocalOrg
from localorg.pages.metadata import PagePackage
from localorg.schema.model import ChildRelationship, Field, SObject

Json = dict[str, object]

_DATA_TYPES = {
    "id": "Reference",
    "string": "String",
    "textarea": "TextArea",
    "picklist": "Picklist",
    "multipicklist": "MultiPicklist",
    "combobox": "ComboBox",
    "reference": "Reference",
    "boolean": "Boolean",
    "int": "Int",
    "long": "Int",
    "double": "Double",
    "currency": "Currency",
    "percent": "Percent",
    "date": "Date",
    "datetime": "DateTime",
    "phone": "Phone",
    "email": "Email",
    "url": "Url",
    "address": "Address",
    "encryptedstring": "EncryptedString",
    "location": "Location",
    "time": "Time",
    "base64": "Base64",
}


def readable_object(org: LocalOrg, user: User, name: str) -> SObject:
    """The object as far as the user has it. Raises OrgError INVALID_TYPE (404)."""
    found = org.schema.get(name)
    if found is None or not user.may_read_object(found.name):
        raise no_object(name)
    return found


def object_info(sobject: SObject, user: User, package: PagePackage) -> Json:
    """What the user may know of an object; a field they may not read is not there. Answers are shared."""
    return _INFOS.info(sobject, user, package)


class _Infos:
    """Infos by object and rights, as most of a page's answers carry some.

    A deployment replaces objects and permission sets; an entry keeps those it was made from, so that no other object
    takes their identity.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[object, ...], tuple[tuple[object, ...], Json]] = OrderedDict()

    def info(self, sobject: SObject, user: User, package: PagePackage) -> Json:
        """The info of an object for users with this user's rights."""
        sources = (sobject, package, *user.grants)
        key = (user.is_admin, user.profile, *map(id, sources))
        with self._lock:
            known = self._known.get(key)
        if known is not None:
            return known[1]
        made = _object_info(sobject, user, package)
        with self._lock:
            self._known[key] = (sources, made)
            if len(self._known) > _MOST_INFOS:
                self._known.popitem(last=False)
        return made


_MOST_INFOS = 200
_INFOS = _Infos()


def _object_info(sobject: SObject, user: User, package: PagePackage) -> Json:
    fields = {field.name: _field_info(field, sobject, user) for field in user.readable_fields(sobject.name)}
    children = [
        _child_info(child) for child in sobject.child_relationships if user.may_read(child.child_object, child.field)
    ]
    record_type = {
        "available": True,
        "defaultRecordTypeMapping": True,
        "master": True,
        "name": "Master",
        "recordTypeId": MASTER_RECORD_TYPE_ID,
    }
    info: Json = {
        "apiName": sobject.name,
        "associateEntityType": None,
        "associateParentEntity": None,
        "childRelationships": children,
        "compactLayoutable": True,
        "createable": user.may_create(sobject.name),
        "custom": sobject.custom,
        "defaultRecordTypeId": MASTER_RECORD_TYPE_ID,
        "deletable": user.may_delete(sobject.name),
        "dependentFields": {},
        "feedEnabled": False,
        "fields": fields,
        "keyPrefix": sobject.key_prefix or None,
        "label": sobject.label,
        "labelPlural": sobject.label_plural,
        "layoutable": True,
        "mruEnabled": True,
        "nameFields": _name_fields(sobject, user),
        "queryable": True,
        "recordTypeInfos": {MASTER_RECORD_TYPE_ID: record_type},
        "searchLayoutable": True,
        "searchable": True,
        "themeInfo": _theme(package.icon(sobject.name)),
        "updateable": user.may_edit_object(sobject.name),
    }
    return info | {"eTag": tag_of(info)}


def object_directory(org: LocalOrg, user: User, base: str) -> Json:
    """All objects that the user has."""
    entries = {
        sobject.name: {
            "apiName": sobject.name,
            "keyPrefix": sobject.key_prefix or None,
            "label": sobject.label,
            "labelPlural": sobject.label_plural,
            "nameFields": _name_fields(sobject, user),
            "objectInfoUrl": f"{base}/ui-api/object-info/{sobject.name}",
        }
        for sobject in org.schema.objects.values()
        if user.may_read_object(sobject.name)
    }
    return {"eTag": tag_of(entries), "objects": entries}


def related_infos(
    org: LocalOrg, user: User, package: PagePackage, sobject: SObject, fields: Iterable[str]
) -> dict[str, Json]:
    """The infos of an object and of the objects that the reference fields among `fields` lead to."""
    names = {sobject.name: None}
    for name in fields:
        field = sobject.field(name)
        if field is not None and len(field.reference_to) == 1 and user.may_read_object(field.reference_to[0]):
            names[field.reference_to[0]] = None
    return {name: object_info(org.schema.objects[name], user, package) for name in names if name in org.schema.objects}


def tag_of(content: object) -> str:
    """An ETag: another one whenever the content is another."""
    return hashlib.md5(repr(content).encode(), usedforsecurity=False).hexdigest()


def _name_fields(sobject: SObject, user: User) -> Sequence[str]:
    field = sobject.name_field
    if field is None or not user.may_read(sobject.name, field.name):
        return []
    people = [name for name in ("FirstName", "LastName") if sobject.field(name) is not None]
    return [*(name for name in people if user.may_read(sobject.name, name)), field.name]


def _theme(icon: str) -> Json:
    category, _, name = icon.partition(":")
    return {"color": None, "iconUrl": f"/slds/assets/icons/{category}/{name}_120.png"}


def _child_info(child: ChildRelationship) -> Json:
    return {
        "childObjectApiName": child.child_object,
        "fieldName": child.field,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": child.name,
    }


def _targets(field: Field, user: User) -> list[Json]:
    targets = (user.schema.get(name) for name in field.reference_to)
    return [
        {"apiName": target.name, "nameFields": _name_fields(target, user)}
        for target in targets
        if target is not None and user.may_read_object(target.name)
    ]


def _field_info(field: Field, sobject: SObject, user: User) -> Json:
    editable = user.may_edit(sobject.name, field.name)
    return {
        "apiName": field.name,
        "calculated": field.calculated,
        "compound": field.type == "address",
        "compoundComponentName": None,
        "compoundFieldName": field.compound_field_name,
        "controllerName": None,
        "controllingFields": [],
        "createable": field.createable and editable,
        "custom": field.custom,
        "dataType": _DATA_TYPES.get(field.type, "String"),
        "extraTypeInfo": "PlainTextArea" if field.type == "textarea" else None,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "inlineHelpText": field.help_text,
        "label": field.label,
        "length": field.length,
        "maskType": None,
        "nameField": field.name_field,
        "polymorphicForeignKey": len(field.reference_to) > 1,
        "precision": field.precision,
        "reference": field.type == "reference",
        "referenceTargetField": None,
        "referenceToInfos": _targets(field, user),
        "relationshipName": field.relationship_name,
        "required": field.required,
        "scale": field.scale,
        "searchPrefilterable": field.type == "reference",
        "sortable": field.sortable,
        "unique": field.unique,
        "updateable": field.updateable and editable,
    }
