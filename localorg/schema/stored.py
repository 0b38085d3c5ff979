"""Deployed objects, fields and permission sets as JSON, so that a file needs no package folder to be opened again."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, fields, replace
from typing import Any

from localorg.access import FieldRights, ObjectRights, PermissionSet
from localorg.schema.model import Field, SObject

_FIELD_DEFAULTS = {fact.name: fact.default for fact in fields(Field)}


def save(connection: sqlite3.Connection, kind: str, name: str, content: dict[str, Any]) -> None:
    """Keep a deployed thing in the file, in place of one of the same name."""
    text = json.dumps(content, separators=(",", ":"))
    connection.execute('INSERT OR REPLACE INTO "_deployed"(kind, name, content) VALUES (?, ?, ?)', (kind, name, text))


def saved(connection: sqlite3.Connection, kind: str) -> dict[str, dict[str, Any]]:
    """All deployed things of a kind, by name."""
    rows = connection.execute('SELECT name, content FROM "_deployed" WHERE kind = ? ORDER BY name', (kind,))
    return {name: json.loads(content) for name, content in rows}


def object_to_json(sobject: SObject) -> dict[str, Any]:
    """A custom object with all its fields."""
    facts = ("name", "label", "label_plural", "key_prefix", "activities", "description")
    return {fact: getattr(sobject, fact) for fact in facts} | {
        "fields": [field_to_json(field) for field in sobject.fields.values()]
    }


def object_from_json(content: dict[str, Any]) -> SObject:
    """The object that `object_to_json` wrote."""
    own = [field_from_json(field) for field in content["fields"]]
    return SObject(**{**content, "fields": {field.name: field for field in own}}, custom=True)


def field_to_json(field: Field) -> dict[str, Any]:
    """A field's facts as far as they differ from a field's usual ones."""
    return {name: value for name, value in asdict(field).items() if value != _FIELD_DEFAULTS[name]}


def field_from_json(content: dict[str, Any]) -> Field:
    """The field that `field_to_json` wrote."""
    facts = {name: value for name, value in content.items() if name in _FIELD_DEFAULTS}
    if "picklist_values" in facts:
        facts["picklist_values"] = tuple((value, label) for value, label in facts["picklist_values"])
    if "reference_to" in facts:
        facts["reference_to"] = tuple(facts["reference_to"])
    return Field(**facts)


def permission_set_to_json(permission_set: PermissionSet) -> dict[str, Any]:
    """A permission set with its grants."""
    return asdict(replace(permission_set, user_permissions=frozenset())) | {
        "user_permissions": sorted(permission_set.user_permissions)
    }


def permission_set_from_json(content: dict[str, Any]) -> PermissionSet:
    """The permission set that `permission_set_to_json` wrote."""
    return PermissionSet(
        name=content["name"],
        label=content["label"],
        description=content["description"],
        objects={name: ObjectRights(**rights) for name, rights in content["objects"].items()},
        fields={name: FieldRights(**rights) for name, rights in content["fields"].items()},
        user_permissions=frozenset(content["user_permissions"]),
    )
