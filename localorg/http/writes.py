"""Writes of clients: the store's, with ordered locks in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from localorg.access import User
from localorg.errors import OrgError
from localorg.faults import Faults
from localorg.ids import is_id
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.soql.scope import quoted
from localorg.store.records import RowResult

Operation = Literal["insert", "update", "upsert", "delete"]
Row = Mapping[str, object]

ROLLED_BACK = OrgError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)


class Writer:
    """Writes rows of one org."""

    def __init__(self, org: LocalOrg, faults: Faults) -> None:
        self._org = org
        self._faults = faults

    def write(
        self,
        user: User,
        operation: Operation,
        sobject: SObject,
        rows: Sequence[Row],
        *,
        key: str = "Id",
        all_or_none: bool = False,
    ) -> list[RowResult]:
        """Write rows of one object as `user`; the results are in the rows' order.

        operation: what to do; a row to delete has an `Id` only. key: the field by which an upsert finds its row.
        """
        locked = self._locked(sobject, rows)
        if not locked:
            return self._store(user, operation, sobject, rows, key, all_or_none)
        if all_or_none:
            return [
                RowResult(_row_id(row), False, None, (locked.get(place, ROLLED_BACK),))
                for place, row in enumerate(rows)
            ]
        free = [place for place in range(len(rows)) if place not in locked]
        written = self._store(user, operation, sobject, [rows[place] for place in free], key, False)
        results = dict(zip(free, written, strict=True))
        refused = {place: RowResult(_row_id(rows[place]), False, None, (error,)) for place, error in locked.items()}
        return [(results | refused)[place] for place in range(len(rows))]

    def _store(
        self, user: User, operation: Operation, sobject: SObject, rows: Sequence[Row], key: str, all_or_none: bool
    ) -> list[RowResult]:
        records = self._org.records(user)
        match operation:
            case "insert":
                return records.insert(sobject.name, rows, all_or_none=all_or_none)
            case "update":
                return records.update(sobject.name, rows, all_or_none=all_or_none)
            case "upsert":
                return records.upsert(sobject.name, key, rows, all_or_none=all_or_none)
        return records.delete(sobject.name, [_row_id(row) or "" for row in rows], all_or_none=all_or_none)

    def _locked(self, sobject: SObject, rows: Sequence[Row]) -> dict[int, OrgError]:
        """The rows which hang on a parent whose lock was ordered, by their place."""
        if not self._faults.has("lock"):
            return {}
        found: dict[int, OrgError] = {}
        for place, row in enumerate(rows):
            parent = self._faults.locked(self._related(sobject, row))
            if parent is not None:
                message = f"unable to obtain exclusive access to this record or 1 records: {parent}"
                found[place] = OrgError("UNABLE_TO_LOCK_ROW", message)
        return found

    def _related(self, sobject: SObject, row: Row) -> list[str]:
        """The ids in a row and, for a present one, those of its references in the store."""
        related = [value for value in row.values() if isinstance(value, str) and is_id(value)]
        record_id = _row_id(row)
        references = [each.name for each in sobject.stored_fields if each.type == "reference"]
        if record_id is not None and references:
            columns = ", ".join(quoted(name) for name in references)
            sql = f'SELECT {columns} FROM {quoted(sobject.name)} WHERE "Id" = ?'
            with self._org.database.reader() as connection:
                present = connection.execute(sql, (record_id,)).fetchone() or ()
            related += [value for value in present if value]
        return related


def _row_id(row: Row) -> str | None:
    value = next((value for key, value in row.items() if key.lower() == "id"), None)
    return value if isinstance(value, str) else None
