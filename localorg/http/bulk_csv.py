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
        marks = delimiter.join(['"%s"'] * len(part)) + (line_end if last else delimiter)
        lines.append(f"printf({text(marks)}, {', '.join(_value_sql(column) for column in part)})")
    return " || ".join(lines)


def _value_sql(column: Column) -> str:
    if column.type in _BARE_TYPES:
        return column.sql
    if column.type == "boolean":
        return f"CASE {column.sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
    if column.type in NUMBER_TYPES:
        real = f"CAST({column.sql} AS REAL)" if column.field is not None and column.field.formula else column.sql
        # SQLite writes 15 digits; a number that they do not tell exactly gets 17.
        short = f"CAST({real} AS TEXT)"
        # A null must not reach the second printf, which would make it a zero.
        long = f"CASE WHEN {real} IS NOT NULL THEN printf('%!.17g', {real}) END"
        return f"CASE WHEN CAST({short} AS REAL) = {real} THEN {short} ELSE {long} END"
    return f"""replace({column.sql}, '"', '""')"""
