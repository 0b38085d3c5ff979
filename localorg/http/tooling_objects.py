"""The Tooling API's objects of a local org, and the schema as their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from localorg.ids import make_id
from localorg.schema.model import Field, Schema, SObject
from localorg.store.sql import Value

Rows = Mapping[str, Sequence[Mapping[str, Value]]]

ENTITY, FIELD, CUSTOM_FIELD, APEX_CLASS = "EntityDefinition", "FieldDefinition", "CustomField", "ApexClass"
_PREFIXES = {ENTITY: "4ie", FIELD: "4fe", CUSTOM_FIELD: "00N", APEX_CLASS: "01p"}
_TEXT_LENGTH = 255
_TEXTS = {
    ENTITY: ("DurableId", "QualifiedApiName", "DeveloperName", "NamespacePrefix", "Label", "PluralLabel", "KeyPrefix"),
    FIELD: ("DurableId", "QualifiedApiName", "DeveloperName", "NamespacePrefix", "Label", "DataType", "Description"),
    CUSTOM_FIELD: ("DeveloperName", "NamespacePrefix", "TableEnumOrId"),
    APEX_CLASS: ("Name", "NamespacePrefix", "Status"),
}
_BOOLEANS = {
    ENTITY: ("IsQueryable", "IsCustomSetting", "IsCustomizable"),
    FIELD: ("IsCalculated", "IsIndexed", "IsNillable"),
    CUSTOM_FIELD: (),
    APEX_CLASS: ("IsValid",),
}
_NUMBERS: Mapping[str, Sequence[str]] = {FIELD: ("Length", "Precision", "Scale"), APEX_CLASS: ("ApiVersion",)}
_OF_ENTITY = (FIELD, CUSTOM_FIELD)
_TYPES = {
    "string": "Text({length})",
    "textarea": "Long Text Area({length})",
    "reference": "Lookup({to})",
    "boolean": "Checkbox",
    "double": "Number({whole}, {scale})",
    "currency": "Currency({whole}, {scale})",
    "percent": "Percent({whole}, {scale})",
    "int": "Number({digits}, 0)",
    "datetime": "Date/Time",
    "multipicklist": "Picklist (Multi-Select)",
    "url": "URL({length})",
    "id": "Lookup()",
}


def tooling_objects() -> list[SObject]:
    """The objects; only administrators may read them, nobody writes them."""
    return [
        SObject(
            name=name,
            label=name,
            label_plural=f"{name}s",
            key_prefix=prefix,
            custom=False,
            fields={each.name: each for each in _fields(name)},
            createable=False,
            updateable=False,
            deletable=False,
        )
        for name, prefix in _PREFIXES.items()
    ]


def rows_of(schema: Schema) -> Rows:
    """Every object and field of the org as rows of these objects."""
    found: dict[str, list[dict[str, Value]]] = {ENTITY: [], FIELD: [], CUSTOM_FIELD: []}
    for number, sobject in enumerate(sorted(schema.objects.values(), key=lambda each: each.name), 1):
        entity = make_id(_PREFIXES[ENTITY], number)
        found[ENTITY].append({"Id": entity, **_entity(sobject)})
        for field in sobject.fields.values():
            place = make_id(_PREFIXES[FIELD], len(found[FIELD]) + 1)
            found[FIELD].append({"Id": place, "EntityDefinitionId": entity, **_field(sobject, field)})
            if field.custom:
                place = make_id(_PREFIXES[CUSTOM_FIELD], len(found[CUSTOM_FIELD]) + 1)
                named = {"DeveloperName": _developer_name(field.name), "TableEnumOrId": sobject.name}
                found[CUSTOM_FIELD].append({"Id": place, "EntityDefinitionId": entity, **named})
    return found


def _fields(name: str) -> list[Field]:
    fields = [Field("Id", f"{name} ID", "id", length=18, nillable=False)]
    if name in _OF_ENTITY:
        link = Field(f"{ENTITY}Id", ENTITY, "reference", length=18, reference_to=(ENTITY,))
        fields.append(replace(link, relationship_name=ENTITY, child_relationship_name=f"{name}s"))
    fields += [Field(each, each, "string", length=_TEXT_LENGTH) for each in _TEXTS[name]]
    fields += [Field(each, each, "boolean", nillable=False) for each in _BOOLEANS[name]]
    fields += [Field(each, each, "double", precision=9, scale=1) for each in _NUMBERS.get(name, ())]
    return [replace(each, createable=False, updateable=False) for each in fields]


def _entity(sobject: SObject) -> dict[str, Value]:
    return {
        "DurableId": sobject.name,
        "QualifiedApiName": sobject.name,
        "DeveloperName": _developer_name(sobject.name),
        "Label": sobject.label,
        "PluralLabel": sobject.label_plural,
        "KeyPrefix": sobject.key_prefix or None,
        "IsQueryable": 1,
        "IsCustomSetting": 0,
        "IsCustomizable": int(sobject.access == "own"),
    }


def _field(sobject: SObject, field: Field) -> dict[str, Value]:
    pattern = _TYPES.get(field.type, field.type.capitalize())
    return {
        "DurableId": f"{sobject.name}.{field.name}",
        "QualifiedApiName": field.name,
        "DeveloperName": _developer_name(field.name),
        "Label": field.label,
        "DataType": pattern.format(
            length=field.length,
            scale=field.scale,
            whole=field.precision - field.scale,
            digits=field.digits,
            to=",".join(field.reference_to),
        ),
        "Description": field.description,
        "IsCalculated": int(field.calculated),
        "IsIndexed": int(field.external_id or field.unique or field.type in ("id", "reference")),
        "IsNillable": int(field.nillable),
        "Length": field.length,
        "Precision": field.precision,
        "Scale": field.scale,
    }


def _developer_name(name: str) -> str:
    return name.removesuffix("__c")
