"""The validator refuses what the platform would refuse, and says where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .metadata_schema import NAMESPACE, metadata_schema, metadata_type

FIELD_PARTS = (
    "<fullName>Sidecar_Health__c</fullName>",
    "<label>Health</label>",
    "<precision>3</precision>",
    "<required>false</required>",
    "<scale>0</scale>",
    "<type>Number</type>",
)


def file_of(metadata_type: str, body: str) -> bytes:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{metadata_type} xmlns="{NAMESPACE}">'
    return f"{head}\n{body}\n</{metadata_type}>".encode()


def messages(metadata_type: str, body: str) -> list[str]:
    return [str(problem) for problem in metadata_schema().problems(file_of(metadata_type, body), metadata_type)]


def test_a_valid_field_has_no_problems() -> None:
    assert messages("CustomField", "\n".join(FIELD_PARTS)) == []


@given(st.permutations(FIELD_PARTS))
def test_the_order_of_elements_does_not_matter(parts: list[str]) -> None:
    assert messages("CustomField", "".join(parts)) == []


@given(st.sampled_from(FIELD_PARTS))
def test_an_element_that_stands_once_is_refused_twice(part: str) -> None:
    (problem,) = messages("CustomField", "".join((*FIELD_PARTS, part)))
    assert "2 times" in problem


def test_an_inherited_element_is_known() -> None:
    assert messages("ListView", "<fullName>All</fullName><filterScope>Mine</filterScope><label>All</label>") == []


def test_a_repeating_element_may_repeat() -> None:
    columns = "<columns>NAME</columns>" * 3
    assert messages("ListView", f"{columns}<filterScope>Mine</filterScope><label>All</label>") == []


def test_comments_are_no_elements() -> None:
    assert messages("CustomField", "<!-- a note --><label>Health</label>") == []


@pytest.mark.parametrize(
    ("metadata_type", "body", "says"),
    [
        ("CustomField", "<lable>Health</lable>", "<lable> is no element of CustomField"),
        ("CustomField", "<type>Numbr</type>", "'Numbr' is no FieldType"),
        ("CustomField", "<required>yes</required>", "'yes' is no boolean"),
        ("CustomField", "<required></required>", "'' is no boolean"),
        ("CustomField", "<precision>3.5</precision>", "'3.5' is no int"),
        ("CustomField", "<label>Health</label> and more", "text between elements"),
        ("CustomField", "<label><b>Health</b></label>", "holds elements; text is expected"),
        ("CustomField", '<label lang="en">Health</label>', "attributes are not allowed: lang"),
        ("CustomField", "<valueSet><sorted>true</sorted></valueSet>", "<sorted> is no element of ValueSet"),
        ("CustomField", '<x:label xmlns:x="urn:other">Health</x:label>', "<label> is no element of CustomField"),
        ("ListView", "<label>All</label>", "<filterScope> is missing; ListView requires it"),
        ("ListView", "<filterScope>Ours</filterScope><label>All</label>", "'Ours' is no FilterScope"),
        ("FlexiPage", "<masterLabel>Page</masterLabel><type>RecordPage</type>", "<template> is missing"),
        ("LightningComponentBundle", "<apiVersion>new</apiVersion>", "'new' is no double"),
    ],
)
def test_a_mistake_is_named(metadata_type: str, body: str, says: str) -> None:
    assert any(says in message for message in messages(metadata_type, body))


def test_a_nested_problem_says_its_line_and_path() -> None:
    body = "<fullName>X</fullName>\n<valueSet>\n<restricted>perhaps</restricted>\n</valueSet>"
    (problem,) = metadata_schema().problems(file_of("CustomField", body), "CustomField")
    assert (problem.line, problem.path) == (5, "/CustomField/valueSet/restricted")


@pytest.mark.parametrize("content", [b"", b"<CustomField>", b"<CustomField></CustomFeld>", b"label: Health"])
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    (problem,) = metadata_schema().problems(content, "CustomField")
    assert "not well-formed" in problem.message


def test_another_root_than_the_name_promises_is_refused() -> None:
    (problem,) = metadata_schema().problems(file_of("CustomObject", "<label>Plan</label>"), "CustomField")
    assert "CustomObject" in problem.message
    assert "CustomField is expected" in problem.message


def test_a_missing_namespace_is_refused() -> None:
    (problem,) = metadata_schema().problems(b"<CustomField><label>Health</label></CustomField>", "CustomField")
    assert NAMESPACE in problem.message


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("3", encoding="utf-8")
    doctype = f'<!DOCTYPE CustomField [<!ENTITY outside SYSTEM "{outside.as_uri()}">]>'
    content = file_of("CustomField", "<precision>&outside;</precision>")
    content = content.replace(b"<CustomField", f"{doctype}<CustomField".encode(), 1)
    (problem,) = metadata_schema().problems(content, "CustomField")
    assert "'' is no int" in problem.message


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Sidecar_Health__c.field-meta.xml", "CustomField"),
        ("Sidecar_Plan__c-Plan Layout.layout-meta.xml", "Layout"),
        ("Sidecar.app-meta.xml", "CustomApplication"),
    ],
)
def test_the_name_says_the_type(name: str, expected: str) -> None:
    assert metadata_type(Path(name)) == expected


@pytest.mark.parametrize("name", ["Health.field.xml", "Health.feld-meta.xml", "field-meta.xml"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"expected NAME\.SUFFIX-meta\.xml"):
        metadata_type(Path(name))
