"""Writes as Salesforce does them."""

from __future__ import annotations

from dataclasses import dataclass

from localorg.access import User
from localorg.clock import Clock
from localorg.errors import OrgError
from localorg.schema.model import Schema
from localorg.store.database import Database


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: its id, whether it was written, whether it is new, and the errors if not."""

    id: str | None
    success: bool
    created: bool | None
    errors: tuple[OrgError, ...] = ()


class Records:
    """Inserts, updates, upserts and deletes as one user."""

    def __init__(self, database: Database, schema: Schema, clock: Clock, user: User) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._user = user
