"""Which kind of model the held-out rows speak for."""

from dataclasses import dataclass

import numpy as np

from scoring.days import Floats
from scoring.win_probability.validation import Rows, losses

BASE, GROUPS, COLUMNS, PAIRS = "base rate", "group rates", "additive", "additive with interactions"


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
    """The simplest kind that none beats clearly: the base rate falls to a gain of more than one standard error, groups
    and single columns to any gain above half of one."""
    if not held_out.log_odds:
        return BASE
    best = BASE
    for method, certainty in ((GROUPS, 1.0), (COLUMNS, 1.0), (PAIRS, 0.5)):
        if method in held_out.log_odds:
            gain, error = held_out.gain(method, best)
            needed = certainty if best == BASE else 0.5
            if gain > needed * error and gain > 0.0:
                best = method
    return best
