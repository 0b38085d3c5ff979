"""What the components read: every field of it is there and granted to the people who look at the pages."""

import re
from collections.abc import Iterator

import pytest
from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse

from localorg.schema.standard import standard_objects

from .package_source import SOURCE, field_permissions, object_permissions, own_fields, permission_set

STANDARD = {sobject.name: sobject for sobject in standard_objects()}
SCHEMA = re.compile(r"'@salesforce/schema/(\w+)\.(\w+)'")
GRAPHQL = re.compile(r"gql`(.*?)`", re.DOTALL)
RELATED = {
    "OpportunityLineItems": "OpportunityLineItem",
    "Sidecar_Account__r": "Account",
    "Sidecar_Opportunity__r": "Opportunity",
    "Sidecar_Assignee__r": "User",
    "Sidecar_Rep__r": "User",
}
# Only orgs with several currencies have it, and they show it to everybody: components ask for it as @optional.
CURRENCY = "CurrencyIsoCode"
PLUMBING = {"uiapi", "query", "edges", "node", "pageInfo"}


def fields_of(selections: SelectionSetNode, holder: str) -> Iterator[tuple[str, str]]:
    """(object, field) of what is selected below an object; "" before the first one."""
    for selection in selections.selections:
        assert isinstance(selection, FieldNode), "fragments are not looked into"
        name, below = selection.name.value, selection.selection_set
        if below is None:
            continue
        if name in PLUMBING:
            yield from fields_of(below, holder)
        elif name in RELATED or name in STANDARD or name in own_fields():
            yield from fields_of(below, RELATED.get(name, name))
        else:
            yield holder, name


def asked() -> set[tuple[str, str, str]]:
    """(component, object, field) of everything that a component reads."""
    found = set()
    for file in sorted((SOURCE / "lwc").glob("*/*.js")):
        component, text = file.parent.name, file.read_text(encoding="utf-8")
        found |= {(component, *match) for match in SCHEMA.findall(text)}
        for query in GRAPHQL.findall(text):
            for definition in parse(query).definitions:
                assert isinstance(definition, OperationDefinitionNode)
                found |= {(component, *pair) for pair in fields_of(definition.selection_set, "")}
    return found


ASKED = asked()


def test_queries_and_schema_imports_are_understood() -> None:
    assert ("sidecarHealthPanel", "Account", "Sidecar_Health__c") in ASKED
    assert ("sidecarAccountDeals", "Opportunity", "Sidecar_Risk_Tags__c") in ASKED
    assert ("sidecarAccountDeals", "Product2", "Family") in ASKED
    assert ("sidecarRecordActions", "User", "Name") in ASKED


@pytest.mark.parametrize("name", ["Sidecar_User", "Sidecar_Admin"])
def test_every_field_that_a_component_reads_is_granted(name: str) -> None:
    found = permission_set(name)
    granted, rights = field_permissions(found), object_permissions(found)
    refused = set()
    for component, sobject, field in ASKED:
        if field == CURRENCY:
            continue
        own, standard = own_fields().get(sobject, {}).get(field), STANDARD.get(sobject)
        known = standard.field(field) if standard else None
        assert own or known or field == "Name", (component, sobject, field)
        if (own or (known and known.permissionable)) and f"{sobject}.{field}" not in granted:
            refused.add((component, sobject, field))
        access = standard.access if standard else "own"
        opened = sobject if access == "own" else access
        if access not in ("all", "everyone") and "allowRead" not in rights.get(opened, set()):
            refused.add((component, sobject, "the object"))
    assert refused == set()
