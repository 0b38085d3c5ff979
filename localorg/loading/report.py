"""What a load did, and what it could not do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

PROBLEMS_LISTED = 1000  # per file; the rest is only counted

# Called now and then with the file's name, the rows read of it so far, and the share (0 to 1) of the folder read.
Progress = Callable[[str, int, float], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a file holds that could not be taken as it is.

    row: the line in the file where the row begins (the header is line 1), None if the whole file is concerned.
    refused: whether the row was left out; otherwise it is in the org and the problem is a warning.
    """

    file: str
    row: int | None
    column: str | None
    reason: str
    refused: bool = True


@dataclass(slots=True)
class FileReport:
    """One file: rows read, what became of them, and how many were refused."""

    file: str
    sobject: str | None
    rows: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(slots=True)
class LoadReport:
    """A whole folder. `problems_left_out` counts problems beyond those listed (1,000 per file)."""

    files: list[FileReport] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problems_left_out: int = 0
    _told: Counter[str] = field(default_factory=Counter, init=False, repr=False)

    @property
    def rows(self) -> int:
        """Rows read in all files."""
        return sum(file.rows for file in self.files)

    @property
    def inserted(self) -> int:
        """Rows that are new in the org."""
        return sum(file.inserted for file in self.files)

    @property
    def updated(self) -> int:
        """Rows that were in the org with other values."""
        return sum(file.updated for file in self.files)

    @property
    def unchanged(self) -> int:
        """Rows that were in the org as they are; they are not touched."""
        return sum(file.unchanged for file in self.files)

    @property
    def refused(self) -> int:
        """Rows that were left out."""
        return sum(file.refused for file in self.files)

    def add(self, problem: Problem) -> None:
        """List a problem, or count it if its file has many already."""
        self._told[problem.file] += 1
        if self._told[problem.file] <= PROBLEMS_LISTED:
            self.problems.append(problem)
        else:
            self.problems_left_out += 1

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON: totals, files and problems."""
        totals = {name: getattr(self, name) for name in ("rows", "inserted", "updated", "unchanged", "refused")}
        return totals | {
            "files": [asdict(file) for file in self.files],
            "problems": [asdict(problem) for problem in self.problems],
            "problems_left_out": self.problems_left_out,
        }
