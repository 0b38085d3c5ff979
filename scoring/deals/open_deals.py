"""The open deals with what their history and contact roles say about them."""

import pandas as pd

from scoring.book import Book
from scoring.days import days_until
from scoring.deals.benchmarks import benchmark_of
from scoring.deals.risk_tags import INPUTS, InUse, missing_inputs
from scoring.stage_history import close_date_moves, entered_present_stage


def open_deals(
    known: Book, spells: pd.DataFrame, benchmarks: pd.DataFrame, as_of: pd.Timestamp, used: InUse
) -> pd.DataFrame:
    """The deals that are not closed, ordered by id.

    Args:
        known: result of `known_at`.
        spells: result of `stage_spells`.
        benchmarks: `STAGE_BENCHMARKS`.
        as_of: a day.
        used: result of `in_use`.

    Returns:
        The columns of `OPPORTUNITIES` and: stage_entered (moment), age_days (days in the stage), pushes,
        first_close_date, contacts (contact roles), missing (labels of the empty inputs joined by `;`), asked_for (those
        among them that the org uses), typical_days, slow_days, won_deals (see `benchmark_of`).
    """
    deals = known.opportunities[~known.opportunities["is_closed"]]
    deals = deals.sort_values("opportunity_id", ignore_index=True)
    entered = entered_present_stage(deals, spells)
    moves = close_date_moves(known.stage_history).reindex(deals["opportunity_id"]).set_axis(deals.index)
    roles = known.roles.drop_duplicates(["opportunity_id", "contact_id"]).groupby("opportunity_id").size()
    return deals.assign(
        stage_entered=entered,
        age_days=days_until(as_of, entered).clip(lower=0.0),
        pushes=moves["pushes"].fillna(0.0),
        first_close_date=moves["first_close_date"],
        contacts=roles.reindex(deals["opportunity_id"]).set_axis(deals.index).fillna(0.0),
        missing=missing_inputs(deals, list(INPUTS), as_of),
        asked_for=missing_inputs(deals, list(used.inputs), as_of),
        **benchmark_of(deals, benchmarks),
    )
