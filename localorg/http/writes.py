"""Writes of clients by the name of the operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from localorg.access import User
from localorg.errors import OrgError
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.store.records import RowResult

Operation = Literal["insert", "update", "upsert", "delete", "hardDelete"]
Row = Mapping[str, object]

ROLLED_BACK = OrgError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)


class Writer:
    """Writes rows of one org."""

    def __init__(self, org: LocalOrg) -> None:
        self._org = org

    def write(
        self,
        user: User,
        operation: Operation,
        sobject: SObject,
        rows: Sequence[Row],
        *,
        key: str = "Id",
        all_or_none: bool = False,
        also: Callable[[list[RowResult]], None] | None = None,
    ) -> list[RowResult]:
        """Write rows of one object as `user`; the results are in the rows' order.

        operation: what to do; a row to delete has an `Id` only. key: the field by which an upsert finds its row.
        also: called with the results inside the transaction, so that what it writes is committed with the rows. A write
        that has to wait for locks begins anew, and then only its last results are told.
        """
        records = self._org.records(user, also)
        match operation:
            case "insert":
                return records.insert(sobject.name, rows, all_or_none=all_or_none)
            case "update":
                return records.update(sobject.name, rows, all_or_none=all_or_none)
            case "upsert":
                return records.upsert(sobject.name, key, rows, all_or_none=all_or_none)
        ids = [_row_id(row) or "" for row in rows]
        return records.delete(sobject.name, ids, all_or_none=all_or_none, hard=operation == "hardDelete")


def _row_id(row: Row) -> str | None:
    value = next((value for key, value in row.items() if key.lower() == "id"), None)
    return value if isinstance(value, str) else None
