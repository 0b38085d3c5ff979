"""Values of another JSON type than their field takes: the whole request is refused, with the place in its body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.body import place_in_body
from localorg.schema.model import NUMBER_TYPES, SObject
from localorg.store.values import day_text, moment_text

_BOOLEANS = ("true", "false", "1", "0")
_NAMED = frozenset({*NUMBER_TYPES, "boolean", "int", "date", "datetime"})  # other types are texts on the wire


def check_types(user: User, sobject: SObject, row: Mapping[str, object], path: Sequence[str | int] = ()) -> None:
    """Raise OrgError JSON_PARSER_ERROR when a value cannot be of its field's type.

    path: where the row is in the body.
    """
    for key, value in row.items():
        field = sobject.field(key) if value is not None else None
        if field is None or _fits(field.type, value) or not user.may_read(sobject.name, field.name):
            continue
        kind = field.type if field.type in _NAMED else "string"
        token, shown = _token(value)
        raise OrgError(
            "JSON_PARSER_ERROR",
            f"Cannot deserialize instance of {kind} from {token} value {shown} or request may be missing a required "
            f"field at {place_in_body((*path, key))}",
        )


def _fits(kind: str, value: object) -> bool:
    if isinstance(value, dict | list):
        return False
    if kind == "boolean":
        return str(value).strip().lower() in _BOOLEANS
    if isinstance(value, bool):
        return False
    if kind == "date":
        return isinstance(value, str) and day_text(value.strip()) is not None
    if kind == "datetime":
        return isinstance(value, str) and moment_text(value.strip()) is not None
    if kind == "int":
        return _is_number(value) and float(str(value)) % 1 == 0
    return kind not in NUMBER_TYPES or _is_number(value)


def _is_number(value: object) -> bool:
    text = str(value).strip()
    try:
        float(text)
    except ValueError:
        return False
    return not set(text.lower()) - set("0123456789+-.e")  # Python's underscores and words are no numbers here


def _token(value: object) -> tuple[str, object]:
    if isinstance(value, dict):
        return "START_OBJECT", "{"
    if isinstance(value, list):
        return "START_ARRAY", "["
    if isinstance(value, bool):
        return f"VALUE_{str(value).upper()}", str(value).lower()
    if isinstance(value, str):
        return "VALUE_STRING", value[:255]
    return ("VALUE_NUMBER_INT" if isinstance(value, int) else "VALUE_NUMBER_FLOAT"), value
