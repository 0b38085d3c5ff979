"""What the org knows about its objects and fields, in the terms of Salesforce's describe."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

AUDIT_FIELDS = ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
TEXT_TYPES = frozenset(
    {"string", "textarea", "picklist", "multipicklist", "combobox", "phone", "email", "url", "encryptedstring"}
)
NUMBER_TYPES = frozenset({"double", "currency", "percent"})
SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field; attribute names follow describe. `type` is a describe type, such as `currency` or `reference`."""

    name: str
    label: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted_on_create: bool = False
    unique: bool = False
    external_id: bool = False
    case_sensitive: bool = False
    restricted_picklist: bool = False
    picklist_values: tuple[tuple[str, str], ...] = ()
    reference_to: tuple[str, ...] = ()
    relationship_name: str | None = None
    child_relationship_name: str | None = None
    calculated: bool = False
    formula: str | None = None
    formula_blank_as_zero: bool = False
    auto_number: bool = False
    display_format: str | None = None
    custom: bool = False
    compound_field_name: str | None = None
    filterable: bool = True
    groupable: bool = True
    sortable: bool = True
    permissionable: bool = False
    name_field: bool = False
    default_value: str | None = None
    help_text: str | None = None
    description: str | None = None
    cascade_delete: bool = False
    restricted_delete: bool = False

    @property
    def stored(self) -> bool:
        """Whether the field has a column of its own (formulas and addresses do not)."""
        return self.formula is None and self.type != "address"

    @property
    def soap_type(self) -> str:
        """The type in describe's `soapType`."""
        return SOAP_TYPES.get(self.type, "xsd:string")

    @property
    def id_lookup(self) -> bool:
        """Whether a row can be addressed by the field in an upsert."""
        return self.type == "id" or self.external_id

    @property
    def required(self) -> bool:
        """Whether an insert fails without a value for it."""
        return self.createable and not (self.nillable or self.defaulted_on_create or self.type == "boolean")


@dataclass(frozen=True, slots=True)
class ChildRelationship:
    """A reference that points to an object, seen from that object; `name` is None when no subquery is possible."""

    child_object: str
    field: str
    name: str | None
    cascade_delete: bool
    restricted_delete: bool = False


@dataclass(frozen=True)
class SObject:
    """One object.

    access: who may use its rows. `own`: whom object permissions allow; `all`: everybody reads, only admins write;
        `everyone`: everybody reads and writes; an object's name: who reads it reads here, who edits it writes here.
    createable, updateable, deletable: whether anybody may, through the API.
    activities: whether Tasks and Events may point to it.
    """

    name: str
    label: str
    label_plural: str
    key_prefix: str
    custom: bool
    fields: dict[str, Field]
    child_relationships: tuple[ChildRelationship, ...] = ()
    access: str = "own"
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    activities: bool = False
    description: str | None = None

    @cached_property
    def _by_lower_name(self) -> dict[str, Field]:
        return {name.lower(): value for name, value in self.fields.items()}

    @cached_property
    def stored_fields(self) -> tuple[Field, ...]:
        """The fields that have a column, in order."""
        return tuple(value for value in self.fields.values() if value.stored)

    @cached_property
    def name_field(self) -> Field | None:
        """The field which names a row (`Name`, `CaseNumber`, `Subject` ...), if there is one."""
        return next((value for value in self.fields.values() if value.name_field), None)

    def field(self, name: str) -> Field | None:
        """The field with this API name, in whatever case it is written."""
        return self.fields.get(name) or self._by_lower_name.get(name.lower())

    def relationship(self, name: str) -> Field | None:
        """The reference whose relationship (`Account`, `Sidecar_Rep__r`) has this name, in whatever case."""
        wanted = name.lower()
        named = (field for field in self.fields.values() if field.relationship_name)
        return next((field for field in named if str(field.relationship_name).lower() == wanted), None)

    def child_relationship(self, name: str) -> ChildRelationship | None:
        """The child relationship (`Opportunities`, `Sidecar_Plans__r`) with this name, in whatever case."""
        wanted = name.lower()
        return next((c for c in self.child_relationships if (c.name or "").lower() == wanted), None)


@dataclass
class Schema:
    """All objects of the org. One instance lives as long as the org; a deployment changes it in place."""

    objects: dict[str, SObject] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.put(self.objects.values())

    def get(self, name: str) -> SObject | None:
        """The object with this API name, in whatever case it is written."""
        return self.objects.get(name) or self._by_lower_name.get(name.lower())

    def by_prefix(self, key_prefix: str) -> SObject | None:
        """The object whose record ids begin with these three characters."""
        return self._by_prefix.get(key_prefix)

    def put(self, objects: Iterable[SObject]) -> None:
        """Add objects or replace those of the same name, and derive the child relationships anew."""
        merged: Mapping[str, SObject] = {**self.objects, **{value.name: value for value in objects}}
        children = _child_relationships(merged.values())
        self.objects = {
            name: dataclasses.replace(value, child_relationships=tuple(children.get(name, ())))
            for name, value in merged.items()
        }
        self._by_lower_name = {name.lower(): value for name, value in self.objects.items()}
        self._by_prefix = {value.key_prefix: value for value in self.objects.values() if value.key_prefix}


def _child_relationships(objects: Iterable[SObject]) -> dict[str, list[ChildRelationship]]:
    found: dict[str, list[ChildRelationship]] = {}
    for child in objects:
        for reference in child.fields.values():
            for parent in reference.reference_to:
                relationship = ChildRelationship(
                    child.name,
                    reference.name,
                    reference.child_relationship_name,
                    reference.cascade_delete,
                    reference.restricted_delete,
                )
                found.setdefault(parent, []).append(relationship)
    return found
