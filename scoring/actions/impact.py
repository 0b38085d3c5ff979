"""What an action is worth: the quarter's expected bookings with it, less without it."""

import numpy as np
import pandas as pd

from scoring.lookup import looked_up


def gain(deals: pd.DataFrame, reached: "pd.Series[float]") -> "pd.Series[float]":
    """Expected bookings of the quarter if each deal's probability of the quarter were another.

    The projection's expected value is booked + sum of quarter_probability x arr, so what changes is
    arr x (reached - quarter_probability).

    Args:
        deals: quarter_probability, arr.
        reached: 0..1, the probability of the quarter with the action.

    Returns:
        Money, at least 0; missing where the deal has no value to gain or the probability does not move.
    """
    moved = (reached - deals["quarter_probability"]) * deals["arr"].where(deals["arr"] > 0)
    return moved.where(moved > 0)


def without_factors(deals: pd.DataFrame, factors: pd.DataFrame, labels: tuple[str, ...]) -> "pd.Series[float]":
    """Probability of the quarter (0..1) of each deal if some factors did not speak against it.

    The points that the model takes off for these factors are given back; the timing stays as it is.

    Args:
        deals: opportunity_id, win_probability, quarter_probability.
        factors: `FACTORS`.
        labels: labels of the factors that the action is about.
    """
    against = factors[factors["label"].isin(labels) & (factors["points"] < 0)]
    lost = -against.groupby("opportunity_id")["points"].sum() / 100
    win = deals["win_probability"]
    freed = np.minimum(win + looked_up(deals["opportunity_id"], lost).fillna(0.0), 1.0)
    rise: pd.Series[float] = (freed / win.where(win > 0)).fillna(1.0)
    return deals["quarter_probability"] * rise
