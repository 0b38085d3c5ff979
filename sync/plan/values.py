"""Values as the org stores them, as SQL expressions: so that equal is equal and what cannot be stored is found before.

Sources of the rules: salesforce's field types (describe: length, precision, scale, restrictedPicklist), "Primitive Data
Types" of the SOAP API guide (dates from 1700 to 4000, datetimes to the second), Bulk API 2.0 (`#N/A` means null).
"""

from __future__ import annotations

from sync.mirror.sql import text_literal
from sync.schema import FieldSchema

_NUMBERS = frozenset({"double", "currency", "percent", "int", "long"})
_BLANKS = "chr(32) || chr(9) || chr(10) || chr(13)"
_FIRST_DATE, _LAST_DATE = "DATE '1700-01-01'", "DATE '4000-12-31'"
NULL_IN_CSV = "#N/A"


def cleaned(field: FieldSchema, value: str) -> str:
    """SQL of the value that the org would hold after taking `value`; NULL also where it cannot be read as the type."""
    if field.type in _NUMBERS:
        number = f"TRY_CAST({value} AS DOUBLE)"
        scale = 0 if field.type in ("int", "long") else field.scale
        # adding zero turns a negative zero into zero
        return f"CASE WHEN isnan({number}) THEN NULL ELSE round({number}, {scale}) + 0.0 END"
    if field.type == "date":
        return f"TRY_CAST({value} AS DATE)"
    if field.type == "datetime":
        return f"date_trunc('second', TRY_CAST({value} AS TIMESTAMP))"
    if field.type == "boolean":
        return f"coalesce(TRY_CAST({value} AS BOOLEAN), false)"
    return _cleaned_text(field, f"CAST({value} AS VARCHAR)")


def _cleaned_text(field: FieldSchema, text: str) -> str:
    if field.type == "multipicklist":
        items = f"list_transform(string_split({text}, ';'), lambda item: trim(item))"
        kept = f"list_sort(list_distinct(list_filter({items}, lambda item: item <> '')))"
        return f"nullif(array_to_string({kept}, ';'), '')"
    # blanks at the ends are not sent: some fields lose them, and would differ for ever
    return f"nullif(trim({_plain_lines(text)}, {_BLANKS}), '')"


def _plain_lines(text: str) -> str:
    return f"replace({text}, chr(13) || chr(10), chr(10))"


def present(field: FieldSchema, value: str) -> str:
    """SQL of a value of the mirror in the form that `cleaned` gives."""
    if field.type in _NUMBERS or field.type in ("date", "datetime", "boolean", "multipicklist"):
        return cleaned(field, value)
    return f"nullif({_plain_lines(value)}, '')"


def differs(field: FieldSchema, step: float | None, new: str, old: str) -> str:
    """SQL condition: `new` is worth a write over `old` (both clean)."""
    if field.type == "reference":
        return f"left({new}, 15) IS DISTINCT FROM left({old}, 15)"  # ids of 15 and 18 characters name the same record
    if field.type in _NUMBERS and step is not None:
        enough = step * (1 - 1e-9)
        return f"({new} IS DISTINCT FROM {old} AND coalesce(abs({new} - {old}) >= {enough!r}, true))"
    return f"{new} IS DISTINCT FROM {old}"


def refusal(field: FieldSchema, given: str, clean: str) -> str:
    """SQL of the reason why the org cannot hold a value, NULL when it can. `given` is the raw value."""
    reasons = [f"WHEN {condition} THEN {reason}" for condition, reason in _reasons(field, given, clean)]
    return f"CASE {' '.join(reasons)} END" if reasons else "CAST(NULL AS VARCHAR)"


def _reasons(field: FieldSchema, given: str, clean: str) -> list[tuple[str, str]]:
    reasons: list[tuple[str, str]] = []
    if field.type in _NUMBERS:
        number = f"TRY_CAST({given} AS DOUBLE)"
        reasons += [
            (f"{number} IS NULL AND {given} IS NOT NULL", _quoting(given, "is no number")),
            (f"isinf({number})", "'infinity cannot be stored'"),
            (f"abs({clean}) >= {_bound(field)!r}", _quoting(clean, f"is outside the range of {_digits(field)}")),
        ]
    elif field.type in ("date", "datetime"):
        day = f"TRY_CAST({given} AS DATE)"
        reasons += [
            (f"{day} IS NULL AND {given} IS NOT NULL", _quoting(given, f"is no {field.type}")),
            (
                f"{day} < {_FIRST_DATE} OR {day} > {_LAST_DATE}",
                _quoting(given, "is outside the years 1700 to 4000"),
            ),
        ]
    elif field.type != "boolean":
        reasons += _text_reasons(field, clean)
    if not field.nillable and field.type != "boolean":
        reasons.append((f"{clean} IS NULL", "'the field must not be empty'"))
    return reasons


def _text_reasons(field: FieldSchema, clean: str) -> list[tuple[str, str]]:
    reasons = [(f"{clean} = '{NULL_IN_CSV}'", f"'{NULL_IN_CSV} means an empty value to the org'")]
    allowed = "[" + ", ".join(text_literal(value) for value in field.values) + "]"
    if field.type == "picklist" and field.restricted:
        expected = text_literal(f" is not one of {', '.join(field.values)}")
        reasons.append((f"NOT list_contains(CAST({allowed} AS VARCHAR[]), {clean})", f"{_shown(clean)} || {expected}"))
    if field.type == "multipicklist" and field.restricted:
        is_unknown = f"lambda item: NOT list_contains(CAST({allowed} AS VARCHAR[]), item)"
        unknown = f"list_filter(string_split({clean}, ';'), {is_unknown})"
        expected = text_literal(f" not among {', '.join(field.values)}")
        reasons.append((f"len({unknown}) > 0", f"array_to_string({unknown}, ';') || {expected}"))
    if field.length and field.type not in ("multipicklist", "id", "reference"):
        # Salesforce counts UTF-16 units; bytes are never fewer, and quick to count
        units = f"(length({clean}) + length(regexp_replace({clean}, '[^\\x{{10000}}-\\x{{10FFFF}}]', '', 'g')))"
        condition = f"strlen({clean}) > {field.length} AND {units} > {field.length}"
        reasons.append((condition, f"{units} || ' characters, the field holds {field.length}'"))
    return reasons


def _bound(field: FieldSchema) -> float:
    if field.type == "int":
        return float(2**31)
    return 10.0 ** (field.precision - field.scale) if field.precision else 10.0**18


def _digits(field: FieldSchema) -> str:
    if field.type == "int":
        return "an int field"
    return f"{field.precision - field.scale} digits before and {field.scale} after the point"


def _shown(value: str) -> str:
    return f"left(CAST({value} AS VARCHAR), 60)"


def _quoting(value: str, text: str) -> str:
    return f"{_shown(value)} || {text_literal(' ' + text)}"


def as_text(field: FieldSchema, value: str) -> str:
    """SQL of a clean value as it is sent and kept in the ledger: numbers plain, moments in ISO 8601 with Z."""
    if field.type == "datetime":
        return f"strftime({value}, '%Y-%m-%dT%H:%M:%S.000Z')"
    if field.type in ("int", "long"):
        return f"CAST(CAST({value} AS BIGINT) AS VARCHAR)"
    return f"CAST({value} AS VARCHAR)"


def as_mirror_value(field: FieldSchema, text: str) -> str:
    """SQL that reads what `as_text` wrote as a value of the mirror's column."""
    if field.type == "datetime":
        return f"strptime({text}, '%Y-%m-%dT%H:%M:%S.000Z')"
    return f"CAST({text} AS {field.duckdb})"
