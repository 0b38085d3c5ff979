"""The one thing to do next about a deal, and why. Dates instead of ages keep a text still while only time passes."""

import pandas as pd

from scoring.days import date_text
from scoring.words import counted, percent, shortened

LONGEST_TEXT = 255


def suggested_actions(deals: pd.DataFrame, flags: pd.DataFrame) -> pd.DataFrame:
    """The most urgent action of each deal.

    Order: past close date, stage, amount or close date missing, stalled, pushed repeatedly, slipping,
    single-threaded, no next step, low win rate, account or segment missing.

    Args:
        deals: stage, close_date, first_close_date, stage_entered, slow_days, pushes, contacts, win_probability,
            asked_for (labels of the empty inputs that the org uses, joined by `;`).
        flags: result of `risk_flags`.

    Returns:
        text (at most 255 characters) and why, both missing where nothing is to be done; aligned with `deals`.
    """
    text = pd.Series(None, index=deals.index, dtype="str")
    why = pd.Series(None, index=deals.index, dtype="str")
    # From the least urgent to the most: the last one that applies stays.
    for applies, action, reason in reversed(_candidates(deals, flags)):
        text, why = text.mask(applies, action), why.mask(applies, reason)
    return pd.DataFrame({"text": shortened(text, LONGEST_TEXT), "why": why})


def _candidates(
    deals: pd.DataFrame, flags: pd.DataFrame
) -> list[tuple["pd.Series[bool]", "pd.Series[str] | str", "pd.Series[str] | str"]]:
    closing = date_text(deals["close_date"])
    empty = deals["asked_for"] != ""
    essential = deals["asked_for"].str.contains("Stage|Amount|Close date")
    fill_in = "Fill in: " + deals["asked_for"].str.replace(";", ", ")
    return [
        (
            flags["Past close date"],
            "Agree a new close date: " + closing + " has passed",
            "A deal whose close date has passed is in nobody's forecast",
        ),
        (essential, fill_in, "Without it the deal is forecast only in part"),
        (
            flags["Stalled"],
            "Get the deal moving or close it: in "
            + deals["stage"].fillna("its stage")
            + " since "
            + date_text(deals["stage_entered"]),
            _stalled_reason(deals),
        ),
        (
            flags["Pushed 3 times"],
            "Check with the customer what has to happen before they can buy",
            "The close date was moved later " + counted(deals["pushes"].astype("float64"), "time"),
        ),
        (
            flags["Slipping"],
            "Confirm the close date of " + closing + " with the customer",
            "First planned for " + date_text(deals["first_close_date"]),
        ),
        (
            flags["Single-threaded"],
            "Bring another contact of the customer into the deal",
            (counted(deals["contacts"], "contact") + " on the deal").mask(
                deals["contacts"] == 0, "No contact on the deal"
            ),
        ),
        (flags["No next step"], "Agree the next step with the customer and note it", "The deal has no next step"),
        (
            flags["Low win rate"],
            "Decide whether the deal is worth going on",
            percent(deals["win_probability"]) + " of deals like this are won",
        ),
        (empty, fill_in, "Without it the deal is compared with all deals instead of its own kind"),
    ]


def _stalled_reason(deals: pd.DataFrame) -> "pd.Series[str]":
    known = "90 % of won deals left this stage within " + counted(deals["slow_days"].astype("float64"), "day")
    return known.mask(deals["slow_days"].isna(), "It has not moved for a long time")
