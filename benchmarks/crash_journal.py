"""How the worlds of `benchmarks.crash` ended, kept as they end: a line of JSON each, if there is a file for them."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.crash_state import Damage
from benchmarks.crash_world import Stop

RANDOM = "a random moment"
"""The label of kills at no commit point."""


@dataclass(frozen=True)
class Outcome:
    """What came of a world: the way, its label in the table, where its runs were to be killed and how many were, the
    damage, how long it took, and why it failed (empty when it did not)."""

    way: str
    label: str
    stops: tuple[Stop, ...]
    kills: int
    damage: Damage
    seconds: float
    problem: str = ""


class Journal:
    """The outcomes so far, those of former runs that the file holds among them.

    Raises ValueError when the file tells of runs with another number of rows.
    """

    def __init__(self, file: Path | None, rows: int) -> None:
        self.rows = rows
        self._file = file
        self._lock = threading.Lock()
        self._outcomes: list[Outcome] = []
        for line in file.read_text().splitlines() if file and file.exists() else ():
            told = json.loads(line)
            if told.pop("rows") != rows:
                raise ValueError(f"{file} tells of runs with another number of rows than {rows}: name another file")
            self._outcomes.append(_outcome(told))

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """One for each world, in the order in which they ended."""
        return tuple(self._outcomes)

    @property
    def random_kills(self) -> int:
        """Kills at random moments so far."""
        return sum(outcome.kills for outcome in self._outcomes if outcome.label == RANDOM)

    @property
    def failed(self) -> int:
        """Worlds so far in which a run failed or never ended."""
        return sum(outcome.damage.failed for outcome in self._outcomes)

    def note(self, outcome: Outcome) -> None:
        """Keep an outcome; threads may do so at once."""
        with self._lock:
            self._outcomes.append(outcome)
            if self._file:
                with self._file.open("a") as stream:
                    stream.write(json.dumps({"rows": self.rows, **asdict(outcome)}) + "\n")


def _outcome(told: dict[str, Any]) -> Outcome:
    return Outcome(**{**told, "stops": tuple(told["stops"]), "damage": Damage(**told["damage"])})
