"""A plain org at noon with an admin who writes, and writers that run beside the test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from localorg.errors import OrgError
from localorg.org import LocalOrg
from localorg.store.records import Records, RowResult

ADMIN = "admin@local.example"
DEAL: dict[str, object] = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-15", "Amount": 100}
PATIENCE_SECONDS = 30.0

Result = TypeVar("Result")


@dataclass
class Desk:
    """An org and short ways to write and read in it."""

    org: LocalOrg
    records: Records
    threads: list[threading.Thread] = field(default_factory=list)

    def made(self, sobject: str, **values: object) -> str:
        """Insert a row that can be inserted; returns its id."""
        (result,) = self.records.insert(sobject, [values])
        assert result.success and result.id is not None, result.errors
        return result.id

    def deal(self, account: str | None = None, **values: object) -> str:
        """Insert an opportunity; returns its id."""
        return self.made("Opportunity", **{**DEAL, "AccountId": account, **values})

    def changed(self, sobject: str, record_id: str, **values: object) -> RowResult:
        """Update a row."""
        return self.records.update(sobject, [{"Id": record_id, **values}])[0]

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What SQL finds."""
        with self.org.database.reader() as connection:
            return connection.execute(query, values).fetchall()

    def value(self, sobject: str, column: str, record_id: str) -> object:
        """One value of a row."""
        return self.rows(f'SELECT "{column}" FROM "{sobject}" WHERE "Id" = ?', record_id)[0][0]

    def beside(self, act: Callable[[], Result]) -> Callable[[], Result]:
        """Do something in another thread; the answer waits for its result."""
        results: list[Result] = []
        thread = threading.Thread(target=lambda: results.append(act()))
        self.threads.append(thread)
        thread.start()

        def result() -> Result:
            thread.join(PATIENCE_SECONDS)
            assert results, "the other thread did not end well"
            return results[0]

        return result

    def held(self) -> None:
        """Wait until one late write is withheld."""
        until(lambda: self.org.faults.withheld == 1)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.005)


def error(result: RowResult) -> OrgError:
    """Why a row was refused."""
    assert not result.success
    return result.errors[0]


def codes(results: list[RowResult]) -> list[str | None]:
    """The error code of each row, None for those written."""
    return [None if each.success else each.errors[0].code for each in results]


def _desk(org: LocalOrg) -> Iterator[Desk]:
    made = Desk(org, org.records(org.user(ADMIN)))
    yield made
    org.faults.clear()
    for thread in made.threads:
        thread.join(PATIENCE_SECONDS)


@pytest.fixture
def desk(plain_org: LocalOrg) -> Iterator[Desk]:
    """A plain org."""
    yield from _desk(plain_org)


@pytest.fixture
def packaged(packaged_org: LocalOrg) -> Iterator[Desk]:
    """An org with the small package."""
    yield from _desk(packaged_org)
