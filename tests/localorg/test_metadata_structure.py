"""Files are held against the Metadata API's types: what disagrees is refused in Salesforce's words, with its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.metadata.document import Document, XmlError
from localorg.metadata.structure import Problem, problems
from localorg.metadata.wsdl import NAMESPACE

pytestmark = pytest.mark.shows("deploy.structure")

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
    return [problem.message for problem in problems(file_of(metadata_type, body), metadata_type)]


def test_a_valid_field_has_no_problems() -> None:
    assert messages("CustomField", "\n".join(FIELD_PARTS)) == []


@given(st.permutations(FIELD_PARTS))
def test_the_order_of_elements_does_not_matter(parts: list[str]) -> None:
    assert messages("CustomField", "".join(parts)) == []


@given(st.sampled_from(FIELD_PARTS))
def test_an_element_that_stands_once_is_refused_twice(part: str) -> None:
    (problem,) = messages("CustomField", "".join((*FIELD_PARTS, part)))
    assert "is duplicated at this location in type CustomField" in problem


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
        ("CustomField", "<lable>Health</lable>", f"Element {{{NAMESPACE}}}lable invalid at this location in type"),
        ("CustomField", "<type>Numbr</type>", "'Numbr' is not a valid value for the enum 'FieldType'"),
        ("CustomField", "<required>yes</required>", "'yes' is not a valid value for the type xsd:boolean"),
        ("CustomField", "<required></required>", "'' is not a valid value for the type xsd:boolean"),
        ("CustomField", "<precision>3.5</precision>", "'3.5' is not a valid value for the type xsd:int"),
        ("CustomField", "<label>Health</label> and more", "Unexpected text"),
        ("CustomField", "<label><b>Health</b></label>", "b during simple type deserialization"),
        ("CustomField", '<label lang="en">Health</label>', "Unexpected attribute lang"),
        (
            "CustomField",
            "<valueSet><sorted>true</sorted></valueSet>",
            "sorted invalid at this location in type ValueSet",
        ),
        ("CustomField", '<x:label xmlns:x="urn:other">Health</x:label>', "{urn:other}label invalid at this location"),
        ("ListView", "<label>All</label>", "Required field is missing: filterScope"),
        ("ListView", "<filterScope>Ours</filterScope><label>All</label>", "valid value for the enum 'FilterScope'"),
        ("FlexiPage", "<masterLabel>Page</masterLabel><type>RecordPage</type>", "Required field is missing: template"),
        (
            "LightningComponentBundle",
            "<apiVersion>new</apiVersion>",
            "'new' is not a valid value for the type xsd:double",
        ),
    ],
)
def test_a_mistake_is_named(metadata_type: str, body: str, says: str) -> None:
    assert any(says in message for message in messages(metadata_type, body))


def test_a_problem_is_placed_behind_its_start_tag() -> None:
    body = "<fullName>X</fullName>\n<valueSet>\n  <restricted\n >perhaps</restricted>\n</valueSet>"
    (problem,) = problems(file_of("CustomField", body), "CustomField")
    assert problem == Problem(6, 3, "Error parsing file: 'perhaps' is not a valid value for the type xsd:boolean")


@pytest.mark.parametrize(
    "content", [b"", b"<CustomField>", b"<CustomField></CustomFeld>", b"label: Health", b"\xff\xfe"]
)
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    (problem,) = problems(content, "CustomField")
    assert problem.message.startswith("Error parsing file: ")
    assert problem.line >= 1


def test_broken_xml_is_placed_where_it_breaks() -> None:
    (problem,) = problems(b"<CustomField>\n  <label>Health</lable>\n</CustomField>", "CustomField")
    assert problem.line == 2


def test_another_root_than_the_name_promises_is_refused() -> None:
    (problem,) = problems(file_of("CustomObject", "<label>Plan</label>"), "CustomField")
    assert "CustomObject, expected" in problem.message


def test_a_missing_namespace_is_refused() -> None:
    (problem,) = problems(b"<CustomField><label>Health</label></CustomField>", "CustomField")
    assert NAMESPACE in problem.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_it_does_anything(tmp_path: Path, encoding: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("3", encoding="utf-8")
    doctype = f'<!DOCTYPE CustomField [<!ENTITY outside SYSTEM "{outside.as_uri()}">]>'
    body = f'<CustomField xmlns="{NAMESPACE}"><precision>&outside;</precision></CustomField>'
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    (problem,) = problems(f"{head}{doctype}{body}".encode(encoding), "CustomField")
    assert "DOCTYPE is disallowed" in problem.message


def test_entities_that_grow_without_end_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    with pytest.raises(XmlError, match="DOCTYPE"):
        Document(f"<!DOCTYPE x [{levels}]><x>&e11;</x>".encode())
