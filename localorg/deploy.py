"""Puts a package into the org: objects, fields and permission sets, checked as a deployment checks them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from localorg.access import PermissionSet
from localorg.errors import FormulaError
from localorg.formula import formula_sql
from localorg.ids import IdAllocator, number_to_base62
from localorg.schema.model import Field, Schema, SObject
from localorg.schema.package import PackageSource, read_package
from localorg.schema.stored import field_to_json, object_to_json, permission_set_to_json, save
from localorg.store.birth import INTEGRATION_USERNAME
from localorg.store.database import Database, column_definition
from localorg.store.directory import admin_id
from localorg.store.sql import Value, insert_rows

INTEGRATION_PERMISSION_SET = "Sidecar_Integration"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A component that was not deployed, and why."""

    component: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeployReport:
    """What a deployment put into the org, by API name (fields as `Object.Field`), and what it refused."""

    objects: tuple[str, ...]
    fields: tuple[str, ...]
    permission_sets: tuple[str, ...]
    refused: tuple[Refusal, ...]


def deploy(
    database: Database, schema: Schema, package: Path, now: str
) -> tuple[DeployReport, dict[str, PermissionSet]]:
    """Deploy a folder of SFDX source in one transaction; what is in the org but not in the folder stays.

    schema is changed in place. Returns the report and the deployed permission sets.
    Raises PackageError if the folder cannot be read; then nothing is changed.
    """
    source = read_package(package)
    refused = [Refusal(component, reason) for component, reason in source.refused]
    with database.writer() as connection:
        planned = _planned_objects(connection, schema, source, refused)
        planned = {name: _sound(sobject, {**schema.objects, **planned}, refused) for name, sobject in planned.items()}
        merged = {**schema.objects, **planned}
        grants = {
            permission_set.name: _sound_grants(permission_set, merged, refused)
            for permission_set in source.permission_sets
        }
        database.ensure_tables(planned.values())
        _save(connection, planned.values(), grants.values())
        for permission_set in grants.values():
            _put_permission_set_row(connection, permission_set, now)
        if INTEGRATION_PERMISSION_SET in grants:
            _assign(connection, INTEGRATION_PERMISSION_SET, INTEGRATION_USERNAME, now)
    schema.put(planned.values())
    fields = tuple(f"{o.name}.{f.name}" for o in planned.values() for f in o.fields.values() if f.custom)
    custom = tuple(name for name, sobject in planned.items() if sobject.custom)
    return DeployReport(custom, fields, tuple(grants), tuple(refused)), grants


def _planned_objects(
    connection: sqlite3.Connection, schema: Schema, source: PackageSource, refused: list[Refusal]
) -> dict[str, SObject]:
    planned = {}
    for sobject in source.objects:
        present = schema.objects.get(sobject.name)
        prefix = present.key_prefix if present else _next_prefix(connection, schema)
        own = _merged(present, sobject.fields.values(), refused) if present else sobject.fields
        planned[sobject.name] = replace(sobject, key_prefix=prefix, fields=own)
    for name, fields in source.fields.items():
        target = planned.get(name) or schema.objects.get(name)
        if target is None:
            refused.extend(Refusal(f"{name}.{field.name}", f"the org has no object {name}") for field in fields)
            continue
        planned[name] = replace(target, fields=_merged(target, fields, refused))
    return planned


def _next_prefix(connection: sqlite3.Connection, schema: Schema) -> str:
    while True:
        (number,) = IdAllocator(connection).take_numbers("custom object", 1)
        prefix = "a" + number_to_base62(number - 1, 2)
        if schema.by_prefix(prefix) is None:
            return prefix


def _merged(present: SObject, fields: Iterable[Field], refused: list[Refusal]) -> dict[str, Field]:
    merged = dict(present.fields)
    for field in fields:
        old = merged.get(field.name)
        if old is not None and _column(old) != _column(field):
            reason = f"the field is {old.type} in the org and cannot become {field.type}: delete it first"
            refused.append(Refusal(f"{present.name}.{field.name}", reason))
            continue
        merged[field.name] = field
    return merged


def _column(field: Field) -> str | None:
    return column_definition(field) if field.stored else None


