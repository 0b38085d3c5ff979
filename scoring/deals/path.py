"""The stages that an open deal has left, and how long it stayed, beside what won deals took."""

import pandas as pd

from scoring.book import Book
from scoring.days import days_between
from scoring.deals.benchmarks import benchmark_of
from scoring.results import DEAL_PATH
from scoring.stage_history import stage_spells


def past_stages(known: Book, deals: pd.DataFrame, benchmarks: pd.DataFrame) -> pd.DataFrame:
    """The stays of open deals in stages that they have left; a stage that a deal came back to has a row for each stay.

    Args:
        known: result of `known_at`.
        deals: opportunity_id and segment of those wanted.
        benchmarks: `STAGE_BENCHMARKS`.

    Returns:
        `DEAL_PATH`, by deal and time. A reopened deal's stay in a closed stage is no stay.
    """
    spells = stage_spells(known.stage_history)
    closing = known.stages.loc[known.stages["is_closed"], "stage"]
    left = spells[spells["left"].notna() & ~spells["stage"].isin(closing)]
    stays = left.merge(deals[["opportunity_id", "segment"]], on="opportunity_id", how="inner")
    stays["days"] = days_between(stays["left"], stays["entered"]).clip(lower=0.0)
    days = stays[["entered", "left"]].apply(lambda moments: moments.dt.normalize())
    return DEAL_PATH.conform(stays.assign(**days, **benchmark_of(stays, benchmarks)))
