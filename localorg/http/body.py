"""JSON of requests and answers as the REST API reads and writes it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence

from flask import Response, g, request

from localorg.errors import OrgError

DEEPEST = 100  # levels of a body; nothing that a client means goes so deep, and deeper ones only wear the parser out
LARGEST = 50 * 2**20  # bytes of a body, packed or unpacked
_DECODER = json.JSONDecoder()
_SPACE = " \t\n\r"
_GZIP = 16 + zlib.MAX_WBITS


def json_response(body: object, status: int = 200) -> Response:
    """JSON as Salesforce sends it: keys in the order given, UTF-8."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status=status, content_type="application/json;charset=UTF-8")


def json_body() -> dict[str, object]:
    """The request's JSON object.

    Raises OrgError: 415 UNSUPPORTED_MEDIA_TYPE for another content type, 413 REQUEST_TOO_LARGE, 400 JSON_PARSER_ERROR
    for no or broken JSON.
    """
    if request.mimetype and "json" not in request.mimetype:
        raise OrgError("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type", status=415)
    if (request.content_length or 0) > LARGEST:
        raise OrgError("REQUEST_TOO_LARGE", f"The request is larger than {LARGEST} bytes", status=413)
    raw = _unpacked(request.get_data(cache=False))
    if not raw.strip():
        message = "The HTTP entity body is required, but this request has no entity body."
        raise OrgError("JSON_PARSER_ERROR", message)
    body = _parsed(raw)
    if not isinstance(body, dict):
        raise unexpected_json("an object", body)
    return body


def unexpected_json(expected: str, found: object) -> OrgError:
    """The error for JSON of another kind than a resource takes."""
    kinds = ((list, "START_ARRAY"), (dict, "START_OBJECT"), (str, "VALUE_STRING"))
    kind = next((name for python_type, name in kinds if isinstance(found, python_type)), "VALUE")
    return OrgError("JSON_PARSER_ERROR", f"Cannot deserialize {expected} from {kind} value at [line:1, column:1]")


def place_in_body(path: Sequence[str | int]) -> str:
    """Where in the request's JSON a value begins, `[line:1, column:17]`. path: keys and indexes that lead to it."""
    text = g.get("json_text", "")
    start = _start_of(text, path)
    line = text.count("\n", 0, start) + 1
    return f"[line:{line}, column:{start - text.rfind(chr(10), 0, start)}]"


def _parsed(raw: bytes) -> object:
    try:
        text = raw.decode(json.detect_encoding(raw))
        body = json.loads(text, parse_constant=_refuse_constant)
        if "\\u" in text:
            json.dumps(body, ensure_ascii=False).encode()  # half of a surrogate pair is no character
    except json.JSONDecodeError as error:
        message = f"{error.msg} at [line:{error.lineno}, column:{error.colno}]"
        raise OrgError("JSON_PARSER_ERROR", message) from error
    except (ValueError, RecursionError) as error:  # text that is not UTF-8, NaN, or nested without end
        raise OrgError("JSON_PARSER_ERROR", f"{_reason(error)} at [line:1, column:1]") from error
    if text.count("{") + text.count("[") > DEEPEST and _is_deep(body):
        raise OrgError("JSON_PARSER_ERROR", f"nested deeper than {DEEPEST} levels at [line:1, column:1]")
    g.json_text = text
    return body


def _reason(error: Exception) -> str:
    return "Invalid text encoding" if isinstance(error, UnicodeError) else str(error)


def _unpacked(raw: bytes) -> bytes:
    """The body without its gzip. Raises OrgError for another encoding (415), broken or very much data."""
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding == "identity":
        return raw
    if encoding not in ("gzip", "x-gzip"):
        raise OrgError("UNSUPPORTED_MEDIA_TYPE", f"Unsupported Content-Encoding: {encoding}", status=415)
    unpacker = zlib.decompressobj(_GZIP)
    try:
        content = unpacker.decompress(raw, LARGEST)
    except zlib.error as error:
        raise OrgError("JSON_PARSER_ERROR", "Not in GZIP format") from error
    if unpacker.unconsumed_tail:
        raise OrgError("JSON_PARSER_ERROR", f"the body is larger than {LARGEST} bytes")
    return content


def _is_deep(body: object) -> bool:
    level = [body]
    for _ in range(DEEPEST):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def _refuse_constant(name: str) -> object:
    raise ValueError(f"Unexpected token {name}")


def _start_of(text: str, path: Sequence[str | int]) -> int:
    """Where the value begins in well-formed JSON; the start of the text if it is not there."""
    start = _skip(text, 0)
    for step in path:
        for name, place in _members(text, start):
            if name == step:
                start = place
                break
        else:
            return 0
    return start


def _members(text: str, start: int) -> list[tuple[str | int, int]]:
    """The keys or indexes of an object or array, with the places where their values begin."""
    found: list[tuple[str | int, int]] = []
    opened, place = text[start : start + 1], _skip(text, start + 1)
    while opened in ("{", "[") and text[place] not in "}]":
        name: str | int = len(found)
        if opened == "{":
            name, place = _DECODER.raw_decode(text, place)
            place = _skip(text, _skip(text, place) + 1)
        found.append((name, place))
        place = _skip(text, _DECODER.raw_decode(text, place)[1])
        if text[place] == ",":
            place = _skip(text, place + 1)
    return found


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place
