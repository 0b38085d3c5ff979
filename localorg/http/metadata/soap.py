"""`/services/Soap/m/{version}`: the Metadata API as the official clients call it by default."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, Response, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.limits import CallCounter
from localorg.http.metadata.calls import describe_metadata, list_metadata
from localorg.http.metadata.deployments import Deployments
from localorg.http.metadata.envelope import (
    CLIENT,
    LARGEST,
    Call,
    SoapFaultError,
    answer,
    fault,
    no_operation,
    read_call,
)
from localorg.http.metadata.rest import require_modify_metadata
from localorg.http.metadata.result import OPTIONS, checked_options, deploy_result
from localorg.http.metadata.worker import DeployWorker
from localorg.http.session import Sessions, user_of
from localorg.http.versions import NEWEST_VERSION, OLDEST_VERSION
from localorg.metadata.document import XmlElement, child_text, children, local_name, texts
from localorg.org import LocalOrg

_VERSION = re.compile(r"(\d{1,3})\.0")
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_ABSENT: Final = (
    *("retrieve", "checkRetrieveStatus", "readMetadata", "createMetadata", "updateMetadata", "upsertMetadata"),
    *("deleteMetadata", "renameMetadata", "describeValueType"),
)
Operation = Callable[[User, XmlElement], object]


class MetadataSoap:
    """The operations of one org's Metadata API."""

    def __init__(
        self, org: LocalOrg, sessions: Sessions, calls: CallCounter, deployments: Deployments, worker: DeployWorker
    ) -> None:
        self._org = org
        self._sessions = sessions
        self._calls = calls
        self._deployments = deployments
        self._worker = worker
        self._operations: Mapping[str, Operation] = {
            "cancelDeploy": self._cancel,
            "checkDeployStatus": self._check,
            "deploy": self._deploy,
            "deployRecentValidation": self._repeat,
            "describeMetadata": self._describe,
            "listMetadata": self._list,
        }

    def serve(self, version: str, content: bytes) -> Response:
        """The answer to an envelope. Raises SoapFaultError."""
        number = _VERSION.fullmatch(version)
        if number is None or not OLDEST_VERSION <= int(number[1]) <= NEWEST_VERSION:
            raise SoapFaultError("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL")
        call = read_call(content)
        user = self._user(call)
        operation = self._operations.get(call.operation)
        if operation is None and call.operation in _ABSENT:
            raise SoapFaultError("FUNCTIONALITY_NOT_ENABLED", f"{call.operation} is not available in the local org")
        if operation is None:
            raise no_operation(call.element)
        require_modify_metadata(user)
        return answer(call.operation, operation(user, call.element))

    def _user(self, call: Call) -> User:
        try:
            user = user_of(self._org, self._sessions, call.session_id)
        except OrgError as error:
            shown = "missing session key" if not call.session_id else "Illegal Session"
            message = f"Invalid Session ID found in SessionHeader: {shown}. Session not found"
            raise SoapFaultError("INVALID_SESSION_ID", message) from error
        self._calls.count()
        if self._org.faults.call():
            self._sessions.end_all()
            raise SoapFaultError("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session")
        return user

    def _deploy(self, user: User, element: XmlElement) -> object:
        text = child_text(element, "ZipFile")
        if text is None:
            raise SoapFaultError("MISSING_ARGUMENT", "ZipFile")
        try:
            archive = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise SoapFaultError(CLIENT, "ZipFile is not a valid value for the type xsd:base64Binary") from error
        made = self._deployments.create(user.id, _options(element), archive)
        self._worker.wake()
        return {"done": False, "id": made.id, "state": "Queued"}

    def _check(self, _user: User, element: XmlElement) -> object:
        found = self._deployments.get(child_text(element, "asyncProcessId") or "")
        details = _BOOLEANS.get(child_text(element, "includeDetails") or "", False)
        return deploy_result(found, self._org.user(found.user_id).name, details=details)

    def _cancel(self, user: User, element: XmlElement) -> object:
        identifier = child_text(element, "String") or child_text(element, "asyncProcessId") or child_text(element, "id")
        canceled = self._deployments.cancel(identifier or "", user.id)
        return {"done": canceled.ended, "id": canceled.id}

    def _repeat(self, user: User, element: XmlElement) -> object:
        made = self._deployments.repeat(child_text(element, "validationId") or "", user.id)
        self._worker.wake()
        return made.id

    def _describe(self, _user: User, _element: XmlElement) -> object:
        return describe_metadata()

    def _list(self, _user: User, element: XmlElement) -> object:
        wanted = [child_text(query, "type") or "" for query in children(element, "queries")]
        return list_metadata(self._org, wanted)


def blueprint(soap: MetadataSoap) -> Blueprint:
    """The endpoint, with or without the org's id at its end."""
    pages = Blueprint("metadata_soap", __name__)

    @pages.post("/services/Soap/m/<version_text>")
    @pages.post("/services/Soap/m/<version_text>/<_org_id>")
    def call(version_text: str, _org_id: str = "") -> Response:
        content = request.stream.read(LARGEST + 1)
        try:
            return soap.serve(version_text, content)
        except SoapFaultError as error:
            return fault(error)
        except OrgError as error:
            code = "INVALID_CROSS_REFERENCE_KEY" if error.code == "NOT_FOUND" else error.code
            message = "invalid cross reference id" if error.code == "NOT_FOUND" else error.message
            return fault(SoapFaultError(code, message))

    return pages


def _options(element: XmlElement) -> dict[str, object]:
    given: dict[str, object] = {}
    for holder in children(element, "DeployOptions"):
        for option in holder.iterchildren("*"):
            name, text = local_name(option), (option.text or "").strip()
            given[name] = _BOOLEANS.get(text, text) if isinstance(OPTIONS.get(name), bool) else text or None
        if "runTests" in given:
            given["runTests"] = texts(holder, "runTests")
    try:
        return checked_options(given)
    except OrgError as error:
        raise SoapFaultError(CLIENT, error.message) from error
