"""How far a row of the projection can be trusted: win rate of its closed deals, confidence in its open ones."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.days import Floats
from scoring.deals.benchmarks import ALL
from scoring.lookup import looked_up
from scoring.results import DealScores
from scoring.settings import DealSettings
from scoring.shrinkage import shrunk, strength
from scoring.words import counted, whole

POINTS = {"High": 2.0, "Medium": 1.0, "Low": 0.0}
KEYS = ["scope", "scope_id", "segment"]


def scope_win_rates(
    rows: pd.DataFrame, closed: pd.DataFrame, scored: DealScores, settings: DealSettings
) -> "pd.Series[float]":
    """Win rate of the closed deals of each row, shrunk to the org's rate of the segment, and that to the base rate.

    Args:
        rows: scope, scope_id, segment.
        closed: closed deals once for every row they count in: scope, scope_id, segment, is_won.
        scored: gives the base rate.
        settings: bounds of the strengths.

    Returns:
        0..1, aligned with `rows`.
    """
    outcomes = closed.groupby(KEYS, sort=True)["is_won"]
    counts = pd.DataFrame({"deals": outcomes.size(), "won": outcomes.sum()}).astype("float64")
    counts = counts.reindex(pd.MultiIndex.from_frame(rows[KEYS])).fillna(0.0).set_axis(rows.index)
    base_size = scored.base_deals + settings.default_deals
    is_org, is_all = rows["scope"] == "Org", rows["segment"] == ALL
    base = pd.Series(scored.base_rate, index=rows.index)
    of_segment = _shrunk(counts, base, base_size, is_org & ~is_all, settings)
    parent = looked_up(rows["segment"], of_segment.set_axis(rows.loc[of_segment.index, "segment"])).fillna(base)
    of_part = _shrunk(counts, parent, base_size, ~is_org, settings)
    return of_part.combine_first(of_segment).reindex(rows.index).fillna(scored.base_rate)


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


def projection_confidence(long: pd.DataFrame, group: npt.NDArray[np.intp], rows: pd.Index) -> pd.DataFrame:
    """Confidence of each row: that of its open deals, weighted by the money they are expected to add.

    Args:
        long: deals once for every row they count in: is_open, arr, added, confidence.
        group: position in `rows` of each of them.
        rows: the rows.

    Returns:
        level and reason, indexed by `rows`.
    """
    is_open = long["is_open"]
    weight = long["added"].abs()
    parts = pd.DataFrame(
        {
            "weight": weight,
            "points": weight * looked_up(long["confidence"], pd.Series(POINTS)).fillna(0.0),
            "open": (is_open & long["arr"].notna()).astype("float64"),
            "thin": (is_open & long["arr"].notna() & (long["confidence"] == "Low")).astype("float64"),
            "unsized": (is_open & long["arr"].isna()).astype("float64"),
        }
    )
    sums = parts.groupby(group, sort=True).sum().reindex(rows).fillna(0.0)
    mean = (sums["points"] / sums["weight"].where(sums["weight"] > 0)).fillna(0.0)
    level = pd.Series("Low", index=rows).mask(mean >= 0.5, "Medium").mask(mean >= 1.5, "High")
    reason = whole(sums["thin"]) + " of " + counted(sums["open"], "open deal") + " rest on little history"
    reason = reason.mask(sums["thin"] == 0, "Every open deal rests on enough history")
    reason = reason.mask(sums["open"] == 0, "No open deal to project from; deals not yet created are not counted")
    unsized = reason + "; not counted for want of an amount: " + counted(sums["unsized"], "open deal")
    return pd.DataFrame({"level": level, "reason": reason.mask(sums["unsized"] > 0, unsized)})
