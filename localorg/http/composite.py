"""Composite and batch: several requests in one call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, request
from werkzeug.test import Client

from localorg.errors import OrgError
from localorg.http.body import json_body, json_response, unexpected_json
from localorg.http.errors import error_body
from localorg.http.gate import INNER_CALL
from localorg.org import LocalOrg

MOST_REQUESTS = 25
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_ROLLED_BACK = OrgError(
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
)
_BATCH_HALTED = OrgError("BATCH_PROCESSING_HALTED", "Batch processing halted per request", status=412)


class _RolledBackError(Exception):
    """Undoes what the subrequests wrote before one failed."""


@dataclass(frozen=True)
class _Answer:
    """What a subrequest came to."""

    status: int
    body: object
    headers: Mapping[str, str]

    @property
    def failed(self) -> bool:
        return self.status >= 400


def blueprint(org: LocalOrg) -> Blueprint:
    """`/composite` and `/composite/batch`."""
    pages = Blueprint("composite", __name__)

    @pages.post("/composite")
    def composite() -> Response:
        body = json_body()
        parts = _parts(body, "compositeRequest")
        names = [str(part.get("referenceId") or "") for part in parts]
        if "" in names or len(set(names)) < len(names):
            raise OrgError("JSON_PARSER_ERROR", "every subrequest needs a referenceId of its own")
        answers: dict[str, _Answer] = {}
        try:
            if body.get("allOrNone") is True:
                with org.database.writer():
                    _run_all(parts, answers, stop=True)
            else:
                _run_all(parts, answers, stop=False)
        except _RolledBackError:
            halted = _refusal(_ROLLED_BACK)
            answers = {name: answers[name] if name in answers and answers[name].failed else halted for name in names}
        return json_response({"compositeResponse": [_composite_json(name, answers[name]) for name in names]})

    @pages.post("/composite/batch")
    def batch() -> Response:
        body = json_body()
        answers: list[_Answer] = []
        for place, part in enumerate(_parts(body, "batchRequests")):
            if body.get("haltOnError") is True and any(each.failed for each in answers):
                answers.append(_refusal(_BATCH_HALTED))
                continue
            url = "/services/data/" + str(part.get("url")).removeprefix("/").removeprefix("services/data/")
            # Each subrequest is a call of the day's budget; the first is counted with the batch itself.
            answers.append(_call(str(part.get("method")), url, part.get("richInput"), counted=place > 0))
        results = [{"statusCode": each.status, "result": each.body} for each in answers]
        return json_response({"hasErrors": any(each.failed for each in answers), "results": results})

    return pages


def _parts(body: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    parts = body.get(key)
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise unexpected_json(f"a list of {key}", parts)
    if len(parts) > MOST_REQUESTS:
        raise OrgError("LIMIT_EXCEEDED", f"The maximum number of subrequests is {MOST_REQUESTS}")
    return parts


def _run_all(parts: list[Mapping[str, object]], answers: dict[str, _Answer], *, stop: bool) -> None:
    """Execute subrequests one after the other; with `stop`, undo all when one fails."""
    for part in parts:
        name = str(part["referenceId"])
        try:
            url = str(_filled(part.get("url"), answers))
            body = _filled(part.get("body"), answers)
        except OrgError as error:
            answers[name] = _refusal(error)
        else:
            answers[name] = _call(str(part.get("method")), url, body, counted=False)
        if stop and answers[name].failed:
            raise _RolledBackError


def _call(method: str, url: str, body: object, *, counted: bool) -> _Answer:
    if method.upper() not in _METHODS or not url.startswith("/services/data/"):
        return _refusal(OrgError("INVALID_INPUT", f"no subrequest is possible with {method} {url}"))
    headers = {name: request.headers[name] for name in ("Authorization", "Cookie") if name in request.headers}
    client = Client(current_app)
    answer = client.open(
        url,
        base_url=request.url_root,
        method=method.upper(),
        headers=headers,
        json=body,
        environ_overrides={"REMOTE_ADDR": request.remote_addr} | ({} if counted else {INNER_CALL: True}),
    )
    location = answer.headers.get("Location")
    parsed = json.loads(answer.data) if answer.data and answer.is_json else answer.text or None
    return _Answer(answer.status_code, parsed, {"Location": location} if location else {})


def _refusal(error: OrgError) -> _Answer:
    return _Answer(error.status, error_body([error]), {})


def _composite_json(name: str, answer: _Answer) -> dict[str, object]:
    return {
        "body": answer.body,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": answer.status,
        "referenceId": name,
    }


def _filled(value: object, answers: Mapping[str, _Answer]) -> object:
    """The value with `@{name.field}` replaced by what earlier subrequests answered."""
    if isinstance(value, dict):
        return {key: _filled(each, answers) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, answers) for each in value]
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole is not None:
        return _referenced(whole, answers)
    return _REFERENCE.sub(lambda match: str(_referenced(match, answers)), value)


def _referenced(match: re.Match[str], answers: Mapping[str, _Answer]) -> object:
    name, path = match.groups()
    answer = answers.get(name)
    found: object = None if answer is None or answer.failed else answer.body
    for key, index in _STEP.findall(path):
        if key and isinstance(found, dict):
            found = found.get(key)
        elif index and isinstance(found, list) and int(index) < len(found):
            found = found[int(index)]
        else:
            found = None
    if found is None:
        message = f"Invalid reference specified. No value for {match.group()[2:-1]} found in {name}."
        raise OrgError("PROCESSING_HALTED", message)
    return found
