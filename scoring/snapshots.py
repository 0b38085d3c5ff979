"""Deals as they stood at the end of each week: what is learned from, and what the past is replayed with."""

import pandas as pd

from scoring.book import Book
from scoring.columns import Column, Table
from scoring.days import days_between
from scoring.deal_states import DealStates, deal_states, microseconds

SNAPSHOTS = Table(
    "snapshots",
    (
        Column("opportunity_id", "text"),
        Column("as_of", "day", about="the values are those at the end of this day"),
        Column("stage", "text", True, "missing where the history does not tell"),
        Column(
            "stage_entered", "moment", about="last entry into the stage; the creation where the history does not tell"
        ),
        Column("amount", "number", True, "corporate currency"),
        Column("arr", "number", True, "corporate currency a year; scaled with the amount"),
        Column("close_date", "day", True, "planned then"),
        Column("probability", "number", True, "the org's own, 0..1"),
        Column("forecast_category", "text", True),
        Column("pushes", "number", about="moves of the close date to a later day so far"),
        Column("first_close_date", "day", True, "first planned close date"),
        Column("days_since_creation", "number", about="days"),
        Column("amount_changed_at", "moment", True, "last change of the amount; missing where it never changed"),
        Column("first_amount", "number", True, "first amount given, corporate currency"),
    ),
)


def weekly_snapshots(book: Book, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """The open deals every seven days, from the day `first` to `last`.

    Args:
        book: a validated book; opportunities, stage_history and stages are read.
        first: first day of which the end is looked at.
        last: no later day is looked at.

    Returns:
        `SNAPSHOTS`, one row per day and deal that was open at its end, by the order of the deals and by day.
    """
    return snapshots(deal_states(book), pd.date_range(first.normalize(), last.normalize(), freq="7D"))


def snapshots(states: DealStates, days: pd.DatetimeIndex) -> pd.DataFrame:
    """The open deals at the end of each of `days` (ascending, at midnight); see `weekly_snapshots`.

    How histories with gaps are read stands in `scoring.deal_states`.
    """
    days = days.as_unit("us")
    ends = microseconds((days + pd.Timedelta(days=1)).to_series())
    states = states.still_open()
    state, moment = states.at(ends)
    values = states.values(state)
    so_far = written_so_far(states.ordered).reindex(states.row[state]).reset_index(drop=True)
    deals = states.deals[["opportunity_id", "created_date"]].take(states.deal[state]).reset_index(drop=True)
    as_of = pd.Series(days[moment])
    # Today's stage may be one that the history never saw.
    same = so_far.pop("stage").fillna("") == values["stage"].fillna("")
    entered = so_far.pop("stage_entered").where(same)
    columns = {
        "opportunity_id": deals["opportunity_id"],
        "as_of": as_of,
        **values,
        **so_far,
        "stage_entered": entered.where(entered > deals["created_date"], deals["created_date"]),
        "pushes": so_far["pushes"].fillna(0.0),
        "days_since_creation": days_between(as_of, deals["created_date"]),
    }
    return pd.DataFrame({name: columns[name] for name in SNAPSHOTS.names})


def written_so_far(ordered: pd.DataFrame) -> pd.DataFrame:
    """What each row of the history knows of the rows before it, of the same deal.

    Of several rows at one moment only the last counts, because their order is not known.
    """
    deal = pd.Series(pd.factorize(ordered["opportunity_id"])[0])
    moment = ordered["changed_at"]
    settled = (deal != deal.shift(-1)) | (moment != moment.shift(-1))
    stage = ordered["stage"].fillna("")
    entered = (deal != deal.shift()) | (stage != stage.shift())
    closing, closing_before = _given(ordered["close_date"], deal, settled)
    amount, amount_before = _given(ordered["amount"], deal, settled)
    pushed = (closing > closing_before).astype("float64")
    changed = amount_before.notna() & amount.notna() & (amount != amount_before)
    return pd.DataFrame(
        {
            "stage": ordered["stage"],
            "stage_entered": moment.where(entered).ffill(),
            "pushes": pushed.groupby(deal).cumsum(),
            "first_close_date": _first(closing, deal),
            "amount_changed_at": moment.where(changed).groupby(deal).ffill(),
            "first_amount": _first(amount, deal),
        }
    )


def _given(values: pd.Series, deal: "pd.Series[int]", settled: "pd.Series[bool]") -> tuple[pd.Series, pd.Series]:
    """The values at the end of a moment, and the last one given before, both aligned."""
    at_end = values.where(settled)
    return at_end, at_end.groupby(deal).ffill().groupby(deal).shift()


def _first(values: pd.Series, deal: "pd.Series[int]") -> pd.Series:
    """The first value given of each deal, from its row on."""
    by_deal = values.groupby(deal)
    return by_deal.transform("first").where(by_deal.ffill().notna())
