"""A generated book goes into the local org, and what is true of it into a folder beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localorg.book import BookSettings, fill, make_world, refuse_unless_empty, write_truth
from localorg.org import LocalOrg
from sidecar import terminal


@dataclass(frozen=True)
class MadeBook:
    """What was made: rows by object, rows by file of the truth and the folder these are in."""

    rows: dict[str, int]
    truth: dict[str, int]
    folder: Path

    def truth_files(self) -> list[tuple[str, int]]:
        """The files of the truth and their rows."""
        return [(str(self.folder / f"{name}.parquet"), rows) for name, rows in self.truth.items()]

    def to_dict(self) -> dict[str, Any]:
        """As one JSON document."""
        return {"rows": self.rows, "truth": dict(self.truth_files())}


def make_book(org: LocalOrg, settings: BookSettings, truth: Path, bars: terminal.Bars) -> MadeBook:
    """Generate a book into an org without deals.

    The truth is written first: whoever finds a book in the org finds its truth beside it.

    Args:
        truth: the folder for the truth; what is in it is replaced.

    Raises:
        BookPlaceError: the org holds opportunities; nothing has been made then.
    """
    refuse_unless_empty(org)
    bars.stage("Generate deals")
    world = make_world(settings)
    bars.stage("Compute the truth", settings.deals)
    facts = write_truth(world, truth, bars.advance)
    rows = fill(org, world, filling(bars))
    return MadeBook(rows, facts, truth)


def filling(bars: terminal.Bars) -> Callable[[str, int], None]:
    """A bar per table, from the reports of `fill`."""
    current = ""

    def show(name: str, rows: int) -> None:
        nonlocal current
        if name != current:
            current = name
            bars.stage(f"Fill {name}")
        bars.advance(rows)

    return show
