"""Deployments: their rows in the org's file, their archives in a folder beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from localorg.clock import Clock, stamp
from localorg.errors import OrgError
from localorg.http.errors import not_found
from localorg.http.kept import KeptWithFiles
from localorg.ids import IdAllocator, is_id
from localorg.store.database import Database

KEY_PREFIX: Final = "0Af"
ENDED: Final = ("Succeeded", "SucceededPartial", "Failed", "Canceled")
VALIDATION_DAYS: Final = 10
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS "_deployment" (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, status TEXT NOT NULL, created TEXT NOT NULL, started TEXT,
    completed TEXT, modified TEXT NOT NULL, canceled_by TEXT, validated TEXT, options TEXT NOT NULL,
    outcome TEXT NOT NULL
) WITHOUT ROWID
"""
_COLUMNS: Final = "id, user_id, status, created, started, completed, modified, canceled_by, validated, options, outcome"

Options = Mapping[str, object]


@dataclass(frozen=True)
class Deployment:
    """A deployment. validated: the check-only deployment which it repeats. outcome: counts and messages at its end."""

    id: str
    user_id: str
    status: str
    created: str
    started: str | None
    completed: str | None
    modified: str
    canceled_by: str | None
    validated: str | None
    options: Options
    outcome: Mapping[str, object] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in ENDED

    def option(self, name: str) -> bool:
        """Whether an option is on."""
        return self.options.get(name) is True


class Deployments(KeptWithFiles):
    """The org's deployments."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        super().__init__(database, clock, folder, _TABLE)

    def create(self, user_id: str, options: Options, archive: bytes, validated: str | None = None) -> Deployment:
        """A new deployment that waits; its archive is on the disk before anybody sees it."""
        with self._database.writer() as connection:
            now = self._clock.stamp()
            new_id = IdAllocator(connection).take(KEY_PREFIX)[0]
            self.archive(new_id).write_bytes(archive)
            made = Deployment(new_id, user_id, "Pending", now, None, None, now, None, validated, dict(options))
            connection.execute(
                f'INSERT INTO "_deployment" ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', _values(made)
            )
        return made

    def get(self, deployment_id: str) -> Deployment:
        """The deployment with this id, 15 or 18 characters. Raises OrgError NOT_FOUND."""
        sql = f'SELECT {_COLUMNS} FROM "_deployment" WHERE substr(id, 1, 15) = ?'
        with self._database.reader() as connection:
            row = connection.execute(sql, (deployment_id[:15],)).fetchone() if is_id(deployment_id) else None
        if row is None:
            raise not_found()
        return _deployment(row)

    def waiting(self) -> list[Deployment]:
        """Deployments to be done, the oldest first: also those which a stopped process had begun."""
        sql = f"SELECT {_COLUMNS} FROM \"_deployment\" WHERE status IN ('Pending', 'InProgress') ORDER BY id"
        with self._database.reader() as connection:
            return [_deployment(row) for row in connection.execute(sql)]

    def start(self, deployment: Deployment) -> bool:
        """Say that a deployment goes on. Returns whether it may: a canceled one may not."""
        now = self._clock.stamp()
        with self._database.writer() as connection:
            changed = connection.execute(
                "UPDATE \"_deployment\" SET status = 'InProgress', started = ?, modified = ? "
                "WHERE id = ? AND status IN ('Pending', 'InProgress')",
                (now, now, deployment.id),
            )
            return changed.rowcount == 1

    def finish(
        self, connection: sqlite3.Connection, deployment: Deployment, status: str, outcome: Mapping[str, object]
    ) -> None:
        """Write down the end of a deployment, in the transaction that is its doing."""
        now = self._clock.stamp()
        connection.execute(
            'UPDATE "_deployment" SET status = ?, completed = ?, modified = ?, outcome = ? WHERE id = ?',
            (status, now, now, json.dumps(outcome, separators=(",", ":")), deployment.id),
        )

    def cancel(self, deployment_id: str, user_id: str) -> Deployment:
        """Cancel a deployment that waits. Raises OrgError: NOT_FOUND, INVALID_ID_FIELD for one that has ended."""
        found = self.get(deployment_id)
        now = self._clock.stamp()
        with self._database.writer() as connection:
            changed = connection.execute(
                "UPDATE \"_deployment\" SET status = 'Canceled', completed = ?, modified = ?, canceled_by = ? "
                "WHERE id = ? AND status = 'Pending'",
                (now, now, user_id, found.id),
            )
        if changed.rowcount == 0:
            raise OrgError("INVALID_ID_FIELD", "Deployment already completed")
        self.archive(found.id).unlink(missing_ok=True)
        return self.get(found.id)

    def repeat(self, validated_id: str, user_id: str) -> Deployment:
        """A deployment of what a check-only one has found sound. Raises OrgError: NOT_FOUND, or why it cannot be."""
        found = self.get(validated_id)
        if not found.option("checkOnly") or found.status != "Succeeded":
            raise OrgError("INVALID_ID_FIELD", f"{found.id} is not the id of a successful validation")
        oldest = stamp(self._clock.now() - timedelta(days=VALIDATION_DAYS))
        archive = self.archive(found.id)
        if (found.completed or "") < oldest or not archive.is_file():
            raise OrgError("INVALID_ID_FIELD", f"The validation {found.id} is older than {VALIDATION_DAYS} days")
        options = {**found.options, "checkOnly": False}
        return self.create(user_id, options, archive.read_bytes(), validated=found.id)

    def drop_archive(self, deployment: Deployment) -> None:
        """Forget what was sent, unless it may be asked for again."""
        if not deployment.option("checkOnly") or self.get(deployment.id).status != "Succeeded":
            self.archive(deployment.id).unlink(missing_ok=True)

    def archive(self, deployment_id: str) -> Path:
        """Where a deployment's archive is."""
        return self._folder / f"{deployment_id}.zip"


def _values(made: Deployment) -> tuple[object, ...]:
    texts = {"options": json.dumps(dict(made.options)), "outcome": json.dumps(dict(made.outcome))}
    return tuple(texts.get(name, getattr(made, name)) for name in _COLUMNS.split(", "))


def _deployment(row: tuple[str, ...]) -> Deployment:
    facts: dict[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Deployment(**{**facts, "options": json.loads(facts["options"]), "outcome": json.loads(facts["outcome"])})
