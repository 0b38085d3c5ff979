"""describe: objects and fields with all keys of a recorded org's answer, as far as the user may see them."""

from __future__ import annotations

from localorg.access import User
from localorg.ids import MASTER_RECORD_TYPE_ID
from localorg.schema.model import ChildRelationship, Field, SObject

Json = dict[str, object]

_UNFILTERABLE_TYPES = ("multipicklist", "address")


def describe_summary(sobject: SObject, user: User, base: str) -> Json:
    """An object as the list of all objects shows it."""
    path = f"{base}/sobjects/{sobject.name}"
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": user.may_create(sobject.name),
        "custom": sobject.custom,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": user.may_delete(sobject.name),
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": sobject.key_prefix or None,
        "label": sobject.label,
        "labelPlural": sobject.label_plural,
        "layoutable": True,
        "mergeable": sobject.name in ("Account", "Contact", "Lead", "Case"),
        "mruEnabled": True,
        "name": sobject.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": True,
        "triggerable": True,
        "undeletable": user.may_delete(sobject.name),
        "updateable": user.may_edit_object(sobject.name),
        "urls": {"rowTemplate": f"{path}/{{ID}}", "describe": f"{path}/describe", "sobject": path},
    }


def describe(sobject: SObject, user: User, base: str) -> Json:
    """An object in full. A field the user may not read is not there."""
    summary = describe_summary(sobject, user, base)
    path = f"{base}/sobjects/{sobject.name}"
    urls = {
        "compactLayouts": f"{path}/describe/compactLayouts",
        "rowTemplate": f"{path}/{{ID}}",
        "approvalLayouts": f"{path}/describe/approvalLayouts",
        "describe": f"{path}/describe",
        "layouts": f"{path}/describe/layouts",
        "sobject": path,
    }
    found = summary | {
        "actionOverrides": [],
        "childRelationships": [_child(each) for each in sobject.child_relationships if _visible(each, user)],
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [describe_field(each, user, sobject) for each in user.readable_fields(sobject.name)],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [_master_record_type(path)],
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {sobject.label_plural}", "name": "everything"}]
        + ([{"label": f"My {sobject.label_plural}", "name": "mine"}] if sobject.field("OwnerId") else []),
        "urls": urls,
    }
    return dict(sorted(found.items()))


def _visible(relationship: ChildRelationship, user: User) -> bool:
    return user.may_read(relationship.child_object, relationship.field)


def _child(relationship: ChildRelationship) -> Json:
    return {
        "cascadeDelete": relationship.cascade_delete,
        "childSObject": relationship.child_object,
        "deprecatedAndHidden": False,
        "field": relationship.field,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": relationship.name,
        "restrictedDelete": relationship.restricted_delete,
    }


def _master_record_type(path: str) -> Json:
    return {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": MASTER_RECORD_TYPE_ID,
        "urls": {"layout": f"{path}/describe/layouts/{MASTER_RECORD_TYPE_ID}"},
    }


def describe_field(field: Field, user: User, sobject: SObject) -> Json:
    """One field, with what this user may do with it."""
    editable = user.may_edit(sobject.name, field.name)
    is_text = field.length > 0
    long_text = field.type == "textarea" and field.length > 255
    return {
        "aggregatable": field.filterable and field.type not in ("boolean", "address", "multipicklist"),
        "aiPredictionField": False,
        "autoNumber": field.auto_number,
        "byteLength": field.length * 3 if is_text and field.type not in ("id", "reference") else field.length,
        "calculated": field.calculated,
        "calculatedFormula": field.formula,
        "cascadeDelete": field.cascade_delete,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": field.compound_field_name,
        "controllerName": None,
        "createable": field.createable and editable,
        "custom": field.custom,
        "defaultValue": _default(field),
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted_on_create,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.digits,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": "plaintextarea" if field.type == "textarea" else None,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": field.formula_blank_as_zero,
        "groupable": field.groupable and not long_text,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.id_lookup,
        "inlineHelpText": field.help_text,
        "label": field.label,
        "length": field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": len(field.reference_to) > 1,
        "nillable": field.nillable,
        "permissionable": field.permissionable,
        "picklistValues": [_picklist_value(field, value, label) for value, label in field.picklist_values],
        "polymorphicForeignKey": len(field.reference_to) > 1,
        "precision": field.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship_name,
        "relationshipOrder": None,
        "restrictedDelete": field.restricted_delete,
        "restrictedPicklist": field.restricted_picklist,
        "scale": field.scale,
        "searchPrefilterable": False,
        "soapType": field.soap_type,
        "sortable": field.sortable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable and editable,
        "writeRequiresMasterRead": False,
    }


def _default(field: Field) -> object:
    if field.type == "boolean":
        return (field.default_value or "false").lower() == "true"
    return field.default_value


def _picklist_value(field: Field, value: str, label: str) -> Json:
    return {
        "active": True,
        "defaultValue": value == field.default_value,
        "label": label,
        "validFor": None,
        "value": value,
    }
