"""What a deployment comes to: which components are sound, and what they make of the org's objects and rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from localorg.access import PermissionSet
from localorg.errors import FormulaError
from localorg.formula import formula_sql
from localorg.metadata import shown
from localorg.metadata.bundles import check_bundle
from localorg.metadata.component import Component, Failure, Key
from localorg.metadata.fields import check_field
from localorg.metadata.grants import check_permission_set, read_permission_set
from localorg.metadata.objects import check_object, check_object_references, over_limit, read_object, with_fields
from localorg.metadata.rules import check_rule, read_rule
from localorg.metadata.structure import Finding, findings, located
from localorg.metadata.world import World
from localorg.schema.model import Field, Schema, SObject
from localorg.schema.source_fields import read_field
from localorg.store.rules import Rule

HasData = Callable[[str, str], bool]  # whether any row of an object has a value in a field

_REFERENCES: Final[Mapping[str, Callable[[Component, World], Iterator[Finding]]]] = {
    "CustomObject": check_object_references,
    "CompactLayout": shown.check_compact_layout,
    "CustomApplication": shown.check_application,
    "CustomLabel": shown.check_label,
    "CustomTab": shown.check_tab,
    "FlexiPage": shown.check_page,
    "Layout": shown.check_layout,
    "LightningComponentBundle": check_bundle,
    "ListView": shown.check_list_view,
    "PermissionSet": check_permission_set,
    "ValidationRule": check_rule,
}
_NUMBERS: Final = frozenset({"double", "currency", "percent"})
_TEXTS: Final = frozenset({"string", "textarea", "picklist", "multipicklist", "phone", "email", "url"})


@dataclass
class Plan:
    """sound: the components that can be deployed. objects: as they will be, those that change only."""

    sound: list[Component] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    objects: dict[str, SObject] = field(default_factory=dict)
    permission_sets: dict[str, PermissionSet] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)


def make_plan(components: Sequence[Component], schema: Schema, present: frozenset[Key], has_data: HasData) -> Plan:
    """Check components against each other and the org.

    present: the components that the org has. A component that names one which fails is reported, too, so that what
    is sound could be deployed by itself.
    """
    plan = Plan()
    left: list[Component] = []
    for component in components:
        problem = next(findings(component.element, component.type, is_root=component.is_root), None)
        if problem is None:
            left.append(component)
        else:
            plan.failures.append(_failure(component, problem))
    while True:
        attempt = _Attempt(left, schema, present, has_data)
        failed = attempt.failures()
        if not failed:
            break
        plan.failures += failed.values()
        left = [component for component in left if component.key not in failed]
    plan.sound = left
    plan.objects = attempt.objects
    plan.permission_sets = {each.name: read_permission_set(each) for each in left if each.type == "PermissionSet"}
    plan.rules = [read_rule(each) for each in left if each.type == "ValidationRule"]
    return plan


class _Attempt:
    """The org as it would be with some components, and what then is wrong with them."""

    def __init__(
        self, components: Sequence[Component], schema: Schema, present: frozenset[Key], has_data: HasData
    ) -> None:
        self._components = components
        self._schema = schema
        self._present = present
        self._has_data = has_data
        self.objects: dict[str, SObject] = {}

    def failures(self) -> dict[Key, Failure]:
        """The first problem of each component, by its key; those of objects and fields before all others."""
        found: dict[Key, Failure] = {}
        for component in self._of("CustomObject"):
            self._take_object(component, found)
        added: dict[str, dict[str, tuple[Component, Field]]] = {}
        for component in self._of("CustomField"):
            self._take_field(component, found, added)
        for name, fields in added.items():
            base = self.objects.get(name) or self._schema.objects[name]
            self.objects[name] = with_fields(base, {each: new for each, (_, new) in fields.items()})
        after = Schema({**self._schema.objects, **self.objects})
        for name, fields in added.items():
            for component, new in fields.values():
                _note(found, component, _in_place(after, after.objects[name], new))
        if not found:  # what depends on objects and fields is judged once these are sound
            world = World(after, self._present | {each.key for each in self._components})
            for component in self._components:
                check = _REFERENCES.get(component.type)
                if check is not None:
                    _note(found, component, next(self._placed(component, world, check), None))
        return found

    def _of(self, type_name: str) -> Iterator[Component]:
        return (each for each in self._components if each.type == type_name)

    def _take_object(self, component: Component, found: dict[Key, Failure]) -> None:
        present = self._schema.objects.get(component.name)
        problem = next(check_object(component, present), None)
        _note(found, component, problem)
        if problem is None:
            self.objects[component.name] = read_object(component, present)

    def _take_field(
        self,
        component: Component,
        found: dict[Key, Failure],
        added: dict[str, dict[str, tuple[Component, Field]]],
    ) -> None:
        sobject = self.objects.get(component.sobject) or self._schema.objects.get(component.sobject)
        if sobject is None:
            message = f"Entity of type 'CustomObject' named '{component.sobject}' cannot be found"
            _note(found, component, Finding(None, message))
            return
        name = component.short_name
        if not name.endswith("__c"):
            if sobject.field(name) is None:  # a standard field's own settings change nothing here
                message = f"Entity of type 'CustomField' named '{component.name}' cannot be found"
                _note(found, component, Finding(None, message))
            return
        problem = next(check_field(component), None)
        if problem is None:
            try:
                new = read_field(component.element, name)
            except ValueError as error:
                problem = Finding(None, str(error))
            else:
                problem = self._changed(sobject.fields.get(name), new, sobject.name)
                added.setdefault(sobject.name, {})[name] = (component, new)
        _note(found, component, problem)

    def _changed(self, old: Field | None, new: Field, sobject: str) -> Finding | None:
        """What Salesforce refuses to change about a field that is there."""
        if old is None or (old.formula is not None and new.formula is not None):
            return None
        if old.formula is not None:
            return Finding(None, "Cannot update a field from a Formula to something else")
        if new.formula is not None:
            return Finding(None, "Cannot update a field to a Formula from something else")
        if old.type == new.type:
            moved = bool(old.reference_to) and old.reference_to != new.reference_to
            return Finding(None, "Cannot change which object a relationship refers to") if moved else None
        alike = {old.type, new.type} <= _NUMBERS or {old.type, new.type} <= _TEXTS
        if alike and not self._has_data(sobject, old.name):
            return None
        return Finding(None, "Cannot change type due to existing data")

    def _placed(
        self, component: Component, world: World, check: Callable[[Component, World], Iterator[Finding]]
    ) -> Iterator[Finding]:
        of_object = component.type in ("ListView", "CompactLayout", "ValidationRule")
        if of_object and world.sobject(component.sobject) is None:
            yield Finding(None, f"Entity of type 'CustomObject' named '{component.sobject}' cannot be found")
        else:
            yield from check(component, world)


def _in_place(schema: Schema, sobject: SObject, new: Field) -> Finding | None:
    """What is wrong with a field among the others of the org."""
    for target in new.reference_to:
        if target not in schema.objects:
            return Finding(None, f"referenceTo value of '{target}' does not resolve to a valid sObject type")
        named = (each for each in schema.objects[target].child_relationships if each.name)
        same = next((each for each in named if each.name == new.child_relationship_name), None)
        if same is not None and (same.child_object, same.field) != (sobject.name, new.name):
            name = (new.child_relationship_name or "").removesuffix("__r")
            return Finding(None, f"There is already a Child Relationship named {name} on {target}.")
    if new.formula is not None:
        try:
            formula_sql(sobject, new, objects=schema.objects)
        except FormulaError as error:
            return Finding(None, str(error))
    message = over_limit(sobject, new)
    return Finding(None, message) if message else None


def _note(found: dict[Key, Failure], component: Component, problem: Finding | None) -> None:
    if problem is not None and component.key not in found:
        found[component.key] = _failure(component, problem)


def _failure(component: Component, finding: Finding) -> Failure:
    element = component.element if finding.element is None else finding.element
    problem = next(located(component.document, [Finding(element, finding.message)]))
    return Failure(
        component.type, component.name, component.file, problem.message, "Error", problem.line, problem.column
    )
