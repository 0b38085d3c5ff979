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
    **dict.fromkeys(("rows_planned", "rows_written", "rows_refused", "calls"), _WHOLE),
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
_VALUE = {**_WRITTEN, "key": _TEXT, "record_id": _OPTIONAL_TEXT, "code": _OPTIONAL_TEXT}
_CHANGE = {**_WRITTEN, "run_id": _TEXT, "started_at": _MOMENT}
_JOB = {
    "done": _MOMENT,
    **dict.fromkeys(("running_since", "finished_at", "retry_at"), _OPTIONAL_MOMENT),
    "next": _MOMENT,
    "failures": _WHOLE,
    "alerted": _FLAG,
    "wanted": _FLAG,
    "message": _TEXT,
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
            "/status": _get("Jobs, totals since the start, API calls", {**_STATUS, "jobs": _map_of(_JOB)}),
            "/runs": _get("Runs that had something to write, the newest first", {"runs": _list_of(_RUN)}),
            "/runs/{run_id}": _get(
                "Values of a run", {"run_id": _TEXT, "values": _list_of(_VALUE)}, parameter="run_id"
            ),
            "/records/{name}": _get(
                "What was written on a record (Id, or key of a record of the sidecar's)",
                {"record": _TEXT, "values": _list_of(_CHANGE)},
                parameter="name",
            ),
            "/jobs/{name}": {
                "parameters": [_parameter("name")],
                "post": {
                    "summary": "Run a job out of turn",
                    "responses": {"202": _answer({"job": _TEXT, "state": _TEXT}), **_refusals("404", "409")},
                },
            },
            "/openapi.json": {"get": {"summary": "This document", "responses": {"200": _answer({}), **_refusals()}}},
        },
    }


def _get(summary: str, properties: Mapping[str, Any], parameter: str | None = None) -> dict[str, Any]:
    refusals = _refusals("404", "503") if parameter == "run_id" else _refusals("503")
    operation = {"summary": summary, "responses": {"200": _answer(properties), **refusals}}
    return {"get": operation, **({"parameters": [_parameter(parameter)]} if parameter else {})}


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


def _refusals(*more: str) -> dict[str, Any]:
    meanings = {"401": "no token", "404": "there is none", "409": "it runs already", "429": "too many wrong tokens"}
    meanings["503"] = "a command has the mirror"
    told = {"error": _TEXT, "message": _TEXT}
    return {code: {**_answer(told), "description": meanings[code]} for code in ("401", "429", *more)}


def _answer(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": "done", "content": {"application/json": {"schema": _object(properties)}}}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": sorted(properties)}


def _list_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}


def _map_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _object(properties)}
