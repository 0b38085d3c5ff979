"""Columns as terms: bins of numbers with a spline over them, levels of categories, cells of two columns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.win_probability.penalised import Levels, Term
from scoring.win_probability.values import Kind, Values

# A number is cut into at most this many bins, and its curve has at most this many knots, at its quantiles.
BINS, KNOTS = 64, 7
# Values of a category beyond this many, or with fewer rows than this, are one level.
CATEGORIES, CATEGORY_ROWS = 300, 3
# A curve has one knot for this many rows.
_ROWS_PER_KNOT = 12
# A distribution is heavy-tailed when its 1 % and 99 % quantiles are this many quartile ranges apart.
_HEAVY = 6.0


@dataclass(frozen=True)
class Column:
    """How one column becomes levels, and the basis over these levels.

    Attributes:
        name: column name.
        kind: how its values are read.
        edges: upper edges of the bins of a number, the last one infinite; empty for a category.
        texts: values of a category in the order of their levels; empty for a number.
        term: the basis. The levels are the bins or values, then missing, then (of a category) any other value.
    """

    name: str
    kind: Kind
    edges: Floats
    texts: pd.Index
    term: Term

    @property
    def known(self) -> int:
        """How many levels are bins or values."""
        return len(self.edges) + len(self.texts)

    def levels(self, values: Values) -> Levels:
        """The level of each row, shape (rows,)."""
        if self.kind != "category":
            # Not-a-number sorts behind the last, infinite edge: that is the level of what is missing.
            return np.searchsorted(self.edges, values.numbers).astype(np.int32)
        found = self.texts.get_indexer(values.texts)
        level = np.append(np.where(found >= 0, found, self.known + 1), self.known).astype(np.int32)
        place = np.where(np.isnan(values.numbers), len(values.texts), values.numbers).astype(np.intp)
        return np.asarray(level[place])


def learn_column(values: Values) -> Column:
    """Bins or levels of a column, from the rows to learn from."""
    if values.kind == "category":
        return _category(values)
    edges = _edges(values.numbers)
    basis, blocks = _curve(values.numbers, edges)
    return Column(values.name, values.kind, edges, pd.Index([], dtype="str"), Term(basis, blocks))


def _category(values: Values) -> Column:
    present = values.numbers[~np.isnan(values.numbers)].astype(np.intp)
    counts = np.bincount(present, minlength=len(values.texts))
    # By frequency, then by name.
    order = np.argsort(-counts, kind="stable")[:CATEGORIES]
    texts = values.texts[order[counts[order] >= CATEGORY_ROWS]]
    width = len(texts) + 2
    return Column(values.name, values.kind, np.empty(0), texts, Term(np.eye(width), (width,)))


def _edges(numbers: Floats) -> Floats:
    known = np.sort(numbers[np.isfinite(numbers)])
    distinct = np.unique(known)
    if len(distinct) > BINS:
        distinct = np.unique(np.quantile(known, np.linspace(0.0, 1.0, BINS), method="inverted_cdf"))
    return np.append(distinct[:-1] / 2.0 + distinct[1:] / 2.0, np.inf)


def _curve(numbers: Floats, edges: Floats) -> tuple[Floats, tuple[int, ...]]:
    """A straight line, bends at knots, and a value of its own for what is missing, each a block; per level."""
    bins = len(edges)
    level = np.searchsorted(edges, numbers)
    counts = np.bincount(level, minlength=bins + 1)[:bins].astype(np.float64)
    missing = np.zeros((bins + 1, 1))
    missing[bins] = 1.0
    if (counts > 0).sum() < 2:
        return missing, (1,)
    finite = np.isfinite(numbers)
    sums, sizes = (np.bincount(level[finite], part, bins + 1)[:bins] for part in (numbers[finite], finite[finite]))
    centre = _spread(sums / np.maximum(sizes, 1.0), numbers[finite])
    share = counts / counts.sum()
    line = _unit(centre - share @ centre, share)
    bends = _bends(line, share, int(counts.sum()) // _ROWS_PER_KNOT)
    curve = np.vstack([np.column_stack([line, bends]), np.zeros((1, 1 + bends.shape[1]))])
    blocks = (1, bends.shape[1], 1) if bends.shape[1] else (1, 1)
    return np.hstack([curve, missing]), blocks


def _spread(centre: Floats, numbers: Floats) -> Floats:
    """The bins' centres, on a logarithmic scale to both sides of the median when the distribution is heavy-tailed."""
    low, first, middle, third, high = np.quantile(numbers, [0.01, 0.25, 0.5, 0.75, 0.99])
    quartiles = third - first
    if high / 2.0 - low / 2.0 <= _HEAVY / 2.0 * quartiles:
        return np.asarray(centre / max(np.abs(centre).max(), 1e-300))
    unit = max(quartiles / 2.0, np.abs(centre - middle).max() * 1e-6, 1e-300)
    return np.asarray(np.arcsinh((centre - middle) / unit))


def _unit(column: Floats, share: Floats) -> Floats:
    """The column with a variance of 1."""
    size = np.sqrt(share @ column**2)
    return np.asarray(column / size if size > 0.0 else column)


def _bends(line: Floats, share: Floats, most: int) -> Floats:
    """What a piecewise linear curve has beyond a line, as independent columns of like size (the mixed-model form of
    P-splines; Eilers and Marx, Statistical Science 11, 1996)."""
    middle = np.cumsum(share) - share / 2.0
    wanted = np.linspace(middle[0], middle[-1], max(min(KNOTS, most, len(line)), 2))
    knots = np.unique(line[np.abs(middle[:, None] - wanted).argmin(axis=0)])
    if len(knots) < 3:
        return np.empty((len(line), 0))
    hats = np.stack([np.interp(line, knots, hat) for hat in np.eye(len(knots))], axis=1)
    differences = np.diff(np.eye(len(knots)), n=2, axis=0)
    strengths, shapes = np.linalg.eigh(differences.T @ differences)
    bent = hats @ (shapes[:, 2:] / np.sqrt(strengths[2:]))
    # Without what a constant and the line explain: these keep their meaning.
    bent = bent - share @ bent
    bent = bent - np.outer(line, (share * line) @ bent)
    return np.asarray(bent / np.sqrt((share @ bent**2).max()))
