"""What an action is worth: the quarter's expected bookings with it, less without it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd


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


def without_factors(
    about: pd.DataFrame, factors: pd.DataFrame, labels: Mapping[str, Sequence[str]]
) -> "pd.Series[float]":
    """Probability of the quarter (0..1) of each action's deal if some factors did not speak against it.

    The points that the model takes off for these factors are given back; the timing stays as it is.

    Args:
        about: opportunity_id, win_probability, quarter_probability of the deals, and the kind of the actions.
        factors: `FACTORS`.
        labels: by kind, the labels of the factors that its actions are about.
    """
    pairs = pd.DataFrame([(kind, label) for kind, some in labels.items() for label in some], columns=["kind", "label"])
    against = factors.loc[factors["points"] < 0, ["opportunity_id", "label", "points"]].merge(pairs, on="label")
    lost = -against.groupby(["opportunity_id", "kind"])["points"].sum() / 100
    freed = lost.reindex(pd.MultiIndex.from_frame(about[["opportunity_id", "kind"]])).set_axis(about.index)
    win = about["win_probability"]
    rise: pd.Series[float] = (np.minimum(win + freed.fillna(0.0), 1.0) / win.where(win > 0)).fillna(1.0)
    return about["quarter_probability"] * rise
