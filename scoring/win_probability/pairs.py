"""Interactions: cells of two columns, found where the columns alone leave something unexplained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.days import Floats
from scoring.win_probability.design import Column
from scoring.win_probability.penalised import Levels, Term

# Parts a number and values a category keep in a cell.
_PARTS, _VALUES = 6, 8
# Columns that may take part, and pairs that are kept.
_COLUMNS, MOST = 12, 6
# How far the unexplained must exceed chance, in standard deviations.
_BEYOND_CHANCE = 3.0


@dataclass(frozen=True)
class Pair:
    """Cells of two columns.

    Attributes:
        first, second: positions of the columns.
        parts_of_first, parts_of_second: the part that each level of the column belongs to.
    """

    first: int
    second: int
    parts_of_first: Levels
    parts_of_second: Levels

    @property
    def width(self) -> int:
        """Parts of the second column."""
        return int(self.parts_of_second.max()) + 1

    @property
    def term(self) -> Term:
        """Every cell has an effect of its own, all of one variance."""
        cells = (int(self.parts_of_first.max()) + 1) * self.width
        return Term(np.eye(cells), (cells,))

    def levels(self, levels: Sequence[Levels]) -> Levels:
        """The cell of each row, from the levels of all columns."""
        first, second = self.parts_of_first * np.int32(self.width), self.parts_of_second
        return first.take(levels[self.first]) + second.take(levels[self.second])


def find_pairs(
    columns: Sequence[Column],
    levels: Sequence[Levels],
    tables: Sequence[Floats],
    residuals: Floats,
    information: Floats,
) -> list[Pair]:
    """The pairs of columns in whose cells the residuals of the additive model exceed chance, strongest first.

    For a model without interactions sum(residuals)^2 / sum(information) of a cell has mean 1; the excess of the sum
    over all cells is measured in its standard deviations.

    Args:
        columns: all columns.
        levels: the level of each row in each column.
        tables: the additive model's values per level; columns with a wide spread come first.
        residuals: weight x (outcome - probability), shape (rows,).
        information: weight x probability x (1 - probability), shape (rows,).
    """
    spread = [float(table.take(level).std()) for table, level in zip(tables, levels, strict=True)]
    used = np.sort(np.argsort(-np.array(spread), kind="stable")[:_COLUMNS])
    parts = {number: _parts(columns[number], levels[number]) for number in used}
    found: list[tuple[float, Pair]] = []
    for place, first in enumerate(used):
        for second in used[place + 1 :]:
            pair = Pair(int(first), int(second), parts[first], parts[second])
            cells = pair.levels(levels)
            sums, sizes = np.bincount(cells, residuals), np.bincount(cells, information)
            held = sizes > 1.0
            freedom = max(int(held.sum()) - int(parts[first].max()) - int(parts[second].max()) - 1, 1)
            excess = (sums[held] ** 2 / sizes[held]).sum() - freedom
            found.append((excess / np.sqrt(2.0 * freedom), pair))
    strongest = sorted(found, key=lambda each: -each[0])[:MOST]
    return [pair for beyond, pair in strongest if beyond > _BEYOND_CHANCE]


def _parts(column: Column, level: Levels) -> Levels:
    """Bins of a number joined into parts of like size; the most frequent values of a category, the others together;
    what is missing apart."""
    known = column.known
    if column.kind == "category":
        parts = np.minimum(np.arange(len(column.term.basis)), _VALUES)
        parts[known + 1] = min(known, _VALUES)
    else:
        counts = np.bincount(level, minlength=known + 1)[: known + 1].astype(np.float64)
        before = np.cumsum(counts) - counts / 2.0
        parts = np.minimum(before / max(counts[:known].sum(), 1.0) * _PARTS, _PARTS - 1)
    parts[known] = parts.max() + 1
    return np.unique(parts.astype(np.int32), return_inverse=True)[1].astype(np.int32)
