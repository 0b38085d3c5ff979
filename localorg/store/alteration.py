"""Fields that appear, vanish or become another type while clients work with the org."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from localorg.access import FieldRights, PermissionSet
from localorg.errors import FormulaError, OrgError
from localorg.formula import formula_sql
from localorg.schema.model import NUMBER_TYPES, Field, Schema, SObject
from localorg.schema.stored import field_to_json, object_to_json, permission_set_to_json, save
from localorg.store.database import Database, column_definition, index_names
from localorg.store.rules import Rules, broken
from localorg.store.sql import Value, quoted
from localorg.store.tracking import Tracking
from localorg.store.values import converter

LENGTHS = {"string": 255, "textarea": 255, "phone": 40, "email": 80, "url": 255, "picklist": 255, "multipicklist": 4099}
TYPES = (*LENGTHS, *sorted(NUMBER_TYPES), "int", "boolean", "date", "datetime")
_LONGEST = 131_072
_HIGHEST_PRECISION = 18


@dataclass(frozen=True)
class Alteration:
    """Changes the custom fields of one org, at once: schema, table, permission sets.

    Schema and table change while nobody else writes, so that no write meets one without the other.
    """

    database: Database
    schema: Schema
    rules: Rules
    tracking: Tracking
    permission_sets: dict[str, PermissionSet]

    def change(self, kind: str, facts: Mapping[str, object]) -> None:
        """Carry out `field_add`, `field_retype` or `field_remove` as ordered in `localorg.faults`.

        Raises ValueError, with what is wrong, for a change that cannot be made; then nothing is changed.
        """
        with self.database.writer():
            self._change(kind, facts)

    def _change(self, kind: str, facts: Mapping[str, object]) -> None:
        sobject = self.schema.get(str(facts["object"]))
        if sobject is None:
            raise ValueError(f"{kind}: the org has no object {facts['object']!r}")
        name = str(facts["field"])
        present = sobject.field(name)
        if kind == "field_add":
            if present is not None or not name.endswith("__c") or not name[:-3].isidentifier():
                raise ValueError(f"{kind}: {name!r} is no name for a new custom field of {sobject.name}")
            self._put(sobject, _field(name, kind, facts), facts)
            return
        if present is None or not present.custom or not present.stored:
            raise ValueError(f"{kind}: {name!r} is no custom field of {sobject.name} that holds values")
        if kind == "field_remove":
            self._remove(sobject, present)
        else:
            self._retype(sobject, present, _field(present.name, kind, {"label": present.label, **facts}), facts)

    def _put(self, sobject: SObject, field: Field, facts: Mapping[str, object]) -> None:
        changed = replace(sobject, fields={**sobject.fields, field.name: field})
        self._check(changed, "field_add")
        with self.database.writer() as connection:
            self.database.ensure_tables([changed])
            self._keep(connection, changed)
            self._grant(connection, f"{sobject.name}.{field.name}", facts.get("grant"))
            self.schema.put([changed])

    def _remove(self, sobject: SObject, field: Field) -> None:
        kept = {name: each for name, each in sobject.fields.items() if name != field.name}
        changed = replace(sobject, fields=kept)
        self._check(changed, "field_remove")
        key = f"{sobject.name}.{field.name}"
        with self.database.writer() as connection:
            _drop_column(connection, sobject, field)
            self._keep(connection, changed)
            for name, grants in list(self.permission_sets.items()):
                if key in grants.fields:
                    rights = {each: right for each, right in grants.fields.items() if each != key}
                    self._keep_grants(connection, replace(self.permission_sets[name], fields=rights))
            if sobject.name == "Opportunity" and field.name in self.tracking.fields:
                self.tracking.track(name for name in self.tracking.fields if name != field.name)
            self.schema.put([changed])

    def _retype(self, sobject: SObject, old: Field, new: Field, facts: Mapping[str, object]) -> None:
        changed = replace(sobject, fields={**sobject.fields, new.name: new})
        self._check(changed, "field_retype")
        with self.database.writer() as connection:
            _convert_column(connection, self.schema, changed, old, new)
            for statement in index_names(changed).values():
                connection.execute(statement)
            self._keep(connection, changed)
            self._grant(connection, f"{sobject.name}.{new.name}", facts.get("grant"))
            self.schema.put([changed])

    def _check(self, changed: SObject, kind: str) -> None:
        """Raises ValueError when a formula field or a validation rule needs what is going away."""
        after = Schema({**self.schema.objects, changed.name: changed})
        for sobject in after.objects.values():
            for field in sobject.fields.values():
                if field.formula is not None:
                    try:
                        formula_sql(sobject, field, objects=after.objects)
                    except FormulaError as error:
                        raise ValueError(f"{kind}: formula {sobject.name}.{field.name}: {error}") from error
        fault = broken(self.rules, after)
        if fault is not None:
            raise ValueError(f"{kind}: {fault}")

    def _keep(self, connection: sqlite3.Connection, sobject: SObject) -> None:
        if sobject.custom:
            save(connection, "object", sobject.name, object_to_json(sobject))
        else:
            own = [field_to_json(field) for field in sobject.fields.values() if field.custom]
            save(connection, "fields", sobject.name, {"fields": own})

    def _grant(self, connection: sqlite3.Connection, key: str, name: object) -> None:
        """Let the holders of a permission set read and write a field. Raises ValueError for an unknown one."""
        if name is None:
            return
        grants = self.permission_sets.get(str(name))
        if grants is None:
            raise ValueError(f"grant: the org has no permission set {name!r}")
        self._keep_grants(connection, replace(grants, fields={**grants.fields, key: FieldRights(read=True, edit=True)}))

    def _keep_grants(self, connection: sqlite3.Connection, grants: PermissionSet) -> None:
        save(connection, "permission set", grants.name, permission_set_to_json(grants))
        self.permission_sets[grants.name] = grants


def _field(name: str, kind: str, facts: Mapping[str, object]) -> Field:
    """A custom field of the facts ordered. Raises ValueError for a type that a field cannot be added with."""
    field_type = str(facts["type"])
    if field_type not in TYPES:
        raise ValueError(f"{kind}: type must be one of {', '.join(TYPES)}, got {field_type!r}")
    length = cast(int, facts.get("length", LENGTHS.get(field_type, 0)))
    precision = cast(int, facts.get("precision", _HIGHEST_PRECISION if field_type in NUMBER_TYPES else 0))
    scale = cast(int, facts.get("scale", 2 if field_type in NUMBER_TYPES else 0))
    values = tuple((str(each), str(each)) for each in cast(list[str], facts.get("values", [])))
    if length > _LONGEST or precision > _HIGHEST_PRECISION or scale > precision:
        raise ValueError(f"{kind}: no field has length {length}, precision {precision} and scale {scale}")
    if field_type in ("picklist", "multipicklist") and not values:
        raise ValueError(f"{kind}: a {field_type} needs values")
    long_text = field_type == "textarea" and length > LENGTHS["textarea"]
    return Field(
        name=name,
        label=str(facts.get("label") or name.removesuffix("__c").replace("_", " ")),
        type=field_type,
        length=length if field_type in LENGTHS else 0,
        precision=precision if field_type in NUMBER_TYPES else 0,
        scale=scale if field_type in NUMBER_TYPES else 0,
        digits=cast(int, facts.get("digits", 9)) if field_type == "int" else 0,
        nillable=field_type != "boolean",
        defaulted_on_create=field_type == "boolean",
        picklist_values=values,
        restricted_picklist=bool(values),
        custom=True,
        filterable=not long_text,
        sortable=not long_text and field_type != "multipicklist",
        groupable=field_type not in (*NUMBER_TYPES, "datetime", "multipicklist") and not long_text,
        permissionable=True,
    )


def _drop_column(connection: sqlite3.Connection, sobject: SObject, field: Field) -> None:
    connection.execute(f"DROP INDEX IF EXISTS {quoted(f'{sobject.name}.{field.name}')}")
    connection.execute(f"ALTER TABLE {quoted(sobject.name)} DROP COLUMN {quoted(field.name)}")


def _convert_column(connection: sqlite3.Connection, schema: Schema, sobject: SObject, old: Field, new: Field) -> None:
    """Give the column its new type; values that the new type cannot hold become blank."""
    table, kept = quoted(sobject.name), quoted(f"{old.name} before")
    convert = converter(schema, sobject, new)
    connection.execute(f"DROP INDEX IF EXISTS {quoted(f'{sobject.name}.{old.name}')}")
    connection.execute(f"ALTER TABLE {table} RENAME COLUMN {quoted(old.name)} TO {kept}")
    connection.execute(f"ALTER TABLE {table} ADD COLUMN {column_definition(new)}")
    pairs = []
    for (value,) in connection.execute(f"SELECT DISTINCT {kept} FROM {table} WHERE {kept} IS NOT NULL").fetchall():
        try:
            pairs.append((convert(_shown(old, value)), value))
        except OrgError:
            continue  # Salesforce loses such values too
    connection.execute("CREATE TEMP TABLE converted (before PRIMARY KEY, after)")
    connection.executemany("INSERT INTO converted (after, before) VALUES (?, ?)", pairs)
    connection.execute(
        f"UPDATE {table} SET {quoted(new.name)} = c.after FROM temp.converted c WHERE c.before = {table}.{kept}"
    )
    connection.execute("DROP TABLE temp.converted")
    connection.execute(f"ALTER TABLE {table} DROP COLUMN {kept}")


def _shown(field: Field, value: Value) -> Value:
    """A stored value as its text, from which the new type reads it."""
    if field.type == "boolean":
        return "true" if value else "false"
    return int(value) if isinstance(value, float) and value.is_integer() else value
