"""The OpenAPI document of `/api/v1`."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_FLAG = {"type": "boolean"}
_MOMENT = {"type": "string", "format": "date-time"}
_OPTIONAL_TEXT = {"type": ["string", "null"]}
_OPTIONAL_MOMENT = {"type": ["string", "null"], "format": "date-time"}

_RUN = {
    "run_id": _TEXT,
    "started_at": _MOMENT,
    "finished_at": _OPTIONAL_MOMENT,
    "status": {"type": "string", "enum": ["running", "done", "done in part", "failed", "killed"]},
    **dict.fromkeys(("rows_planned", "rows_written", "rows_refused", "calls", "values_planned", "storage_kb"), _WHOLE),
    "message": _TEXT,
}
_WRITTEN = {
    "object": _TEXT,
    "field": _TEXT,
    "old_value": _OPTIONAL_TEXT,
    "new_value": _OPTIONAL_TEXT,
    "outcome": {"type": "string", "enum": ["planned", "written", "refused", "deferred", "unknown"]},
    "message": _OPTIONAL_TEXT,
}
_VALUE = {**_WRITTEN, "key": _TEXT, **dict.fromkeys(("record_id", "code", "name"), _OPTIONAL_TEXT)}
_OPERATION = {
    "kind": {"type": "string", "enum": ["plan", "write", "preview undo", "undo", "backtest"]},
    "state": {"type": "string", "enum": ["waiting", "working", "done", "changed", "failed"]},
    "asked_at": _MOMENT,
    **dict.fromkeys(("who", "run_id", "fingerprint", "stage", "message"), _TEXT),
}
_PREVIEW = {
    **dict.fromkeys(("fingerprint", "run_id", "reason"), _TEXT),
    "made_at": _MOMENT,
    "summary": {"type": "object"},
    "values": _WHOLE,
}
_PLANNED = {
    **dict.fromkeys(("object", "key", "field"), _TEXT),
    **dict.fromkeys(("record_id", "name", "old", "new"), _OPTIONAL_TEXT),
}
_BACKTEST = {"made_at": _MOMENT, "as_of": {"type": "string", "format": "date"}, "result": {"type": "object"}}
_MEANINGS = {
    "400": "no fingerprint",
    "401": "no token",
    "403": "the token is for looking only",
    "404": "there is none",
    "409": "it runs already, or what was confirmed is not what is shown",
    "429": "too many wrong tokens",
    "503": "a command has the mirror",
}
_CHANGE = {
    **_WRITTEN,
    "run_id": _TEXT,
    "started_at": _MOMENT,
    "record_id": _OPTIONAL_TEXT,
    "name": _OPTIONAL_TEXT,
}
_JOB = {
    "done": _MOMENT,
    **dict.fromkeys(("running_since", "finished_at", "retry_at"), _OPTIONAL_MOMENT),
    "next": _MOMENT,
    "failures": _WHOLE,
    "alerted": _FLAG,
    "wanted": _FLAG,
    "message": _TEXT,
}
_HELD = {
    **dict.fromkeys(("since", "made_at"), _MOMENT),
    **dict.fromkeys(("values", "records"), _WHOLE),
    **dict.fromkeys(("reason", "fingerprint", "confirm"), _TEXT),
}
_STATUS = {
    **dict.fromkeys(("version", "time_zone"), _TEXT),
    "now": _MOMENT,
    "not_ready": {"type": "array", "items": _TEXT},
    "totals": {"type": "object", "additionalProperties": _WHOLE},
    "api_calls_of_the_day": {"type": ["object", "null"], "properties": {"used": _WHOLE, "maximum": _WHOLE}},
}


def document() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sidecar", "version": version("salesforce-sidecar")},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            "/status": _get(
                "Jobs, the plan that waits for a person, totals since the start, API calls",
                {**_STATUS, "jobs": _map_of(_JOB), "plan_waiting": _or_none(_HELD)},
            ),
            "/runs": _get("Runs that had something to write, the newest first", {"runs": _list_of(_RUN)}),
            "/runs/{run_id}": _get(
                "Values of a run", {"run_id": _TEXT, "values": _list_of(_VALUE)}, parameter="run_id"
            ),
            "/records/{name}": _get(
                "What was written on a record (Id, or key of a record of the sidecar's)",
                {"record": _TEXT, "values": _list_of(_CHANGE)},
                parameter="name",
            ),
            "/jobs/{name}": _at(post=_post("Run a job out of turn", {"job": _TEXT, "state": _TEXT}, "404"), of="name"),
            "/operation": _get(
                "What was asked for beside the jobs: the one that waits or works, else the last one",
                {"operation": _or_none(_OPERATION)},
            ),
            "/plan": _at(
                get=_shown(
                    "What a refresh would write, as it was looked at last", {**_PREVIEW, "changes": _list_of(_PLANNED)}
                ),
                post=_asked("Look what a refresh would write"),
            ),
            "/plan/confirm": _at(post=_confirmed("Write the plan that was looked at, and nothing else")),
            "/runs/{run_id}/undo": _at(
                get=_shown(
                    "What undoing a run would put back, as it was looked at last",
                    {**_PREVIEW, "changes": _list_of(_PLANNED)},
                ),
                post=_asked("Look what undoing a run would put back (a dry run)", "404"),
                of="run_id",
            ),
            "/runs/{run_id}/undo/confirm": _at(
                post=_confirmed("Put back what was looked at, and nothing else"), of="run_id"
            ),
            "/backtest": _at(
                get=_shown("The newest backtest, as of `sidecar backtest --json`", _BACKTEST),
                post=_asked("Replay past quarters"),
            ),
            "/openapi.json": {"get": {"summary": "This document", "responses": {"200": _answer({}), **_refusals()}}},
        },
    }


def _get(summary: str, properties: Mapping[str, Any], parameter: str | None = None) -> dict[str, Any]:
    refusals = ("404", "503") if parameter == "run_id" else ("503",)
    return _at(get=_operation(summary, "200", properties, *refusals), of=parameter)


def _at(of: str | None = None, **operations: Mapping[str, Any]) -> dict[str, Any]:
    """A path's operations by their methods; `of`: its parameter."""
    return {**operations, **({"parameters": [_parameter(of)]} if of else {})}


def _shown(summary: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody has asked for before; 404 until then."""
    return _operation(summary, "200", properties, "404", "503")


def _post(summary: str, properties: Mapping[str, Any], *refusals: str) -> dict[str, Any]:
    return _operation(summary, "202", properties, "403", "409", *refusals)


def _asked(summary: str, *refusals: str) -> dict[str, Any]:
    return _post(summary, {"operation": _object(_OPERATION)}, "503", *refusals)


def _confirmed(summary: str) -> dict[str, Any]:
    body = {"application/json": {"schema": _object({"fingerprint": {**_TEXT, "pattern": "^[0-9a-f]{64}$"}})}}
    return {**_asked(summary, "400", "404"), "requestBody": {"required": True, "content": body}}


def _operation(summary: str, code: str, properties: Mapping[str, Any], *refusals: str) -> dict[str, Any]:
    return {"summary": summary, "responses": {code: _answer(properties), **_refusals(*refusals)}}


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


def _refusals(*more: str) -> dict[str, Any]:
    told = {"error": _TEXT, "message": _TEXT}
    return {code: {**_answer(told), "description": _MEANINGS[code]} for code in ("401", "429", *more)}


def _answer(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": "done", "content": {"application/json": {"schema": _object(properties)}}}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": sorted(properties)}


def _or_none(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [_object(properties), {"type": "null"}]}


def _list_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}


def _map_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _object(properties)}
