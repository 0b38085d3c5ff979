"""What the accuracy benchmark is made of: rows of figures, some with a goal.

A module that contributes to it has a function `rows(quick: bool) -> list[Row]`; `benchmarks.accuracy` runs them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MARGIN = 1e-9
_BINS = 10


@dataclass(frozen=True)
class Goal:
    """What a figure must reach: `Goal("auc", "at least", 0.70)`."""

    figure: str
    side: Literal["at least", "at most", "is"]
    value: float | str

    def met(self, figures: Mapping[str, float | str]) -> bool:
        """Whether the figures reach it; a figure that is not there does not."""
        found = figures.get(self.figure)
        if found is None:
            return False
        if isinstance(self.value, str) or isinstance(found, str):
            return found == self.value
        return {"at least": found >= self.value, "at most": found <= self.value, "is": found == self.value}[self.side]

    def __str__(self) -> str:
        return f"{self.figure} {self.side} {self.value}"


@dataclass(frozen=True)
class Row:
    """The figures of one method on one data set.

    Attributes:
        on: the data set: "bpic2012", "generated book".
        method: "ours", or the peer: "base rate", "stage rate", "logistic", "boosting", "truth".
        figures: by name: auc, log_loss, brier, ece, coverage_80, verdict.
        goals: what the figures must reach; none for a peer.
    """

    on: str
    method: str
    figures: Mapping[str, float | str]
    goals: tuple[Goal, ...] = field(default=())

    def missed(self) -> list[Goal]:
        """The goals that the figures do not reach."""
        return [goal for goal in self.goals if not goal.met(self.figures)]


def scores(won: Floats, chance: Floats) -> dict[str, float]:
    """auc, log_loss, brier and ece (expected calibration error, ten bins of equal size) of probabilities.

    Args:
        won: 1 for a won deal, 0 for a lost one, shape (deals,).
        chance: 0..1, the probability given to it.
    """
    inside = np.clip(chance, _MARGIN, 1.0 - _MARGIN)
    loss = -(won * np.log(inside) + (1.0 - won) * np.log1p(-inside))
    return {
        "auc": _auc(won, chance),
        "log_loss": float(loss.mean()),
        "brier": float(((won - chance) ** 2).mean()),
        "ece": _calibration_error(won, chance),
    }


def _auc(won: Floats, chance: Floats) -> float:
    """The share of pairs of a won and a lost deal in which the won one has the higher probability; ties count half."""
    order, counts = np.unique(chance, return_inverse=True, return_counts=True)[1:]
    middle = np.cumsum(counts) - (counts - 1) / 2.0
    wins, losses = won.sum(), (1.0 - won).sum()
    if wins == 0 or losses == 0:
        return float("nan")
    return float((middle[order] @ won - wins * (wins + 1.0) / 2.0) / (wins * losses))


def _calibration_error(won: Floats, chance: Floats) -> float:
    order = np.argsort(chance, kind="stable")
    parts = [part for part in np.array_split(order, _BINS) if len(part)]
    return float(sum(abs(won[part].sum() - chance[part].sum()) for part in parts) / len(won))
