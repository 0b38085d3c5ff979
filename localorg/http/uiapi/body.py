"""Bodies of UI API requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from localorg.errors import OrgError
from localorg.http.body import json_body


def request_body(allowed: Iterable[str]) -> dict[str, object]:
    """The request's JSON object with properties of the names allowed. Raises OrgError POST_BODY_PARSE_ERROR."""
    try:
        body = json_body()
    except OrgError as error:
        if error.code != "JSON_PARSER_ERROR":
            raise
        raise parse_error(error.message) from error
    names = tuple(allowed)
    unknown = next((name for name in body if name not in names), None)
    if unknown is not None:
        raise parse_error(f'Unrecognized field "{unknown}", expected one of {", ".join(names)}')
    return body


def mapping_of(body: Mapping[str, object], name: str) -> dict[str, object]:
    """The object at a property of the body. Raises OrgError POST_BODY_PARSE_ERROR."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise parse_error(f"expected an object at {name}, values by field name")
    return value


def texts_of(body: Mapping[str, object], name: str) -> list[str]:
    """The texts at a property of the body: a list, or one text with commas. Raises OrgError POST_BODY_PARSE_ERROR."""
    value = body.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return list(value)
    raise parse_error(f"expected a list of texts at {name}")


def parse_error(reason: str) -> OrgError:
    """The body is not what the resource takes."""
    return OrgError("POST_BODY_PARSE_ERROR", reason)
