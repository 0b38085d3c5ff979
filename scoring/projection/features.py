"""What the chance of winning an open deal in the quarter is learned from: categories that were known at the time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.book import SEGMENTS, Book
from scoring.days import Floats
from scoring.lookup import codes
from scoring.projection.calendar import DAYS, SEASONS, Span
from scoring.projection.marks import Mark, MarkLevels, mark_levels, marks
from scoring.projection.odds import Codes, Small
from scoring.projection.timeline import NO_DAY, Standing, Timeline
from scoring.settings import DealSettings

LEFT = 14
DUES = 5
OVERDUE, IN_QUARTER, NEXT_QUARTER, LATER, UNDATED = range(DUES)
STAY_WEEKS = np.array([1, 2, 3, 4, 6, 8, 12, 26])
LIFE_WEEKS = np.array([2, 4, 8, 13, 20, 26, 39, 52])
PUSHES = 4
# Quantiles of the closed deals' ARR between the bands of size: large deals are few and most of the money.
SIZES = (0.1, 0.3, 0.5, 0.7, 0.8, 0.88, 0.95)

# Reciprocal prior variances of the effects on the log-odds. A row counts a fifth of a deal (`ROW_WEIGHT`): a deal is
# seen in many weeks of a quarter, with one outcome. A season is seen in two or three quarters only, and the luck each
# of them had is in all its rows: what it has beyond its pace (`pace`) is drawn to none more than they ask for.
PULL = {
    "base": 1.0,
    "stage_left": 0.5,
    "stage_due": 1.0,
    "due_left": 1.0,
    "segment_due": 1.0,
    "segment_stage": 1.0,
    "segment_left": 2.0,
    "segment_stay": 2.0,
    "stage_stay": 2.0,
    "life": 2.0,
    "pushes": 2.0,
    "size": 2.0,
    "pillar": 6.0,
    "owner": 12.0,
    "season": 400.0,
}
MARK_PULL = 8.0
# An empty field has no effect of its own: closed deals often lack what open ones still get, so that it would tell
# the outcome.
NO_EFFECT = 1e9
FILLED_IN_LATER = ("size", "pillar")
ROW_WEIGHT = 0.2


@dataclass(frozen=True)
class Categories:
    """The levels that the effects belong to; what is not among them is the code after the last.

    Attributes:
        segments, pillars, owners, stages: names.
        sizes: edges of the bands of the deals' ARR.
        marks: what the marks' codes stand for.
    """

    segments: pd.Index
    pillars: pd.Index
    owners: pd.Index
    stages: pd.Index
    sizes: Floats
    marks: MarkLevels

    @property
    def levels(self) -> dict[str, int]:
        """How many levels each factor has."""
        segments, stages, stays = len(self.segments) + 1, len(self.stages) + 1, len(STAY_WEEKS) + 1
        return {
            "stage_left": stages * (LEFT + 1),
            "stage_due": stages * DUES,
            "due_left": DUES * (LEFT + 1),
            "segment_due": segments * DUES,
            "segment_stage": segments * stages,
            "segment_left": segments * (LEFT + 1),
            "segment_stay": segments * stays,
            "stage_stay": stages * stays,
            "life": len(LIFE_WEEKS) + 1,
            "pushes": PUSHES,
            "size": len(self.sizes) + 2,
            "pillar": len(self.pillars) + 1,
            "owner": len(self.owners) + 1,
            "season": SEASONS,
            **{name: segments * count for name, count in self.marks.counts.items()},
        }

    @property
    def pull(self) -> dict[str, Floats]:
        """How strongly the effects of each factor's levels, and the base, are drawn to 0."""
        strength = PULL | dict.fromkeys(self.marks.counts, MARK_PULL)
        found = {name: np.full(count, strength[name]) for name, count in self.levels.items()}
        for name in FILLED_IN_LATER:
            found[name][-1] = NO_EFFECT
        return found | {"base": np.array(PULL["base"])}


def categories(line: Timeline, book: Book) -> Categories:
    """The categories of a book. The bands of size rest on closed deals, so that an open one does not move them."""
    deals = line.deals
    pillars, owners = (pd.Index(sorted(deals[name].dropna().unique())) for name in ("pillar", "owner_id"))
    value = line.present.value[line.present.is_closed & (line.present.value > 0)]
    sizes = np.quantile(value, SIZES) if len(value) else np.zeros(len(SIZES))
    return Categories(pd.Index(SEGMENTS), pillars, owners, line.stages, sizes, mark_levels(line, book))


@dataclass(frozen=True)
class DealCodes:
    """The codes of each deal of a book, in the order of `Timeline.deals`."""

    segment: Codes
    pillar: Codes
    owner: Codes
    marks: Mapping[str, Mark]


def deal_codes(line: Timeline, book: Book, found: Categories, settings: DealSettings) -> DealCodes:
    """The categories' codes of a book's deals."""
    deals = line.deals
    return DealCodes(
        codes(deals["segment"], found.segments),
        codes(deals["pillar"], found.pillars),
        codes(deals["owner_id"], found.owners),
        marks(line, book, found.marks, settings),
    )


def factors(
    standing: Standing, day: int, quarter: Span, line: Timeline, code: DealCodes, found: Categories
) -> Mapping[str, Small]:
    """The codes of each factor for deals as they stood at the end of `day`."""
    deal, stage = standing.deal, standing.stage
    left = min(quarter.weeks_left(day), LEFT)
    due = dues(standing, day, quarter)
    stay = np.searchsorted(STAY_WEEKS * DAYS, day - standing.entered, side="right")
    life = np.searchsorted(LIFE_WEEKS * DAYS, day - line.created[deal], side="right")
    size = np.where(
        np.isnan(standing.value), len(SIZES) + 1, np.searchsorted(found.sizes, standing.value, side="right")
    )
    segment, stays = code.segment[deal], len(STAY_WEEKS) + 1
    wide = {
        "stage_left": stage * (LEFT + 1) + left,
        "stage_due": stage * DUES + due,
        "due_left": due * (LEFT + 1) + left,
        "segment_due": segment * DUES + due,
        "segment_stage": segment * (len(found.stages) + 1) + stage,
        "segment_left": segment * (LEFT + 1) + left,
        "segment_stay": segment * stays + stay,
        "stage_stay": stage * stays + stay,
        "life": life,
        "pushes": np.minimum(standing.pushes, PUSHES - 1),
        "size": size,
        "pillar": code.pillar[deal],
        "owner": code.owner[deal],
        "season": np.full(len(deal), quarter.season),
        **{name: segment * mark.levels + mark.at(deal, day) for name, mark in code.marks.items()},
    }
    return {name: wide[name].astype(np.min_scalar_type(count)) for name, count in found.levels.items()}


def dues(standing: Standing, day: int, quarter: Span) -> Codes:
    """Where each deal's close date lies: past, in the quarter, in the next one, later, or nowhere."""
    close = standing.close
    due = np.select(
        [close == NO_DAY, close <= day, close <= quarter.end, close <= quarter.end + 92],
        [UNDATED, OVERDUE, IN_QUARTER, NEXT_QUARTER],
        LATER,
    )
    return np.asarray(due, dtype=np.int64)
