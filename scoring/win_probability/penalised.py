"""Penalised logistic regression on levels: every term shrunk by as much as the data ask for.

Each term has levels (bins of a number, values of a category, cells of two terms) and a basis over them; the log-odds
are the intercept plus one value per term, read from its table at the deal's level. The coefficients of a block of a
basis are random effects, so a level with few deals is pulled to the others. Their variance is estimated, partly their
own and partly common to all blocks; where nothing predicts, all effects vanish (generalised Fellner-Schall: Wood and
Fasiolo, Biometrics 73, 2017). Since all a Newton step needs of the rows is weighted cross-tables of levels, its cost
per row does not depend on the number of coefficients (Wood, Li, Shaddick and Augustin, JASA 112, 2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.special import expit

from scoring.days import Floats

Levels = NDArray[np.int32]

# Prior variance of a block's effects on the log-odds is 1 / penalty.
LOOSEST, TIGHTEST = 1e-2, 1e6
# A block's variance counts the common variance of all blocks like this many coefficients of its own: one or two
# coefficients cannot tell how far blocks of their kind vary.
SHARED = 10.0
_LEAST = 0.5
_STEPS = 60
_SETTLED = 0.02
_HALVINGS = 12
# Entries of the index that is built at once for the cross-tables.
_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Term:
    """One term of the log-odds.

    Attributes:
        basis: value of each column at each level, shape (levels, columns).
        blocks: how many consecutive columns share a variance, in order; they add up to the columns.
    """

    basis: Floats
    blocks: tuple[int, ...]


@dataclass(frozen=True)
class PenalisedFit:
    """What was learned.

    Attributes:
        intercept: log-odds where every table is 0.
        tables: per term its value on the log-odds at each level, shape (levels,).
        penalties: per block 1 / variance of its effects, in the order of terms and blocks.
        freedom: per block the effective number of coefficients, 0 where it vanished.
    """

    intercept: float
    tables: tuple[Floats, ...]
    penalties: Floats
    freedom: Floats

    def log_odds(self, levels: Sequence[Levels], rows: int) -> Floats:
        """Log-odds of rows given by the level of each term, shape (rows,)."""
        return self.intercept + added(self.tables, levels, rows)


def added(tables: Sequence[Floats], levels: Sequence[Levels], rows: int) -> Floats:
    """The sum of the tables' values at the rows' levels, shape (rows,)."""
    total = np.zeros(rows)
    for table, level in zip(tables, levels, strict=True):
        total += table.take(level)
    return total


def fit_penalised(
    terms: Sequence[Term],
    levels: Sequence[Levels],
    won: Floats,
    weights: Floats,
    *,
    offset: Floats | None = None,
    penalties: Floats | None = None,
    scale: float = 1.0,
) -> PenalisedFit:
    """Fit intercept and coefficients, and the penalties unless they are given.

    Args:
        terms: bases and blocks.
        levels: the level of each row in each term, each of shape (rows,).
        won: outcome, 0..1 (a share counts as so much of a win), shape (rows,).
        weights: how often the row counts, more than 0, shape (rows,).
        offset: known part of the log-odds, shape (rows,).
        penalties: per block; estimated when None.
        scale: factor on the estimated penalties, for a more cautious fit.
    """
    problem = _Problem(terms, levels, won, weights, offset)
    learned = penalties is None
    penalty = np.ones(problem.blocks) if penalties is None else penalties
    coefficients = problem.start()
    value = problem.objective(coefficients, penalty)
    freedom = problem.block_sizes
    for _ in range(_STEPS):
        coefficients, value, variances, step = problem.newton(coefficients, value, penalty)
        before = freedom
        freedom, updated = problem.shrinkage(coefficients, variances, penalty)
        if learned:
            penalty = updated
            value = problem.objective(coefficients, penalty)
        if step < _SETTLED and np.abs(freedom - before).max(initial=0.0) < _SETTLED:
            break
    if learned and scale != 1.0:
        return fit_penalised(terms, levels, won, weights, offset=offset, penalties=penalty * scale)
    return PenalisedFit(float(coefficients[0]), tuple(problem.tables(coefficients)[1:]), penalty, freedom)


class _Problem:
    """The rows of one fit as levels of one long list, and what a step needs of them."""

    def __init__(
        self, terms: Sequence[Term], levels: Sequence[Levels], won: Floats, weights: Floats, offset: Floats | None
    ) -> None:
        self.won, self.weights = won, weights
        self.offset = np.zeros(len(won)) if offset is None else offset
        # The intercept is a term of one level without penalty.
        self.levels = [np.zeros(len(won), dtype=np.int32), *levels]
        whole = [np.ones((1, 1)), *(term.basis for term in terms)]
        held = [np.bincount(level, minlength=len(basis)) > 0 for level, basis in zip(self.levels, whole, strict=True)]
        # A column that is 0 at every row has the coefficient 0.
        used = [np.abs(basis[rows]).sum(axis=0) > 0.0 for rows, basis in zip(held, whole, strict=True)]
        used[0] = np.array([True])
        self.bases = [basis[:, columns] for basis, columns in zip(whole, used, strict=True)]
        self.first_level = np.cumsum([0, *(len(basis) for basis in self.bases)])
        self.first_column = np.cumsum([0, *(basis.shape[1] for basis in self.bases)])
        self.blocks = sum(len(term.blocks) for term in terms)
        every = np.repeat(np.arange(self.blocks), [size for term in terms for size in term.blocks])
        self.block_of = every[np.concatenate(used)[1:]]
        self.block_sizes = np.bincount(self.block_of, minlength=self.blocks).astype(np.float64)
        self.first, self.second = np.triu_indices(len(self.bases))

    def start(self) -> Floats:
        """The shrunk share of wins and no effects."""
        coefficients = np.zeros(self.first_column[-1])
        total = self.weights.sum()
        rate = (self.weights @ self.won + 0.5) / (total + 1.0)
        coefficients[0] = np.log(rate / (1.0 - rate)) - self.weights @ self.offset / max(total, 1e-9)
        return coefficients

    def tables(self, coefficients: Floats) -> list[Floats]:
        """The value of every term, the intercept first, at each of its levels."""
        parts = np.split(coefficients, self.first_column[1:-1])
        return [basis @ part for basis, part in zip(self.bases, parts, strict=True)]

    def log_odds(self, coefficients: Floats) -> Floats:
        """Of each row, shape (rows,)."""
        return self.offset + added(self.tables(coefficients), self.levels, len(self.won))

    def objective(self, coefficients: Floats, penalty: Floats) -> float:
        """Penalised log-likelihood."""
        odds = self.log_odds(coefficients)
        fit = self.weights @ (self.won * odds - np.logaddexp(0.0, odds))
        return float(fit - 0.5 * (penalty[self.block_of] @ coefficients[1:] ** 2))

    def newton(self, coefficients: Floats, value: float, penalty: Floats) -> tuple[Floats, float, Floats, float]:
        """One step uphill, halved until it is one; also the variances of the coefficients and the largest change of a
        table."""
        rate = expit(self.log_odds(coefficients))
        ridge = np.concatenate([[0.0], penalty[self.block_of]])
        slope = self._scores(self.weights * (self.won - rate)) - ridge * coefficients
        curvature = self._information(self.weights * rate * (1.0 - rate))
        curvature[np.diag_indices_from(curvature)] += ridge + 1e-9
        root = cholesky(curvature, lower=True, check_finite=False)
        inverse = solve_triangular(root, np.eye(len(root)), lower=True, check_finite=False)
        step = inverse.T @ (inverse @ slope)
        variances = (inverse**2).sum(axis=0)
        for _ in range(_HALVINGS):
            reached = self.objective(coefficients + step, penalty)
            if reached >= value:
                change = max(float(np.abs(table).max(initial=0.0)) for table in self.tables(step))
                return coefficients + step, reached, variances, change
            step = step / 2.0
        return coefficients, value, variances, 0.0

    def _scores(self, residuals: Floats) -> Floats:
        pairs = zip(self.levels, self.bases, strict=True)
        return np.concatenate([np.bincount(level, residuals, len(basis)) @ basis for level, basis in pairs])

    def _information(self, weights: Floats) -> Floats:
        count = int(self.first_level[-1])
        cross = np.zeros(count * count)
        at_once = max(_AT_ONCE // len(self.first), 1)
        for start in range(0, len(weights), at_once):
            part = slice(start, start + at_once)
            places = np.stack([level[part] for level in self.levels]) + self.first_level[:-1, None]
            index = places[self.first] * count + places[self.second]
            cross += np.bincount(index.ravel(), np.tile(weights[part], len(self.first)), count * count)
        half = cross.reshape(count, count)
        half[np.diag_indices(count)] /= 2.0
        return self._by_column(self._by_column(half + half.T).T)

    def _by_column(self, by_level: Floats) -> Floats:
        """From a column per level to a column per coefficient."""
        parts = np.split(by_level, self.first_level[1:-1], axis=1)
        return np.hstack([part @ basis for part, basis in zip(parts, self.bases, strict=True)])

    def shrinkage(self, coefficients: Floats, variances: Floats, penalty: Floats) -> tuple[Floats, Floats]:
        """Effective coefficients of each block, and the penalties that fit their size."""
        free = self.block_sizes - penalty * np.bincount(self.block_of, variances[1:], self.blocks)
        free = np.clip(free, 0.0, self.block_sizes)
        size = np.bincount(self.block_of, coefficients[1:] ** 2, self.blocks)
        common = size.sum() / max(float(free.sum()), _LEAST)
        updated = (free + SHARED) / np.maximum(size + SHARED * common, 1e-12)
        return free, np.clip(updated, LOOSEST, TIGHTEST)
