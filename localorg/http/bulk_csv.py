"""CSV of Bulk query results: one SQL expression makes a row's whole line."""

from __future__ import annotations

from localorg.schema.model import NUMBER_TYPES
from localorg.soql.scope import Column, text

DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}
_ARGUMENTS_AT_ONCE = 60  # SQLite's functions take at most 100
_BARE_TYPES = ("id", "reference", "date", "datetime", "int")


def header_line(columns: tuple[Column, ...], delimiter: str, line_end: str) -> str:
    """The first line: quoted names, parents with dots."""
    return delimiter.join(f'"{column.name}"' for column in columns) + line_end


def line_sql(columns: tuple[Column, ...], delimiter: str, line_end: str) -> str:
    """SQL of a row's line: every value quoted, null as nothing between the quotes."""
    lines = []
    for first in range(0, len(columns), _ARGUMENTS_AT_ONCE):
        part = columns[first : first + _ARGUMENTS_AT_ONCE]
        last = first + len(part) == len(columns)
        values = [_value_sql(column) for column in part]
        marks = delimiter.join(f'"{mark}"' for mark, _ in values) + (line_end if last else delimiter)
        lines.append(f"printf({text(marks)}, {', '.join(sql for _, sql in values)})")
    return " || ".join(lines)


def piece_sql(line: str) -> str:
    """SQL of many rows' lines as one value of bytes, and their number."""
    return f"CAST(group_concat({line}, '') AS BLOB), count(*)"


def _value_sql(column: Column) -> tuple[str, str]:
    """The mark in printf's format, and the SQL of what it stands for."""
    if column.type in _BARE_TYPES:
        return "%s", column.sql
    if column.type == "boolean":
        return "%s", f"CASE {column.sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
    if column.type in NUMBER_TYPES:
        formula = column.field is not None and column.field.formula
        return "%s", _number_sql(f"CAST({column.sql} AS REAL)" if formula else column.sql)
    return "%w", f"ifnull({column.sql}, '')"  # %w doubles quotes


def _number_sql(number: str) -> str:
    """SQLite writes 15 digits; a number that they do not tell exactly gets 17. Whole cents are told at a glance."""
    cents = f"{number} < 1e12 AND CAST({number} * 100.0 + 0.5 AS INTEGER) / 100.0 = {number}"
    short = f"CAST({number} AS TEXT)"
    # A null must not reach the inner printf, which would make it a zero.
    long = f"CASE WHEN {number} IS NOT NULL THEN printf('%!.17g', {number}) END"
    return f"CASE WHEN {cents} OR CAST({short} AS REAL) = {number} THEN {short} ELSE {long} END"
