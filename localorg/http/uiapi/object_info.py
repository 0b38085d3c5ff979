"""Object info and picklist values, in UI API's naming."""

from __future__ import annotations

import hashlib

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.uiapi.errors import no_object
from localorg.http.uiapi.selection import UnknownFieldError
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
}


def readable_object(org: LocalOrg, user: User, name: str) -> SObject:
    """The object as far as the user has it. Raises OrgError INVALID_TYPE (404)."""
    found = org.schema.get(name)
    if found is None or not user.may_read_object(found.name):
        raise no_object(name)
    return found


def object_info(sobject: SObject, user: User, package: PagePackage) -> Json:
    """What the user may know of an object; a field they may not read is not there."""
    fields = {field.name: _field_info(field, sobject, user) for field in user.readable_fields(sobject.name)}
    children = [_child_info(child) for child in sobject.child_relationships if user.may_read_object(child.child_object)]
    record_type = {
        "available": True,
        "defaultRecordTypeMapping": True,
        "master": True,
        "name": "Master",
        "recordTypeId": MASTER_RECORD_TYPE_ID,
    }
    return {
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
        "eTag": hashlib.md5(repr((sobject.name, list(fields))).encode(), usedforsecurity=False).hexdigest(),
        "feedEnabled": False,
        "fields": fields,
        "keyPrefix": sobject.key_prefix or None,
        "label": sobject.label,
        "labelPlural": sobject.label_plural,
        "layoutable": True,
        "mruEnabled": True,
        "nameFields": [sobject.name_field.name] if sobject.name_field else [],
        "queryable": True,
        "recordTypeInfos": {MASTER_RECORD_TYPE_ID: record_type},
        "searchLayoutable": True,
        "searchable": True,
        "themeInfo": _theme(package.icon(sobject.name)),
        "updateable": user.may_edit_object(sobject.name),
    }


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
        "extraTypeInfo": None,
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
        "referenceToInfos": [{"apiName": name, "nameFields": ["Name"]} for name in field.reference_to],
        "relationshipName": field.relationship_name,
        "required": field.required,
        "scale": field.scale,
        "searchPrefilterable": field.type == "reference",
        "sortable": field.sortable,
        "unique": field.unique,
        "updateable": field.updateable and editable,
    }


def picklist_values(org: LocalOrg, user: User, sobject: SObject, name: str, base: str) -> Json:
    """The values of one picklist. Raises UnknownFieldError, OrgError for a field that is no picklist."""
    field = sobject.field(name)
    if field is None or not user.may_read(sobject.name, field.name):
        raise UnknownFieldError(name, sobject.name)
    if not _is_picklist(field):
        raise OrgError("INVALID_FIELD", f"{sobject.name}.{field.name} is a {field.type} field, not a picklist")
    path = f"{base}/ui-api/object-info/{sobject.name}/picklist-values/{MASTER_RECORD_TYPE_ID}/{field.name}"
    return _values(org, sobject, field, path)


def all_picklist_values(org: LocalOrg, user: User, sobject: SObject, base: str) -> Json:
    """The values of every picklist of an object that the user may read."""
    fields = [field for field in user.readable_fields(sobject.name) if _is_picklist(field)]
    path = f"{base}/ui-api/object-info/{sobject.name}/picklist-values/{MASTER_RECORD_TYPE_ID}"
    found = {field.name: _values(org, sobject, field, f"{path}/{field.name}") for field in fields}
    return {"eTag": _tag(sorted(found)), "picklistFieldValues": found}


def _is_picklist(field: Field) -> bool:
    return field.type in ("picklist", "multipicklist")


def _values(org: LocalOrg, sobject: SObject, field: Field, url: str) -> Json:
    is_stage = sobject.name == "Opportunity" and field.name == "StageName"
    plain = [_value(label, value, None) for value, label in field.picklist_values]
    values = _stages(org) if is_stage else plain
    return {"controllerValues": {}, "defaultValue": None, "eTag": _tag(values), "url": url, "values": values}


def _value(label: str, value: str, attributes: Json | None) -> Json:
    return {"attributes": attributes, "label": label, "validFor": [], "value": value}


def _stages(org: LocalOrg) -> list[Json]:
    """Sales stages are rows of the org, not part of the field."""
    with org.database.reader() as connection:
        rows = connection.execute(
            'SELECT "MasterLabel", "ApiName", "IsClosed", "IsWon", "DefaultProbability", "ForecastCategoryName" '
            'FROM "OpportunityStage" WHERE "IsActive" = 1 ORDER BY "SortOrder"'
        ).fetchall()
    stages = []
    for label, name, closed, won, probability, category in rows:
        attributes: Json = {
            "picklistAtrributesValueType": "OpportunityStage",
            "closed": bool(closed),
            "defaultProbability": probability,
            "forecastCategoryName": category,
            "won": bool(won),
        }
        stages.append(_value(label, name or label, attributes))
    return stages


def _tag(content: object) -> str:
    return hashlib.md5(repr(content).encode(), usedforsecurity=False).hexdigest()
