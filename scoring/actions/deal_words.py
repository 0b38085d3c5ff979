"""What each kind of action about a deal says: title, why now, and the cause that must change before it returns.

Titles hold dates instead of ages, so that they stay the same while only time passes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from scoring.days import date_text
from scoring.quarter import Quarter
from scoring.words import counted, percent


@dataclass(frozen=True)
class Moment:
    """What all deals share: the day, the quarter, and what deals of each segment are like."""

    as_of: pd.Timestamp
    quarter: Quarter
    benchmarks: pd.DataFrame


Words = dict[str, "pd.Series[str] | str"]


def _commit(deals: pd.DataFrame, at: Moment) -> Words:
    tags = deals["risk_tags"].str.replace(";", ", ").str.lower()
    closing = date_text(deals["close_date"])
    return {
        "title": "Save this commit: settle with the customer what is left to do until " + closing,
        "why": "Committed for " + closing + ", " + percent(deals["quarter_probability"])
        + " likely to be won this quarter" + ("; " + tags).where(tags != "", ""),
        "cause": _stage(deals) + ", " + closing + ", " + tags,
    }  # fmt: skip


def _pull_in(deals: pd.DataFrame, at: Moment) -> Words:
    closing, end = date_text(deals["close_date"]), f"{at.quarter.end:%Y-%m-%d}"
    return {
        "title": "Pull in from " + closing + ": agree what it takes to sign by " + end,
        "why": "In " + _stage(deals) + ", " + percent(deals["win_probability"]) + " likely to be won, but only "
        + percent(deals["quarter_probability"]) + " by " + end,
        "cause": _stage(deals) + ", " + closing,
    }  # fmt: skip


def _past(deals: pd.DataFrame, at: Moment) -> Words:
    closing = date_text(deals["close_date"])
    return {
        "title": "Agree a new close date: " + closing + " has passed",
        "why": "A deal whose close date has passed is in nobody's forecast",
        "cause": closing,
    }


def _missing(deals: pd.DataFrame, at: Moment) -> Words:
    essential = deals["asked_for"].str.contains("Stage|Amount|Close date")
    kind = pd.Series("Without it the deal is compared with all deals instead of its own kind", index=deals.index)
    return {
        "title": "Fill in: " + deals["asked_for"].str.replace(";", ", "),
        "why": kind.mask(essential, "Without it the deal is forecast only in part"),
        "cause": deals["asked_for"],
    }


def _stalled(deals: pd.DataFrame, at: Moment) -> Words:
    since = date_text(deals["stage_entered"])
    known = "90 % of won deals left this stage within " + counted(deals["slow_stage_days"].astype("float64"), "day")
    return {
        "title": "Get the deal moving or close it: in " + _stage(deals) + " since " + since,
        "why": known.mask(deals["slow_stage_days"].isna(), "It has not moved for a long time"),
        "cause": _stage(deals) + " since " + since,
    }


def _pushed(deals: pd.DataFrame, at: Moment) -> Words:
    pushes = counted(deals["pushes"].astype("float64"), "time")
    return {
        "title": "Check with the customer what has to happen before they can buy",
        "why": "The close date was moved later " + pushes,
        "cause": pushes,
    }


def _slipping(deals: pd.DataFrame, at: Moment) -> Words:
    closing = date_text(deals["close_date"])
    return {
        "title": "Confirm the close date of " + closing + " with the customer",
        "why": "First planned for " + date_text(deals["first_close_date"]),
        "cause": closing,
    }


def _single(deals: pd.DataFrame, at: Moment) -> Words:
    contacts = counted(deals["contacts"].astype("float64"), "contact")
    return {
        "title": "Bring another contact of the customer into the deal",
        "why": (contacts + " on the deal").mask(deals["contacts"] == 0, "No contact on the deal"),
        "cause": contacts,
    }


def _no_step(deals: pd.DataFrame, at: Moment) -> Words:
    return {
        "title": "Agree the next step with the customer and note it",
        "why": "The deal has no next step",
        "cause": _stage(deals),
    }


def _renewal(deals: pd.DataFrame, at: Moment) -> Words:
    closing = date_text(deals["close_date"])
    return {
        "title": "Agree the next step of the renewal due on " + closing,
        "why": "The renewal is due on " + closing + " and has no next step",
        "cause": closing,
    }


def _unlikely(deals: pd.DataFrame, at: Moment) -> Words:
    return {
        "title": "Decide whether the deal is worth going on",
        "why": percent(deals["win_probability"]) + " of deals like this are won",
        "cause": _stage(deals),
    }


def _stage(deals: pd.DataFrame) -> "pd.Series[str]":
    return deals["stage"].fillna("its stage")


# By kind, in the order in which actions that are worth the same come.
WORDS: dict[str, Callable[[pd.DataFrame, Moment], Words]] = {
    "Commit at risk": _commit,
    "Renewal without next step": _renewal,
    "Pull-in": _pull_in,
    "Past close date": _past,
    "Missing data": _missing,
    "Stalled": _stalled,
    "Pushed 3 times": _pushed,
    "Slipping": _slipping,
    "Single-threaded": _single,
    "No next step": _no_step,
    "Low win rate": _unlikely,
}
