"""Deployments over HTTP: requests, and waiting for their end."""

from __future__ import annotations

import base64
import json
import time
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from werkzeug.test import TestResponse

from tests.localorg.metadata.sent import component, field, manifest, object_file, zipped

from .conftest import WAIT_SECONDS, Caller, Served

METADATA = "{http://soap.sforce.com/2006/04/metadata}"
ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
SOAP_PATH = "/services/Soap/m/65.0"
PERMISSION_SET = component(
    "PermissionSet",
    "<fieldPermissions><editable>true</editable><field>Account.Fresh__c</field><readable>true</readable>"
    "</fieldPermissions><label>Fresh</label>",
)
RULE = (
    "<validationRules><fullName>Not_Old</fullName><active>true</active>"
    "<errorConditionFormula>Fresh__c &lt; DATE(2000, 1, 1)</errorConditionFormula>"
    "<errorMessage>Too old</errorMessage></validationRules>"
)
GOOD = zipped(
    {
        "package.xml": manifest(
            {
                "CustomField": ["Account.Fresh__c"],
                "PermissionSet": ["Fresh"],
                "ValidationRule": ["Account.Not_Old"],
            }
        ),
        "objects/Account.object": object_file(field("Fresh__c", "Date", label="Fresh"), RULE),
        "permissionsets/Fresh.permissionset": PERMISSION_SET,
    }
)
BROKEN = zipped(
    {
        "package.xml": manifest({"CustomField": ["Account.Good__c", "Account.Bad__c"]}),
        "objects/Account.object": object_file(field("Good__c", "Date"), field("Bad__c", "Text")),
    }
)
OPTIONS = {"singlePackage": True, "rollbackOnError": True}


def post(caller: Caller, archive: bytes = GOOD, part: str = "entity_content", **options: Any) -> TestResponse:
    """Order a deployment by REST."""
    body = json.dumps({"deployOptions": {**OPTIONS, **options}})
    data = {part: body, "file": (BytesIO(archive), "package.xml", "application/zip")}
    return caller.post("metadata/deployRequest", data=data, content_type="multipart/form-data")


def ended(caller: Caller, deployment_id: str) -> dict[str, Any]:
    """The result of a deployment once it has ended, with details."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        answer = caller.get(f"metadata/deployRequest/{deployment_id}?includeDetails=true").json
        assert answer is not None
        result: dict[str, Any] = answer["deployResult"]
        if result["done"]:
            return result
        time.sleep(0.01)
    raise AssertionError(f"{deployment_id} did not end within {WAIT_SECONDS} s")


def deploy(caller: Caller, archive: bytes = GOOD, **options: Any) -> dict[str, Any]:
    """Order a deployment by REST and wait for its end."""
    answer = post(caller, archive, **options)
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return ended(caller, answer.json["id"])


def failures(result: dict[str, Any]) -> list[tuple[str, str]]:
    """(full name, problem) of each failed component."""
    return [(each["fullName"], each["problem"]) for each in result["details"]["componentFailures"]]


def envelope(session: str, body: str) -> str:
    """A SOAP envelope as the official clients write it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
        'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header>'
        f'<SessionHeader xmlns="{METADATA[1:-1]}"><sessionId>{session}</sessionId></SessionHeader></soapenv:Header>'
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )


def soap(served: Served, caller: Caller, body: str, path: str = SOAP_PATH) -> TestResponse:
    """A call in the caller's session; the session is in the envelope only."""
    token = caller.headers.get("Authorization", "").removeprefix("Bearer ")
    headers = {"SOAPAction": '""'}
    text = envelope(token, body)
    return served.app.test_client().post(path, data=text, content_type="text/xml", headers=headers)


def call(served: Served, operation: str, inner: str = "") -> ElementTree.Element:
    """The answer to an administrator's call that works."""
    body = f'<{operation} xmlns="{METADATA[1:-1]}">{inner}</{operation}>'
    answer = soap(served, served.admin, body)
    assert answer.status_code == 200, answer.text
    found = ElementTree.fromstring(answer.data).find(f"{ENVELOPE}Body/{METADATA}{operation}Response")
    assert found is not None
    return found


def fault(answer: TestResponse) -> tuple[str, str]:
    """(faultcode, faultstring) of a fault."""
    assert answer.status_code == 500, answer.text
    assert answer.content_type.startswith("text/xml")
    found = ElementTree.fromstring(answer.data).find(f"{ENVELOPE}Body/{ENVELOPE}Fault")
    assert found is not None
    return found.findtext("faultcode", ""), found.findtext("faultstring", "")


def encoded(archive: bytes) -> str:
    """An archive as SOAP carries it."""
    return base64.b64encode(archive).decode()
