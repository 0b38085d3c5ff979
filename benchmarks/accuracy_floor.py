"""The least error a projection can have: that of a forecaster who knows how a generated book is made.

It knows the exact probability of every open deal to be won by the quarter's end, how amounts are revised on the way,
and, from drawing the same accounts' and reps' deals anew, how many are still to be entered and won. Its forecast of a
row is the median of what may still be booked. What it misses is chance; nobody who sees the same records misses less.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.accuracy_rows import Floats
from localorg.book import World, chain
from localorg.book.catalogue import OPEN, WON
from localorg.book.columns import Ints
from localorg.book.deals import DealMaker, Deals
from localorg.book.steps import Steps, day_number
from localorg.book.truth import State, win_probability
from scoring.projection.scopes import People, people, with_total

_DRAWS, _WORLDS = 400, 40
_SEGMENTS = ("Renew", "Upsell", "Net New")
# Standard deviation of a revision of an amount, of renewals and of others, and how many there are until a win.
_REVISION, _REVISIONS = np.array([0.06, 0.16, 0.16]), 0.5


def floors(world: World, users: pd.DataFrame, starts: Iterable[pd.Timestamp], week: int) -> pd.DataFrame:
    """What the forecaster says at the end of a week of some of the book's quarters.

    Args:
        world: the generated book.
        users: `USERS` of the same book.
        starts: first days of the quarters.
        week: weeks of the quarter that are over.

    Returns:
        quarter, scope, scope_id, segment, to_come (median of the ARR still to be booked); org, teams and reps.
    """
    reps = pd.Index(world.users.to_pylist()[: world.settings.reps])
    # `people` wants the owners sorted.
    group, place = people(reps.sort_values(), users), reps.sort_values().get_indexer(reps)
    again = [_again(world, number) for number in range(_WORLDS)]
    parts = []
    for start in starts:
        first = day_number(start.date())
        step = int(world.steps.of_day(np.array([first + 7 * week]))[0])
        open_wins = _open_wins(world, step, place)
        new_wins = np.stack([_new_wins(world, deals, step, place) for deals in again], axis=-1)
        rng = np.random.default_rng([world.settings.seed, step])
        drawn = open_wins + new_wins[..., rng.integers(0, _WORLDS, _DRAWS)]
        parts.append(_rows(group, drawn).assign(quarter=start))
    return pd.concat(parts, ignore_index=True)


def _again(world: World, number: int) -> Deals:
    settings = replace(world.settings, seed=1_000 * (world.settings.seed + 1) + number)
    return DealMaker(settings, world.steps, world.accounts, world.staff.skill).make()[0]


def _rest_of_quarter(steps: Steps, step: int) -> Steps:
    chosen = (steps.quarter == steps.quarter[step]) & (np.arange(len(steps)) >= step)
    return Steps(steps.first[chosen], steps.last[chosen], steps.quarter[chosen], steps.left[chosen])


def _open_wins(world: World, step: int, place: Ints) -> Floats:
    """Draws of what the deals that are open as a step begins bring in its quarter: reps x segments x draws."""
    deals, walk = world.deals, world.deals.walk
    day = int(world.steps.first[step])
    open_then = np.flatnonzero((deals.births.step < step) & ((walk.ended < 0) | (walk.ended >= day)))
    state = walk.weeks.state[walk.weeks.offset[open_then] + step - deals.births.step[open_then] - 1].astype(np.int64)
    parts = np.unravel_index(state, (OPEN, chain.AGES, chain.PUSHES, chain.DUES))
    stood = State(*(np.asarray(part, np.int64) for part in parts))
    chance = win_probability(deals.profile.take(open_then), stood, _rest_of_quarter(world.steps, step))
    rng = np.random.default_rng([world.settings.seed, step, 1])
    segment = deals.profile.segment[open_then].astype(np.int64)
    spread = _REVISION[segment] * np.sqrt(_REVISIONS)
    shape = (len(open_then), _DRAWS)
    final = _amounts(world, day)[open_then, None] * np.exp(rng.normal(size=shape) * spread[:, None])
    return _by_rep(
        place[deals.rep[open_then]], segment, np.where(rng.random(shape) < chance[:, None], final, 0.0), place
    )


def _amounts(world: World, day: int) -> Floats:
    """The amount of each deal as a day begins."""
    log = world.deals.walk.log
    before = np.flatnonzero(log.day < day)
    amounts = np.zeros(len(world.deals))
    amounts[log.deal[before]] = log.amount[before]  # in the order of time, so that the last one stays
    return amounts


def _new_wins(world: World, deals: Deals, step: int, place: Ints) -> Floats:
    """What deals entered from a step on bring in its quarter: reps x segments."""
    rest = _rest_of_quarter(world.steps, step)
    new = (deals.births.day >= rest.first[0]) & (deals.walk.stage == WON) & (deals.walk.ended <= rest.last[-1])
    chosen = np.flatnonzero(new)
    segment = deals.profile.segment[chosen].astype(np.int64)
    return _by_rep(place[deals.rep[chosen]], segment, deals.walk.amount[chosen, None], place)[..., 0]


def _by_rep(rep: Ints, segment: Ints, values: Floats, place: Ints) -> Floats:
    grid = np.zeros((len(place) + 1, len(_SEGMENTS), values.shape[1]))
    np.add.at(grid, (rep, segment), values)
    return grid


def _rows(group: People, drawn: Floats) -> pd.DataFrame:
    median = np.median(with_total(group.rolled_up(drawn), 1), axis=-1)
    names = ("All", *_SEGMENTS)
    rows = group.units.loc[group.units.index.repeat(len(names))].reset_index(drop=True)
    return rows.assign(segment=np.tile(names, len(group.units)), to_come=median.ravel())
