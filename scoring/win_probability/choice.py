"""Which kind of model the held-out rows speak for."""

from dataclasses import dataclass

import numpy as np

from scoring.days import Floats
from scoring.win_probability.validation import Rows, losses

BASE, GROUPS, COLUMNS, PAIRS = "base rate", "group rates", "additive", "additive with interactions"

# Gains in standard errors: to claim skill at all (one-sided 5 %), and to take a richer model over a simpler one.
_CLEAR, _BETTER = 1.645, 0.5
# Less gain than this, in nats per deal, is no skill, however certain it is.
_WORTH = 0.0005


@dataclass(frozen=True)
class HeldOut:
    """What each kind of model said of rows it had not seen.

    Attributes:
        rows: the rows; one that was held out in several repeats stands there several times.
        won: their outcome.
        log_odds: per kind of model what it said, aligned with `rows`; empty when nothing could be held out.
    """

    rows: Rows
    won: Floats
    log_odds: dict[str, Floats]

    def gain(self, method: str, over: str) -> tuple[float, float]:
        """Mean gain in log loss per row over another kind of model, and its standard error."""
        each = losses(self.won, self.log_odds[over]) - losses(self.won, self.log_odds[method])
        distinct, place = np.unique(self.rows, return_inverse=True)
        by_row = np.bincount(place, each) / np.bincount(place)
        return float(by_row.mean()), float(by_row.std() / np.sqrt(len(distinct)))


def choose(held_out: HeldOut) -> str:
    """The kind the held-out rows speak for.

    The base rate falls to a gain that is of use and that chance reaches one time in twenty; another kind to a richer
    one that gains more than half a standard error.
    """
    best = BASE
    for method in (GROUPS, COLUMNS, PAIRS):
        if method in held_out.log_odds:
            gain, error = held_out.gain(method, best)
            certainty, worth = (_CLEAR, _WORTH) if best == BASE else (_BETTER, 0.0)
            if gain > max(certainty * error, worth):
                best = method
    return best
