"""One row on its way into the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localorg.access import User
from localorg.errors import OrgError
from localorg.ids import IdAllocator
from localorg.schema.model import Schema, SObject
from localorg.store.sql import Value, select_by

if TYPE_CHECKING:
    from localorg.store.conduct import Conduct
    from localorg.store.locks import Turn


@dataclass(slots=True)
class Draft:
    """A row to be written.

    id: its id, None before an insert. values: the columns to write. present: the row's columns in the store as far as
    they are needed, empty for an insert. errors: why it cannot be written.
    """

    id: str | None
    values: dict[str, Value] = field(default_factory=dict)
    present: dict[str, Value] = field(default_factory=dict)
    errors: list[OrgError] = field(default_factory=list)

    def after(self, column: str) -> Value:
        """The column's value once the row is written."""
        return self.values[column] if column in self.values else self.present.get(column)

    def changes(self, column: str) -> bool:
        """Whether the write gives the column another value."""
        return column in self.values and self.values[column] != self.present.get(column)


@dataclass(frozen=True, slots=True)
class Work:
    """One call's circumstances: who writes what, when, over which connection. `system`: the org itself writes.

    turn: the call's locks. conduct: what the org adds to writes. Neither when the org itself puts rows in order.
    """

    connection: sqlite3.Connection
    schema: Schema
    sobject: SObject
    user: User
    now: str
    system: bool = False
    turn: Turn | None = None
    conduct: Conduct | None = None

    @property
    def allocator(self) -> IdAllocator:
        """Gives new ids within the call's transaction."""
        return IdAllocator(self.connection)


def present_rows(work: Work, columns: Sequence[str], ids: Iterable[str]) -> dict[Value, dict[str, Value]]:
    """The rows with these ids (deleted ones too): id -> column -> value."""
    names = list(dict.fromkeys(("Id", "IsDeleted", *columns)))
    rows = select_by(work.connection, work.sobject.name, names, "Id", list(ids))
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}
