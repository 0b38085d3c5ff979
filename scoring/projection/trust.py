"""How far a row of the projection can be trusted: win rate of its closed deals, confidence in its open ones."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.days import Floats
from scoring.deals.benchmarks import ALL
from scoring.lookup import looked_up
from scoring.projection.model import Outlook
from scoring.projection.scopes import ORG
from scoring.results import DealScores
from scoring.settings import DealSettings
from scoring.shrinkage import shrunk, strength
from scoring.words import counted, whole

POINTS = {"High": 2.0, "Medium": 1.0, "Low": 0.0}
# Past quarters needed for the ranges to be called tried, and for them to be more than a guess.
TRIED, SOME = 6, 2
# Columns of `doubts`.
WEIGHT, EARNED, SIZED, THIN, UNSIZED, NEGATIVE = range(6)


def scope_win_rates(
    rows: pd.DataFrame, deals: Floats, won: Floats, scored: DealScores, settings: DealSettings
) -> "pd.Series[float]":
    """Win rate of the closed deals of each row, shrunk to the org's rate of the segment, and that to the base rate.

    Args:
        rows: scope, segment.
        deals, won: closed deals of each row, and the won ones among them.
        scored: gives the base rate.
        settings: bounds of the strengths.

    Returns:
        0..1, aligned with `rows`.
    """
    counts = pd.DataFrame({"deals": deals, "won": won}, index=rows.index)
    base_size = scored.base_deals + settings.default_deals
    is_org, is_all = rows["scope"] == ORG, rows["segment"] == ALL
    base = pd.Series(scored.base_rate, index=rows.index)
    of_segment = _shrunk(counts, base, base_size, is_org & ~is_all, settings)
    of_segment = of_segment[~rows.loc[of_segment.index, "segment"].duplicated()]
    parent = looked_up(rows["segment"], of_segment.set_axis(rows.loc[of_segment.index, "segment"])).fillna(base)
    of_part = _shrunk(counts, parent, base_size, ~is_org, settings)
    return of_part.combine_first(of_segment).reindex(rows.index).fillna(scored.base_rate)


def part_win_rates(
    deals: Floats, won: Floats, above: Floats, scored: DealScores, settings: DealSettings
) -> "pd.Series[float]":
    """Win rate of the closed deals of parts of rows, shrunk to the rate of the whole row.

    Args:
        deals, won: closed deals of each part, and the won ones among them; a deal may count in several by shares.
        above: 0..1, the rate of each part's row.
        scored, settings: as for `scope_win_rates`.

    Returns:
        0..1, one for each part.
    """
    counts = pd.DataFrame({"deals": deals, "won": won})
    every = pd.Series(True, index=counts.index)
    base_size = scored.base_deals + settings.default_deals
    return _shrunk(counts, pd.Series(above), base_size, every, settings)


def _shrunk(
    counts: pd.DataFrame, parent: "pd.Series[float]", size: float, chosen: "pd.Series[bool]", settings: DealSettings
) -> "pd.Series[float]":
    above = np.asarray(parent[chosen], dtype=np.float64)
    groups = counts[chosen]
    won: Floats = groups["won"].to_numpy(dtype="float64")
    deals: Floats = groups["deals"].to_numpy(dtype="float64")
    k = strength(won, deals, above, settings.strength_floor, settings.strength_ceiling)
    rate, _ = shrunk(won, deals, above, np.full(len(groups), size), k)
    return pd.Series(rate, index=groups.index)


def doubts(view: Outlook, level: npt.NDArray[np.object_]) -> Floats:
    """What speaks for and against each deal, as sums to be.

    Args:
        view: the deals.
        level: confidence of each, or None.

    Returns:
        (deals, 6): money expected, the same times the points of the deal's confidence, then counts of open deals: with
        an amount, of those with low confidence, without an amount, with one below zero.
    """
    points = looked_up(pd.Series(level, dtype="str"), pd.Series(POINTS)).fillna(0.0).to_numpy()
    added = view.probability * view.value
    sized = view.is_open & (view.amount >= 0)
    columns = [
        added,
        added * points,
        sized,
        sized & (points == 0.0),
        view.is_open & np.isnan(view.amount),
        view.is_open & (view.amount < 0),
    ]
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)


def projection_confidence(table: Floats, quarters: int, rows: pd.Index) -> pd.DataFrame:
    """Confidence of each row: that of its open deals, weighted by the money they are expected to add.

    Args:
        table: sums of `doubts`, aligned with `rows`.
        quarters: past quarters that the ranges were tried on.
        rows: the rows.

    Returns:
        level and reason, indexed by `rows`.
    """
    sums = pd.DataFrame(table, index=rows)
    mean = (sums[EARNED] / sums[WEIGHT].where(sums[WEIGHT] > 0)).fillna(0.0)
    if quarters < TRIED:
        mean = mean.clip(upper=1.0 if quarters >= SOME else 0.0)
    level = pd.Series("Low", index=rows).mask(mean >= 0.5, "Medium").mask(mean >= 1.5, "High")
    reason = whole(sums[THIN]) + " of " + counted(sums[SIZED], "open deal") + " rest on little history"
    reason = reason.mask(sums[THIN] == 0, "Every open deal rests on enough history")
    reason = reason.mask(sums[SIZED] == 0, "No open deal to project from")
    tried = f"; ranges tried on {quarters} past quarters"
    reason += tried if quarters >= SOME else "; no past quarters to try the ranges on"
    unsized = reason + "; not counted for want of an amount: " + counted(sums[UNSIZED], "open deal")
    reason = reason.mask(sums[UNSIZED] > 0, unsized)
    below = reason + "; not counted, as the amount is below zero: " + counted(sums[NEGATIVE], "open deal")
    return pd.DataFrame({"level": level, "reason": reason.mask(sums[NEGATIVE] > 0, below)})
