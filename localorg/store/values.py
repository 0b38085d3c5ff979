"""Values as they arrive (JSON, CSV) turned into what the store holds, or refused as Salesforce refuses them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from localorg.errors import OrgError
from localorg.ids import id18
from localorg.schema.model import NUMBER_TYPES, Field, Schema, SObject
from localorg.store.sql import Value

Converter = Callable[[object], Value]

EARLIEST_YEAR, LATEST_YEAR = 1700, 4000
HIGHEST_INT = 2_147_483_647
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})")
_known_id18 = lru_cache(maxsize=16_384)(id18)  # parents come again and again
_TRUE = frozenset({"true", "1"})
_FALSE = frozenset({"false", "0"})


def converter(schema: Schema, sobject: SObject, field: Field) -> Converter:
    """A function that turns a value for the field into its stored form (None for blank).

    It raises OrgError with Salesforce's code and message for a value that the field cannot hold.
    """
    label = f"{sobject.label} {field.label}" if field.label == "Name" else field.label
    if field.type == "boolean":
        return _boolean(field, label)
    if field.type in NUMBER_TYPES:
        return _number(field, label)
    if field.type == "int":
        return _integer(field, label)
    if field.type == "date":
        return _day(field, label)
    if field.type == "datetime":
        return _moment(field, label)
    if field.type in ("reference", "id"):
        return _reference(schema, sobject, field, label)
    if field.type == "multipicklist":
        return _several(field, label)
    return _text(field, label)


def round_half_up(number: float, scale: int) -> float:
    """A number rounded to so many decimals, halves away from zero, judged by its shortest decimal form."""
    if number == round(number, scale):
        return number
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP))


@lru_cache(maxsize=65536)
def day_text(text: str) -> str | None:
    """A date `YYYY-MM-DD` (or the date of a datetime) as stored, or None if it is none."""
    if not _DATE.fullmatch(text):
        moment = moment_text(text)
        return moment[:10] if moment else None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return text if EARLIEST_YEAR <= day.year <= LATEST_YEAR else None


@lru_cache(maxsize=65536)
def moment_text(text: str) -> str | None:
    """An ISO 8601 datetime with a zone as stored (UTC, whole seconds), or None if it is none."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    day, time, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _wrong_type(field: Field, label: str, value: object) -> OrgError:
    shown = str(value)[:255]
    return OrgError("INVALID_TYPE_ON_FIELD_IN_RECORD", f"{label}: value not of required type: {shown}", (field.name,))


def _out_of_range(field: Field, label: str, value: object) -> OrgError:
    message = f"{label}: value outside of valid range on numeric field: {str(value)[:255]}"
    return OrgError("NUMBER_OUTSIDE_VALID_RANGE", message, (field.name,))


def _too_long(field: Field, label: str, text: str) -> OrgError:
    message = f"{label}: data value too large: {text[:255]} (max length={field.length})"
    return OrgError("STRING_TOO_LONG", message, (field.name,))


def _bad_picklist(field: Field, label: str, value: str) -> OrgError:
    code = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    return OrgError(code, f"{label}: bad value for restricted picklist field: {value}", (field.name,))


