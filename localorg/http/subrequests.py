"""Requests inside a request: how one is made, what it came to, and how later ones refer to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import current_app, request
from werkzeug.test import Client

from localorg.errors import OrgError
from localorg.http.body import unexpected_json
from localorg.http.errors import error_body
from localorg.http.gate import INNER_CALL
from localorg.org import LocalOrg

Part = Mapping[str, object]

_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d{1,6}\])*)\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_NAME = re.compile(r"[A-Za-z0-9]\w*", re.ASCII)
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_DATA_API = re.compile(r"/services/data/v\d{1,3}\.0/")
# What cannot be part of a larger request: it is one itself, or does not answer with JSON of its own.
_NEVER = re.compile(
    r"/services/data/v\d+\.0/(composite(/(batch|graph|tree\b.*))?|jobs\b.*|graphql|metadata\b.*)/?(\?|$)"
)
_OWN_HEADERS = ("Authorization", "Cookie")
_PASSED_ON = re.compile(r"(If|Sforce)-[A-Za-z-]+", re.IGNORECASE)
ROLLED_BACK = OrgError(
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
)


class _RolledBackError(Exception):
    """Undoes what the subrequests wrote before one failed."""


@dataclass(frozen=True)
class Answer:
    """What a subrequest came to."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return self.status >= 400

    def as_json(self, reference: str) -> dict[str, object]:
        """The answer inside a composite's."""
        return {
            "body": self.body,
            "httpHeaders": dict(self.headers),
            "httpStatusCode": self.status,
            "referenceId": reference,
        }


def refusal(error: OrgError) -> Answer:
    """The answer of a subrequest that was not made."""
    return Answer(error.status, error_body([error]))


def parts_of(body: Part, key: str) -> list[Part]:
    """The subrequests under a key. Raises OrgError JSON_PARSER_ERROR when that is no list of objects."""
    parts = body.get(key)
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise unexpected_json(f"a list of {key}", parts)
    return parts


def names_of(parts: Sequence[Part]) -> list[str]:
    """The parts' references. Raises OrgError when one has none, a malformed one or another's."""
    names = []
    for part in parts:
        name = part.get("referenceId")
        if not isinstance(name, str) or not name:
            raise OrgError("JSON_PARSER_ERROR", "every subrequest needs a referenceId of its own")
        if not _NAME.fullmatch(name):
            message = (
                f"Provided referenceId ('{name[:100]}') must start with a letter or a number, and it can contain only "
                "letters, numbers and underscores ('_')."
            )
            raise OrgError("JSON_PARSER_ERROR", message)
        names.append(name)
    if len(set(names)) < len(names):
        raise OrgError("JSON_PARSER_ERROR", "every subrequest needs a referenceId of its own")
    return names


def run_all(org: LocalOrg, parts: Sequence[Part], *, all_or_none: bool) -> dict[str, Answer]:
    """Make the subrequests one after the other; with `all_or_none`, undo all when one fails."""
    names = names_of(parts)
    answers: dict[str, Answer] = {}
    if not all_or_none:
        for name, part in zip(names, parts, strict=True):
            answers[name] = _answer(part, answers)
        return answers
    try:
        with org.database.writer():
            for name, part in zip(names, parts, strict=True):
                answers[name] = _answer(part, answers)
                if answers[name].failed:
                    raise _RolledBackError
    except _RolledBackError:
        halted = refusal(ROLLED_BACK)
        return {name: answers[name] if name in answers and answers[name].failed else halted for name in names}
    return answers


def call(method: object, url: str, body: object, headers: object = None, *, counted: bool) -> Answer:
    """Make a subrequest as the user of this request. counted: whether it is an API call of its own."""
    if not isinstance(method, str) or method.upper() not in _METHODS or not _DATA_API.match(url) or _NEVER.match(url):
        return refusal(OrgError("INVALID_INPUT", f"no subrequest is possible with {str(method)[:10]} {url[:200]}"))
    path, _, query = url.partition("?")
    try:
        answer = Client(current_app).open(
            path,
            query_string=query,
            base_url=request.url_root,
            method=method.upper(),
            headers=_headers(headers),
            json=body,
            environ_overrides={"REMOTE_ADDR": request.remote_addr} | ({} if counted else {INNER_CALL: True}),
        )
    except ValueError as error:  # no URL at all
        return refusal(OrgError("INVALID_INPUT", f"{error}: {url[:200]}"))
    location = answer.headers.get("Location")
    parsed = json.loads(answer.data) if answer.data and answer.is_json else answer.text or None
    return Answer(answer.status_code, parsed, {"Location": location} if location else {})


def references_in(value: object) -> set[str]:
    """The subrequests to which a value refers."""
    return {match.group(1) for match in _REFERENCE.finditer(json.dumps(value))}


def _answer(part: Part, answers: Mapping[str, Answer]) -> Answer:
    try:
        url = str(_filled(part.get("url"), answers))
        body = _filled(part.get("body"), answers)
    except OrgError as error:
        return refusal(error)
    return call(part.get("method"), url, body, part.get("httpHeaders"), counted=False)


def _headers(own: object) -> dict[str, str]:
    """Who asks; what the whole request says for all parts; what the part says for itself."""
    headers = {name: request.headers[name] for name in _OWN_HEADERS if name in request.headers}
    headers |= {name: value for name, value in request.headers.items() if name.lower().startswith("sforce-")}
    given = own.items() if isinstance(own, Mapping) else ()
    for name, value in given:
        if isinstance(value, str) and _PASSED_ON.fullmatch(str(name)) and value.isprintable() and value.isascii():
            headers[str(name)] = value
    return headers


def _filled(value: object, answers: Mapping[str, Answer]) -> object:
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


def _referenced(match: re.Match[str], answers: Mapping[str, Answer]) -> object:
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
