"""Custom objects: whether one can be, and what it is to the org."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from localorg.metadata.component import Component
from localorg.metadata.document import child_text, children, is_true
from localorg.metadata.structure import Finding
from localorg.metadata.world import World, no_such, too_long, wrong_name
from localorg.schema.model import Field, SObject
from localorg.schema.source_fields import system_fields

_NEEDED: Final = ("pluralLabel", "nameField", "deploymentStatus", "sharingModel")
_LONGEST: Final = {"label": 40, "pluralLabel": 40, "description": 1000}
_OTHER_KINDS: Final = ("__e", "__mdt", "__b", "__x", "__kav")
MOST_FIELDS, MOST_RELATIONSHIPS, MOST_MASTERS, MOST_EXTERNAL_IDS = 800, 40, 2, 25
MOST_LONG_TEXT: Final = 1_638_400


def check_object(component: Component, present: SObject | None) -> Iterator[Finding]:
    """What is wrong with an object's own file; present: the object of this name that the org has."""
    name, element = component.name, component.element
    if name.endswith(_OTHER_KINDS):
        yield Finding(None, "Not available for deploy for this organization")
        return
    if not name.endswith("__c"):
        if present is None:
            yield Finding(None, f"Entity of type 'CustomObject' named '{name}' cannot be found")
        return
    if message := wrong_name("object", name.removesuffix("__c"), ""):
        yield Finding(None, message)
    # A file that only brings parts of an object which is there already need not say what the object is.
    says_itself = any(children(element, part) for part in ("label", *_NEEDED))
    if present is None or says_itself:
        if child_text(element, "label") is None:
            yield Finding(None, "Must specify a non-empty label for the CustomObject")
        for part in _NEEDED:
            if not children(element, part):
                yield Finding(None, f"Required field is missing: {part}")
    for part, longest in _LONGEST.items():
        if message := too_long(part, child_text(element, part), longest):
            yield Finding(children(element, part)[0], message)
    yield from _name_field(component)


def _name_field(component: Component) -> Iterator[Finding]:
    for name_field in children(component.element, "nameField"):
        kind = child_text(name_field, "type")
        if kind not in ("Text", "AutoNumber"):
            yield Finding(name_field, "Name field type must be Text or AutoNumber")
        elif kind == "AutoNumber" and child_text(name_field, "displayFormat") is None:
            yield Finding(name_field, "Must specify 'displayFormat' for a CustomField of type AutoNumber")
        if child_text(name_field, "label") is None:
            yield Finding(name_field, "Must specify a non-empty label for the CustomField")


def check_object_references(component: Component, world: World) -> Iterator[Finding]:
    """What an object's own file names: its compact layout, the fields of its search layouts."""
    name, element = component.name, component.element
    assigned = child_text(element, "compactLayoutAssignment")
    if assigned not in (None, "SYSTEM") and not world.has("CompactLayout", f"{name}.{assigned}"):
        yield Finding(
            children(element, "compactLayoutAssignment")[0],
            no_such("compactLayoutAssignment", "CompactLayout", f"{name}.{assigned}"),
        )
    for layouts in children(element, "searchLayouts"):
        for entry in layouts.iterchildren("*"):
            field = (entry.text or "").strip()
            if field.endswith("__c") and world.field(name, field) is None:
                yield Finding(entry, no_such("searchLayouts", "CustomField", f"{name}.{field}"))


def read_object(component: Component, present: SObject | None) -> SObject:
    """A sound custom object as the org's; of a present one its prefix and custom fields stay."""
    name, element = component.name, component.element
    if present is not None and (not name.endswith("__c") or child_text(element, "label") is None):
        return present
    label = child_text(element, "label") or name.removesuffix("__c")
    detail = child_text(element, "sharingModel") == "ControlledByParent"
    name_fields = children(element, "nameField")
    own = system_fields(label, name_fields[0] if name_fields else None, owned=not detail)
    kept = {each.name: each for each in present.fields.values() if each.custom} if present else {}
    return SObject(
        name=name,
        label=label,
        label_plural=child_text(element, "pluralLabel") or label,
        key_prefix=present.key_prefix if present else "",
        custom=True,
        fields={field.name: field for field in own} | kept,
        activities=is_true(element, "enableActivities"),
        description=child_text(element, "description"),
    )


def with_fields(sobject: SObject, fields: Mapping[str, Field]) -> SObject:
    """The object with these fields added or replaced."""
    return replace(sobject, fields={**sobject.fields, **fields})


def over_limit(sobject: SObject, added: Field) -> str | None:
    """Which limit of custom fields an object passes, if it does, said of a field that is added to it."""
    custom = [each for each in sobject.fields.values() if each.custom]
    references = [each for each in custom if each.type == "reference"]
    masters = [each for each in references if each.cascade_delete]
    texts = [each for each in custom if each.type == "textarea" and each.length > 255]
    checks = (
        (True, len(custom), MOST_FIELDS, "custom fields"),
        (added.type == "reference", len(references), MOST_RELATIONSHIPS, "relationship fields"),
        (added.cascade_delete, len(masters), MOST_MASTERS, "master-detail relationships"),
        (added.external_id, sum(each.external_id for each in custom), MOST_EXTERNAL_IDS, "external ID fields"),
        (added in texts, sum(each.length for each in texts), MOST_LONG_TEXT, "characters in long text fields"),
    )
    for concerns, count, most, what in checks:
        if concerns and count > most:
            return f"You have reached the maximum number of {what} on {sobject.name}: {most:,}"
    return None
