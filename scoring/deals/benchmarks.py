"""What won deals took: days in each stage, days from creation to win, and their size."""

import numpy as np
import pandas as pd

from scoring.results import BENCHMARKS, STAGE_BENCHMARKS
from scoring.settings import DealSettings

ALL = "All"
UNKNOWN = "Unknown"
QUANTILES = {"typical_days": 0.5, "slow_days": 0.9, "lower_days": 0.25, "upper_days": 0.75}


def stage_benchmarks(visits: pd.DataFrame, settings: DealSettings) -> pd.DataFrame:
    """Days in each stage of won deals, for all deals and for the segments with enough of them.

    Args:
        visits: result of `stage_visits`.
        settings: `segment_benchmark_deals` won deals are needed for a row of a segment's own.

    Returns:
        `STAGE_BENCHMARKS`, ordered by stage and segment.
    """
    by_segment = visits[visits["segment"].notna()]
    long = pd.concat([visits.assign(segment=ALL), by_segment], ignore_index=True)
    groups = long.groupby(["stage", "segment"], sort=True)["is_won"]
    table = groups.agg(closed_deals="size", won_deals="sum").reset_index()
    won = long[long["is_won"]].groupby(["stage", "segment"], sort=True)["stay_days"]
    days = pd.DataFrame({name: won.quantile(share).round() for name, share in QUANTILES.items()}).reset_index()
    table = table.merge(days, on=["stage", "segment"], how="left")
    enough = (table["segment"] == ALL) | (table["won_deals"] >= settings.segment_benchmark_deals)
    return STAGE_BENCHMARKS.conform(table[enough])


def deal_benchmarks(closed: pd.DataFrame) -> pd.DataFrame:
    """Won and closed deals, median ARR and cycle by segment and over all.

    Args:
        closed: result of `closed_deals`.

    Returns:
        `BENCHMARKS`, with a row All even when no deal is closed.
    """
    by_segment = closed.assign(segment=closed["segment"].fillna(UNKNOWN))
    long = pd.concat([closed.assign(segment=ALL), by_segment], ignore_index=True)
    outcomes = long.groupby("segment", sort=True)["is_won"]
    won = long[long["is_won"]].groupby("segment", sort=True)
    counts = {
        "won": outcomes.sum(),
        "closed": outcomes.size(),
        "median_arr": won["arr"].median(),
        "median_cycle_days": won["cycle_days"].median().round(),
    }
    segments = pd.Index(long["segment"]).union(pd.Index([ALL])).unique()
    table = pd.DataFrame(counts).reindex(segments).rename_axis("segment").reset_index()
    return BENCHMARKS.conform(table.fillna({"won": 0, "closed": 0}))


def benchmark_of(deals: pd.DataFrame, benchmarks: pd.DataFrame) -> pd.DataFrame:
    """The stage benchmark of each deal: its segment's where there is one, else that of all deals.

    Args:
        deals: stage, segment.
        benchmarks: `STAGE_BENCHMARKS`.

    Returns:
        The `QUANTILES` (NaN without a benchmark), won_deals (0 without), aligned with `deals`.
    """
    names = [*QUANTILES, "won_deals"]
    known = pd.MultiIndex.from_frame(benchmarks[["stage", "segment"]])
    own, overall = (
        known.get_indexer(pd.MultiIndex.from_frame(deals[["stage", "segment"]].assign(**kind)))
        for kind in ({}, {"segment": ALL})
    )
    values = np.vstack([benchmarks[names].to_numpy(dtype=np.float64), np.full(len(names), np.nan)])
    found = pd.DataFrame(values[np.where(own >= 0, own, overall)], index=deals.index, columns=names)
    return found.fillna({"won_deals": 0.0})
