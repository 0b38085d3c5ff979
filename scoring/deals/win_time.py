"""When a deal is won, given that it is: the time from entering a stage to the win, conditional on the time so far.

Of a deal that has been in a stage for a days, only won deals that stayed in that stage at least as long say how long it
still takes. Ages are rounded up to landmarks, so that an expected date stands still while a deal waits between two.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.days import Floats
from scoring.settings import DealSettings

# Days: each one up to 10, then 15 % apart up to ten years.
LANDMARKS: Floats = np.unique(np.r_[np.arange(11.0), np.ceil(np.geomspace(11.0, 3660.0, 43))])
# A distribution is kept as so many equally likely values.
POINTS = 100
PROBABILITIES: Floats = (np.arange(POINTS) + 0.5) / POINTS

Integers = npt.NDArray[np.intp]


@dataclass(frozen=True)
class WinTimes:
    """Time left until the win at each landmark.

    Attributes:
        stages: names of the stages, in the order of the first axis below; the last entry of that axis is all stages.
        left: days left, shape (stages + 1, landmarks, POINTS); 0 where there is no won deal.
        deals: won deals behind them, shape (stages + 1, landmarks).
        typical_days: median days from entering a stage to the win.
        time_deals: deals that the distribution above weighs as much as.
    """

    stages: pd.Index
    left: Floats
    deals: Floats
    typical_days: float
    time_deals: float


def fit_win_times(visits: pd.DataFrame, settings: DealSettings) -> WinTimes:
    """Learn the times from the won deals' visits (result of `stage_visits`)."""
    won = visits[visits["is_won"] & visits["to_close_days"].notna()]
    stages = pd.Index(won["stage"].drop_duplicates().sort_values())
    left = np.zeros((len(stages) + 1, len(LANDMARKS), POINTS))
    deals = np.zeros((len(stages) + 1, len(LANDMARKS)))
    codes = stages.get_indexer(pd.Index(won["stage"]))
    stay, total = won["stay_days"].to_numpy(), won["to_close_days"].to_numpy()
    for code in range(len(stages) + 1):
        chosen = slice(None) if code == len(stages) else codes == code
        left[code], deals[code] = _left_at_landmarks(stay[chosen], total[chosen])
    typical = float(np.median(total)) if len(total) else settings.default_days_to_win
    return WinTimes(stages, left, deals, max(typical, 1.0), settings.time_deals)


def _left_at_landmarks(stay: Floats, total: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(stay, kind="stable")
    stay, total = stay[order], total[order]
    first = np.searchsorted(stay, LANDMARKS, side="left")
    left = np.zeros((len(LANDMARKS), POINTS))
    for landmark, begin in enumerate(first):
        if begin < len(total):
            left[landmark] = np.quantile(total[begin:], PROBABILITIES, method="inverted_cdf") - LANDMARKS[landmark]
    return left, (len(total) - first).astype("float64")


def predict_win_times(times: WinTimes, deals: pd.DataFrame, days_left: int) -> pd.DataFrame:
    """Time of the win of each open deal, given that it is won.

    The won deals of the stage are mixed with those of all stages, and these with a guess that knows only the age:
    the time left is as likely shorter as longer than the age so far (P(left <= t) = t / (t + age)), which keeps a
    deal older than any won one from being expected at once.

    Args:
        times: result of `fit_win_times`.
        deals: stage, age_days (days in it, at least 0).
        days_left: days until the end of the quarter.

    Returns:
        in_time (0..1, won within `days_left`), early_days, median_days, late_days (10, 50 and 90 % quantiles in days
        since the stage was entered), won_deals (won deals of the stage that stayed as long), all_won_deals (of all
        stages), beyond (the stage has won deals, but none stayed as long). Aligned with `deals`.
    """
    every = len(times.stages)
    stage, landmark = _place(times, deals)
    groups, member = np.unique(stage * len(LANDMARKS) + landmark, return_inverse=True)
    values, weights = _mixtures(times, groups // len(LANDMARKS), groups % len(LANDMARKS))
    mass = np.cumsum(weights, axis=1)
    quantile = {
        name: LANDMARKS[groups % len(LANDMARKS)] + _quantiles(values, mass, probability)
        for name, probability in (("early_days", 0.1), ("median_days", 0.5), ("late_days", 0.9))
    }
    in_time = ((values <= days_left) * weights).sum(axis=1).clip(0.0, 1.0)
    won = times.deals[stage, landmark]
    table = {
        "in_time": in_time[member],
        **{name: days[member] for name, days in quantile.items()},
        "won_deals": won,
        "all_won_deals": times.deals[every, landmark],
        "beyond": (times.deals[stage, 0] > 0) & (won == 0),
    }
    return pd.DataFrame(table, index=deals.index)


def won_within(times: WinTimes, deals: pd.DataFrame, days: Floats) -> Floats:
    """The share of the wins of each deal, given that it is won, that fall within each of some numbers of days.

    Args:
        times: result of `fit_win_times`.
        deals: as for `predict_win_times`.
        days: days ahead, shape (k,).

    Returns:
        0..1, shape (deals, k).
    """
    stage, landmark = _place(times, deals)
    groups, member = np.unique(stage * len(LANDMARKS) + landmark, return_inverse=True)
    values, weights = _mixtures(times, groups // len(LANDMARKS), groups % len(LANDMARKS))
    within = np.empty((len(groups), len(days)))
    for column, limit in enumerate(days):
        within[:, column] = ((values <= limit) * weights).sum(axis=1).clip(0.0, 1.0)
    return within[member]


def _place(times: WinTimes, deals: pd.DataFrame) -> tuple[Integers, Integers]:
    """The stage and the landmark of each deal."""
    stage = times.stages.get_indexer(pd.Index(deals["stage"]))
    landmark = np.searchsorted(LANDMARKS, deals["age_days"].to_numpy(), side="left").clip(max=len(LANDMARKS) - 1)
    return np.where(stage < 0, len(times.stages), stage), landmark


def _mixtures(times: WinTimes, stage: Integers, landmark: Integers) -> tuple[Floats, Floats]:
    """Sorted values (days left) and their weights for each group, shape (groups, 3 x POINTS)."""
    every = len(times.stages)
    own, above = times.deals[stage, landmark], times.deals[every, landmark]
    own_share = np.where(stage == every, 0.0, own / (own + times.time_deals))
    above_share = (1.0 - own_share) * above / (above + times.time_deals)
    scale = np.maximum(LANDMARKS[landmark], times.typical_days)
    guess = scale[:, None] * PROBABILITIES / (1.0 - PROBABILITIES)
    values = np.hstack([times.left[stage, landmark], times.left[every, landmark], guess])
    shares = np.stack([own_share, above_share, 1.0 - own_share - above_share], axis=1)
    weights = np.repeat(shares / POINTS, POINTS, axis=1)
    order = np.argsort(values, axis=1, kind="stable")
    return np.take_along_axis(values, order, axis=1), np.take_along_axis(weights, order, axis=1)


def _quantiles(values: Floats, mass: Floats, probability: float) -> Floats:
    # Rounding may leave the total mass a hair under 1; the last value then stands for the quantile.
    first = (mass >= probability).argmax(axis=1)
    return np.asarray(np.take_along_axis(values, first[:, None], axis=1)[:, 0], dtype=np.float64)