def _check_characters(field: Field, label: str, text: str) -> None:
    """Raises OrgError for half of a surrogate pair, which is no character."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = f"{label}: text with half of a surrogate pair at position {error.start}"
        raise OrgError("JSON_PARSER_ERROR", message, (field.name,)) from error


def _text(field: Field, label: str) -> Converter:
    # A standard picklist whose values are not among the facts (time zones, locales) takes any.
    restricted = field.restricted_picklist and field.picklist_values
    values = {value.lower(): value for value, _ in field.picklist_values} if restricted else None
    trimmed = field.type != "textarea"
    length = field.length

    def convert(value: object) -> Value:
        if isinstance(value, str):
            text = value.strip() if trimmed else value
        elif value is None:
            return None
        elif isinstance(value, int | float) and not isinstance(value, bool):
            text = str(value)
        else:
            raise _wrong_type(field, label, value)
        if not text:
            return None
        if not text.isascii():
            _check_characters(field, label, text)
        if values is not None:
            known = values.get(text.lower())
            if known is None:
                raise _bad_picklist(field, label, text)
            return known
        if length and len(text) > length:
            raise _too_long(field, label, text)
        if field.type == "email" and not _EMAIL.fullmatch(text):
            raise OrgError("INVALID_EMAIL_ADDRESS", f"{label}: invalid email address: {text}", (field.name,))
        return text

    return convert


def _several(field: Field, label: str) -> Converter:
    order = {value.lower(): (position, value) for position, (value, _) in enumerate(field.picklist_values)}

    def convert(value: object) -> Value:
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise _wrong_type(field, label, value)
        _check_characters(field, label, value)
        chosen: dict[tuple[int, str], bool] = {}
        for part in (part.strip() for part in value.split(";")):
            if not part:
                continue
            known = order.get(part.lower())
            if known is None and field.restricted_picklist:
                raise _bad_picklist(field, label, part)
            # What the set-up does not know comes last, in the order given.
            chosen[known or (len(order) + len(chosen), part)] = True
        text = ";".join(part for _, part in sorted(chosen))
        if len(text) > field.length:
            raise _too_long(field, label, text)
        return text or None

    return convert


def _boolean(field: Field, label: str) -> Converter:
    def convert(value: object) -> Value:
        if value is True or value is False:
            return int(value)
        if value is None or value == "":
            return 0
        text = str(value).strip().lower()
        if text in _TRUE:
            return 1
        if text in _FALSE:
            return 0
        raise _wrong_type(field, label, value)

    return convert


def _parsed_number(value: object) -> float | None:
    """The number a value stands for, infinite when it is beyond all bounds; None for no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            return math.inf
        return number if math.isfinite(number) else None
    # What Python takes beyond that (underscores, words, digits of other scripts) is no number here.
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _number(field: Field, label: str) -> Converter:
    limit = 10.0 ** (field.precision - field.scale)
    scale = field.scale

    def convert(value: object) -> Value:
        if value is None or value == "":
            return None
        number = _parsed_number(value)
        if number is None:
            raise _wrong_type(field, label, value)
        number = round_half_up(number, scale)
        if not -limit < number < limit:
            raise _out_of_range(field, label, value)
        return number

    return convert


def _integer(field: Field, label: str) -> Converter:
    limit = min(10**field.digits - 1, HIGHEST_INT)

    def convert(value: object) -> Value:
        if value is None or value == "":
            return None
        number = _parsed_number(value)
        if number is None or (math.isfinite(number) and number != int(number)):
            raise _wrong_type(field, label, value)
        if not -limit <= number <= limit:
            raise _out_of_range(field, label, value)
        return int(number)

    return convert


def _day(field: Field, label: str) -> Converter:
    def convert(value: object) -> Value:
        if value is None or value == "":
            return None
        day = day_text(value.strip()) if isinstance(value, str) else None
        if day is None:
            raise _wrong_type(field, label, value)
        return day

    return convert


def _moment(field: Field, label: str) -> Converter:
    def convert(value: object) -> Value:
        if value is None or value == "":
            return None
        moment = moment_text(value.strip()) if isinstance(value, str) else None
        if moment is None:
            raise _wrong_type(field, label, value)
        return moment

    return convert


def _reference(schema: Schema, sobject: SObject, field: Field, label: str) -> Converter:
    prefixes = frozenset({sobject.key_prefix}) if field.type == "id" else allowed_prefixes(schema, field)

    def convert(value: object) -> Value:
        if value is None or value == "":
            return None
        try:
            record_id = _known_id18(value.strip()) if isinstance(value, str) else ""
        except ValueError:
            record_id = ""
        if not record_id:
            raise OrgError("MALFORMED_ID", f"{label}: id value of incorrect type: {value}", (field.name,))
        if prefixes and record_id[:3] not in prefixes:
            raise OrgError("MALFORMED_ID", f"{label}: id value of incorrect type: {record_id}", (field.name,))
        return record_id

    return convert


def allowed_prefixes(schema: Schema, field: Field) -> frozenset[str]:
    """The key prefixes to which a reference may point; empty if one of its targets is not in the schema."""
    targets: Mapping[str, SObject | None] = {name: schema.get(name) for name in field.reference_to}
    if not targets or any(target is None for target in targets.values()):
        return frozenset()
    return frozenset(target.key_prefix for target in targets.values() if target is not None)
