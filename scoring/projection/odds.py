"""Log-odds as a sum of one effect per factor, each level pulled towards 0: a logistic regression on categories.

Every factor is an array of codes. The penalised likelihood (a normal prior on each effect, so that a level without
rows has none) is climbed factor by factor with Newton steps, which need no more than sums by level; see Hastie and
Tibshirani, Generalized Additive Models, 1990, 4.4 (backfitting).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from scoring.days import Floats

Codes = npt.NDArray[np.int64]
# Codes of a factor, in the smallest type that holds its levels: a big book has hundreds of millions of them.
Small = npt.NDArray[np.integer[Any]]
FULL, FEW = 12, 4
ENOUGH = 1e-3


@dataclass(frozen=True)
class Odds:
    """The fitted log-odds: a base and the effects of each factor's levels."""

    base: float
    effects: Mapping[str, Floats]

    def probability(self, factors: Mapping[str, Small], offset: Floats) -> Floats:
        """0..1 for rows whose factors have these codes; `offset` is the log-odds before anything is learned."""
        eta = offset + self.base
        for name, effect in self.effects.items():
            eta += effect[factors[name]]
        return np.asarray(expit(eta), dtype=np.float64)


def fit_odds(
    factors: Mapping[str, Small],
    levels: Mapping[str, int],
    offset: Floats,
    outcome: Floats,
    weight: Floats,
    pull: Mapping[str, Floats],
    start: Odds | None = None,
) -> Odds:
    """Fit the effects.

    Args:
        factors: codes 0 .. levels - 1 of each factor, shape (rows,).
        levels: how many levels each has.
        offset: log-odds of each row that the effects come on top of.
        outcome: 0 or 1.
        weight: of each row.
        pull: how strongly the effects of each factor's levels, and the base ("base"), are drawn to 0: reciprocal
            variances.
        start: effects to begin with: those of a fit on nearly the same rows, from where a few sweeps are enough.

    Returns:
        The effects; without any row all of them are 0.
    """
    base = 0.0 if start is None else start.base
    effects = {name: np.zeros(levels[name]) if start is None else start.effects[name].copy() for name in factors}
    eta = offset + base
    for name, codes in factors.items():
        eta += effects[name][codes]
    sweeps = (FULL if start is None else FEW) if len(outcome) else 0
    for _ in range(sweeps):
        largest = 0.0
        for name, codes in factors.items():
            p = expit(eta)
            slope = np.bincount(codes, weight * (outcome - p), levels[name]) - pull[name] * effects[name]
            curve = np.bincount(codes, weight * p * (1.0 - p), levels[name]) + pull[name]
            # A step longer than one would leave the region where the parabola resembles the likelihood.
            step = np.clip(slope / curve, -1.0, 1.0)
            effects[name] += step
            eta += step[codes]
            largest = max(largest, float(np.abs(step).max(initial=0.0)))
        p = expit(eta)
        slope_base = float(weight @ (outcome - p)) - float(pull["base"]) * base
        change = float(np.clip(slope_base / (float(weight @ (p * (1.0 - p))) + float(pull["base"])), -1.0, 1.0))
        base, eta = base + change, eta + change
        if max(largest, abs(change)) < ENOUGH:
            break
    return Odds(base, effects)
