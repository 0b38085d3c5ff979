"""What moved a factor of the win model between two days, in words with the record's own numbers."""

from collections.abc import Callable, Mapping

import pandas as pd

from scoring.days import date_text
from scoring.words import counted, whole

# Snapshots and features of the same deals on one day.
Day = tuple[pd.DataFrame, pd.DataFrame]
SILENT = "As before"


def change_texts(factor: str, told: "pd.Series[bool]", then: Day, now: Day) -> "pd.Series[str]":
    """Words for one factor of some deals.

    Args:
        factor: its label.
        told: the deals that want words.
        then, now: `SNAPSHOTS` rows and features (see `deal_features`) of all of them, aligned with `told`.

    Returns:
        One text for each of the chosen deals.
    """
    old, new = ((rows[told], features[told]) for rows, features in (then, now))
    words = WORDS.get(factor)
    return words(old, new) if words else pd.Series(SILENT, index=old[0].index, dtype="str")


def _stage(then: Day, now: Day) -> "pd.Series[str]":
    old, new = then[0]["stage"].fillna("no known stage"), now[0]["stage"].fillna("no known stage")
    return ("From " + old + " to " + new).where(old != new, "Still in " + new)


def _segment(then: Day, now: Day) -> "pd.Series[str]":
    return "Deals of segment " + now[1]["segment"] + " in " + now[0]["stage"].fillna("no known stage")


def _time(then: Day, now: Day) -> "pd.Series[str]":
    days = counted(now[1]["age_days"], "day") + " in " + now[0]["stage"].fillna("its stage")
    same = then[0]["stage"].fillna("") == now[0]["stage"].fillna("")
    return days + (", were " + whole(then[1]["age_days"])).where(same, "")


def _age(then: Day, now: Day) -> "pd.Series[str]":
    return "Open for " + counted(now[1]["deal_days"], "day") + ", was " + whole(then[1]["deal_days"])


def _closing(then: Day, now: Day) -> "pd.Series[str]":
    old, new = (date_text(day[0]["close_date"]) for day in (then, now))
    old, new = old.mask(old == "", "no day"), new.mask(new == "", "no day")
    return ("Planned to close on " + new + ", was " + old).where(old != new, "Closer to " + new)


def _season(then: Day, now: Day) -> "pd.Series[str]":
    left = counted(now[1]["weeks_left"], "week") + " left in the quarter, were " + whole(then[1]["weeks_left"])
    return left.where(now[1]["weeks_left"] <= then[1]["weeks_left"], "A new quarter has begun")


def _amount(then: Day, now: Day) -> "pd.Series[str]":
    old, new = (whole(day[0]["amount"]) for day in (then, now))
    return "Amount " + new.mask(new == "", "empty") + ", was " + old.mask(old == "", "empty")


def _counts(column: str, what: str) -> Callable[[Day, Day], "pd.Series[str]"]:
    def words(then: Day, now: Day) -> "pd.Series[str]":
        old, new = (day[1][column].fillna(0.0) for day in (then, now))
        return (what + ": " + whole(new) + ", before " + whole(old)).where(old != new, "Other " + what.lower())

    return words


def _demo(then: Day, now: Day) -> "pd.Series[str]":
    return pd.Series("A demo was given", index=now[1].index, dtype="str")


WORDS: Mapping[str, Callable[[Day, Day], "pd.Series[str]"]] = {
    "Stage": _stage,
    "Segment": _segment,
    "Time in stage": _time,
    "Age of the deal": _age,
    "Close date": _closing,
    "Season": _season,
    "Amount": _amount,
    "Contacts": _counts("contacts", "Contacts"),
    "Lines": _counts("lines", "Products"),
    "Activity": _counts("activities", "Activities of four weeks"),
    "Demo": _demo,
}
