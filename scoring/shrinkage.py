"""Rates of groups pulled towards a parent rate, as far as the data ask for it (empirical Bayes, beta-binomial).

A group's rate has the prior Beta(k p, k (1 - p)) with the parent rate p and the strength k, counted in deals. k is
where the marginal (beta-binomial) likelihood of all groups is highest; see Gelman et al., Bayesian Data Analysis,
3rd ed., 5.3.
"""

import numpy as np
from scipy.special import betaincinv, betaln

from scoring.days import Floats

# Keeps rates away from 0 and 1, where a beta distribution degenerates.
MARGIN = 1e-6
GRID = 121


def strength(won: Floats, deals: Floats, parent: Floats, floor: float, ceiling: float) -> float:
    """The strength k with the highest marginal likelihood, searched on a logarithmic grid.

    Args:
        won: won deals of each group, shape (groups,).
        deals: deals of each group.
        parent: 0..1, parent rate of each group.
        floor: smallest k.
        ceiling: largest k; reached when the groups differ no more than chance explains.

    Returns:
        k in deals. With fewer than two groups that have deals nothing says how much groups differ: the geometric
        mean of floor and ceiling.
    """
    used = deals > 0
    if used.sum() < 2:
        return float(np.sqrt(floor * ceiling))
    # Many small groups have the same counts: each distinct one is evaluated once.
    rows = np.stack([won[used], (deals - won)[used], np.clip(parent[used], MARGIN, 1.0 - MARGIN)], axis=1)
    distinct, times = np.unique(rows, axis=0, return_counts=True)
    wins, losses, rate = distinct[:, :1], distinct[:, 1:2], distinct[:, 2:]
    grid = np.geomspace(floor, ceiling, GRID)
    first, second = grid * rate, grid * (1.0 - rate)
    likelihood = times @ (betaln(wins + first, losses + second) - betaln(first, second))
    # Rounded, so that a tie is not decided by the last bit.
    return float(grid[np.argmax(likelihood.round(9))])


def shrunk(won: Floats, deals: Floats, parent: Floats, parent_size: Floats, k: float) -> tuple[Floats, Floats]:
    """Posterior rates, and how many deals each is worth.

    The rate is (won + k parent) / (deals + k). Its variance is that of the posterior beta distribution plus what the
    parent's own uncertainty adds, (k / (deals + k))^2 of the parent's variance; the size is that of the beta
    distribution with this variance. So a strong pull towards a parent that rests on few deals does not look certain.

    Args:
        won: won deals of each group, shape (groups,).
        deals: deals of each group.
        parent: 0..1, parent rate of each group.
        parent_size: effective deals behind the parent rate, more than 0.
        k: strength, in deals.

    Returns:
        rates (0..1) and effective sizes (in deals), each of shape (groups,).
    """
    rate = (won + k * parent) / (deals + k)
    pull = k / (deals + k)
    size = 1.0 / (1.0 / (deals + k + 1.0) + pull**2 / (parent_size + 1.0)) - 1.0
    return rate, size


def interval(rate: Floats, size: Floats) -> tuple[Floats, Floats]:
    """The 10 % and 90 % quantiles of Beta(size rate, size (1 - rate)); the rate always lies between them.

    Args:
        rate: 0..1, shape (n,).
        size: effective deals, more than 0, shape (n,).
    """
    inside = np.clip(rate, MARGIN, 1.0 - MARGIN)
    first, second = size * inside, size * (1.0 - inside)
    low, high = betaincinv(first, second, 0.1), betaincinv(first, second, 0.9)
    # A very skewed distribution has its mean outside the two quantiles.
    return np.minimum(low, rate), np.maximum(high, rate)


def shifted(rate: Floats, before: Floats, after: Floats) -> Floats:
    """`rate` moved by the odds ratio between two other rates: logit(rate) + logit(after) - logit(before)."""
    odds = _odds(rate) * _odds(after) / _odds(before)
    return odds / (1.0 + odds)


def _odds(rate: Floats) -> Floats:
    inside = np.clip(rate, MARGIN, 1.0 - MARGIN)
    return np.asarray(inside / (1.0 - inside), dtype=np.float64)
