"""The org's users as rows, turned into `User`s with their rights."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from localorg.access import ADMIN_PROFILE, STANDARD_PROFILE, PermissionSet, User
from localorg.errors import OrgError
from localorg.schema.model import Schema
from localorg.store.birth import ADMIN_USERNAME

_USERS = """
SELECT u."Id", u."Username", u."Name", u."IsActive", p."Name" FROM "User" u
LEFT JOIN "Profile" p ON p."Id" = u."ProfileId"
"""
_ASSIGNED = """
SELECT s."Name" FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId"
WHERE a."AssigneeId" = ? AND a."IsDeleted" = 0 ORDER BY s."Name"
"""


def admin_id(connection: sqlite3.Connection) -> str:
    """The id of the user with whom every local org is born; the org's own rows are theirs."""
    row: tuple[str] = connection.execute('SELECT "Id" FROM "User" WHERE "Username" = ?', (ADMIN_USERNAME,)).fetchone()
    return row[0]


def find_user(
    connection: sqlite3.Connection, schema: Schema, grants: Mapping[str, PermissionSet], name_or_id: str
) -> User:
    """The user with this username (in whatever case) or id. Raises OrgError if there is none."""
    where = 'WHERE u."Username" = ? COLLATE NOCASE OR substr(u."Id", 1, 15) = ?'
    row = connection.execute(_USERS + where, (name_or_id, name_or_id[:15])).fetchone()
    if row is None:
        raise OrgError("NOT_FOUND", f"no user {name_or_id!r} in this org: give a username or a user id", status=404)
    return _user(connection, schema, grants, row)


def all_users(connection: sqlite3.Connection, schema: Schema, grants: Mapping[str, PermissionSet]) -> list[User]:
    """All users, by username."""
    rows = connection.execute(_USERS + 'ORDER BY u."Username"').fetchall()
    return [_user(connection, schema, grants, row) for row in rows]


def _user(
    connection: sqlite3.Connection,
    schema: Schema,
    grants: Mapping[str, PermissionSet],
    row: tuple[str, str, str, int, str | None],
) -> User:
    user_id, username, name, active, profile = row
    assigned = tuple(name for (name,) in connection.execute(_ASSIGNED, (user_id,)))
    return User(
        id=user_id,
        username=username,
        name=name,
        is_admin=profile == ADMIN_PROFILE,
        permission_sets=assigned,
        profile=profile or STANDARD_PROFILE,
        is_active=bool(active),
        schema=schema,
        grants=tuple(grants[name] for name in assigned if name in grants),
    )
