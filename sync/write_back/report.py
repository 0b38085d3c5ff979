"""What a write-back did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

NOT_STORABLE = "NOT_STORABLE"
"""Code of values that the plan found to be none that the org can hold."""


@dataclass(frozen=True)
class RefusedRow:
    """A record of which something was not written.

    `field` is empty when the whole record was refused by the org; `retried` says that it was left for the next run
    though nothing is wrong with it (the record was locked, or its bulk job ended early). The next run tries refused
    records again as well, until they are set aside (see `sync.failures`). `since` is when it first failed (naive
    UTC), None for a value that was never sent.
    """

    object: str
    key: str
    record_id: str | None
    field: str
    code: str
    message: str
    retried: bool = False
    since: datetime | None = None


@dataclass(frozen=True)
class WriteReport:
    """Counts of a write-back.

    Parameters
    ----------
    rows_written : records that the org took.
    rows_refused : records of which a value was refused, or which were left for the next run.
    calls : API calls.
    refused : each of them with its reason.
    """

    rows_written: int
    rows_refused: int
    calls: int
    refused: tuple[RefusedRow, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything that was desired is in the org now."""
        return self.rows_refused == 0
