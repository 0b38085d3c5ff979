"""Deals that do not exist yet and will be won before the quarter ends: how many, how large, whose.

Of the deals entered in the 13 weeks before a quarter the same share, by segment and weeks left, is taken to be entered
and won in what is left of it as in past quarters. So a growing business is not held to its past counts.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.projection.calendar import DAYS, Span
from scoring.projection.features import LEFT
from scoring.projection.layout import PARTS_OF_ALL, Layout
from scoring.projection.odds import Codes
from scoring.projection.scopes import summed
from scoring.projection.timeline import Bools, Integers, Timeline

BEFORE_DAYS = 91


@dataclass(frozen=True)
class Entered:
    """What past quarters say, one entry per quarter.

    Attributes:
        wins: deals entered and won with less than so many weeks left: quarters x segments x (LEFT + 1).
        money: their ARR.
        squares: their squared ARR.
        before: deals entered in the 13 weeks before the quarter: quarters x segments.
    """

    wins: Floats
    money: Floats
    squares: Floats
    before: Floats


@dataclass(frozen=True)
class NewBusiness:
    """Wins to come for each deal entered before the quarter.

    Attributes:
        rate: wins per deal entered in the 13 weeks before: segments x (LEFT + 1).
        mean, square: ARR of such a win, and its mean square, by segment.
        spread: variance of the count over that of chance alone, at least 1.
    """

    rate: Floats
    mean: Floats
    square: Floats
    spread: float

    def expected(self, before: Floats, weeks_left: float) -> tuple[Floats, Floats, Floats]:
        """Number, ARR and variance of the ARR of the wins to come, by segment."""
        grid = np.arange(LEFT + 1)
        left = min(max(weeks_left, 0.0), float(LEFT))
        rate = np.array([np.interp(left, grid, row) for row in self.rate])
        wins = rate * before
        return wins, wins * self.mean, wins * self.square * self.spread


def entered(line: Timeline, segment: Codes, spans: list[Span]) -> Entered:
    """Count what was entered and won in each past quarter."""
    shape = (PARTS_OF_ALL, LEFT + 1)
    tables = [_entered_in(line, segment, span, shape) for span in spans]
    grids = np.array(tables).reshape(len(spans), *shape, 3)
    grids = np.cumsum(grids, axis=2)
    before = np.array([entered_before(line, segment, span) for span in spans]).reshape(len(spans), shape[0])
    return Entered(grids[..., 0], grids[..., 1], grids[..., 2], before)


def _entered_in(line: Timeline, segment: Codes, span: Span, shape: tuple[int, int]) -> Floats:
    new = won_in(line, span) & (line.created >= span.start) & (line.created <= span.end)
    value = np.nan_to_num(line.present.value[new]).clip(min=0.0)
    # A deal entered in the last week is one that is still to come whenever one week is left.
    week = np.minimum((span.end - line.created[new]) // DAYS + 1, LEFT)
    stats = np.stack([np.ones(len(value)), value, value**2], axis=1)
    return summed(segment[new] * shape[1] + week, stats, shape)


def entered_before(line: Timeline, segment: Codes, span: Span) -> Floats:
    """Deals entered in the 13 weeks before the quarter, by segment."""
    recent = (line.created < span.start) & (line.created >= span.start - BEFORE_DAYS)
    return np.bincount(segment[recent], minlength=PARTS_OF_ALL).astype(np.float64)


def won_in(line: Timeline, span: Span) -> Bools:
    """The deals that are won with a close date in the quarter, as they stand now."""
    now = line.present
    return now.is_closed & now.is_won & (now.close >= span.start) & (now.close <= span.end)


def new_business(past: Entered, chosen: Integers) -> NewBusiness:
    """Rates from some of the past quarters."""
    wins, money, squares = (each[chosen].sum(axis=0) for each in (past.wins, past.money, past.squares))
    before = past.before[chosen].sum(axis=0)
    rate = wins / np.maximum(before, 1.0)[:, None]
    count = np.maximum(wins[:, -1], 1.0)
    expected = past.before[chosen] * rate[:, -1]
    found, total = past.wins[chosen][:, :, -1], expected.sum()
    # Pearson's statistic over its degrees of freedom, with one quarter's worth of "as chance has it" added.
    excess = ((found - expected) ** 2).sum() / total if total > 0 else 0.0
    spread = (excess * len(chosen) / max(len(chosen) - 1, 1) + 1.0) / 2.0 if total > 0 else 1.0
    return NewBusiness(rate, money[:, -1] / count, squares[:, -1] / count, float(max(spread, 1.0)))


def owner_wins(line: Timeline, group: Layout, span: Span) -> "pd.Series[float]":
    """Deals entered and won in the quarter, by owner."""
    new = won_in(line, span) & (line.created >= span.start)
    owners = group.people.owners
    return pd.Series(np.bincount(group.owner[new], minlength=len(owners) + 1)[:-1], index=owners, dtype="float64")


def pillar_shares(line: Timeline, group: Layout, spans: list[Span]) -> pd.DataFrame:
    """Shares of the pillars (and '' for none) in what was entered and won in one quarter, by segment; rows add to 1.

    Where a segment had no such deal the pillars share alike.
    """
    new = np.zeros(len(line.deals), dtype=bool)
    for span in spans:
        new |= won_in(line, span) & (line.created >= span.start)
    value = np.nan_to_num(line.present.value).clip(min=0.0) * new
    names = [*group.pillars, ""]
    cell = group.segment[group.parts.deal] * len(names) + group.parts.pillar
    money = np.bincount(cell, value[group.parts.deal] * group.parts.share, PARTS_OF_ALL * len(names))
    money = money.reshape(PARTS_OF_ALL, len(names))
    total = money.sum(axis=1, keepdims=True)
    named = max(len(names) - 1, 1)
    even = np.append(np.full(len(names) - 1, 1.0 / named), 0.0 if len(names) > 1 else 1.0)
    return pd.DataFrame(np.where(total > 0, money / np.where(total > 0, total, 1.0), even), columns=names)
