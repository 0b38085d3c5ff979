"""What an org and a mirror hold at the end of a world of `benchmarks.crash`, and how two of them differ."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.crash_run import DEAL, KEY, OWN
from sync import Mirror, ledger

_COMPARED = {"Account": "Id", DEAL: "Id", OWN: KEY}
# What two runs of the same work may differ in: when a record was written, and the names that the org gave it.
_OF_THE_MOMENT = {"CreatedDate", "SystemModstamp", "LastModifiedDate", "LastViewedDate", "LastReferencedDate"}
_GIVEN = {"Id", "Name"}

Record = tuple[Any, ...]
Records = dict[str, list[tuple[Any, Record]]]
"""Per object the key and the compared values of each record."""


@dataclass(frozen=True)
class State:
    """All that is compared.

    `written` are the ledger's values that are in the org: object, key, field, old, new. `unsettled` counts what the
    end of a run may not leave: values that are only planned, runs that seem to go on, jobs. `foreign` counts records
    of ours that the mirror knows under another id than the org.
    """

    org: Records
    mirror: Records
    written: Counter[Record]
    unsettled: int
    foreign: int


@dataclass(frozen=True)
class Damage:
    """What is wrong with a state, in records (of the org and of the mirror) and in values of the ledger; and worlds in
    which a run failed or never ended, which have no state."""

    lost: int = 0
    doubled: int = 0
    different: int = 0
    ledger: int = 0
    failed: int = 0

    def __add__(self, other: Damage) -> Damage:
        return Damage(
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.different + other.different,
            self.ledger + other.ledger,
            self.failed + other.failed,
        )

    def __bool__(self) -> bool:
        return self != Damage()


def read_state(org_file: Path, mirror_file: Path) -> State:
    """Read an org's file and a mirror; the mirror must not be in use."""
    with closing(sqlite3.connect(f"file:{org_file}?mode=ro", uri=True)) as org, Mirror.open(mirror_file) as mirror:
        connection = mirror.connection
        written = connection.execute(
            "SELECT object, key, field, old_value, new_value FROM _sync.ledger WHERE outcome = ?", [ledger.WRITTEN]
        ).fetchall()
        return State(
            {name: _org_records(org, name, key) for name, key in _COMPARED.items()},
            {name: _mirror_records(mirror, name, key) for name, key in _COMPARED.items()},
            Counter(written),
            _unsettled(mirror),
            len(set(_ids(org, f'"{OWN}"')) ^ set(_ids(connection, f'main."{OWN}"'))),
        )


def damage(found: State, wanted: State) -> Damage:
    """How a state differs from the one that it should be."""
    told = (found.written - wanted.written).total() + (wanted.written - found.written).total()
    result = Damage(different=found.foreign, ledger=told + found.unsettled)
    for name in _COMPARED:
        result += _difference(found.org[name], wanted.org[name]) + _difference(found.mirror[name], wanted.mirror[name])
    return result


def _difference(found: Sequence[tuple[Any, Record]], wanted: Sequence[tuple[Any, Record]]) -> Damage:
    have, should = dict(found), dict(wanted)
    return Damage(
        lost=len(should.keys() - have.keys()),
        doubled=len(found) - len(have) + len(have.keys() - should.keys()),
        different=sum(have[key] != should[key] for key in have.keys() & should.keys()),
    )


def _org_records(org: sqlite3.Connection, name: str, key: str) -> list[tuple[Any, Record]]:
    columns = [str(row[1]) for row in org.execute(f'PRAGMA table_info("{name}")')]
    return _keyed(org.execute(_select(f'"{name}"', key, columns)).fetchall())


def _mirror_records(mirror: Mirror, name: str, key: str) -> list[tuple[Any, Record]]:
    return _keyed(mirror.connection.execute(_select(f'main."{name}"', key, mirror.columns(name))).fetchall())


def _select(table: str, key: str, columns: Iterable[str]) -> str:
    left_out = _OF_THE_MOMENT | (_GIVEN if key == KEY else set())
    names = ", ".join(f'"{name}"' for name in sorted(set(columns) - left_out))
    return f'SELECT "{key}", {names} FROM {table}'


def _keyed(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, Record]]:
    return [(row[0], tuple(row[1:])) for row in rows]


def _ids(connection: Any, table: str) -> list[str]:
    return [str(found) for (found,) in connection.execute(f"SELECT Id FROM {table}").fetchall()]


def _unsettled(mirror: Mirror) -> int:
    total = 0
    for query in (
        f"_sync.ledger WHERE outcome = '{ledger.PLANNED}'",
        f"_sync.runs WHERE status = '{ledger.RUNNING}'",
        "_sync.ingest_jobs",
        "_sync.query_jobs",
    ):
        row = mirror.connection.execute(f"SELECT count(*) FROM {query}").fetchall()[0]
        total += int(row[0])
    return total
