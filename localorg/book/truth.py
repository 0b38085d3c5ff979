"""The exact probabilities behind a book's deals, for every week in which each of them was open.

They come from the chain itself by backward recursion over its finite state (`recursion`): nothing is simulated. To be
won by the end of a quarter is the recursion with that quarter's end as its horizon; to be won at all is its limit,
taken at `HORIZON_QUARTERS`, which no deal outlives. A deal's covariates count only through its drive, so the deals of
a segment with the same drive share one recursion.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from localorg.book import chain
from localorg.book.catalogue import RENEWAL
from localorg.book.columns import Floats, Ints, repeat_within
from localorg.book.recursion import Grid, Recursion, rolled
from localorg.book.simulate import Weeks
from localorg.book.steps import Steps, future_steps, joined, month_of
from localorg.book.world import World

HORIZON_QUARTERS = 40  # a deal that is open still after ten years is rarer than one in a million
QUARTERS = 4  # the running quarter and the next three; what is open is decided by then, or nearly so
BATCH = 100
THREADS = 2
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True)
class State:
    """Where open deals stand, one array each."""

    stage: Ints
    age: Ints
    pushes: Ints
    due: Ints


@dataclass(frozen=True)
class Truth:
    """The truth about a book's open deals at its end.

    deal: index into the book's deals (the row of its Opportunity table). won: to be won at all. this_quarter,
    next_quarter: to be won by the end of the running quarter, of the one after it.
    """

    deal: Ints
    won: Floats
    this_quarter: Floats
    next_quarter: Floats


@dataclass(frozen=True)
class DealWeeks:
    """True probabilities of deals in the weeks in which they were open, given what could be seen as the week began.

    deal: index into the book's deals; rows of a deal lie together, in the order of weeks. step: index into
    `past_steps`; its length stands for the book's end. won: to be won at all. quarters: rows x 4, to be won by the end
    of the quarter the week lies in, of the next one, and so on. lost: to be lost in the week itself.
    """

    deal: Ints
    step: Ints
    won: Singles
    quarters: npt.NDArray[np.float32]
    lost: Singles


@dataclass(frozen=True)
class Newborn:
    """Renewals that are opened in a step: the probability to lose them, and how they may look.

    drive: rows of (on, lost). lost: steps x stage (0, 1) x due x drives, from the book's first step on into the future.
    """

    drive: Floats
    lost: npt.NDArray[np.float64]


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
    return _within(profile, state, steps, won=1.0, still_open=0.0)


def open_probability(profile: chain.Profile, state: State, steps: Steps) -> Floats:
    """The exact probability of each deal to be open still after `steps`."""
    return _within(profile, state, steps, won=0.0, still_open=1.0)


def _within(profile: chain.Profile, state: State, steps: Steps, *, won: float, still_open: float) -> Floats:
    out, months = np.empty(len(profile)), month_of(steps.last)
    code = chain.state_code(state.stage, state.age, state.pushes, state.due)
    for batch in _batches(chain.drivers(profile), np.empty((0, 2))):
        recursion = Recursion(batch.segment, batch.drive[:, 0], batch.drive[:, 1], won)
        value = recursion.start(1, still_open)
        for step in range(len(steps) - 1, -1, -1):
            value = recursion.back(value, chain.Moment(int(steps.left[step]), int(months[step])))
        out[batch.deal] = value.reshape(chain.STATES, -1)[code[batch.deal], batch.place]
    return out


@dataclass(frozen=True)
class _Batch:
    """Some drives of a segment (rows of on, lost), the deals that have them, and which drive each deal has."""

    segment: int
    drive: Floats
    deal: Ints
    place: Ints


def _batches(drive: chain.Drivers, besides: Floats) -> Iterator[_Batch]:
    """All deals, by segment and drive; for renewals also drives that no deal has, as rows of `besides`."""
    for segment in range(3):
        own = np.flatnonzero(drive.segment == segment)
        rows = np.stack([drive.on[own], drive.lost[own]], axis=1)
        if segment == RENEWAL:
            rows = np.concatenate([rows, besides])
        unique, place = np.unique(rows, axis=0, return_inverse=True)
        place = place.reshape(-1)[: len(own)]
        order = np.argsort(place, kind="stable")
        bounds = np.searchsorted(place[order], np.arange(0, len(unique) + BATCH, BATCH))
        for number, first in enumerate(range(0, len(unique), BATCH)):
            chosen = np.sort(order[bounds[number] : bounds[number + 1]])
            yield _Batch(segment, unique[first : first + BATCH], own[chosen], place[chosen] - first)


def each_truth(world: World, besides: Floats | None = None) -> Iterator[tuple[DealWeeks, Newborn | None]]:
    """The truth about all deals in all their weeks, some deals at a time, every deal once.

    besides: further drives of renewals, rows of (on, lost). Newborn renewals come with the batches of renewals.
    Two batches at a time are worked on, in threads; not more are held.
    """
    deals = world.deals
    walk = deals.walk
    past, future = world.steps, future_steps(world.settings, HORIZON_QUARTERS)
    batches = _batches(chain.drivers(deals.profile), np.empty((0, 2)) if besides is None else besides)
    with ThreadPoolExecutor(THREADS) as pool:

        def begun(batch: _Batch) -> Future[tuple[DealWeeks, Newborn | None]]:
            weeks = walk.weeks.take(batch.deal)
            return pool.submit(_Pass(batch, weeks, deals.births.step[batch.deal] + 1, past, future).run)

        waiting = [begun(batch) for batch in islice(batches, THREADS + 1)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [begun(batch) for batch in islice(batches, 1)]


class _Pass:
    """One batch's way back from the far future to the book's first step."""

    def __init__(self, batch: _Batch, weeks: Weeks, first: Ints, past: Steps, future: Steps) -> None:
        self._batch, self._past, self._weeks = batch, len(past), weeks
        self._steps = joined([past, future])
        parent, rank = repeat_within(weeks.count)
        self._deal, self._step = batch.deal[parent], first[parent] + rank
        self._cell = weeks.state.astype(np.int64) * len(batch.drive) + batch.place[parent]
        self._rows = np.argsort(self._step, kind="stable")
        self._bounds = np.searchsorted(self._step[self._rows], np.arange(self._past + 2))
        count = len(self._deal)
        self._won, self._lost = np.empty(count, np.float32), np.empty(count, np.float32)
        self._quarters = np.empty((count, QUARTERS), np.float32)

    def run(self) -> tuple[DealWeeks, Newborn | None]:
        """Go back step by step, and keep on the way what is asked for."""
        recursion = Recursion(self._batch.segment, self._batch.drive[:, 0], self._batch.drive[:, 1])
        steps, months = self._steps, month_of(self._steps.last)
        renewals = self._batch.segment == RENEWAL
        born = np.empty((len(steps) if renewals else 0, 2, chain.DUES, len(self._batch.drive)))
        value = recursion.start(1)
        for step in range(len(steps) - 1, -1, -1):
            if steps.left[step] == 0:
                value = self._new_quarter(recursion, value, step)
            if renewals:
                born[step] = _newborn(value[0], int(steps.left[step]))
            now = chain.Moment(int(steps.left[step]), int(months[step]))
            value = recursion.back(value, now)
            if step <= self._past:
                self._keep(step, value, recursion.chances(now).lost)
        found = DealWeeks(self._deal, self._step, self._won, self._quarters, self._lost)
        return found, Newborn(self._batch.drive, born) if renewals else None

    def _new_quarter(self, recursion: Recursion, value: Grid, step: int) -> Grid:
        """Before the last step of a quarter is taken: its end is one more horizon, all others are a quarter later."""
        if self._steps.quarter[step] > self._steps.quarter[self._past] + QUARTERS - 1:
            return value
        if len(value) == 1:
            wide = recursion.start(1 + QUARTERS)
            wide[0] = value[0]
            return wide
        value[2:] = value[1:-1].copy()
        value[1] = 0.0
        return value

    def _keep(self, step: int, value: Grid, lost: Grid) -> None:
        rows = self._rows[self._bounds[step] : self._bounds[step + 1]]
        cell, flat = self._cell[rows], value.reshape(len(value), -1)
        self._won[rows] = flat[0][cell]
        for quarter in range(QUARTERS):
            self._quarters[rows, quarter] = flat[1 + quarter][cell]
        self._lost[rows] = lost.reshape(-1)[cell]


def _newborn(value: Grid, left: int) -> Grid:
    """The probability to lose renewals opened in a step, stage x due x drives, from V as the next step begins."""
    if left == 0:
        value = rolled(value, np.empty_like(value))
    return np.asarray(1 - value[:2, 0, 0])
