"""Permission sets as rows, and their assignment to users."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from localorg.access import PermissionSet
from localorg.ids import IdAllocator
from localorg.store.birth import INTEGRATION_USERNAME
from localorg.store.directory import admin_id
from localorg.store.sql import Value, insert_rows

INTEGRATION_PERMISSION_SET = "Sidecar_Integration"


def put_permission_sets(connection: sqlite3.Connection, permission_sets: Mapping[str, PermissionSet], now: str) -> None:
    """Make or change the rows of permission sets; our integration user gets the one that is meant for them."""
    for permission_set in permission_sets.values():
        _put_row(connection, permission_set, now)
    if INTEGRATION_PERMISSION_SET in permission_sets:
        assign(connection, INTEGRATION_PERMISSION_SET, INTEGRATION_USERNAME, now)


def _put_row(connection: sqlite3.Connection, permission_set: PermissionSet, now: str) -> None:
    row = connection.execute('SELECT "Id" FROM "PermissionSet" WHERE "Name" = ?', (permission_set.name,)).fetchone()
    facts = (permission_set.label, (permission_set.description or "")[:255] or None)
    if row:
        connection.execute(
            'UPDATE "PermissionSet" SET "Label" = ?, "Description" = ?, "SystemModstamp" = ? '
            'WHERE "Id" = ? AND ("Label", "Description") IS NOT (?, ?)',
            (*facts, now, row[0], *facts),
        )
        return
    admin = admin_id(connection)
    values: dict[str, Value] = {
        "Id": IdAllocator(connection).take("0PS")[0],
        "Name": permission_set.name,
        "Label": facts[0],
        "Description": facts[1],
        "IsCustom": 1,
        "CreatedDate": now,
        "CreatedById": admin,
        "LastModifiedDate": now,
        "LastModifiedById": admin,
        "SystemModstamp": now,
    }
    insert_rows(connection, "PermissionSet", [values])


def assign(connection: sqlite3.Connection, permission_set: str, username: str, now: str) -> None:
    """Give a user a permission set, unless they have it, or there is no such user or set."""
    ids = connection.execute(
        'SELECT s."Id", u."Id" FROM "PermissionSet" s, "User" u WHERE s."Name" = ? AND u."Username" = ? '
        'AND NOT EXISTS (SELECT 1 FROM "PermissionSetAssignment" a '
        'WHERE a."PermissionSetId" = s."Id" AND a."AssigneeId" = u."Id" AND a."IsDeleted" = 0)',
        (permission_set, username),
    ).fetchone()
    if ids:
        values: dict[str, Value] = {
            "Id": IdAllocator(connection).take("0Pa")[0],
            "PermissionSetId": ids[0],
            "AssigneeId": ids[1],
            "IsActive": 1,
            "SystemModstamp": now,
        }
        insert_rows(connection, "PermissionSetAssignment", [values])
