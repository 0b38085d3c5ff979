"""From rows to a model of one kind: base rate, groups only, all columns, columns and pairs of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from scoring.days import Floats
from scoring.win_probability.design import Column, learn_column
from scoring.win_probability.pairs import Pair, find_pairs
from scoring.win_probability.penalised import Levels, PenalisedFit, fit_penalised
from scoring.win_probability.validation import Rows
from scoring.win_probability.values import Values


@dataclass(frozen=True)
class Learned:
    """Columns, pairs of them and what was learned of each.

    Attributes:
        columns: the columns used.
        pairs: the interactions used.
        fit: tables of the columns, then of the pairs.
    """

    columns: tuple[Column, ...]
    pairs: tuple[Pair, ...]
    fit: PenalisedFit

    def levels(self, values: Sequence[Values]) -> list[Levels]:
        """The level of each row in each column, then in each pair. `values` hold the columns used, by name."""
        by_name = {each.name: each for each in values}
        levels = [column.levels(by_name[column.name]) for column in self.columns]
        return levels + [pair.levels(levels) for pair in self.pairs]


def base_rate(won: Floats) -> float:
    """The share of won deals, shrunk to one half by two deals (the rule of succession)."""
    return float((won.sum() + 1.0) / (len(won) + 2.0))


def only_base_rate(won: Floats) -> Learned:
    """A model without any column."""
    nothing = np.empty(0)
    return Learned((), (), PenalisedFit(float(logit(base_rate(won))), (), nothing, nothing))


def learn(values: Sequence[Values], won: Floats, weights: Floats | None = None) -> Learned:
    """The additive model of all columns."""
    columns = tuple(learn_column(each) for each in values)
    levels = [column.levels(each) for column, each in zip(columns, values, strict=True)]
    fit = fit_penalised([column.term for column in columns], levels, won, _weights(won, weights))
    return Learned(columns, (), fit)


def with_pairs(learned: Learned, values: Sequence[Values], won: Floats, weights: Floats | None = None) -> Learned:
    """The additive model and the pairs of columns that add to it; itself when none does."""
    counted = _weights(won, weights)
    levels = learned.levels(values)
    chance = expit(learned.fit.log_odds(levels, len(won)))
    residuals, information = counted * (won - chance), counted * chance * (1.0 - chance)
    pairs = tuple(find_pairs(learned.columns, levels, learned.fit.tables, residuals, information))
    if not pairs:
        return learned
    terms = [*(column.term for column in learned.columns), *(pair.term for pair in pairs)]
    fit = fit_penalised(terms, levels + [pair.levels(levels) for pair in pairs], won, counted)
    return Learned(learned.columns, pairs, fit)


def at(values: Sequence[Values], rows: Rows) -> list[Values]:
    """The columns at some rows."""
    return [each.at(rows) for each in values]


def _weights(won: Floats, weights: Floats | None) -> Floats:
    return np.ones(len(won)) if weights is None else weights
