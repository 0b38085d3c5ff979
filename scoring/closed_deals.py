"""The closed deals and their visits to the stages: all that is learned from."""

import pandas as pd

from scoring.book import Book
from scoring.days import days_between
from scoring.stage_history import last_entry


def closed_deals(book: Book, spells: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Deals whose outcome was known at the end of the day `as_of`.

    A deal closed when the history saw it enter its closed stage, else on its close date; one whose closing lies after
    `as_of` teaches nothing yet.

    Args:
        book: result of `known_at`.
        spells: result of `stage_spells`.
        as_of: a day.

    Returns:
        opportunity_id, account_id, owner_id, segment, stage, is_won, arr, created_date, closed_at (may be missing),
        cycle_days (creation to closing, NaN where unknown), with a plain index.
    """
    deals = book.opportunities[book.opportunities["is_closed"]].reset_index(drop=True)
    closed_at = last_entry(deals, spells).fillna(deals["close_date"])
    deals = deals.assign(closed_at=closed_at, cycle_days=days_between(closed_at, deals["created_date"]).clip(lower=0.0))
    columns = ["opportunity_id", "account_id", "owner_id", "segment", "stage", "is_won", "arr", "created_date"]
    settled = ~(closed_at >= as_of.normalize() + pd.Timedelta(days=1))
    return deals.loc[settled, [*columns, "closed_at", "cycle_days"]].reset_index(drop=True)


def stage_visits(closed: pd.DataFrame, spells: pd.DataFrame, stages: pd.DataFrame) -> pd.DataFrame:
    """The open stages each closed deal went through, one row per deal and stage: its longest visit.

    The longest visit answers "did the deal ever stay here as long as that?", also where a deal came back to a stage.

    Args:
        closed: result of `closed_deals`.
        spells: result of `stage_spells`.
        stages: `STAGES`.

    Returns:
        opportunity_id, stage, segment, is_won, stay_days (days in the stage), to_close_days (days from entering it to
        closing), with a plain index.
    """
    ending = closed[["opportunity_id", "segment", "is_won", "closed_at"]].assign(closed_stage=closed["stage"])
    visits = spells.merge(ending, on="opportunity_id", how="inner")
    closing_stages = stages.loc[stages["is_closed"], "stage"]
    is_open = ~visits["stage"].isin(closing_stages) & ~(visits["stage"] == visits["closed_stage"])
    visits = visits[is_open & ~(visits["entered"] > visits["closed_at"])]
    left = visits["left"].fillna(visits["closed_at"])
    # A reopened deal may leave a stage only after its closing date.
    left = left.mask(left > visits["closed_at"], visits["closed_at"])
    visits = visits.assign(
        stay_days=days_between(left, visits["entered"]).clip(lower=0.0),
        to_close_days=days_between(visits["closed_at"], visits["entered"]),
    )
    longest = visits.sort_values(
        ["opportunity_id", "stage", "stay_days", "entered"], ascending=[True, True, False, True], kind="stable"
    ).drop_duplicates(["opportunity_id", "stage"])
    columns = ["opportunity_id", "stage", "segment", "is_won", "stay_days", "to_close_days"]
    return longest[columns].reset_index(drop=True)
