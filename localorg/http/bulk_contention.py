"""Contention on demand: inner batches of an ingest that run at once and lock each other's parent accounts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from localorg.errors import OrgError
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.store.records import RowResult
from localorg.store.sql import Value, select_by

Row = Mapping[str, object]


class Contention:
    """Knows the parent accounts that earlier inner batches of a job held."""

    def __init__(self, org: LocalOrg, sobject: SObject, key: str) -> None:
        """key: the field by which the job's rows are found when they do not name their account."""
        self._org = org
        self._sobject = sobject
        self._key = sobject.field(key)
        self._references = [each for each in sobject.stored_fields if "Account" in each.reference_to]
        self._holders: dict[str, int] = {}

    def locked(self, batch: int, rows: Sequence[Row]) -> dict[int, RowResult]:
        """The rows of an inner batch whose account an earlier one holds, refused, by their place."""
        refused: dict[int, RowResult] = {}
        for place, accounts in enumerate(self._accounts(rows)):
            taken = [account for account in accounts if self._holders.setdefault(account, batch) != batch]
            if taken:
                message = f"unable to obtain exclusive access to this record or 1 records: {taken[0]}"
                record_id = rows[place].get("Id")
                error = OrgError("UNABLE_TO_LOCK_ROW", message)
                refused[place] = RowResult(str(record_id) if record_id else None, False, None, (error,))
        return refused

    def _accounts(self, rows: Sequence[Row]) -> list[list[str]]:
        """Each row's parent accounts: those it names, and those of the stored row that it changes."""
        stored = self._stored([str(value) for row in rows if (value := self._key_of(row)) is not None])
        found = []
        for row in rows:
            named = [row.get(each.name) for each in self._references]
            named += [self._parent_id(row.get(each.relationship_name or "")) for each in self._references]
            named += stored.get(str(self._key_of(row))[:15].lower(), [])
            found.append([str(each)[:15] for each in named if each])
        return found

    def _key_of(self, row: Row) -> object:
        return row.get(self._key.name) if self._key else None

    def _parent_id(self, parent: object) -> object:
        return parent.get("Id") if isinstance(parent, Mapping) else None

    def _stored(self, keys: Sequence[str]) -> dict[str, list[Value]]:
        if self._key is None or not self._references:
            return {}
        columns = (self._key.name, *(each.name for each in self._references))
        with self._org.database.reader() as connection:
            rows = select_by(connection, self._sobject.name, columns, self._key.name, list(keys), any_case=True)
        return {str(key)[:15].lower(): list(accounts) for key, *accounts in rows}
