"""CustomField metadata as the org's fields, and the fields that every custom object has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from localorg.schema.model import Field

if TYPE_CHECKING:
    from lxml.etree import _Element

    XmlElement: TypeAlias = _Element
else:
    XmlElement = object

_NS = "{http://soap.sforce.com/2006/04/metadata}"
TYPES = {
    "Text": "string",
    "AutoNumber": "string",
    "Number": "double",
    "Percent": "percent",
    "Currency": "currency",
    "Date": "date",
    "DateTime": "datetime",
    "Checkbox": "boolean",
    "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist",
    "LongTextArea": "textarea",
    "TextArea": "textarea",
    "Html": "textarea",
    "Lookup": "reference",
    "MasterDetail": "reference",
    "Phone": "phone",
    "Email": "email",
    "Url": "url",
}
FIXED_LENGTHS = {"Phone": 40, "Email": 80, "Url": 255, "TextArea": 255, "Picklist": 255, "MultiselectPicklist": 4099}
FORMULA_TEXT_LENGTH = 1300
NUMBER_NAMES = frozenset({"Number", "Percent", "Currency"})
REFERENCE_NAMES = frozenset({"Lookup", "MasterDetail"})
HIGHEST_PRECISION = 18
LONGEST_TEXT_AREA = 131_072


def child_text(element: XmlElement, tag: str) -> str | None:
    """The text of a child element, or None if it is missing or empty."""
    found = element.findtext(_NS + tag)
    return found.strip() if isinstance(found, str) and found.strip() else None


def text_of(element: XmlElement, tag: str) -> str:
    """The text of a child element, or an empty text."""
    return child_text(element, tag) or ""


def boolean(element: XmlElement, tag: str) -> bool:
    """Whether a child element says true."""
    return child_text(element, tag) == "true"


def read_field(element: XmlElement, name: str) -> Field:
    """A CustomField as the org's field. Raises ValueError with the reason if it cannot be one."""
    source_type = child_text(element, "type")
    if source_type not in TYPES:
        raise ValueError(f"field type {source_type or 'missing'!r} is not supported; known are {', '.join(TYPES)}")
    formula = child_text(element, "formula")
    required = boolean(element, "required") or source_type == "MasterDetail"
    automatic = source_type == "AutoNumber" or formula is not None
    long_text = source_type in ("LongTextArea", "Html")
    precision, scale = _number_size(element, source_type, formula)
    reference = source_type in REFERENCE_NAMES
    return Field(
        name=name,
        label=child_text(element, "label") or name.removesuffix("__c"),
        type=TYPES[source_type],
        length=_length(element, source_type, formula),
        precision=precision,
        scale=scale,
        nillable=not (required or source_type in ("Checkbox", "AutoNumber")) or formula is not None,
        createable=not automatic,
        updateable=not automatic
        and not (source_type == "MasterDetail" and not boolean(element, "reparentableMasterDetail")),
        defaulted_on_create=child_text(element, "defaultValue") is not None
        or source_type in ("Checkbox", "AutoNumber")
        or any(boolean(value, "default") for value in _values(element)),
        unique=boolean(element, "unique"),
        external_id=boolean(element, "externalId"),
        case_sensitive=boolean(element, "caseSensitive"),
        restricted_picklist=element.findtext(f"{_NS}valueSet/{_NS}restricted") == "true",
        picklist_values=_picklist_values(element),
        reference_to=(text_of(element, "referenceTo"),) if reference else (),
        relationship_name=name.removesuffix("__c") + "__r" if reference else None,
        child_relationship_name=_child_relationship(element) if reference else None,
        calculated=formula is not None,
        formula=formula,
        formula_blank_as_zero=child_text(element, "formulaTreatBlanksAs") != "BlankAsBlank",
        auto_number=source_type == "AutoNumber",
        display_format=child_text(element, "displayFormat"),
        custom=True,
        filterable=not long_text,
        groupable=not long_text
        and source_type not in (*NUMBER_NAMES, "DateTime", "MultiselectPicklist")
        and (formula is None or source_type in ("Checkbox", "Date")),
        sortable=not long_text and source_type != "MultiselectPicklist",
        permissionable=not required,
        default_value=_default(element),
        help_text=child_text(element, "inlineHelpText"),
        description=child_text(element, "description"),
        cascade_delete=source_type == "MasterDetail" or child_text(element, "deleteConstraint") == "Cascade",
        restricted_delete=child_text(element, "deleteConstraint") == "Restrict",
    )


