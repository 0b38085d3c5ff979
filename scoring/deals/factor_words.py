"""The factors of the win model in words, with the record's own numbers. Dates instead of ages keep a text still."""

import pandas as pd

from scoring.days import date_text
from scoring.words import counted, percent, whole


def model_texts(deals: pd.DataFrame, features: pd.DataFrame) -> "dict[str, pd.Series[str]]":
    """Words by factor.

    Args:
        deals: result of `open_deals`.
        features: see `deal_features`, aligned.

    Returns:
        Factor -> texts aligned with `deals`; not every factor of a model has some.
    """
    return {
        "Time in stage": _time(deals),
        "Age of the deal": "Open since " + date_text(deals["created_date"]),
        "Close date": _closing(deals),
        "Season": pd.Series("The time of the quarter and of the year", index=deals.index),
        "Amount": _amount(deals, features),
        "Pillar": "Pillar " + features["pillar"].fillna("not known"),
        "Rep": pd.Series("How deals of this owner went", index=deals.index),
        "Contacts": _contacts(deals),
        "Lines": counted(features["lines"].fillna(0.0), "product") + " on the deal",
        "Activity": _activity(deals),
        "Demo": _demo(features),
        "Usage": _usage(features),
        **{name.removeprefix("field "): features[name] for name in features.columns if name.startswith("field ")},
    }


def _time(deals: pd.DataFrame) -> "pd.Series[str]":
    since = "In " + deals["stage"].fillna("an unknown stage") + " since " + date_text(deals["stage_entered"])
    return since + ("; won deals take " + counted(deals["typical_days"].astype("float64"), "day")).where(
        deals["typical_days"].notna(), ""
    )


def _closing(deals: pd.DataFrame) -> "pd.Series[str]":
    planned = ("Planned to close on " + date_text(deals["close_date"])).where(
        deals["close_date"].notna(), "No close date"
    )
    pushed = (", moved later " + counted(deals["pushes"].astype("float64"), "time")).where(deals["pushes"] > 0, "")
    return planned + pushed


def _amount(deals: pd.DataFrame, features: pd.DataFrame) -> "pd.Series[str]":
    first = "First sized at " + whole(features["size"])
    now = (", now " + whole(deals["amount"])).where(deals["amount"].notna(), "")
    return (first + now).where(features["size"].notna(), "No amount yet")


def _contacts(deals: pd.DataFrame) -> "pd.Series[str]":
    some = counted(deals["contacts"].astype("float64"), "contact") + " on the deal"
    return some.where(deals["contacts"] > 0, "No contact on the deal")


def _activity(deals: pd.DataFrame) -> "pd.Series[str]":
    last = "Last activity on " + date_text(deals["last_activity_date"])
    return last.where(deals["last_activity_date"].notna(), "No activity yet")


def _demo(features: pd.DataFrame) -> "pd.Series[str]":
    words = {"early": "A demo within a week of the start", "later": "The first demo came late", "none": "No demo yet"}
    return features["demo"].map(words).astype("str")


def _usage(features: pd.DataFrame) -> "pd.Series[str]":
    text = percent(features["usage"]) + " of the customer's licences were in use before the deal began"
    return text.where(features["usage"].notna(), "No usage is known from before the deal")
