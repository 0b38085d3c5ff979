"""Snapshots of the past with what became of the deals: what the win model learns from.

A snapshot is taken every four weeks: weekly ones of a deal are so alike that they teach no more and take four times as
long. In a large book a fixed part of the deals is looked at, chosen by their ids.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scoring.book import Book
from scoring.closed_deals import closed_deals
from scoring.deal_states import deal_states
from scoring.deals.features import deal_features
from scoring.settings import DealSettings
from scoring.snapshots import snapshots
from scoring.stage_history import stage_spells

STEP_DAYS = 28
# Deals looked at; about five snapshots each make the rows of the fit.
MOST_DEALS = 16_000
# The longest a deal is waited for: one that is open still counts as not won. Before that, only its present state says.
WAITED_DAYS = 728


@dataclass(frozen=True)
class Lessons:
    """Features on past days and what became of the deals.

    Attributes:
        rows: opportunity_id, as_of, ended (moment of closing, missing while open), is_won.
        features: see `deal_features`, aligned with `rows`.
        share: 0..1, part of the book's deals looked at.
    """

    rows: pd.DataFrame
    features: pd.DataFrame
    share: float

    def until(self, day: pd.Timestamp) -> "Lessons":
        """What was known at the end of a day."""
        before = self.rows["as_of"] <= day
        rows = self.rows[before].reset_index(drop=True)
        known = rows["ended"] < day + pd.Timedelta(days=1)
        rows = rows.assign(ended=rows["ended"].where(known), is_won=rows["is_won"] & known)
        return Lessons(rows, self.features[before].reset_index(drop=True), self.share)

    def part(self, chosen: "pd.Series[bool]") -> "Lessons":
        """Some of the rows."""
        return Lessons(
            self.rows[chosen].reset_index(drop=True), self.features[chosen].reset_index(drop=True), self.share
        )


def lessons(known: Book, as_of: pd.Timestamp, settings: DealSettings) -> Lessons:
    """Snapshots of a book back to the first deal.

    Args:
        known: result of `known_at`.
        as_of: a day.
        settings: see `deal_features`.
    """
    closed = closed_deals(known, stage_spells(known.stage_history), as_of)
    part, share = _part(known)
    first = part.opportunities["created_date"].min()
    if pd.isna(first):
        first = as_of
    steps = max((as_of.normalize() - first.normalize()).days // STEP_DAYS, 0)
    days = pd.DatetimeIndex([as_of.normalize() - pd.Timedelta(days=STEP_DAYS * back) for back in range(steps, -1, -1)])
    # By id, so that the order of the book's rows does not matter.
    part = replace(part, opportunities=part.opportunities.sort_values("opportunity_id", ignore_index=True))
    rows = snapshots(deal_states(part), days)
    ending = closed.set_index("opportunity_id")[["closed_at", "is_won"]].reindex(pd.Index(rows["opportunity_id"]))
    rows["ended"] = ending["closed_at"].to_numpy()
    rows["is_won"] = ending["is_won"].eq(True).to_numpy()
    # A deal whose closing the history dates earlier than its last open state teaches nothing from then on.
    rows = rows[~(rows["ended"] < rows["as_of"] + pd.Timedelta(days=1))].reset_index(drop=True)
    return Lessons(rows[["opportunity_id", "as_of", "ended", "is_won"]], deal_features(known, rows, settings), share)


def _part(known: Book) -> tuple[Book, float]:
    deals = known.opportunities
    if len(deals) <= MOST_DEALS:
        return known, 1.0
    keys = pd.util.hash_array(deals["opportunity_id"].to_numpy(dtype=object))
    limit = np.partition(keys, MOST_DEALS - 1)[MOST_DEALS - 1]
    chosen = deals[keys <= limit].reset_index(drop=True)
    history = known.stage_history
    kept = history["opportunity_id"].isin(chosen["opportunity_id"])
    return (
        replace(known, opportunities=chosen, stage_history=history[kept].reset_index(drop=True)),
        MOST_DEALS / len(deals),
    )
