"""`/local/...` about writes: how long they take and wait, validation rules, field history, the recycle bin.

GET, POST           /local/writes            {"wait_seconds": 10, "automation_seconds": 0}; GET also tells which
                                             ids are locked and how many late writes wait
POST                /local/writes/release    lets late writes go on
GET, POST, DELETE   /local/rules             {"object", "name", "formula", "message", "field", "active"}; DELETE with
                                             `?object=X&name=Y` takes one away, without them all
GET, PUT            /local/history           {"fields": [...]}: the tracked fields of Opportunity
POST                /local/recycle-bin       {"undelete": [ids]} or {"purge": [ids]}
DELETE              /local/recycle-bin       empties it
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, Response, request

from localorg.errors import FormulaError, OrgError
from localorg.http.body import json_body, json_response, unexpected_json
from localorg.http.errors import row_errors
from localorg.http.session import current_user
from localorg.org import LocalOrg
from localorg.store.rules import Rule

_SECONDS = ("wait_seconds", "automation_seconds")
_MOST_SECONDS = 600.0
_RULE_KEYS = {"object", "name", "formula", "message", "field", "active", "description"}


def add_writes(pages: Blueprint, org: LocalOrg) -> None:
    """Put the resources on a blueprint which lets in whom it should."""

    @pages.get("/local/writes")
    def tell_writes() -> Response:
        return json_response(_writes(org))

    @pages.post("/local/writes")
    def set_writes() -> Response:
        seconds = _seconds(json_body())
        for name, value in seconds.items():
            setattr(org.locks, name, value)
        return json_response(_writes(org))

    @pages.post("/local/writes/release")
    def release() -> Response:
        org.faults.release()
        return json_response(_writes(org))

    @pages.get("/local/rules")
    def list_rules() -> Response:
        return json_response([asdict(rule) for rule in org.rules.listed()])

    @pages.post("/local/rules")
    def put_rule() -> Response:
        rule = _rule(json_body())
        try:
            return json_response(asdict(org.rules.put(rule)))
        except (FormulaError, ValueError) as error:
            raise _bad(str(error)) from error

    @pages.delete("/local/rules")
    def remove_rules() -> Response:
        name = request.args.get("name")
        if name is None:
            org.rules.clear()
        else:
            try:
                org.rules.remove(request.args.get("object", ""), name)
            except ValueError as error:
                raise OrgError("NOT_FOUND", str(error), status=404) from error
        return json_response([asdict(rule) for rule in org.rules.listed()])

    @pages.get("/local/history")
    def tell_history() -> Response:
        return json_response({"fields": list(org.tracking.fields)})

    @pages.put("/local/history")
    def set_history() -> Response:
        try:
            org.tracking.track(_texts(json_body(), "fields"))
        except ValueError as error:
            raise _bad(str(error)) from error
        return json_response({"fields": list(org.tracking.fields)})

    @pages.post("/local/recycle-bin")
    def change_bin() -> Response:
        body = json_body()
        if body.keys() == {"purge"}:
            return json_response({"purged": org.bin.purge(_texts(body, "purge"))})
        if body.keys() != {"undelete"}:
            raise _bad('give either "undelete" or "purge", a list of ids')
        answers = org.bin.undelete(current_user(), _texts(body, "undelete"))
        return json_response(
            [
                {"id": given, "success": error is None, "errors": row_errors([error] if error else [])}
                for given, error in answers.items()
            ]
        )

    @pages.delete("/local/recycle-bin")
    def empty_bin() -> Response:
        return json_response({"purged": org.bin.empty()})


def _writes(org: LocalOrg) -> dict[str, object]:
    settings: dict[str, object] = {name: getattr(org.locks, name) for name in _SECONDS}
    return settings | {"locked": org.locks.held, "withheld": org.faults.withheld}


def _seconds(body: Mapping[str, object]) -> dict[str, float]:
    unknown = sorted(set(body) - set(_SECONDS))
    if unknown or not body:
        raise _bad(f"expected {' and '.join(_SECONDS)}" + (f", got {', '.join(unknown)}" if unknown else ""))
    found = {}
    for name, value in body.items():
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not number or not isinstance(value, int | float) or not 0 <= value <= _MOST_SECONDS:
            raise _bad(f"{name} must be a number from 0 to {_MOST_SECONDS:.0f}, got {value!r}")
        found[name] = float(value)
    return found


def _rule(body: Mapping[str, object]) -> Rule:
    unknown = sorted(set(body) - _RULE_KEYS)
    if unknown:
        raise _bad(f"unknown keys {', '.join(unknown)}: expected {', '.join(sorted(_RULE_KEYS))}")
    active = body.get("active", True)
    if not isinstance(active, bool):
        raise _bad(f"active must be true or false, got {active!r}")
    needed = {name: _text(body, name) for name in ("object", "name", "formula", "message")}
    missing = sorted(name for name, value in needed.items() if not value)
    if missing:
        raise _bad(f"a rule needs {', '.join(missing)}")
    return Rule(
        needed["object"] or "",
        needed["name"] or "",
        needed["formula"] or "",
        needed["message"] or "",
        _text(body, "field"),
        active,
        _text(body, "description"),
    )


def _text(body: Mapping[str, object], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise _bad(f"{name} must be a text, got {value!r}")
    return value


def _texts(body: Mapping[str, object], name: str) -> list[str]:
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise unexpected_json(f"a list of texts in {name}", value)
    return value


def _bad(message: str) -> OrgError:
    return OrgError("JSON_PARSER_ERROR", message)
