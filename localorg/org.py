"""The local org: one SQLite file with its schema, rows, users and clock."""

from __future__ import annotations

from pathlib import Path

from localorg.access import PermissionSet, User
from localorg.clock import Clock
from localorg.schema.model import Schema
from localorg.schema.standard import standard_objects
from localorg.store.birth import give_birth
from localorg.store.database import Database
from localorg.store.directory import all_users, find_user
from localorg.store.records import Records


class LocalOrg:
    """A Salesforce org on this machine. Safe to use from several threads."""

    def __init__(self, database: Database, schema: Schema, clock: Clock, org_id: str) -> None:
        self.database = database
        self.schema = schema
        self.clock = clock
        self.org_id = org_id
        self._permission_sets: dict[str, PermissionSet] = {}

    @classmethod
    def open(cls, path: Path, package: Path | None = None, clock: Clock | None = None) -> LocalOrg:
        """The org in this SQLite file, made if it is missing.

        path: the file. package: a folder of SFDX source to deploy. clock: the org's clock, the machine's by default.
        Raises StoreError for a file that is no local org, PackageError for a package that cannot be read.
        """
        clock = clock or Clock()
        path.parent.mkdir(parents=True, exist_ok=True)
        database = Database(path, clock)
        schema = Schema({value.name: value for value in standard_objects()})
        database.ensure_tables(schema.objects.values())
        with database.writer() as connection:
            row = connection.execute('SELECT "Id" FROM "Organization"').fetchone()
            org_id = row[0] if row else give_birth(connection, clock.stamp())
        return cls(database, schema, clock, org_id)

    def user(self, username_or_id: str) -> User:
        """The user with this username or id. Raises OrgError if there is none."""
        with self.database.reader() as connection:
            return find_user(connection, self.schema, self._permission_sets, username_or_id)

    def users(self) -> list[User]:
        """All users, by username."""
        with self.database.reader() as connection:
            return all_users(connection, self.schema, self._permission_sets)

    def records(self, user: User) -> Records:
        """Writes as this user."""
        return Records(self.database, self.schema, self.clock, user)

    def close(self) -> None:
        """Close the file."""
        self.database.close()
