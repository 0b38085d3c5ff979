"""The distribution of a sum of deals that are each won or not, for many groups of deals at once.

Each deal has its own fixed random numbers (`random_numbers`), so that a deal's outcomes do not depend on the order or
the presence of other deals.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from scoring.days import Floats
from scoring.random_numbers import Words, id_keys, permutations
from scoring.settings import DealSettings

# Deals simulated at once; 4,096 deals x 1,024 scenarios of float64 are 32 MB.
CHUNK = 4096
QUANTILES = (0.1, 0.5, 0.9)
HALF_A_CENT = 0.005
Integers = npt.NDArray[np.intp]
# Any fixed number: the same shuffle of the shared shifts in every projection.
SHIFT_KEY: Words = np.array([0x5CEA_A105], dtype=np.uint64)


@dataclass(frozen=True)
class Outcomes:
    """Per row: the 10, 50 and 90 % quantiles of the total, and the chance of reaching the goal."""

    worst: Floats
    commit: Floats
    best: Floats
    reached: Floats


def simulate(
    deals: pd.DataFrame, row: Integers, fixed: Floats, goal: Floats, starts: Integers, settings: DealSettings
) -> Outcomes:
    """Simulate `fixed` + the value of the deals won, for rows of parts and of wholes.

    In scenario d a deal of probability p is won with p + shift_d p (1 - p): to the first order the log-odds of all
    deals move together by shift_d, which has mean 0 and standard deviation `settings.shared_shift`. So the mean of a
    total is the sum of probability x value, and its range does not shrink to nothing as deals get many.

    A quantile q is the smallest total that at least a share q of the scenarios stays at or under.

    Args:
        deals: opportunity_id, probability (0..1), value (money).
        row: the row of each deal, always that of a part.
        fixed: money that every scenario of a row has, shape (rows,).
        goal: money, NaN where there is no goal, shape (rows,).
        starts: rows that are wholes, ascending, 0 first: each also gets the deals of the rows up to the next one.
        settings: `draws` and `shared_shift`.

    Returns:
        Arrays of shape (rows,); `reached` is NaN where there is no goal.
    """
    draws = settings.draws
    # A fixed order of addition keeps rounding the same whatever the order of the deals.
    order = np.lexsort([deals["opportunity_id"].to_numpy(dtype=object).astype(str), row])
    row, keys = row[order], id_keys(deals["opportunity_id"])[order]
    probability, value = deals["probability"].to_numpy()[order], deals["value"].to_numpy()[order]
    shift = shared_shifts(draws, settings.shared_shift)
    ranks = [int(np.ceil(q * draws)) - 1 for q in QUANTILES]
    quantiles, reached = np.empty((len(QUANTILES), len(fixed))), np.empty(len(fixed))
    for first, last in _blocks(row, starts, len(fixed)):
        totals = np.zeros((last - first, draws))
        begin, end = np.searchsorted(row, [first, last])
        for start in range(begin, end, CHUNK):
            part = slice(start, min(start + CHUNK, end))
            gained = _gains(keys[part], probability[part], value[part], shift)
            distinct, at = np.unique(row[part] - first, return_index=True)
            totals[distinct] += np.add.reduceat(gained, at, axis=0)
        wholes = starts[(starts >= first) & (starts < last)] - first
        totals[wholes] = np.add.reduceat(totals, wholes, axis=0)
        totals += fixed[first:last, None]
        reached[first:last] = (totals >= goal[first:last, None] - HALF_A_CENT).mean(axis=1)
        totals.partition(ranks, axis=1)
        quantiles[:, first:last] = totals[:, ranks].T
    worst, commit, best = quantiles
    return Outcomes(worst, commit, best, np.where(np.isnan(goal), np.nan, reached))


def shared_shifts(draws: int, deviation: float) -> Floats:
    """What moves all deals of a scenario together: normal quantiles in a fixed shuffled order, at most 1 in size.

    Up to 1 in size, p + shift p (1 - p) stays a probability.
    """
    shuffled = permutations(SHIFT_KEY, draws)[0]
    shifts: Floats = np.clip(deviation * ndtri((shuffled + 0.5) / draws), -1.0, 1.0)
    return shifts


def _gains(keys: Words, probability: Floats, value: Floats, shift: Floats) -> Floats:
    """What each deal adds in each scenario, shape (deals, scenarios)."""
    draws = len(shift)
    threshold = (probability * (1.0 - probability) * draws)[:, None] * shift
    threshold += (probability * draws - 0.5)[:, None]
    gains: Floats = (permutations(keys, draws) < threshold) * value[:, None]
    return gains


def _blocks(row: Integers, starts: Integers, rows: int) -> Iterator[tuple[int, int]]:
    """Runs of whole scopes with about `CHUNK` deals and rows; a larger scope is a run of its own."""
    size = np.searchsorted(row, np.append(starts[1:], rows)) + np.append(starts[1:], rows)
    scope = 0
    while scope < len(starts):
        done = 0 if scope == 0 else int(size[scope - 1])
        following = max(int(np.searchsorted(size, done + CHUNK, side="right")), scope + 1)
        yield int(starts[scope]), int(starts[following]) if following < len(starts) else rows
        scope = following
