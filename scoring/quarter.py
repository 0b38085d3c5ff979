"""A fiscal quarter."""

from dataclasses import dataclass

import pandas as pd

from scoring.columns import Column, Table
from scoring.errors import ScoringError

QUARTERS = Table(
    "quarters",
    (
        Column("label", "text", about="as people say it, `FY2026 Q4`"),
        Column("start", "day", about="first day"),
        Column("end", "day", about="last day"),
    ),
    key="start",
)


class NoQuarterError(ScoringError):
    """No quarter holds the day: complete the table of quarters."""


@dataclass(frozen=True)
class Quarter:
    """A fiscal quarter from `start` to `end`, both included."""

    label: str
    start: pd.Timestamp
    end: pd.Timestamp


def quarter_at(quarters: pd.DataFrame, as_of: pd.Timestamp) -> Quarter:
    """The quarter that holds the day `as_of`.

    Args:
        quarters: table of `label, start, end`.
        as_of: a day.

    Raises:
        NoQuarterError: none of them holds the day.
        ScoringInputError: the table does not have the documented form.
    """
    table = QUARTERS.conform(quarters)
    day = as_of.normalize()
    held = table[(table["start"] <= day) & (table["end"] >= day)]
    if held.empty:
        raise NoQuarterError(
            f"quarters: none of {len(table)} quarters holds {day:%Y-%m-%d}; add the fiscal year of that day"
        )
    label, start, end = held.iloc[0][["label", "start", "end"]]
    return Quarter(str(label), pd.Timestamp(start), pd.Timestamp(end))
