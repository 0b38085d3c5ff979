"""The components that the org has, kept in its file: what they said, and who deployed them when."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from localorg.ids import IdAllocator
from localorg.metadata.component import Component, Key

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS "_component" (
    type TEXT NOT NULL, name TEXT NOT NULL, file TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL,
    created TEXT NOT NULL, created_by TEXT NOT NULL, modified TEXT NOT NULL, modified_by TEXT NOT NULL,
    PRIMARY KEY (type, name)
) WITHOUT ROWID
"""
_COLUMNS: Final = "type, name, file, id, digest, created, created_by, modified, modified_by"
_PUT: Final = f'INSERT OR REPLACE INTO "_component" ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'
# Prefixes of the ids of metadata; what has none here has an id of a general kind.
_PREFIXES: Final = {
    "CompactLayout": "0AH",
    "CustomApplication": "02u",
    "CustomField": "00N",
    "CustomLabel": "101",
    "CustomObject": "01I",
    "CustomTab": "01r",
    "FlexiPage": "0M0",
    "Layout": "00h",
    "LightningComponentBundle": "0Rb",
    "ListView": "00B",
    "PermissionSet": "0PS",
    "ValidationRule": "03d",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A component of the org."""

    type: str
    name: str
    file: str
    id: str
    digest: str
    created: str
    created_by: str
    modified: str
    modified_by: str


def kept_components(connection: sqlite3.Connection) -> dict[Key, Kept]:
    """All components of the org."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_component'").fetchone() is None:
        return {}
    rows = connection.execute(f'SELECT {_COLUMNS} FROM "_component" ORDER BY type, name')
    return {(row[0], row[1]): Kept(*row) for row in rows}


def keep(
    connection: sqlite3.Connection, components: Iterable[Component], present: dict[Key, Kept], user_id: str, now: str
) -> dict[Key, Kept]:
    """Write down components as deployed now, as far as they differ from the present ones. Returns them all."""
    connection.execute(_TABLE)
    kept: dict[Key, Kept] = {}
    for component in components:
        digest, old = component.digest(), present.get(component.key)
        if old is not None and old.digest == digest:
            kept[component.key] = old
            continue
        made = (old.id, old.created, old.created_by) if old else (_new_id(connection, component.type), now, user_id)
        new = Kept(component.type, component.name, component.file, made[0], digest, made[1], made[2], now, user_id)
        values = tuple(getattr(new, name) for name in _COLUMNS.split(", "))
        connection.execute(_PUT, values)
        kept[component.key] = new
    return kept


def _new_id(connection: sqlite3.Connection, type_name: str) -> str:
    return IdAllocator(connection).take(_PREFIXES.get(type_name, "0A0"))[0]