def _sound(sobject: SObject, objects: Mapping[str, SObject], refused: list[Refusal]) -> SObject:
    """The object without the custom fields that cannot work, which are reported."""
    kept = dict(sobject.fields)
    for field in sobject.fields.values():
        reason = _fault(sobject, field, objects) if field.custom else None
        if reason:
            refused.append(Refusal(f"{sobject.name}.{field.name}", reason))
            del kept[field.name]
    return replace(sobject, fields=kept)


def _fault(sobject: SObject, field: Field, objects: Mapping[str, SObject]) -> str | None:
    for target in field.reference_to:
        if target not in objects:
            return f"it refers to {target or 'no object'}, which the org does not have"
    if field.formula is not None:
        try:
            formula_sql(sobject, field, objects=objects)
        except FormulaError as error:
            return str(error)
    return None


def _sound_grants(
    permission_set: PermissionSet, objects: Mapping[str, SObject], refused: list[Refusal]
) -> PermissionSet:
    kept_objects, kept_fields = {}, {}
    for name, rights in permission_set.objects.items():
        sobject = objects.get(name)
        if sobject is None or sobject.access != "own":
            reason = "the org has no such object" if sobject is None else f"rights on {name} follow {sobject.access!r}"
            refused.append(Refusal(f"{permission_set.name}: {name}", reason))
        else:
            kept_objects[name] = rights
    for name, grant in permission_set.fields.items():
        object_name, _, field_name = name.partition(".")
        target = objects.get(object_name)
        field = target.field(field_name) if target else None
        if field is None:
            refused.append(Refusal(f"{permission_set.name}: {name}", "the org has no such field"))
        elif not field.permissionable:
            reason = "field-level security does not govern it (required and system fields are always visible)"
            refused.append(Refusal(f"{permission_set.name}: {name}", reason))
        else:
            kept_fields[name] = grant
    return replace(permission_set, objects=kept_objects, fields=kept_fields)


def _save(connection: sqlite3.Connection, objects: Iterable[SObject], permission_sets: Iterable[PermissionSet]) -> None:
    for sobject in objects:
        if sobject.custom:
            save(connection, "object", sobject.name, object_to_json(sobject))
        else:
            added = [field_to_json(field) for field in sobject.fields.values() if field.custom]
            save(connection, "fields", sobject.name, {"fields": added})
    for permission_set in permission_sets:
        save(connection, "permission set", permission_set.name, permission_set_to_json(permission_set))


def _put_permission_set_row(connection: sqlite3.Connection, permission_set: PermissionSet, now: str) -> None:
    row = connection.execute('SELECT "Id" FROM "PermissionSet" WHERE "Name" = ?', (permission_set.name,)).fetchone()
    facts = (permission_set.label, (permission_set.description or "")[:255] or None)
    if row:
        connection.execute(
            'UPDATE "PermissionSet" SET "Label" = ?, "Description" = ?, "SystemModstamp" = ? '
            'WHERE "Id" = ? AND ("Label", "Description") IS NOT (?, ?)',
            (*facts, now, row[0], *facts),
        )
        return
    admin = admin_id(connection)
    values: dict[str, Value] = {
        "Id": IdAllocator(connection).take("0PS")[0],
        "Name": permission_set.name,
        "Label": facts[0],
        "Description": facts[1],
        "IsCustom": 1,
        "CreatedDate": now,
        "CreatedById": admin,
        "LastModifiedDate": now,
        "LastModifiedById": admin,
        "SystemModstamp": now,
    }
    insert_rows(connection, "PermissionSet", [values])


def _assign(connection: sqlite3.Connection, permission_set: str, username: str, now: str) -> None:
    ids = connection.execute(
        'SELECT s."Id", u."Id" FROM "PermissionSet" s, "User" u WHERE s."Name" = ? AND u."Username" = ? '
        'AND NOT EXISTS (SELECT 1 FROM "PermissionSetAssignment" a '
        'WHERE a."PermissionSetId" = s."Id" AND a."AssigneeId" = u."Id" AND a."IsDeleted" = 0)',
        (permission_set, username),
    ).fetchone()
    if ids:
        values: dict[str, Value] = {
            "Id": IdAllocator(connection).take("0Pa")[0],
            "PermissionSetId": ids[0],
            "AssigneeId": ids[1],
            "IsActive": 1,
            "SystemModstamp": now,
        }
        insert_rows(connection, "PermissionSetAssignment", [values])
