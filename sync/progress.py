"""How a long run tells its caller where it is.

The caller passes anything with these three methods; stages follow one another, they are never nested.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the course of a run."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A new stage begins (the former one is over); `total` is its number of rows, None when unknown."""

    def advance(self, rows: int = 1) -> None:
        """`rows` more rows of the present stage are done."""

    def end(self) -> None:
        """The last stage is over."""


class Silent:
    """The default: says nothing."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Nothing to show."""

    def advance(self, rows: int = 1) -> None:
        """Nothing to show."""

    def end(self) -> None:
        """Nothing to show."""


SILENT: Progress = Silent()
