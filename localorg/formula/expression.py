"""A piece of SQL with the Salesforce type of its value."""

from __future__ import annotations

from dataclasses import dataclass

from localorg.errors import FormulaError

KINDS = {
    "double": "number",
    "currency": "number",
    "percent": "number",
    "int": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "picklist": "picklist",
    "multipicklist": "picklist",
}


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL and the kind of its value: number, text, picklist, boolean, date, datetime, or null (fits all)."""

    sql: str
    kind: str


def kind_of(field_type: str) -> str:
    """The kind of value that a field of a describe type holds."""
    return KINDS.get(field_type, "text")


def expect(value: Expression, *kinds: str, what: str) -> Expression:
    """The value itself if it is of one of the kinds (or null). Raises FormulaError otherwise."""
    if value.kind != "null" and value.kind not in kinds:
        raise FormulaError(f"{what} needs {' or '.join(kinds)}, but got {value.kind}")
    return value


def common_kind(values: list[Expression], what: str) -> str:
    """The kind that all the values share. Raises FormulaError if they differ."""
    kinds = {value.kind for value in values} - {"null"}
    if "picklist" in kinds:
        raise FormulaError(f"{what} cannot hold a picklist field: use TEXT() around it")
    if len(kinds) > 1:
        raise FormulaError(f"the values of {what} must be of one type, but are {' and '.join(sorted(kinds))}")
    return kinds.pop() if kinds else "null"


def text_literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
