"""What a sales leader would ask of a book of deals, as figures: of a generated one, or of any other export.

Deals: Id, StageName, Type (may be absent), Amount, CloseDate, CreatedDate, IsClosed, IsWon, OwnerId. History:
OpportunityId, CloseDate, CreatedDate. Frames as pandas reads them from Arrow or CSV.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

TOP_REPS = 0.2


@dataclass(frozen=True)
class Measures:
    """Shares are 0 to 1, times are days.

    win_rate: won of closed, by count. cycle: median of won deals from entry to close; long_cycle: the slowest tenth's
    as a multiple of it. amount: median of won deals; large_amount: the largest tenth's as a multiple. last_month,
    last_fortnight: wins in the last calendar month and the last 14 days of their quarter. pushed: closed deals whose
    close date was moved into a later month. pushed_win_rate: won of those pushed twice or more, over the win rate of
    those pushed once or never. top_reps: bookings of the best fifth of the reps. still_open: open of all deals.
    """

    win_rate: float
    cycle: float
    long_cycle: float
    amount: float
    large_amount: float
    last_month: float
    last_fortnight: float
    pushed: float
    pushed_win_rate: float
    top_reps: float
    still_open: float


def prepared(deals: pd.DataFrame) -> pd.DataFrame:
    """Deals with days as timestamps, their cycle in days and the days left in the quarter when they closed."""
    deals = deals.copy()
    for column in ("CloseDate", "CreatedDate"):
        deals[column] = pd.to_datetime(deals[column], utc=True).dt.tz_localize(None).dt.normalize()
    deals["cycle"] = (deals["CloseDate"] - deals["CreatedDate"]).dt.days
    deals["left"] = (deals["CloseDate"].dt.to_period("Q").dt.end_time.dt.normalize() - deals["CloseDate"]).dt.days
    return deals


def pushes(history: pd.DataFrame) -> pd.Series[int]:
    """How often each deal's close date was moved into a later month while it was open, by OpportunityId."""
    rows = history.sort_values(["OpportunityId", "CreatedDate"], kind="stable")
    month = pd.to_datetime(rows["CloseDate"]).dt.to_period("M")
    number = month.dt.year * 12 + month.dt.month
    same = rows["OpportunityId"] == rows["OpportunityId"].shift()
    last = rows["OpportunityId"] != rows["OpportunityId"].shift(-1)  # closing writes the day of the close
    moved = (same & ~last & (number > number.shift())).astype(int)
    return moved.groupby(rows["OpportunityId"]).sum()


def measure(deals: pd.DataFrame, history: pd.DataFrame) -> Measures:
    """The figures of these deals. Raises ZeroDivisionError or gives NaN where there are no won deals."""
    deals = prepared(deals)
    closed = deals[deals["IsClosed"]]
    won = closed[closed["IsWon"]]
    moved = closed["Id"].map(pushes(history)).fillna(0)
    often, seldom = closed["IsWon"][moved >= 2], closed["IsWon"][moved < 2]
    booked = won.groupby("OwnerId")["Amount"].sum().sort_values(ascending=False)
    best = booked.iloc[: max(round(TOP_REPS * len(booked)), 1)]
    in_quarter = won["CloseDate"].dt.month % 3 == 0
    return Measures(
        win_rate=float(closed["IsWon"].mean()),
        cycle=float(won["cycle"].median()),
        long_cycle=float(won["cycle"].quantile(0.9) / won["cycle"].median()),
        amount=float(won["Amount"].median()),
        large_amount=float(won["Amount"].quantile(0.9) / won["Amount"].median()),
        last_month=float(in_quarter.mean()),
        last_fortnight=float((won["left"] < 14).mean()),
        pushed=float((moved > 0).mean()),
        pushed_win_rate=float(often.mean() / seldom.mean()),
        top_reps=float(best.sum() / booked.sum()),
        still_open=float(1 - len(closed) / len(deals)),
    )
