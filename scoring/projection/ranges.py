"""Quantiles of what open and new deals add to a quarter, from a few sums over the deals of a row.

The sum of deals that are each won or not is 0 with a probability that is known exactly; given that it is not, it is
taken to have a gamma distribution with the mean and variance that it must then have. For one deal this is all but
exact, for many it tends to the normal distribution; between them it keeps the skew that a normal range lacks.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc, gammaincinv, ndtr, ndtri

from scoring.days import Floats

QUANTILES = (0.1, 0.5, 0.9)
# A gamma distribution of a smaller variance (relative to its squared mean) is a point for all purposes.
LEAST_VARIANCE = 1e-4
# Beyond these levels three fitted quantiles say nothing.
EDGE = 1e-6
# Money that is none.
NOTHING = 1e-6


@dataclass(frozen=True)
class Sums:
    """The sum of the deals of each row: 0 with probability `none`, else gamma with `shape` and `scale`."""

    none: Floats
    shape: Floats
    scale: Floats

    def quantile(self, level: Floats) -> Floats:
        """The smallest sum that is not exceeded with probability `level`."""
        above = (level - self.none) / np.maximum(1.0 - self.none, EDGE)
        found = self.scale * gammaincinv(self.shape, np.clip(above, 0.0, 1.0 - EDGE))
        return np.where(above > 0, found, 0.0)

    def chance(self, total: Floats) -> Floats:
        """The probability of at most `total`."""
        held = gammainc(self.shape, np.maximum(total, 0.0) / self.scale)
        return np.where(total < 0, 0.0, self.none + (1.0 - self.none) * held)

    def chance_below(self, total: Floats) -> Floats:
        """The probability of less than `total`: differs from `chance` at 0 only."""
        return np.where(total <= 0, 0.0, self.chance(total))


def sums(mean: Floats, variance: Floats, log_none: Floats) -> Sums:
    """The distribution with this mean and variance (money, money squared) that is 0 with probability exp(log_none)."""
    none = np.where(mean > NOTHING, np.exp(np.minimum(log_none, 0.0)), 1.0)
    some = np.maximum(1.0 - none, EDGE)
    given = np.where(mean > NOTHING, mean / some, 1.0)
    spread = np.maximum((variance + mean**2) / some - given**2, LEAST_VARIANCE * given**2)
    return Sums(none, given**2 / spread, spread / given)


@dataclass(frozen=True)
class Levels:
    """Which levels of the computed distribution held 10, 50 and 90 % of past outcomes, as normal scores (increasing).

    A row's worst is the computed quantile at the first one, its commit and best those at the others: a computed
    distribution that was too narrow, too wide or off in the past is mended by as much (distributional conformal
    prediction; Chernozhukov, Wuethrich, Zhu, PNAS 2021).
    """

    low: float
    middle: float
    high: float

    def as_levels(self) -> tuple[float, float, float]:
        """The three as probabilities."""
        low, middle, high = (float(ndtr(score)) for score in (self.low, self.middle, self.high))
        return low, middle, high

    def held(self, computed: Floats) -> Floats:
        """The calibrated probability for a computed one: straight lines between and beyond the three scores."""
        score = ndtri(np.clip(computed, EDGE, 1.0 - EDGE))
        nominal = ndtri(np.array(QUANTILES))
        points = np.array([self.low, self.middle, self.high])
        slopes = np.diff(nominal) / np.maximum(np.diff(points), 1e-3)
        below, above = nominal[1] + slopes[0] * (score - points[1]), nominal[1] + slopes[1] * (score - points[1])
        inside = np.where(score < points[1], below, above)
        return np.where(computed <= 0.0, 0.0, np.where(computed >= 1.0, 1.0, ndtr(inside)))


NOMINAL = Levels(*(float(score) for score in ndtri(np.array(QUANTILES))))
# Normal scores that are told apart at least this far, so that worst, commit and best keep their order.
APART = 0.05


def calibrated(at_most: Floats, below: Floats, independent: float, doubt: float) -> Levels:
    """Levels from past outcomes, drawn to the nominal ones as far as these are few.

    Args:
        at_most, below: computed probability of at most, and of less than, what came to be; one of each outcome.
        independent: how many of the outcomes count as independent of each other.
        doubt: how many outcomes the nominal levels weigh as much as.
    """
    if not len(at_most):
        return NOMINAL
    middle = (at_most + below) / 2.0
    # An outcome at 0 covers all levels up to its mass: it lies above worst and below best for each of them.
    found = [np.quantile(values, q) for values, q in zip((at_most, middle, below), QUANTILES, strict=True)]
    scores = ndtri(np.clip(np.array(found), 0.002, 0.998))
    nominal = ndtri(np.array(QUANTILES))
    low, mid, high = (independent * scores + doubt * nominal) / (independent + doubt)
    return Levels(float(min(low, mid - APART)), float(mid), float(max(high, mid + APART)))
