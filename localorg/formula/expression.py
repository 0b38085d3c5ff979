"""A piece of SQL with the Salesforce type of its value."""

from __future__ import annotations

from dataclasses import dataclass

from localorg.errors import FormulaError

KINDS = {
    "double": "number",
    "currency": "number",
    "percent": "number",
    "int": "number",
    "long": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "picklist": "picklist",
    "multipicklist": "multipicklist",
}
_NAMES = {
    "number": "Number",
    "text": "Text",
    "picklist": "Picklist",
    "multipicklist": "Picklist (Multi-Select)",
    "boolean": "Boolean",
    "date": "Date",
    "datetime": "Date/Time",
    "null": "Null",
}
PICKLISTS = ("picklist", "multipicklist")


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL and the kind of its value: number, text, picklist, multipicklist, boolean, date, datetime; null fits all.

    `chain` is the operator of an SQL chain (`a + b + c`) and its SQL without the brackets around it, so that one more
    operand lengthens the chain instead of nesting it: SQLite's parser takes few nested brackets only.
    """

    sql: str
    kind: str
    chain: tuple[str, str] | None = None


def kind_of(field_type: str) -> str:
    """The kind of value that a field of a describe type holds."""
    return KINDS.get(field_type, "text")


def kind_name(kind: str) -> str:
    """A kind as Salesforce's messages call it."""
    return _NAMES[kind]


def chained(operator: str, left: Expression, sign: str, right: str, kind: str) -> Expression:
    """`left sign right`, a longer chain if `left` is a chain of the same operator."""
    start = left.chain[1] if left.chain is not None and left.chain[0] == operator else left.sql
    inner = f"{start} {sign} {right}"
    return Expression(f"({inner})", kind, (operator, inner))


def expect(value: Expression, *kinds: str, what: str) -> Expression:
    """The value itself if it is of one of the kinds (or null). Raises FormulaError otherwise.

    what: `function 'ROUND()'` or `operator '+'`.
    """
    if value.kind == "null" or value.kind in kinds:
        return value
    if value.kind in PICKLISTS:
        raise FormulaError(
            f"Incorrect parameter type for {what}. Picklist fields are only supported in certain functions: "
            "use ISPICKVAL() or TEXT() around it"
        )
    expected = ", ".join(kind_name(kind) for kind in kinds)
    raise FormulaError(f"Incorrect parameter type for {what}. Expected {expected}, received {kind_name(value.kind)}")


def common_kind(values: list[Expression], what: str) -> str:
    """The kind that all the values share. Raises FormulaError if they differ."""
    kinds = [value.kind for value in values if value.kind != "null"]
    for value in values:
        expect(value, kinds[0] if kinds[0] not in PICKLISTS else "text", what=what) if kinds else None
    return kinds[0] if kinds else "null"


def filled(value: Expression) -> str:
    """SQL of a text where a blank one is the empty text."""
    if value.sql.startswith("'") or (value.chain is not None and value.chain[0] == "||"):
        return value.sql
    return "''" if value.kind == "null" else f"coalesce({value.sql}, '')"


def text_literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
