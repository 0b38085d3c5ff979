"""JSON of requests and answers as the REST API reads and writes it."""

from __future__ import annotations

import json

from flask import Response, request

from localorg.errors import OrgError


def json_response(body: object, status: int = 200) -> Response:
    """JSON as Salesforce sends it: keys in the order given, UTF-8."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status=status, content_type="application/json;charset=UTF-8")


def json_body() -> dict[str, object]:
    """The request's JSON object.

    Raises OrgError: 415 UNSUPPORTED_MEDIA_TYPE for another content type, 400 JSON_PARSER_ERROR for no or broken JSON.
    """
    if request.mimetype and "json" not in request.mimetype:
        raise OrgError("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type", status=415)
    raw = request.get_data(cache=False)
    if not raw.strip():
        message = "The HTTP entity body is required, but this request has no entity body."
        raise OrgError("JSON_PARSER_ERROR", message)
    try:
        body = json.loads(raw, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message = f"{error.msg} at [line:{error.lineno}, column:{error.colno}]"
        raise OrgError("JSON_PARSER_ERROR", message) from error
    except (ValueError, RecursionError) as error:  # text that is not UTF-8, NaN, or nested without end
        raise OrgError("JSON_PARSER_ERROR", f"{error} at [line:1, column:1]") from error
    if not isinstance(body, dict):
        raise unexpected_json("an object", body)
    return body


def unexpected_json(expected: str, found: object) -> OrgError:
    """The error for JSON of another kind than a resource takes."""
    kinds = ((list, "START_ARRAY"), (dict, "START_OBJECT"), (str, "VALUE_STRING"))
    kind = next((name for python_type, name in kinds if isinstance(found, python_type)), "VALUE")
    return OrgError("JSON_PARSER_ERROR", f"Cannot deserialize {expected} from {kind} value at [line:1, column:1]")


def _refuse_constant(name: str) -> object:
    raise ValueError(f"Unexpected token {name}")
