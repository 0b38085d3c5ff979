"""Columns of lists as the page host shows them: labels, what to fetch, what is a link."""

from __future__ import annotations

from collections.abc import Iterable

from localorg.access import User
from localorg.http.uiapi.layouts import field_label
from localorg.http.uiapi.selection import Selection, UnknownFieldError
from localorg.org import LocalOrg
from localorg.schema.model import NUMBER_TYPES, SObject

Json = dict[str, object]


def columns_of(org: LocalOrg, user: User, sobject: SObject, names: Iterable[str]) -> list[Json]:
    """Columns for API names (`Name`, `Owner.Alias`, `Sidecar_Account__c`); those the user has not are left out.

    Each is {label, field, fields, link, number}: `field` is shown, `fields` are fetched; a link leads to the record
    itself (`self`) or to the parent that the field belongs to (`parent`).
    """
    selection = Selection(org.schema, user, sobject)
    made = []
    for name in names:
        try:
            made.append(_column(selection, sobject, name))
        except UnknownFieldError:
            continue
    return made


def _column(selection: Selection, sobject: SObject, name: str) -> Json:
    *relationships, last = name.split(".")
    if relationships:
        return _of_parent(selection, sobject, relationships, last)
    field = selection.add(name)
    if field.type == "reference" and field.relationship_name:
        parent = selection.parent(field.relationship_name)
        naming = parent.sobject.name_field if parent.sobject else parent.find("Name")
        if naming is not None:
            shown = f"{sobject.name}.{field.relationship_name}.{naming.name}"
            return _json(field_label(sobject, field), shown, link="parent")
    link = "self" if field.name_field else None
    number = field.type in NUMBER_TYPES | {"int"}
    return _json(field_label(sobject, field), f"{sobject.name}.{field.name}", link=link, number=number)


def _of_parent(selection: Selection, sobject: SObject, relationships: list[str], last: str) -> Json:
    at = selection
    for relationship in relationships:
        at = at.parent(relationship)
    field = at.add(last)
    reference = sobject.relationship(relationships[0])
    owner = field_label(sobject, reference) if reference else relationships[0]
    label = owner if field.name_field else f"{owner} {field.label}"
    return _json(
        label, ".".join([sobject.name, *relationships, field.name]), link="parent" if field.name_field else None
    )


def _json(label: str, field: str, *, link: str | None, number: bool = False) -> Json:
    return {"label": label, "field": field, "fields": [field], "link": link, "number": number}
