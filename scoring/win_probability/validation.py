"""Held-out rows, and how good probabilities are on them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from scoring.days import Floats

Rows = NDArray[np.intp]

FOLDS = 5
# Folds are repeated until this many rows have been predicted, at most so often.
_PREDICTED, _REPEATS = 3000, 2
# Validation in time: this many blocks of later rows, from this share of the rows on.
_BLOCKS, _FIRST = 4, 0.5
_BINS = 10
# Share of distinct rows from which on equal rows are taken for copies.
_UNLIKE = 0.5


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to predict."""

    learn: Rows
    ask: Rows


def folds(won: Floats, keys: NDArray[np.uint64]) -> Iterator[Split]:
    """Repeated folds, stratified by outcome.

    Where most rows are unlike any other, rows that are the same are taken for copies and stay in the same fold; where
    few columns make many deals alike they are spread.

    Args:
        won: outcome, 1 or 0.
        keys: a pseudo-random number for each row, the same for the same row.
    """
    repeats = int(np.clip(_PREDICTED // max(len(won), 1), 1, _REPEATS))
    if len(np.unique(keys)) < _UNLIKE * len(keys):
        keys = np.asarray(pd.util.hash_array(np.arange(len(keys), dtype=np.uint64)))
    for repeat in range(repeats):
        mixed = keys * np.uint64(2 * repeat + 1) ^ (keys >> np.uint64(7 + repeat))
        fold = np.empty(len(won), dtype=np.intp)
        for outcome in (0.0, 1.0):
            of = won == outcome
            fold[of] = np.unique(mixed[of], return_inverse=True)[1] % FOLDS
        for number in range(FOLDS):
            yield Split(np.flatnonzero(fold != number), np.flatnonzero(fold == number))


def later_blocks(days: Floats) -> Iterator[Split]:
    """Blocks of later rows, each predicted from all rows before it.

    Args:
        days: when each row was, NaN where that is not known: such rows are left out.
    """
    known = days[~np.isnan(days)]
    if len(known) == 0:
        return
    cuts = np.unique(np.quantile(known, np.linspace(_FIRST, 1.0, _BLOCKS + 1)[:-1], method="higher"))
    for start, end in zip(cuts, np.append(cuts[1:], np.inf), strict=True):
        learn, ask = np.flatnonzero(days < start), np.flatnonzero((days >= start) & (days < end))
        if len(learn) and len(ask):
            yield Split(learn, ask)


def losses(won: Floats, log_odds: Floats) -> Floats:
    """Log loss of each row, in nats."""
    return np.asarray(np.logaddexp(0.0, log_odds) - won * log_odds)


def measures(won: Floats, log_odds: Floats) -> dict[str, float]:
    """auc (nan with one class only), log_loss, brier and ece (expected calibration error, ten bins of like size)."""
    chance = expit(log_odds)
    order = np.argsort(chance, kind="stable")
    parts = [part for part in np.array_split(order, _BINS) if len(part)]
    wins = won.sum()
    pairs = wins * (len(won) - wins)
    above = pd.Series(chance).rank().to_numpy() @ won - wins * (wins + 1.0) / 2.0
    return {
        "auc": float(above / pairs) if pairs else float("nan"),
        "log_loss": float(losses(won, log_odds).mean()),
        "brier": float(((won - chance) ** 2).mean()),
        "ece": float(sum(abs(won[part].sum() - chance[part].sum()) for part in parts) / len(won)),
    }
