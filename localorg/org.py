"""The local org: one SQLite file with its schema, rows, users and clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from localorg.access import PermissionSet, User
from localorg.clock import Clock
from localorg.deploy import BeforeCommit, DeployReport, Order, Outcome, deploy
from localorg.errors import PackageError
from localorg.faults import Faults
from localorg.load import load_folder
from localorg.loading.fill import fill
from localorg.loading.report import LoadReport, Progress
from localorg.metadata.assignment import assign
from localorg.metadata.component import Content
from localorg.metadata.reader import read_source
from localorg.schema.model import Schema
from localorg.schema.standard import standard_objects
from localorg.schema.stored import field_from_json, object_from_json, permission_set_from_json, saved
from localorg.store.alteration import Alteration
from localorg.store.birth import give_birth
from localorg.store.conduct import Conduct
from localorg.store.currencies import show_currencies
from localorg.store.database import Database
from localorg.store.directory import admin_id, all_users, find_user
from localorg.store.locks import LockTable
from localorg.store.periods import ensure_periods
from localorg.store.records import Records, RowResult
from localorg.store.recycle_bin import RecycleBin
from localorg.store.rules import Rules
from localorg.store.stages import show_stages
from localorg.store.tracking import Tracking
from localorg.store.viewer import choose_viewer, viewer_id

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class LocalOrg:
    """A Salesforce org on this machine. Safe to use from several threads."""

    def __init__(self, database: Database, schema: Schema, clock: Clock, org_id: str) -> None:
        self.database = database
        self.schema = schema
        self.clock = clock
        self.org_id = org_id
        self.faults = Faults(self._change_field)
        self.locks = LockTable()
        self.rules = Rules(database, schema)
        self.tracking = Tracking(database, schema)
        self.bin = RecycleBin(database, schema, clock)
        self._conduct = Conduct(self.faults, self.locks, self.rules, self.tracking, self.bin, self.refresh_settings)
        self._permission_sets: dict[str, PermissionSet] = {}

    @classmethod
    def open(cls, path: Path, package: Path | None = None, clock: Clock | None = None) -> LocalOrg:
        """The org in this SQLite file, made if it is missing.

        path: the file. package: a folder of SFDX source to deploy. clock: the org's clock, the machine's by default.
        Raises StoreError for a file that is no local org, PackageError for a package that cannot be deployed.
        """
        clock = clock or Clock()
        path.parent.mkdir(parents=True, exist_ok=True)
        database = Database(path, clock)
        schema = Schema({value.name: value for value in standard_objects()})
        with database.writer() as connection:
            _add_deployed(connection, schema)
            database.ensure_tables(schema.objects.values())
            row = connection.execute('SELECT "Id" FROM "Organization"').fetchone()
            org_id = row[0] if row else give_birth(connection, clock.stamp())
        org = cls(database, schema, clock, org_id)
        org.refresh_settings()
        if package is not None:
            org._deploy_whole(package)
        return org

    def deploy(self, package: Path, *, rollback_on_error: bool = True) -> DeployReport:
        """Put a package of SFDX source into the org; what is there but not in the package stays.

        rollback_on_error: whether one refused component keeps all of them out.
        Raises PackageError if there is no such folder.
        """
        content = read_source(package)
        with self.database.reader() as connection:
            admin = admin_id(connection)
        order = Order(rollback_on_error=rollback_on_error, ignore_warnings=True)
        return self.deploy_content(content, order, admin).report()

    def deploy_content(
        self, content: Content, order: Order, user_id: str, before_commit: BeforeCommit | None = None
    ) -> Outcome:
        """Deploy components as a user; see `deploy.deploy`. What is deployed is live at once."""
        now = self.clock.stamp()
        outcome = deploy(self.database, self.schema, content, order, user_id, now, before_commit=before_commit)
        if outcome.applied:
            self._permission_sets.update(outcome.permission_sets)
            self.rules.refresh()
            self.tracking.refresh()
        return outcome

    def _deploy_whole(self, package: Path) -> None:
        try:
            refused = self.deploy(package).refused
            if refused:
                first = refused[0]
                raise PackageError(
                    f"the package in {package} cannot be deployed: {first.component}: {first.reason} ({first.place})"
                    + (f", and {len(refused) - 1} more" if len(refused) > 1 else "")
                )
        except PackageError:
            self.close()
            raise

    def refresh_settings(self) -> None:
        """Take over what rows say about the org itself: its stages, time zone and fiscal years."""
        with self.database.writer() as connection:
            show_stages(connection, self.schema)
            show_currencies(self.database, connection, self.schema)
            (time_zone,) = connection.execute('SELECT "TimeZoneSidKey" FROM "Organization"').fetchone()
            self.database.set_time_zone(time_zone or "UTC")
            ensure_periods(connection, [self.database.today()], self.clock.stamp())
            self.rules.refresh()
            self.tracking.refresh()
            self._permission_sets = {
                name: permission_set_from_json(content) for name, content in saved(connection, "permission set").items()
            }

    def user(self, username_or_id: str) -> User:
        """The user with this username or id. Raises OrgError if there is none."""
        with self.database.reader() as connection:
            return find_user(connection, self.schema, self._permission_sets, username_or_id)

    def users(self) -> list[User]:
        """All users, by username."""
        with self.database.reader() as connection:
            return all_users(connection, self.schema, self._permission_sets)

    def assign(self, permission_set: str, username: str) -> None:
        """Give a user a permission set, unless they have it, or there is no such user or set."""
        with self.database.writer() as connection:
            assign(connection, permission_set, username, self.clock.stamp())

    def page_viewer(self) -> User:
        """The user as whom pages open in a browser on this machine: the administrator, unless another was chosen."""
        with self.database.reader() as connection:
            chosen = viewer_id(connection)
            return find_user(connection, self.schema, self._permission_sets, chosen)

    def open_pages_as(self, user: User) -> None:
        """Choose the user as whom pages open from now on."""
        with self.database.writer() as connection:
            choose_viewer(connection, user.id)

    def records(self, user: User, also: Callable[[list[RowResult]], None] | None = None) -> Records:
        """Writes as this user. `also` is called with a call's results inside its transaction."""
        return Records(self.database, self.schema, self.clock, user, self._conduct, also)

    def load(self, folder: Path, progress: Progress | None = None) -> LoadReport:
        """Load a folder of sObject CSVs; see `load.load_folder`."""
        return load_folder(self, folder, progress)

    def fill(self, sobject: str, table: pa.Table | pd.DataFrame) -> int:
        """Insert a table of valid rows as they are, without behaviour; see `loading.fill.fill`."""
        with self.database.writer() as connection:
            return fill(connection, self.schema, sobject, table, self.clock.stamp())

    def _change_field(self, kind: str, facts: Mapping[str, object]) -> None:
        grants = self._permission_sets
        Alteration(self.database, self.schema, self.rules, self.tracking, grants).change(kind, facts)

    def close(self) -> None:
        """Close the file; writes that are withheld go on first."""
        self.faults.release()
        self.database.close()


def _add_deployed(connection: sqlite3.Connection, schema: Schema) -> None:
    objects = [object_from_json(content) for content in saved(connection, "object").values()]
    for name, content in saved(connection, "fields").items():
        sobject = schema.objects[name]
        added = {field.name: field for field in map(field_from_json, content["fields"])}
        objects.append(replace(sobject, fields={**sobject.fields, **added}))
    schema.put(objects)
