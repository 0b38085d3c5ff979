"""Whether a CustomField can be: its parts, its name, its picklist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from localorg.metadata.component import Component
from localorg.metadata.document import XmlElement, child_text, children, is_true
from localorg.metadata.structure import Finding
from localorg.metadata.world import too_long, wrong_name
from localorg.schema.source_fields import TYPES

_SIZE = frozenset({"precision", "scale"})
REQUIRED: Final = {
    "AutoNumber": frozenset({"displayFormat"}),
    "Checkbox": frozenset({"defaultValue"}),
    "Currency": _SIZE,
    "Html": frozenset({"length", "visibleLines"}),
    "LongTextArea": frozenset({"length", "visibleLines"}),
    "Lookup": frozenset({"referenceTo"}),
    "MasterDetail": frozenset({"referenceTo", "relationshipName"}),
    "MultiselectPicklist": frozenset({"valueSet", "visibleLines"}),
    "Number": _SIZE,
    "Percent": _SIZE,
    "Picklist": frozenset({"valueSet"}),
    "Text": frozenset({"length"}),
}
_OPTIONAL: Final = {
    "AutoNumber": frozenset({"startingNumber"}),
    "Lookup": frozenset({"relationshipName", "deleteConstraint", "lookupFilter"}),
    "MasterDetail": frozenset({"relationshipOrder", "reparentableMasterDetail", "writeRequiresMasterRead"}),
}
# Parts which belong to some types only; whatever else a field may have, any field may have.
_SPECIAL: Final = frozenset().union(*REQUIRED.values(), *_OPTIONAL.values()) - {"defaultValue"} | {
    "summaryForeignKey",
    "maskChar",
}
_NEVER_REQUIRED: Final = frozenset({"AutoNumber", "Checkbox", "Html", "LongTextArea", "MultiselectPicklist"})
_EXTERNAL_IDS: Final = frozenset({"AutoNumber", "Email", "Number", "Text"})
_LENGTHS: Final = {"Text": (1, 255), "LongTextArea": (256, 131_072), "Html": (256, 131_072)}
_LONGEST: Final = {"label": 40, "inlineHelpText": 510, "description": 1000}
_HIGHEST_PRECISION: Final = 18
_LONGEST_VALUE: Final = 255


def check_field(component: Component) -> Iterator[Finding]:
    """What is wrong with a custom field in itself, the gravest first."""
    element = component.element
    kind = child_text(element, "type") or ""
    name = component.short_name.removesuffix("__c")
    for message in (
        wrong_name("field", name, component.sobject),
        None if child_text(element, "label") else "Must specify a non-empty label for the CustomField",
        None if kind else "Required field is missing: type",
        *(too_long(part, child_text(element, part), longest) for part, longest in _LONGEST.items()),
    ):
        if message:
            yield Finding(None, message)
    yield from _parts(element, kind)
    yield from _sizes(element, kind)
    yield from _picklist(element)


def _parts(element: XmlElement, kind: str) -> Iterator[Finding]:
    if kind not in TYPES:
        return  # not a type of the local org, which says so itself
    formula = child_text(element, "formula") is not None
    present = {part for part in _SPECIAL | {"defaultValue"} if children(element, part)}
    if not formula:
        for part in sorted(REQUIRED.get(kind, frozenset()) - present):
            yield Finding(None, f"Must specify '{part}' for a CustomField of type {kind}")
    for part in sorted(present & (_SPECIAL - REQUIRED.get(kind, frozenset()) - _OPTIONAL.get(kind, frozenset()))):
        yield Finding(children(element, part)[0], f"Can not specify '{part}' for a CustomField of type {kind}")
    if is_true(element, "required") and (kind in _NEVER_REQUIRED or formula):
        yield Finding(None, f"Can not specify 'required' for a CustomField of type {kind}")
    if kind == "MasterDetail" and children(element, "required"):
        yield Finding(None, "Master-Detail Relationship Fields Cannot be Optional or Required")
    for part in ("externalId", "unique"):
        if is_true(element, part) and (kind not in _EXTERNAL_IDS or formula):
            yield Finding(None, f"Can not specify '{part}' for a CustomField of type {kind}")


def _sizes(element: XmlElement, kind: str) -> Iterator[Finding]:
    length = child_text(element, "length")
    least, most = _LENGTHS.get(kind, (0, 0))
    if length is not None and most and not least <= int(length) <= most:
        message = f"Value for 'length' of a CustomField of type {kind} must be between {least} and {most}"
        yield Finding(children(element, "length")[0], message)
    if kind in ("Number", "Percent", "Currency"):
        scale = int(child_text(element, "scale") or 0)
        precision = int(child_text(element, "precision") or _HIGHEST_PRECISION)
        if not 0 < precision <= _HIGHEST_PRECISION or not 0 <= scale <= precision:
            message = (
                f"Value for 'precision' of a CustomField of type {kind} must be between 1 and {_HIGHEST_PRECISION} "
                f"and hold the scale: precision {precision}, scale {scale}"
            )
            yield Finding(None, message)
    display_format = child_text(element, "displayFormat")
    if display_format is not None and "{0" not in display_format:
        yield Finding(children(element, "displayFormat")[0], f"Invalid display format: {display_format}")


def _picklist(element: XmlElement) -> Iterator[Finding]:
    values = children(element, "valueSet/valueSetDefinition/value")
    if children(element, "valueSet") and not values and not children(element, "valueSet/valueSetName"):
        yield Finding(None, "Required field is missing: valueSetDefinition")
    name = child_text(element, "valueSet/valueSetName")
    if name is not None:
        yield Finding(None, f"In field: valueSetName - no GlobalValueSet named {name} found")
    for value in values:
        full_name = child_text(value, "fullName")
        if full_name is None:
            yield Finding(value, "Required field is missing: fullName")
        elif message := too_long("fullName", full_name, _LONGEST_VALUE):
            yield Finding(value, message)
    yield from _repeated(values, "fullName", "Field:fullName, value:{} appears more than once")
    yield from _repeated(values, "label", "Duplicate label: {}")


def _repeated(values: list[XmlElement], part: str, message: str) -> Iterator[Finding]:
    found = [(child_text(value, part) or "").lower() for value in values]
    counts = Counter(found)
    for index, value in enumerate(values):
        if counts[found[index]] > 1 and found.index(found[index]) != index:
            yield Finding(value, message.format(child_text(value, part)))
