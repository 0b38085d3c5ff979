"""The few SQL statements whose table and columns vary.

Names come from the schema and are quoted; values are always bound.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

Value = str | int | float | None
IDS_AT_ONCE = 900


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def insert_statement(table: str, columns: Sequence[str]) -> str:
    """INSERT with a parameter per column."""
    return f"INSERT INTO {quoted(table)} ({_list(columns)}) VALUES ({_marks(len(columns))})"


def update_statement(table: str, columns: Sequence[str]) -> str:
    """UPDATE of one row: a parameter per column, then the row's Id."""
    assignments = ", ".join(f"{quoted(column)} = ?" for column in columns)
    return f'UPDATE {quoted(table)} SET {assignments} WHERE "Id" = ?'


def select_statement(table: str, columns: Sequence[str], where: str = "1") -> str:
    """SELECT of columns; `where` is SQL of ours."""
    return f"SELECT {_list(columns)} FROM {quoted(table)} WHERE {where}"


def delete_statement(table: str, where: str) -> str:
    """DELETE; `where` is SQL of ours."""
    return f"DELETE FROM {quoted(table)} WHERE {where}"


def insert_rows(connection: sqlite3.Connection, table: str, rows: Iterable[Mapping[str, Value]]) -> None:
    """Insert rows as they are; every row has the columns of the first."""
    listed = list(rows)
    if listed:
        columns = list(listed[0])
        values = [tuple(row[column] for column in columns) for row in listed]
        connection.executemany(insert_statement(table, columns), values)


def insert_tuples(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Value, ...]]
) -> None:
    """Insert rows as they are, each with a value per column."""
    if rows:
        connection.executemany(insert_statement(table, columns), rows)


def select_by(
    connection: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    key: str,
    values: Sequence[Value],
    *,
    any_case: bool = False,
) -> list[tuple[Value, ...]]:
    """The columns of all rows whose `key` is one of the values; many values are asked for in parts.

    any_case: compare texts without regard to case.
    """
    collation = " COLLATE NOCASE" if any_case else ""
    found: list[tuple[Value, ...]] = []
    for start in range(0, len(values), IDS_AT_ONCE):
        part = values[start : start + IDS_AT_ONCE]
        where = f"{quoted(key)}{collation} IN ({_marks(len(part))})"
        found.extend(connection.execute(select_statement(table, columns, where), tuple(part)))
    return found


def _list(columns: Sequence[str]) -> str:
    return ", ".join(quoted(column) for column in columns)


def _marks(count: int) -> str:
    return ", ".join("?" * count)
