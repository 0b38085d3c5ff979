"""Records that are not as they should be: each kind has a stated treatment and is counted."""

import pandas as pd

from scoring.health.results import PROBLEMS


class Problems:
    """Collects counts while records are cleaned."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, int, str]] = []

    def count(self, kind: str, table: str, rows: int, treatment: str) -> None:
        """Note how many rows of a table have a problem, and what was done; no rows are no problem.

        Args:
            kind: stable name of the problem.
            table: table of the book.
            rows: how many.
            treatment: what is wrong and what was done with these rows, in words.
        """
        if rows:
            self._rows.append((kind, table, int(rows), treatment))

    def table(self) -> pd.DataFrame:
        """`PROBLEMS`, in the order of the flow."""
        return PROBLEMS.conform(pd.DataFrame(self._rows, columns=PROBLEMS.names))
