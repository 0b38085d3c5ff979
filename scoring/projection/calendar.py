"""The weeks of a quarter, and the quarters before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from scoring.quarter import QUARTERS, Quarter

DAYS = 7
SEASONS = 4
# Weeks left at which one part of a quarter ends and the next one begins.
BAND_EDGES = (4, 8)
EPOCH = pd.Timestamp("1970-01-01")


def day_number(moment: pd.Timestamp) -> int:
    """Days since 1970-01-01."""
    return int((moment.normalize() - EPOCH).days)


@dataclass(frozen=True)
class Span:
    """A quarter in day numbers, both included; `season` is its place in the year, 0..3."""

    start: int
    end: int
    season: int

    def weeks_left(self, day: int) -> int:
        """Weeks, begun ones included, that are left after the end of `day`."""
        return max(-(-(self.end - day) // DAYS), 0)

    def week_ends(self, until: int) -> list[int]:
        """The day before the quarter (week 0) and the last day of each of its weeks, up to the day `until`."""
        return list(range(self.start - 1, min(until, self.end) + 1, DAYS))


def band(weeks_left: int) -> int:
    """0 for the quarter's last weeks, 1 for its middle, 2 for its first ones."""
    return sum(weeks_left > edge for edge in BAND_EDGES)


def span(quarter: Quarter) -> Span:
    """The quarter in day numbers."""
    return Span(day_number(quarter.start), day_number(quarter.end), (quarter.start.month - 1) // 3)


def spans_before(quarter: Quarter, quarters: pd.DataFrame | None, count: int) -> list[Span]:
    """Up to `count` quarters that end before `quarter` begins, in order of time.

    Args:
        quarter: the quarter.
        quarters: `QUARTERS`; without them the quarters before are taken to be three calendar months each.
        count: how many at most.

    Raises:
        ScoringInputError: the table does not have the documented form.
    """
    if quarters is None:
        starts = [quarter.start.normalize() - pd.DateOffset(months=3 * back) for back in range(count, -1, -1)]
        return [_between(first, after) for first, after in pairwise(starts)]
    table = QUARTERS.conform(quarters).sort_values("start")
    past = table[table["end"] < quarter.start.normalize()].tail(count)
    return [span(Quarter(label, start, end)) for label, start, end in past.itertuples(index=False)]


def _between(first: pd.Timestamp, after: pd.Timestamp) -> Span:
    return span(Quarter("", first, after - pd.Timedelta(days=1)))


def first_day_with_deals(spans: Sequence[Span], first_created: int) -> list[Span]:
    """The spans that begin when deals had been entered for a quarter at least: before, a quarter is not whole."""
    return [each for each in spans if each.start >= first_created + 13 * DAYS]
