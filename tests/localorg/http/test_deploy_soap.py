"""The Metadata API by SOAP: calls, answers, faults."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localorg.http.settings import Settings

from .conftest import WAIT_SECONDS, Served, close, serve
from .deploying import BROKEN, GOOD, METADATA, SOAP_PATH, call, encoded, envelope, fault, soap

ORDER = (
    "<ZipFile>{}</ZipFile><DeployOptions><rollbackOnError>true</rollbackOnError>"
    "<singlePackage>true</singlePackage>{}</DeployOptions>"
)
CHECK = "<asyncProcessId>{}</asyncProcessId><includeDetails>true</includeDetails>"


def text(element: ElementTree.Element, path: str) -> str | None:
    return element.findtext("/".join(METADATA + step for step in path.split("/")))


def ended(served: Served, deployment_id: str | None) -> ElementTree.Element:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        answer = call(served, "checkDeployStatus", CHECK.format(deployment_id))
        if text(answer, "result/done") == "true":
            return answer
        time.sleep(0.01)
    raise AssertionError(f"{deployment_id} did not end within {WAIT_SECONDS} s")


@pytest.fixture
def idle(tmp_path: Path, org_file: Path) -> Iterator[Served]:
    shutil.copy(org_file, tmp_path / "org.sqlite")
    made = serve(tmp_path, Settings(worker=False))
    yield made
    close(made)


@pytest.mark.shows("deploy.soap")
def test_a_deployment_goes_through(served: Served) -> None:
    ordered = call(served, "deploy", ORDER.format(encoded(GOOD), ""))
    result = ended(served, text(ordered, "result/id"))
    assert text(result, "result/status") == "Succeeded"
    names = result.findall(f"{METADATA}result/{METADATA}details/{METADATA}componentSuccesses/{METADATA}fullName")
    assert {name.text for name in names} == {"package.xml", "Account.Fresh__c", "Account.Not_Old", "Fresh"}
    assert "Fresh__c" in served.org.schema.objects["Account"].fields
    listed = call(served, "listMetadata", "<queries><type>CustomField</type></queries>")
    assert "Account.Fresh__c" in {each.text for each in listed.findall(f"{METADATA}result/{METADATA}fullName")}


@pytest.mark.shows("deploy.soap", "deploy.results")
def test_a_refusal_has_its_place(served: Served) -> None:
    result = ended(served, text(call(served, "deploy", ORDER.format(encoded(BROKEN), "")), "result/id"))
    path = "result/details/componentFailures"
    facts = {name: text(result, f"{path}/{name}") for name in ("fullName", "problemType", "lineNumber", "columnNumber")}
    assert facts == {"fullName": "Account.Bad__c", "problemType": "Error", "lineNumber": "4", "columnNumber": "9"}


@pytest.mark.shows("deploy.cancel")
def test_a_waiting_deployment_can_be_canceled(idle: Served) -> None:
    deployment = text(call(idle, "deploy", ORDER.format(encoded(GOOD), "")), "result/id")
    answer = call(idle, "cancelDeploy", f"<String>{deployment}</String>")
    assert (text(answer, "result/done"), text(answer, "result/id")) == ("true", deployment)
    assert text(ended(idle, deployment), "result/status") == "Canceled"


@pytest.mark.shows("deploy.check_only")
def test_a_validation_can_be_deployed_later(served: Served) -> None:
    ordered = call(served, "deploy", ORDER.format(encoded(GOOD), "<checkOnly>true</checkOnly>"))
    validated = text(ordered, "result/id")
    assert text(ended(served, validated), "result/checkOnly") == "true"
    again = call(served, "deployRecentValidation", f"<validationId>{validated}</validationId>")
    assert text(ended(served, text(again, "result")), "result/status") == "Succeeded"


@pytest.mark.shows("deploy.soap")
def test_describe_names_the_types(shared: Served) -> None:
    answer = call(shared, "describeMetadata", "<asOfVersion>65.0</asOfVersion>")
    folders = {
        text(each, "xmlName"): (text(each, "directoryName"), text(each, "suffix"))
        for each in answer.findall(f"{METADATA}result/{METADATA}metadataObjects")
    }
    assert folders["CustomObject"] == ("objects", "object")
    assert folders["LightningComponentBundle"] == ("lwc", None)


@pytest.mark.shows("deploy.permission")
def test_only_an_administrator_may_call(shared: Served) -> None:
    body = f'<describeMetadata xmlns="{METADATA[1:-1]}"/>'
    assert fault(soap(shared, shared.integration, body))[0] == "sf:INSUFFICIENT_ACCESS"
    code, message = fault(soap(shared, shared.nobody, body))
    assert code == "sf:INVALID_SESSION_ID"
    assert message.startswith("INVALID_SESSION_ID: Invalid Session ID found in SessionHeader")


@pytest.mark.shows("deploy.retrieve")
@pytest.mark.parametrize("operation", ["retrieve", "readMetadata", "createMetadata", "deleteMetadata"])
def test_calls_that_the_org_lacks_say_so(shared: Served, operation: str) -> None:
    answer = soap(shared, shared.admin, f'<{operation} xmlns="{METADATA[1:-1]}"/>')
    text = f"FUNCTIONALITY_NOT_ENABLED: {operation} is not available in the local org"
    assert fault(answer) == ("sf:FUNCTIONALITY_NOT_ENABLED", text)


@pytest.mark.shows("deploy.soap")
@pytest.mark.parametrize(
    ("operation", "inner", "code"),
    [
        ("fly", "", "soapenv:Client"),
        ("deploy", "", "sf:MISSING_ARGUMENT"),
        ("deploy", "<ZipFile>!!</ZipFile>", "soapenv:Client"),
        ("deploy", ORDER.format("UEs=", "<checkOnly>yes</checkOnly>"), "soapenv:Client"),
        ("deploy", ORDER.format("UEs=", "<testLevel>Some</testLevel>"), "soapenv:Client"),
        ("checkDeployStatus", CHECK.format("0Af000000000001AAA"), "sf:INVALID_CROSS_REFERENCE_KEY"),
        ("checkDeployStatus", CHECK.format("nonsense"), "sf:INVALID_CROSS_REFERENCE_KEY"),
        ("cancelDeploy", "", "sf:INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_a_wrong_call_is_a_fault(shared: Served, operation: str, inner: str, code: str) -> None:
    answer = soap(shared, shared.admin, f'<{operation} xmlns="{METADATA[1:-1]}">{inner}</{operation}>')
    assert fault(answer)[0] == code


@pytest.mark.shows("deploy.soap")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<soapenv:Envelope",
        b"<Envelope/>",
        envelope("x", "").encode(),
        envelope("x", "<other/>").encode(),
        b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + envelope("x", "&e;").partition("?>")[2].encode(),
    ],
)
def test_what_is_no_envelope_is_a_fault(shared: Served, content: bytes) -> None:
    code, _ = fault(shared.app.test_client().post(SOAP_PATH, data=content, content_type="text/xml"))
    assert code.startswith("soapenv:")


@pytest.mark.shows("deploy.soap")
def test_unknown_versions_are_a_fault(shared: Served) -> None:
    body = f'<describeMetadata xmlns="{METADATA[1:-1]}"/>'
    assert fault(soap(shared, shared.admin, body, "/services/Soap/m/99.0"))[0] == "sf:UNSUPPORTED_API_VERSION"
    assert soap(shared, shared.admin, body, f"/services/Soap/m/66.0/{shared.org.org_id}").status_code == 200


@settings(max_examples=60)
@given(st.text(max_size=60), st.integers(0, 300))
def test_a_damaged_envelope_is_a_fault_or_an_answer(shared: Served, junk: str, at: int) -> None:
    whole = envelope("x", f'<describeMetadata xmlns="{METADATA[1:-1]}"/>')
    damaged = whole[:at] + junk + whole[at:]
    content = damaged.encode(errors="surrogatepass")
    answer = shared.app.test_client().post(SOAP_PATH, data=content, content_type="text/xml")
    assert fault(answer)[0].partition(":")[0] in ("soapenv", "sf")
