"""A fitted win model: probabilities, their explanation and the proof beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from scoring.days import Floats
from scoring.win_probability.calibration import Calibration
from scoring.win_probability.learning import Learned
from scoring.win_probability.penalised import Levels
from scoring.win_probability.values import Values, read


@dataclass(frozen=True)
class WinModel:
    """Win probabilities of deals, from `fit`.

    Attributes:
        factors: the columns asked for, in the caller's order: those of the explanation.
        base_rate: 0..1, the shrunk share of won deals that the explanation starts from.
        learned: columns, pairs and their tables.
        calibration: what held-out rows made of the log-odds.
        centres: per table, the value that counts as neither up nor down, on the log-odds.
        facts: what `report` returns.
    """

    factors: tuple[str, ...]
    base_rate: float
    learned: Learned
    calibration: Calibration
    centres: Floats
    facts: dict[str, Any]

    def predict(self, deals: pd.DataFrame) -> "pd.Series[float]":
        """The probability of winning of each deal.

        Args:
            deals: the columns learned from; others are ignored. Values never seen count as the rare ones together,
                numbers beyond those seen as the nearest seen.

        Returns:
            `probability`, 0..1, with the index of `deals`.

        Raises:
            ScoringInputError: a column is missing or holds texts where numbers were learned from.
        """
        return pd.Series(expit(self._log_odds(self._levels(deals), len(deals))), index=deals.index, name="probability")

    def explain(self, deals: pd.DataFrame) -> pd.DataFrame:
        """Percentage points that each factor moved the probability from the base rate.

        A factor's part of the log-odds is turned into points by the average slope of the logistic curve between base
        rate and probability (Aumann and Shapley), so the signs stay and the points add up exactly. An interaction is
        shared equally by its two factors.

        Args:
            deals: as for `predict`.

        Returns:
            One column per factor, with the index of `deals`; each row adds up to 100 x (probability - base rate).

        Raises:
            ScoringInputError: as for `predict`.
        """
        levels = self._levels(deals)
        log_odds, start = self._log_odds(levels, len(deals)), float(logit(self.base_rate))
        chance = expit(log_odds)
        way = log_odds - start
        near = np.abs(way) < 1e-6
        slope = np.where(near, chance * (1.0 - chance), (chance - self.base_rate) / np.where(near, 1.0, way))
        parts = pd.DataFrame(0.0, index=deals.index, columns=list(self.factors))
        tables = zip(self._owners(), self.learned.fit.tables, levels, self.centres, strict=True)
        for owners, table, level, centre in tables:
            points = 100.0 * slope * (self.calibration.slope * table.take(level) - centre)
            for owner in owners:
                parts[owner] += points / len(owners)
        return parts

    def report(self) -> dict[str, Any]:
        """How good the model is on held-out rows and what it is made of; see `fit` for the keys."""
        return dict(self.facts)

    def _levels(self, deals: pd.DataFrame) -> list[Levels]:
        return self.learned.levels([read(deals, column.name, column.kind) for column in self.learned.columns])

    def _log_odds(self, levels: Sequence[Levels], rows: int) -> Floats:
        return self.calibration(self.learned.fit.log_odds(levels, rows))

    def _owners(self) -> list[tuple[str, ...]]:
        return owners(self.learned)


def owners(learned: Learned) -> list[tuple[str, ...]]:
    """The columns that each table belongs to."""
    names = [column.name for column in learned.columns]
    return [*((name,) for name in names), *((names[pair.first], names[pair.second]) for pair in learned.pairs)]


def centres(learned: Learned, calibration: Calibration, base: float, values: Sequence[Values], rows: int) -> Floats:
    """Per table, the value from which its effect is counted.

    That is its mean over the rows learned from. What then lacks to the base rate (the mean of a curve is not the curve
    at the mean) is shared by the tables in proportion to their variance, where it comes from.
    """
    tables = [calibration.slope * table for table in learned.fit.tables]
    if not tables or not rows:
        return np.zeros(len(tables))
    taken = [table.take(level) for table, level in zip(tables, learned.levels(values), strict=True)]
    means = np.array([each.mean() for each in taken])
    spread = np.array([each.var() for each in taken])
    lacking = float(logit(base)) - calibration.intercept - calibration.slope * learned.fit.intercept - means.sum()
    total = spread.sum()
    share = spread / total if total > 0.0 else np.full(len(tables), 1.0 / len(tables))
    return np.asarray(means + lacking * share)
