"""Puts metadata into the org, from a folder of SFDX source or from a deployment's archive, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from localorg.access import PermissionSet
from localorg.ids import IdAllocator, number_to_base62
from localorg.metadata.assignment import put_permission_sets
from localorg.metadata.component import Component, Content, Failure, Key, Success
from localorg.metadata.kept import Kept, keep, kept_components
from localorg.metadata.plan import Plan, make_plan
from localorg.schema.model import Schema, SObject
from localorg.schema.source_fields import read_field
from localorg.schema.stored import field_to_json, object_to_json, permission_set_to_json, save
from localorg.store.database import Database, index_names
from localorg.store.rules import KIND as RULE
from localorg.store.sql import quoted


@dataclass(frozen=True, slots=True)
class Refusal:
    """A component that was not deployed, and why; `place` is its file, with line and column where they are known."""

    component: str
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class DeployReport:
    """What a deployment put into the org, by API name (fields as `Object.Field`), and what it refused.

    With a refusal nothing is put into the org, unless the deployment was to go on without what it cannot take.
    """

    objects: tuple[str, ...]
    fields: tuple[str, ...]
    permission_sets: tuple[str, ...]
    others: tuple[str, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class Outcome:
    """How a deployment ended. `applied`: whether the org is changed."""

    successes: tuple[Success, ...]
    failures: tuple[Failure, ...]
    applied: bool
    permission_sets: Mapping[str, PermissionSet]

    @property
    def errors(self) -> tuple[Failure, ...]:
        """The failures that are more than warnings."""
        return tuple(each for each in self.failures if each.kind == "Error")

    def report(self) -> DeployReport:
        """The outcome as names and reasons."""
        names: dict[str, list[str]] = {}
        for success in self.successes if self.applied else ():
            names.setdefault(success.type, []).append(success.name)
        refused = tuple(Refusal(each.name, each.problem, _place(each)) for each in self.errors)
        objects, fields, sets = (names.pop(kind, []) for kind in ("CustomObject", "CustomField", "PermissionSet"))
        others = [f"{kind}: {name}" for kind in sorted(names) for name in names[kind]]
        return DeployReport(tuple(objects), tuple(fields), tuple(sets), tuple(others), refused)


BeforeCommit = Callable[[sqlite3.Connection, Outcome], None]


@dataclass(frozen=True, slots=True)
class Order:
    """How to deploy. Warnings (members without a file) end a deployment unless `ignore_warnings`."""

    check_only: bool = False
    rollback_on_error: bool = True
    ignore_warnings: bool = False


def deploy(
    database: Database,
    schema: Schema,
    content: Content,
    order: Order,
    user_id: str,
    now: str,
    *,
    before_commit: BeforeCommit | None = None,
) -> Outcome:
    """Check everything and, if it is sound, put it into the org; what is there but not in the content stays.

    schema is changed in place. before_commit: called in the deployment's own transaction with its outcome.
    """
    with database.writer() as connection:
        present = kept_components(connection)
        if not order.check_only and _is_all_there(content, present, schema):
            outcome = Outcome(_successes(content.components, present, present), (), True, {})
            if before_commit is not None:
                before_commit(connection, outcome)
            return outcome

        def has_data(sobject: str, field: str) -> bool:
            sql = f"SELECT 1 FROM {quoted(sobject)} WHERE {quoted(field)} IS NOT NULL LIMIT 1"
            return connection.execute(sql).fetchone() is not None

        plan = make_plan(content.components, schema, frozenset(present), has_data)
        failures = (*content.failures, *plan.failures)
        grave = any(each.kind == "Error" or not order.ignore_warnings for each in failures)
        apply = not order.check_only and bool(plan.sound) and not (grave and order.rollback_on_error)
        kept = _apply(connection, database, schema, plan, present, user_id, now) if apply else present
        outcome = Outcome(_successes(plan.sound, present, kept), failures, apply, plan.permission_sets)
        if before_commit is not None:
            before_commit(connection, outcome)
    if apply:
        schema.put(plan.objects.values())
    return outcome


def _is_all_there(content: Content, present: Mapping[Key, Kept], schema: Schema) -> bool:
    """Whether the org has exactly these components already, so that nothing needs checking: a quick start needs it."""
    return not content.failures and all(
        (kept := present.get(each.key)) is not None and kept.digest == each.digest() and _is_live(each, schema)
        for each in content.components
    )


def _is_live(component: Component, schema: Schema) -> bool:
    """Whether an object or field is in the schema as it was deployed: ordered faults change the schema, too."""
    if component.type == "CustomObject":
        return component.name in schema.objects
    if component.type != "CustomField" or not component.name.endswith("__c"):
        return True
    sobject = schema.objects.get(component.sobject)
    return sobject is not None and sobject.fields.get(component.short_name) == read_field(
        component.element, component.short_name
    )


def _apply(
    connection: sqlite3.Connection,
    database: Database,
    schema: Schema,
    plan: Plan,
    present: dict[Key, Kept],
    user_id: str,
    now: str,
) -> dict[Key, Kept]:
    for name, sobject in plan.objects.items():
        if not sobject.key_prefix:
            plan.objects[name] = replace(sobject, key_prefix=_next_prefix(connection, schema))
    objects = plan.objects.values()
    database.ensure_tables(objects)
    for statement in (sql for sobject in objects for sql in index_names(sobject).values()):
        connection.execute(statement)
    _save(connection, objects, plan.permission_sets.values())
    for rule in plan.rules:
        save(connection, RULE, f"{rule.object}.{rule.name}", asdict(rule))
    put_permission_sets(connection, plan.permission_sets, now)
    return keep(connection, plan.sound, present, user_id, now)


def _next_prefix(connection: sqlite3.Connection, schema: Schema) -> str:
    while True:
        (number,) = IdAllocator(connection).take_numbers("custom object", 1)
        prefix = "a" + number_to_base62(number - 1, 2)
        if schema.by_prefix(prefix) is None:
            return prefix


def _save(connection: sqlite3.Connection, objects: Iterable[SObject], permission_sets: Iterable[PermissionSet]) -> None:
    for sobject in objects:
        if sobject.custom:
            save(connection, "object", sobject.name, object_to_json(sobject))
        else:
            added = [field_to_json(field) for field in sobject.fields.values() if field.custom]
            save(connection, "fields", sobject.name, {"fields": added})
    for permission_set in permission_sets:
        save(connection, "permission set", permission_set.name, permission_set_to_json(permission_set))


def _successes(
    sound: Sequence[Component], present: Mapping[Key, Kept], kept: Mapping[Key, Kept]
) -> tuple[Success, ...]:
    found = []
    for component in sound:
        old, new = present.get(component.key), kept.get(component.key)
        changed = old is None or old.digest != component.digest()
        record_id = new.id if new else None
        found.append(Success(component.type, component.name, component.file, record_id, old is None, changed))
    return tuple(found)


def _place(failure: Failure) -> str:
    return failure.file if failure.line is None else f"{failure.file}:{failure.line}:{failure.column}"
