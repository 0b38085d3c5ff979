"""Details of field metadata that only the platform's own checks would find."""

import re

import pytest

from .package_source import MetadataFile, files, own_fields

LOOKUPS = {
    ("Sidecar_Plan__c", "Sidecar_Rep__c"): ("User", "Sidecar_Plans"),
    ("Sidecar_Plan__c", "Sidecar_Account__c"): ("Account", "Sidecar_Plans"),
    ("Sidecar_Projection__c", "Sidecar_Rep__c"): ("User", "Sidecar_Projections"),
    ("Sidecar_Projection__c", "Sidecar_Account__c"): ("Account", "Sidecar_Projections"),
    ("Sidecar_Action__c", "Sidecar_Account__c"): ("Account", "Sidecar_Actions"),
    ("Sidecar_Action__c", "Sidecar_Opportunity__c"): ("Opportunity", "Sidecar_Actions"),
    ("Sidecar_Action__c", "Sidecar_Assignee__c"): ("User", "Sidecar_Actions"),
    ("Sidecar_Usage__c", "Sidecar_Account__c"): ("Account", "Sidecar_Usage"),
    ("Sidecar_Deployment__c", "Sidecar_Account__c"): ("Account", "Sidecar_Deployments"),
}
LONG_TEXT_OF_AN_OBJECT = 1_638_400


def of_type(*types: str) -> list[object]:
    return [
        pytest.param(file, id=f"{sobject}.{name}")
        for sobject, fields in own_fields().items()
        for name, file in fields.items()
        if file.text("type") in types and file.text("formula") is None
    ]


def number(file: MetadataFile, name: str) -> int:
    return int(file.text(name) or "-1")


@pytest.mark.parametrize("file", of_type("Number", "Currency", "Percent"))
def test_a_number_has_digits_before_its_decimals(file: MetadataFile) -> None:
    assert 0 <= number(file, "scale") < number(file, "precision") <= 18


@pytest.mark.parametrize("file", of_type("Percent"))
def test_a_percentage_has_room_for_a_hundred(file: MetadataFile) -> None:
    assert number(file, "precision") - number(file, "scale") == 3


@pytest.mark.parametrize("file", of_type("Text"))
def test_a_text_has_a_length(file: MetadataFile) -> None:
    assert 1 <= number(file, "length") <= 255


@pytest.mark.parametrize("file", of_type("LongTextArea"))
def test_a_long_text_has_lines_and_a_length(file: MetadataFile) -> None:
    assert 256 <= number(file, "length") <= 131_072
    assert number(file, "visibleLines") >= 2


def test_long_texts_of_an_object_fit_together() -> None:
    for sobject, fields in own_fields().items():
        total = sum(number(file, "length") for file in fields.values() if file.text("type") == "LongTextArea")
        assert total <= LONG_TEXT_OF_AN_OBJECT, sobject


@pytest.mark.parametrize("file", of_type("Picklist", "MultiselectPicklist"))
def test_a_picklist_is_restricted_to_values_told_apart(file: MetadataFile) -> None:
    values = file.texts("valueSet/valueSetDefinition/value/fullName")
    assert file.text("valueSet/restricted") == "true"
    assert len(values) >= 2
    assert len({value.casefold() for value in values}) == len(values)
    assert all(re.fullmatch(r"[^;,]{1,255}", value) for value in values)
    assert file.texts("valueSet/valueSetDefinition/value/default").count("true") <= 1


@pytest.mark.parametrize("file", of_type("MultiselectPicklist"))
def test_a_multiselect_picklist_shows_several_lines(file: MetadataFile) -> None:
    assert number(file, "visibleLines") in range(3, 11)


def test_external_ids_are_unique_and_case_sensitive() -> None:
    keys = {sobject: fields["Sidecar_Key__c"] for sobject, fields in own_fields().items() if "Sidecar_Key__c" in fields}
    assert set(keys) == {
        f"Sidecar_{name}__c" for name in ("Plan", "Projection", "Action", "Usage", "Deployment", "Run")
    }
    for file in keys.values():
        assert [file.text(name) for name in ("externalId", "unique", "caseSensitive")] == ["true", "true", "true"]


def test_lookups_and_their_names_from_the_other_side() -> None:
    found = {
        (sobject, name): (file.text("referenceTo"), file.text("relationshipName"))
        for sobject, fields in own_fields().items()
        for name, file in fields.items()
        if file.text("type") == "Lookup"
    }
    assert found == LOOKUPS


def test_relationship_names_are_unique_on_the_parent() -> None:
    seen = [
        (file.text("referenceTo"), file.text("relationshipName"))
        for fields in own_fields().values()
        for file in fields.values()
        if file.text("type") == "Lookup"
    ]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("file", of_type("Lookup"))
def test_a_deleted_parent_only_empties_the_lookup(file: MetadataFile) -> None:
    assert file.text("deleteConstraint") == "SetNull"
    assert file.text("relationshipLabel")


def test_the_age_in_the_stage_is_a_formula_over_a_date_that_is_written_once() -> None:
    file = own_fields()["Opportunity"]["Sidecar_Stage_Age__c"]
    assert file.text("formula") == "TODAY() - Sidecar_Stage_Entered__c"
    assert file.text("formulaTreatBlanksAs") == "BlankAsBlank"
    assert file.text("type") == "Number"


def test_compact_layouts_hold_at_most_ten_short_fields() -> None:
    found = files("objects/*/compactLayouts/*-meta.xml")
    assert found
    for file in found:
        fields = own_fields()[file.path.parents[1].name]
        assert 1 <= len(file.texts("fields")) <= 10
        types = {fields[name].text("type") for name in file.texts("fields") if name in fields}
        assert not types & {"LongTextArea", "MultiselectPicklist"}
