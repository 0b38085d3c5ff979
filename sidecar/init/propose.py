"""Which of an org's own fields could mean what the product needs: proposals from labels, types and values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sidecar.configuration import SegmentsSection
from sync import FieldSchema, ObjectSchema

OBJECTS = ("Opportunity", "OpportunityLineItem", "Product2", "Asset", "Contract", "Case")
"""What is described."""

_NUMBERS, _DATES, _TEXTS = ("currency", "double", "int"), ("date", "datetime"), ("picklist", "string")
_ARR = (r"\barr\b|annual(ised|ized)? recurring", r"\bacv\b|annual contract value")


@dataclass(frozen=True)
class Proposal:
    """A line for `sidecar.toml`.

    Attributes:
        section, key: where it goes.
        field: API name.
        why: in words.
    """

    section: str
    key: str
    field: str
    why: str


@dataclass(frozen=True)
class _Wanted:
    section: str
    key: str
    sobject: str
    types: tuple[str, ...]
    patterns: tuple[str, ...]  # the first that fits anything wins


_WANTED = (
    _Wanted("mapping.opportunity", "arr", "Opportunity", _NUMBERS, _ARR),
    _Wanted("mapping.line", "term_months", "OpportunityLineItem", _NUMBERS, (r"\bterm\b.*month|month.*\bterm\b",)),
    _Wanted(
        "mapping.product", "pillar", "Product2", ("picklist", "string"), (r"\bpillar\b", r"\bproduct (line|area)\b")
    ),
    _Wanted("mapping.asset", "arr", "Asset", _NUMBERS, _ARR),
    _Wanted("mapping.contract", "arr", "Contract", _NUMBERS, _ARR),
    _Wanted("mapping.contract", "true_up_date", "Contract", _DATES, (r"\btrue[ -]?up\b",)),
    _Wanted("mapping.case", "reopened", "Case", (*_NUMBERS, "boolean"), (r"\bre-?open",)),
)


def proposals(schemas: Mapping[str, ObjectSchema | None], segments: SegmentsSection) -> Iterator[Proposal]:
    """What the mapping could say. Only fields of the org's own are proposed; ours and the standard ones are known.

    Args:
        schemas: of `OBJECTS`, as the integration user sees them.
        segments: the types that are known already.
    """
    for wanted in _WANTED:
        schema = schemas.get(wanted.sobject)
        found = _first(schema, wanted) if schema else None
        if found is not None:
            why = f"{wanted.sobject}, {found.type} labelled {found.label!r}"
            yield Proposal(wanted.section, wanted.key, found.name, why)
    opportunity = schemas.get("Opportunity")
    if opportunity is not None:
        yield from _type_field(opportunity, segments)


def unknown_types(schemas: Mapping[str, ObjectSchema | None], field: str, segments: SegmentsSection) -> list[str]:
    """Values of the field that tells the segment which belong to none yet."""
    schema = schemas.get("Opportunity")
    found = schema.field(field) if schema else None
    known = segments.by_type()
    return [value for value in (found.values if found else ()) if value.casefold() not in known]


def _first(schema: ObjectSchema, wanted: _Wanted) -> FieldSchema | None:
    own = [field for field in schema.fields.values() if _is_own(field) and field.type in wanted.types]
    for pattern in wanted.patterns:
        for field in own:
            if re.search(pattern, _words(field), re.IGNORECASE):
                return field
    return None


def _type_field(schema: ObjectSchema, segments: SegmentsSection) -> Iterator[Proposal]:
    """Another picklist than Type, where it knows more of the segments' words."""
    known = segments.by_type()

    def told(field: FieldSchema | None) -> int:
        return len({known[value.casefold()] for value in (field.values if field else ()) if value.casefold() in known})

    own = [field for field in schema.fields.values() if _is_own(field) and field.type == "picklist"]
    best = max(own, key=told, default=None)
    if best is not None and told(best) > max(told(schema.field("Type")), 1):
        why = f"Opportunity, picklist labelled {best.label!r} with values of {told(best)} segments"
        yield Proposal("mapping.opportunity", "type", best.name, why)


def _is_own(field: FieldSchema) -> bool:
    return field.name.endswith("__c") and not field.name.startswith("Sidecar_")


def _words(field: FieldSchema) -> str:
    return f"{field.label} {field.name.removesuffix('__c').replace('_', ' ')}"
