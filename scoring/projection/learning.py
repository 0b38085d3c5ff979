"""The weeks of past quarters: which deals were open, what became of them, and what is learned from that."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import logit

from scoring.days import Floats
from scoring.projection.calendar import Span
from scoring.projection.features import (
    DUES,
    IN_QUARTER,
    LATER,
    LEFT,
    NEXT_QUARTER,
    OVERDUE,
    ROW_WEIGHT,
    UNDATED,
    Categories,
    DealCodes,
    factors,
)
from scoring.projection.layout import PARTS_OF_ALL
from scoring.projection.new_business import won_in
from scoring.projection.odds import Odds, Small, fit_odds
from scoring.projection.timeline import Integers, Standing, Timeline, picked

# Rows that are enough to learn some three hundred effects from; of more, every so many-th is taken.
ENOUGH_ROWS = 60_000
# What a deal due then is taken to have of its stage's chance before anything is learned.
TIMELY = {OVERDUE: 0.5, IN_QUARTER: 0.7, NEXT_QUARTER: 0.15, LATER: 0.05, UNDATED: 0.3}
SLOW_WEEKS = 3.0
# The final amount of so many deals is taken to be as expected, before any other has been seen.
STEADY_DEALS = 10.0
STEADY_NOISE = 0.05


@dataclass(frozen=True)
class Week:
    """The deals at the end of a day.

    Attributes:
        day: day number.
        standing: all deals that existed.
        factors: codes of the open ones among them.
    """

    day: int
    standing: Standing
    factors: Mapping[str, Small]


@dataclass(frozen=True)
class Growth:
    """Final ARR of won deals over their ARR in an earlier week, by segment: mean ratio, variance over its square."""

    ratio: Floats
    noise: Floats


def week_of(line: Timeline, code: DealCodes, day: int, quarter: Span, found: Categories) -> Week:
    """Look the deals up as they stood at the end of `day`."""
    standing = line.at(day)
    now = picked(standing, ~standing.is_closed)
    return Week(day, standing, factors(now, day, quarter, line, code, found))


def past_weeks(line: Timeline, code: DealCodes, spans: list[Span], found: Categories) -> list[list[Week]]:
    """Every week of every past quarter."""
    return [[week_of(line, code, day, span, found) for day in span.week_ends(span.end - 1)] for span in spans]


def assumed_odds(stages: pd.DataFrame, found: Categories) -> Floats:
    """Log-odds of being won in the quarter before anything is learned: stages x dues x weeks left.

    The stage's default percentage, less for a deal that is planned for later and when little time is left.
    """
    chance = stages.set_index("stage")["default_probability"].reindex(found.stages).to_numpy(dtype="float64")
    known = chance[~np.isnan(chance) & (chance > 0) & (chance < 1)]
    chance = np.append(np.where(np.isnan(chance), known.mean() if len(known) else 0.5, chance), np.nan)
    chance[-1] = known.mean() if len(known) else 0.5
    timely = np.array([TIMELY[due] for due in range(DUES)])
    time = -np.expm1(-np.arange(LEFT + 1) / SLOW_WEEKS)
    return np.asarray(logit(np.clip(chance[:, None, None] * timely[:, None] * time, 0.005, 0.95)), dtype=np.float64)


def offsets(codes: Mapping[str, Small], assumed: Floats) -> Floats:
    """The assumed log-odds of each deal, from those by season, stage, due and weeks left."""
    due, left = np.divmod(codes["due_left"], LEFT + 1)
    return np.asarray(assumed[codes["season"], codes["stage_left"] // (LEFT + 1), due, left], dtype=np.float64)


@dataclass(frozen=True)
class Lessons:
    """Rows to learn the odds from."""

    factors: Mapping[str, Small]
    outcome: Floats
    span: Integers
    weight: float

    def fit(self, found: Categories, assumed: Floats, without: int | None = None, start: Odds | None = None) -> Odds:
        """The odds learned from all quarters, or from all but one, on top of the assumed ones."""
        used = slice(None) if without is None else np.flatnonzero(self.span != without)
        chosen = {name: code[used] for name, code in self.factors.items()}
        outcome = self.outcome[used]
        weight = np.full(len(outcome), self.weight)
        return fit_odds(chosen, found.levels, offsets(chosen, assumed), outcome, weight, found.pull, start)


def lessons(weeks: list[list[Week]], spans: list[Span], line: Timeline, found: Categories) -> Lessons:
    """The rows of the weeks, thinned out where they are more than enough: every deal is taken in other weeks."""
    every = max(-(-sum(len(week.factors["season"]) for part in weeks for week in part) // ENOUGH_ROWS), 1)
    kept: dict[str, list[Small]] = {name: [] for name in found.levels}
    outcome, span = [], []
    for number, part in enumerate(weeks):
        won = won_in(line, spans[number])
        for place, week in enumerate(part):
            deal = week.standing.deal[~week.standing.is_closed]
            chosen = (deal + number + place) % every == 0
            for name, codes in week.factors.items():
                kept[name].append(codes[chosen])
            outcome.append(won[deal[chosen]].astype(np.float64))
            span.append(np.full(int(chosen.sum()), number))
    none = np.zeros(0, dtype=np.int64)
    return Lessons(
        {name: np.concatenate([none, *parts]) for name, parts in kept.items()},
        np.concatenate([np.zeros(0), *outcome]),
        np.concatenate([none, *span]),
        ROW_WEIGHT * every,
    )


def growth(weeks: list[list[Week]], spans: list[Span], line: Timeline, code: DealCodes) -> Growth:
    """How final amounts differed from the amounts before, over all weeks in which won deals were still open."""
    deals, values = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for span, part in zip(spans, weeks, strict=True):
        won = won_in(line, span)
        for week in part:
            chosen = ~week.standing.is_closed & won[week.standing.deal]
            deals.append(week.standing.deal[chosen])
            values.append(week.standing.value[chosen])
    deal, then = np.concatenate(deals), np.concatenate(values)
    final = line.present.value[deal]
    known = (then > 0) & (final > 0)
    then, final, segment = then[known], final[known], code.segment[deal[known]]
    usual = then.mean() if len(then) else 1.0
    # A deal is seen in some five weeks; the prior deals weigh as much as that many rows.
    prior = STEADY_DEALS / ROW_WEIGHT

    def summed(values: Floats) -> Floats:
        return np.bincount(segment, values, PARTS_OF_ALL).astype(np.float64)

    ratio = (summed(final) + prior * usual) / (summed(then) + prior * usual)
    square = float((then**2).mean()) if len(then) else 1.0
    off = summed((final - ratio[segment] * then) ** 2) + prior * STEADY_NOISE * square
    return Growth(ratio, off / (summed((ratio[segment] * then) ** 2) + prior * square))
