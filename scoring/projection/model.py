"""What is learned from past quarters for the projection, and a day's outlook that follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.projection.calendar import DAYS, Span, band
from scoring.projection.deals import ANY, LOG_NONE, NEW, VARIANCE, contributions
from scoring.projection.features import Categories, DealCodes
from scoring.projection.layout import Layout
from scoring.projection.learning import Growth, Week, offsets, week_of
from scoring.projection.new_business import NewBusiness, entered_before
from scoring.projection.odds import Codes, Odds
from scoring.projection.ranges import NOMINAL, Levels
from scoring.projection.timeline import Bools, Timeline

# Kinds of rows whose ranges are calibrated apart: of a scope as a whole, of its segments, of its pillars.
KINDS = WHOLE, SEGMENT, PILLAR = ("whole", "segment", "pillar")


@dataclass(frozen=True)
class ProjectionModel:
    """What past quarters say about a quarter's final bookings; `fit_projection` returns it.

    Attributes:
        found: the categories the odds know.
        odds, assumed: log-odds of an open deal, learned, and assumed before by season, stage, due and weeks left.
        growth: how amounts change until they are won.
        new: deals not yet created.
        owners_new: wins of such deals by owner; pillars_new: shares of pillars in their ARR, a row per segment.
        shock: standard deviation, over quarters, of what moves the log-odds of all deals together.
        levels: by scope, kind of row and band of weeks: which levels of the computed distribution to use.
        proof: `PROJECTION_PROOF`: how good it would have been in them.
        quarters: past quarters behind it.
    """

    found: Categories
    odds: Odds
    assumed: Floats
    growth: Growth
    new: NewBusiness
    owners_new: "pd.Series[float]"
    pillars_new: pd.DataFrame
    shock: float
    levels: Mapping[tuple[str, str, int], Levels]
    proof: pd.DataFrame
    quarters: int

    def level(self, scope: str, kind: str, weeks_left: int) -> Levels:
        """The levels of a scope's rows of one kind."""
        return self.levels.get((scope, kind, band(weeks_left)), NOMINAL)


@dataclass(frozen=True)
class Outlook:
    """The deals of a book at the end of a day, with what each may add to the quarter; arrays over deals.

    Attributes:
        day: day number.
        deal: position in the timeline's deals.
        probability: 0..1, of being won in the quarter; 0 for closed deals.
        value: ARR an open deal is expected to close with; 0 without or below 0.
        noise: variance of the final ARR over the square of `value`.
        amount: ARR as entered, NaN where there is none.
        booked: ARR won in the quarter.
        in_quarter, is_open: close date in the quarter; open deals.
    """

    day: int
    deal: Codes
    probability: Floats
    value: Floats
    noise: Floats
    amount: Floats
    booked: Floats
    in_quarter: Bools
    is_open: Bools

    def contributions(self, share: Floats | None = None, rows: Codes | None = None) -> Floats:
        """`deals.contributions`, of all deals or of shares of some (`rows`: positions) of them."""
        at = slice(None) if rows is None else rows
        part = 1.0 if share is None else share
        return contributions(
            self.probability[at],
            self.value[at] * part,
            self.noise[at],
            self.booked[at] * part,
            self.in_quarter[at],
            self.is_open[at],
            np.nan_to_num(self.amount[at]) * part,
        )


def outlook(model: ProjectionModel, line: Timeline, code: DealCodes, day: int, quarter: Span) -> Outlook:
    """The deals at the end of `day` under a model."""
    return outlook_of(model, week_of(line, code, day, quarter, model.found), code, quarter)


def outlook_of(model: ProjectionModel, week: Week, code: DealCodes, quarter: Span) -> Outlook:
    """The same from deals that were looked up before."""
    day, standing = week.day, week.standing
    is_open = ~standing.is_closed
    probability = np.zeros(len(standing.deal))
    if day < quarter.end:
        probability[is_open] = model.odds.probability(week.factors, offsets(week.factors, model.assumed))
    segment = code.segment[standing.deal]
    value = np.where(is_open, np.nan_to_num(standing.value).clip(min=0.0) * model.growth.ratio[segment], 0.0)
    noise = model.growth.noise[segment]
    inside = (standing.close >= quarter.start) & (standing.close <= quarter.end)
    booked = np.where(standing.is_closed & standing.is_won & inside, np.nan_to_num(standing.value), 0.0)
    return Outlook(day, standing.deal, probability, value, noise, standing.value, booked, inside, is_open)


def to_come(model: ProjectionModel, line: Timeline, group: Layout, day: int, quarter: Span) -> Floats:
    """Wins, ARR and variance of deals not yet created by segment: (segments + 1, 3)."""
    before = entered_before(line, group.segment, quarter)
    return np.stack(model.new.expected(before, (quarter.end - day) / DAYS), axis=1)


def by_owner(model: ProjectionModel, line: Timeline, group: Layout, view: Outlook, quarter: Span) -> Floats:
    """Sums of the deals, and of those not yet created, by owner and segment: (owners + 1, segments + 1, COLUMNS)."""
    grid = group.by_owner(view.deal, view.contributions())
    return with_new(grid, to_come(model, line, group, view.day, quarter), owner_shares(model, group, grid))


def by_pillar(model: ProjectionModel, line: Timeline, group: Layout, view: Outlook, quarter: Span) -> Floats:
    """The same by pillar: (owners + 1, segments + 1, pillars + 1, COLUMNS). Its sums over pillars are `by_owner`'s."""
    place = np.full(len(line.deals), -1, dtype=np.int64)
    place[view.deal] = np.arange(len(view.deal))
    part = np.flatnonzero(place[group.parts.deal] >= 0)
    grid = group.by_pillar(part, view.contributions(group.parts.share[part], place[group.parts.deal[part]]))
    owners = owner_shares(model, group, grid.sum(axis=2))
    pillars = model.pillars_new.reindex(columns=[*group.pillars, ""], fill_value=0.0).to_numpy(copy=True)
    # A pillar that is gone from the book leaves its share to deals without one.
    pillars[:, -1] += 1.0 - pillars.sum(axis=1)
    new = to_come(model, line, group, view.day, quarter)
    return with_new(grid, pillars[:, :, None] * new[:, None, :], owners)


def owner_shares(model: ProjectionModel, group: Layout, grid: Floats) -> Floats:
    """Each owner's share in deals to come: by past wins of the kind, one added to each owner with deals now."""
    active = grid[:-1, :, ANY].sum(axis=1) > 0
    wins = model.owners_new.reindex(group.people.owners).to_numpy(dtype="float64")
    wins = np.nan_to_num(wins)
    weight = np.where(active, wins + 1.0, 0.0)
    total = weight.sum()
    # Without any owner who could win them they stay with the deals that have none.
    return np.append(weight / total, 0.0) if total > 0 else np.append(np.zeros(len(weight)), 1.0)


def with_new(grid: Floats, new: Floats, share: Floats) -> Floats:
    """The grid of sums with the deals to come (wins, ARR, variance on the last axis) shared out over the owners."""
    result = grid.copy()
    part = np.multiply.outer(share, new)
    result[..., LOG_NONE] -= part[..., 0]
    result[..., NEW] += part[..., 1]
    result[..., VARIANCE] += part[..., 2]
    return result
