"""Win rates by stage, segment and time in stage, each shrunk to the rate above it.

The rate of a stage is that of the closed deals that ever went through it, each deal once: "of the deals that reached
this stage, how many were won". It is learned from the stages' history only, never from what a closed deal holds today.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from scoring.lookup import looked_up
from scoring.settings import DealSettings
from scoring.shrinkage import MARGIN, shifted, shrunk, strength

# A long stay is cut at these multiples of the slow days (90 % quantile) of won deals.
AGE_MULTIPLES = (1, 2, 4)


@dataclass(frozen=True)
class WinRates:
    """Shrunk rates (0..1) with their sizes in effective deals.

    Attributes:
        base_rate: of all closed deals.
        base_size: effective deals behind it, more than 0.
        base_deals: closed deals.
        stages: indexed by stage: deals, won, default (NaN where the stage is unknown), rate, size.
        cells: indexed by (stage, segment): deals, won, rate, size.
        ages: indexed by (stage, cut): deals, won, rate, size for deals that stayed longer than `cut` days; only where
            enough closed deals did.
    """

    base_rate: float
    base_size: float
    base_deals: int
    stages: pd.DataFrame
    cells: pd.DataFrame
    ages: pd.DataFrame


def fit_win_rates(
    closed: pd.DataFrame,
    visits: pd.DataFrame,
    stages: pd.DataFrame,
    benchmarks: pd.DataFrame,
    settings: DealSettings,
) -> WinRates:
    """Learn the rates from the closed deals.

    The stages' default percentages (as `believed`) stand in for `settings.default_deals` deals: without any closed deal
    they are all there is, with hundreds they do not show.

    Args:
        closed: result of `closed_deals`.
        visits: result of `stage_visits`.
        stages: `STAGES`.
        benchmarks: result of `stage_benchmarks`.
        settings: strengths.
    """
    defaults = stages[~stages["is_closed"]].set_index("stage")["default_probability"].sort_index()
    assumed = believed(defaults)
    usual = float(assumed.mean()) if assumed.notna().any() else 0.5
    deals, won = len(closed), int(closed["is_won"].sum())
    base_size = deals + settings.default_deals
    base_rate = (won + settings.default_deals * usual) / base_size

    own = 1.0 - settings.default_deals / base_size
    by_stage = _counts(visits, ["stage"]).reindex(visits["stage"].drop_duplicates().sort_values())
    by_stage = by_stage.reindex(by_stage.index.union(defaults.index)).fillna(0.0).rename_axis("stage")
    by_stage["default"] = defaults.reindex(by_stage.index)
    by_stage["parent"] = own * base_rate + (1.0 - own) * assumed.reindex(by_stage.index).fillna(base_rate)
    by_stage = _shrink(by_stage, base_size, settings)

    cells = _cells(closed, visits, by_stage, base_rate, base_size, settings)
    ages = _ages(visits, by_stage, benchmarks, settings)
    return WinRates(base_rate, base_size, deals, by_stage, cells, ages)


def believed(default: "pd.Series[float]") -> "pd.Series[float]":
    """What default percentages (0..1) are taken for before any deal was closed: half of their log-odds.

    Nobody has tried them on a deal, and orgs tend to set them further apart than deals turn out. So each is pooled with
    an even chance, which claims nothing, by equal weights (logarithmic opinion pool; Genest and Zidek, Statistical
    Science 1986). The log loss being convex in the log-odds, at most half of what the percentages lose to an even
    chance is lost.
    """
    odds = np.clip(default, MARGIN, 1.0 - MARGIN)
    return pd.Series(expit(logit(odds) / 2.0), index=default.index)


def _counts(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    outcomes = rows.groupby(by, sort=True)["is_won"]
    return pd.DataFrame({"deals": outcomes.size(), "won": outcomes.sum()}).astype("float64")


def _shrink(groups: pd.DataFrame, parent_size: "pd.Series[float] | float", settings: DealSettings) -> pd.DataFrame:
    """Add rate and size to groups with deals, won and parent."""
    won, deals, parent = (groups[name].to_numpy(dtype="float64") for name in ("won", "deals", "parent"))
    sizes = np.broadcast_to(np.asarray(parent_size, dtype="float64"), parent.shape)
    k = strength(won, deals, parent, settings.strength_floor, settings.strength_ceiling)
    rate, size = shrunk(won, deals, parent, sizes, k)
    return groups.assign(rate=rate, size=size)


def _cells(
    closed: pd.DataFrame,
    visits: pd.DataFrame,
    by_stage: pd.DataFrame,
    base_rate: float,
    base_size: float,
    settings: DealSettings,
) -> pd.DataFrame:
    """Rates of stage x segment: the stage's rate moved by the segment's overall odds, then by the cell's own deals."""
    by_segment = _shrink(_counts(closed, ["segment"]).assign(parent=base_rate), base_size, settings)
    every = pd.MultiIndex.from_product([by_stage.index, by_segment.index], names=["stage", "segment"])
    cells = _counts(visits, ["stage", "segment"]).reindex(every).fillna(0.0)
    of_stage = by_stage.reindex(cells.index.get_level_values("stage"))
    of_segment = by_segment.reindex(cells.index.get_level_values("segment"))
    before = np.full(len(cells), base_rate)
    cells["parent"] = shifted(of_stage["rate"].to_numpy(), before, of_segment["rate"].to_numpy())
    sizes = np.minimum(of_stage["size"].to_numpy(), of_segment["size"].to_numpy())
    cells = _shrink(cells, pd.Series(sizes, index=cells.index), settings)
    # The key '' is that of deals whose stage is not known: the segment's overall rate.
    stageless = by_segment.set_axis(pd.MultiIndex.from_product([[""], by_segment.index], names=["stage", "segment"]))
    return pd.concat([cells, stageless])


def _ages(
    visits: pd.DataFrame, by_stage: pd.DataFrame, benchmarks: pd.DataFrame, settings: DealSettings
) -> pd.DataFrame:
    """Rates of the deals that stayed in a stage longer than won deals usually do, one cut after the other.

    A long stay lowers a rate or leaves it: closed deals are the better half of those that stayed long, since a deal
    nobody works on is often left open, so a higher rate among them says nothing about the ones still open.
    """
    slow = benchmarks[(benchmarks["segment"] == "All") & (benchmarks["won_deals"] >= settings.benchmark_deals)]
    slow_days = slow.set_index("stage")["slow_days"].astype("float64").clip(lower=1.0)
    parent = by_stage[["rate", "size"]]
    found = []
    for multiple in AGE_MULTIPLES:
        cut = multiple * slow_days
        long = visits[visits["stay_days"] > looked_up(visits["stage"], cut)]
        groups = _counts(long, ["stage"])
        groups = groups[groups["deals"] >= settings.age_deals]
        above = parent.reindex(groups.index)
        groups = _shrink(groups.assign(parent=above["rate"]), above["size"], settings)
        groups["rate"] = np.minimum(groups["rate"], above["rate"])
        # A stage without enough deals beyond this cut stays at the cut before.
        parent = groups[["rate", "size"]].combine_first(parent)
        found.append(groups.assign(cut=cut.reindex(groups.index)).set_index("cut", append=True))
    return pd.concat(found)