def system_fields(label: str, name_field: XmlElement | None, *, owned: bool) -> list[Field]:
    """The fields which Salesforce gives every custom object; `owned`: whether its rows have an owner of their own."""
    fields = [_system("Id", f"{label} ID", "id", length=18)]
    if owned:
        owner = _system("OwnerId", "Owner ID", "reference", "Owner", ("Group", "User"), length=18)
        fields.append(replace(owner, createable=True, updateable=True))
    fields.append(_system("IsDeleted", "Deleted", "boolean"))
    fields.append(_name_field(label, name_field))
    for name, caption in (("Created", "Created"), ("LastModified", "Last Modified")):
        fields.append(_system(f"{name}Date", f"{caption} Date", "datetime"))
        fields.append(_system(f"{name}ById", f"{caption} By ID", "reference", f"{name}By", ("User",), length=18))
    fields.append(_system("SystemModstamp", "System Modstamp", "datetime"))
    fields.append(_system("LastViewedDate", "Last Viewed Date", "datetime", nillable=True))
    fields.append(_system("LastReferencedDate", "Last Referenced Date", "datetime", nillable=True))
    return fields


def _system(
    name: str,
    label: str,
    kind: str,
    relationship: str | None = None,
    targets: tuple[str, ...] = (),
    *,
    length: int = 0,
    nillable: bool = False,
) -> Field:
    return Field(
        name=name,
        label=label,
        type=kind,
        length=length,
        nillable=nillable,
        createable=False,
        updateable=False,
        defaulted_on_create=not nillable,
        relationship_name=relationship,
        reference_to=targets,
        groupable=kind != "datetime",
    )


def _name_field(label: str, element: XmlElement | None) -> Field:
    automatic = element is not None and child_text(element, "type") == "AutoNumber"
    return Field(
        name="Name",
        label=(child_text(element, "label") if element is not None else None) or f"{label} Name",
        type="string",
        length=80,
        # A custom object's Name may be left out: Salesforce then puts the record's id there.
        nillable=False,
        createable=not automatic,
        updateable=not automatic,
        defaulted_on_create=True,
        auto_number=automatic,
        display_format=child_text(element, "displayFormat") if automatic and element is not None else None,
        name_field=True,
    )


def _number_size(element: XmlElement, source_type: str, formula: str | None) -> tuple[int, int]:
    if source_type not in NUMBER_NAMES:
        return 0, 0
    scale = int(child_text(element, "scale") or 0)
    precision = int(child_text(element, "precision") or (HIGHEST_PRECISION if formula else 0))
    if not 0 < precision <= HIGHEST_PRECISION or not 0 <= scale <= precision:
        raise ValueError(f"precision {precision} and scale {scale}: precision must be 1 to 18 and hold the scale")
    return precision, scale


def _length(element: XmlElement, source_type: str, formula: str | None) -> int:
    if source_type in REFERENCE_NAMES:
        return 18
    if source_type == "AutoNumber":
        return 30
    if source_type in FIXED_LENGTHS:
        return FIXED_LENGTHS[source_type]
    if source_type not in ("Text", "LongTextArea", "Html"):
        return 0
    if formula is not None:
        return FORMULA_TEXT_LENGTH
    length = int(child_text(element, "length") or 0)
    longest = 255 if source_type == "Text" else LONGEST_TEXT_AREA
    if not 0 < length <= longest:
        raise ValueError(f"length {length}: {source_type} takes 1 to {longest}")
    return length


def _values(element: XmlElement) -> list[XmlElement]:
    return list(element.findall(f"{_NS}valueSet/{_NS}valueSetDefinition/{_NS}value"))


def _picklist_values(element: XmlElement) -> tuple[tuple[str, str], ...]:
    pairs = []
    for value in _values(element):
        if child_text(value, "isActive") != "false":
            name = text_of(value, "fullName")
            pairs.append((name, child_text(value, "label") or name))
    return tuple(pairs)


def _child_relationship(element: XmlElement) -> str | None:
    name = child_text(element, "relationshipName")
    return f"{name}__r" if name else None


def _default(element: XmlElement) -> str | None:
    """The default as a stored value; formulas are only taken as literals."""
    chosen = next((text_of(value, "fullName") for value in _values(element) if boolean(value, "default")), None)
    if chosen is not None:
        return chosen
    text = child_text(element, "defaultValue")
    if text is not None and len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text
