"""The exact probabilities behind a book, computed from the chain itself by backward recursion over its finite state.

For an open deal with given covariates, let V_t(state) be the probability to be won before the horizon when it is in
`state` as step t begins. V is 0 at the horizon; one step back it is the mean of V over the step's outcomes (won counts
1, lost 0). To be won by the end of a quarter is the same recursion with that quarter's end as its horizon; to be won
at all is its limit, taken at `HORIZON_QUARTERS`, which no deal outlives.

The state has 6 stages x 9 ages x 4 pushes x 3 due quarters. Deals with the same covariates share one recursion.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from localorg.book import chain
from localorg.book.catalogue import OPEN
from localorg.book.columns import Floats, Ints
from localorg.book.steps import Steps, future_steps, month_of
from localorg.book.world import World

HORIZON_QUARTERS = 40  # a deal that is open still after ten years is rarer than one in a million
_BATCH = 64  # covariate profiles at a time; their 648 states each stay in the processor's cache
_SHAPE = (OPEN, chain.AGES, chain.PUSHES, chain.DUES)
Grid = npt.NDArray[np.float64]  # profiles x stages x ages x pushes x dues


@dataclass(frozen=True)
class State:
    """Where open deals stand, one array each."""

    stage: Ints
    age: Ints
    pushes: Ints
    due: Ints


@dataclass(frozen=True)
class Truth:
    """The truth about a book's open deals: their number, and the exact probabilities of each.

    deal: index into the book's deals (the row of its Opportunity table). won: to be won at all. this_quarter,
    next_quarter: to be won by the end of the running quarter, of the one after it.
    """

    deal: Ints
    won: Floats
    this_quarter: Floats
    next_quarter: Floats


def truth_of(world: World) -> Truth:
    """The exact probabilities of all open deals, given all that can be observed at the book's end."""
    walk, settings = world.deals.walk, world.settings
    deal = np.flatnonzero(world.deals.is_open)
    profile = world.deals.profile.take(deal)
    state = State(walk.stage[deal], walk.age[deal], walk.pushes[deal], walk.due[deal])
    won, this, following = (
        win_probability(profile, state, future_steps(settings, quarters)) for quarters in (HORIZON_QUARTERS, 0, 1)
    )
    return Truth(deal, won, this, following)


def win_probability(profile: chain.Profile, state: State, steps: Steps) -> Floats:
    """The exact probability of each open deal to be won within `steps`, which begin where the state was taken.

    profile, state: arrays over the deals. steps: from `future_steps`; those of the running quarter only for the
    probability of this quarter, many quarters for that of winning at all. Returns probabilities, 0..1.
    """
    return _recur(profile, state, steps, won=1.0, still_open=0.0)


def open_probability(profile: chain.Profile, state: State, steps: Steps) -> Floats:
    """The exact probability of each deal to be open still after `steps`."""
    return _recur(profile, state, steps, won=0.0, still_open=1.0)


def _recur(profile: chain.Profile, state: State, steps: Steps, won: float, still_open: float) -> Floats:
    columns = np.stack([getattr(profile, f.name).astype(np.int64) for f in fields(profile)], axis=1)
    _, first, place = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    place = place.reshape(-1)
    order = np.argsort(place, kind="stable")
    bounds = np.searchsorted(place[order], np.arange(0, len(first) + _BATCH, _BATCH))
    out = np.empty(len(profile))
    for batch, start in enumerate(range(0, len(first), _BATCH)):
        recursion = _Recursion(profile.take(first[start : start + _BATCH]), won)
        values = recursion.run(steps, still_open)
        rows = order[bounds[batch] : bounds[batch + 1]]
        out[rows] = values[place[rows] - start, state.stage[rows], state.age[rows], state.pushes[rows], state.due[rows]]
    return out


class _Recursion:
    """The recursion for a batch of covariate profiles. Step probabilities are kept: they come again each year."""

    def __init__(self, profile: chain.Profile, won: float) -> None:
        self._drive = chain.drivers(profile)
        self._wide = chain.Drivers(*(getattr(self._drive, f.name).reshape(-1, 1, 1, 1, 1) for f in fields(self._drive)))
        self._won = won
        self._known: dict[chain.Moment, tuple[Grid, Grid, Grid]] = {}

    def run(self, steps: Steps, still_open: float) -> Grid:
        """V at the beginning of the first step, for every profile and state."""
        months = month_of(steps.last)
        value: Grid = np.full((len(self._drive.segment), *_SHAPE), still_open)
        for step in range(len(steps) - 1, -1, -1):
            value = self._back(value, chain.Moment(int(steps.left[step]), int(months[step])))
        return value

    def _back(self, value: Grid, now: chain.Moment) -> Grid:
        if now.left == 0:
            pushes, due = chain.roll(*np.indices(_SHAPE[2:]))
            value = value[..., pushes, due]
        value = self._dates(value, now)
        on, back, stay = self._chances(now)
        out = np.empty_like(value)
        np.multiply(value[:, :, 1:], stay[:, :, :-1], out=out[:, :, :-1])
        np.multiply(value[:, :, -1:], stay[:, :, -1:], out=out[:, :, -1:])
        fresh = value[:, :, :1]  # a move leads to age 0 of another stage
        out += on * self._next(fresh)
        out[:, 1:] += back[:, 1:] * fresh[:, :-1]
        return out

    def _chances(self, now: chain.Moment) -> tuple[Grid, Grid, Grid]:
        if now not in self._known:
            stage, age, pushes, due = (x[None] for x in np.indices(_SHAPE))
            chance = chain.exits(self._wide, stage, age, pushes, due, now)
            self._known[now] = (chance.on, chance.back, 1 - chance.on - chance.back - chance.lost)
        return self._known[now]

    def _next(self, fresh: Grid) -> Grid:
        """The value after an advance: in the stage it leads to, or won."""
        stages = np.concatenate([fresh, np.full_like(fresh[:, :1], self._won)], axis=1)  # Won comes after the open ones
        rows = np.arange(len(stages))[:, None]
        straight, short = chain.NEXT[self._drive.segment], chain.SKIP[self._drive.segment]
        return np.asarray((1 - chain.SKIP_SHARE) * stages[rows, straight] + chain.SKIP_SHARE * stages[rows, short])

    def _dates(self, value: Grid, now: chain.Moment) -> Grid:
        """The value of a state before its close date may be pushed or pulled in."""
        stage, due = np.arange(OPEN).reshape(1, -1, 1, 1, 1), np.arange(chain.DUES)
        push = chain.push_probability(self._wide.segment, stage, due, now)
        pull = chain.pull_probability(stage, due)
        out = value * (1 - push - pull)
        last = chain.PUSHES - 1
        out[..., :last, :-1] += push[..., :-1] * value[..., 1:, 1:]
        out[..., last:, :-1] += push[..., :-1] * value[..., last:, 1:]
        out[..., 1:] += pull[..., 1:] * value[..., :-1]
        return out
