"""The user as whom pages open in a browser on this machine."""

from __future__ import annotations

import sqlite3

from localorg.store.directory import admin_id

_SETTING = "page viewer"


def viewer_id(connection: sqlite3.Connection) -> str:
    """The id of the user who was chosen; the administrator's when nobody was."""
    row: tuple[str] | None = connection.execute('SELECT value FROM "_setting" WHERE key = ?', (_SETTING,)).fetchone()
    return row[0] if row else admin_id(connection)


def choose_viewer(connection: sqlite3.Connection, user_id: str) -> None:
    """Open pages as this user from now on."""
    connection.execute('INSERT OR REPLACE INTO "_setting" VALUES (?, ?)', (_SETTING, user_id))
