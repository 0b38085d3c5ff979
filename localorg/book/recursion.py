"""Backward recursion over the chain's finite state, for many deals' drives and several horizons at once.

Let V(state) be the probability to be won before a horizon for a deal that is in `state` as a step begins. One step back
it is the mean of V over the step's outcomes, won counting 1 and lost 0. `Recursion.back` goes one step back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from localorg.book import chain
from localorg.book.catalogue import OPEN, WON
from localorg.book.columns import Floats

SHAPE = (OPEN, chain.AGES, chain.PUSHES, chain.DUES)
Grid = npt.NDArray[np.float64]  # horizons x stages x ages x pushes x dues x drives


@dataclass(frozen=True)
class Chances:
    """Probabilities of a step for each state and drive: to advance, to fall back, to be lost, to stay."""

    on: Grid
    back: Grid
    lost: Grid
    stay: Grid


class Recursion:
    """The recursion for deals of one segment with the given drives (log factors on getting on, on being lost).

    won: what being won is worth. The chances of a step are kept: they come again each year.
    """

    def __init__(self, segment: int, on: Floats, lost: Floats, won: float = 1.0) -> None:
        self._segment, self._won, self._count = segment, won, len(on)
        self._drive = chain.Drivers(np.full(1, segment), on, lost)
        self._known: dict[chain.Moment, Chances] = {}
        self._room: list[Grid] = []

    def start(self, horizons: int, still_open: float = 0.0) -> Grid:
        """V at the horizon: what a deal is worth that is open still."""
        shape = (horizons, *SHAPE, self._count)
        self._room = [np.empty(shape) for _ in range(4)]  # new memory for each step would cost more than the sums
        return np.full(shape, still_open)

    def back(self, value: Grid, now: chain.Moment) -> Grid:
        """V as a step begins, from V as the next one begins. The result is overwritten two calls later."""
        dated, spare, out, other = self._room
        self._room = [dated, spare, other, out]
        if now.left == 0:
            value = rolled(value, spare)
        self._dates(value, now, dated, out)
        chance = self.chances(now)
        np.multiply(dated[:, :, 1:], chance.stay[:, :-1], out=out[:, :, :-1])
        np.multiply(dated[:, :, -1], chance.stay[:, -1], out=out[:, :, -1])
        fresh = dated[:, :, 0]  # a move leads to age 0 of another stage
        for stage in range(OPEN):
            out[:, stage] += np.multiply(chance.on[stage], self._next(fresh, stage), out=spare[:, stage])
            if stage > 0:
                out[:, stage] += np.multiply(chance.back[stage], fresh[:, stage - 1, None], out=spare[:, stage])
        return out

    def chances(self, now: chain.Moment) -> Chances:
        """The chances of a step, stages x ages x pushes x dues x drives."""
        if now not in self._known:
            stage, age, pushes, due = (x[..., None] for x in np.indices(SHAPE))
            found = chain.exits(self._drive, stage, age, pushes, due, now)
            self._known[now] = Chances(found.on, found.back, found.lost, 1 - found.on - found.back - found.lost)
        return self._known[now]

    def _next(self, fresh: Grid, stage: int) -> Grid | float:
        """The value after an advance: in the stage it leads to, or won."""

        def of(target: int) -> Grid | float:
            return self._won if target == WON else fresh[:, target, None]

        straight, short = (int(way[self._segment, stage]) for way in (chain.NEXT, chain.SKIP))
        if straight == short:
            return of(straight)
        return (1 - chain.SKIP_SHARE) * of(straight) + chain.SKIP_SHARE * of(short)

    def _dates(self, value: Grid, now: chain.Moment, out: Grid, spare: Grid) -> None:
        """Into `out`: the value of a state before its close date may be pushed or pulled in."""
        stage, due = np.arange(OPEN)[:, None], np.arange(chain.DUES)
        push = chain.push_probability(np.full(1, self._segment), stage, due, now)[:, None, None, :, None]
        pull = chain.pull_probability(stage, due)[:, None, None, :, None]
        np.multiply(value, 1 - push - pull, out=out)
        last, late = chain.PUSHES - 1, slice(chain.LATE, None)  # only late stages are pulled in
        np.multiply(push[..., :-1, :], value[..., 1:, :], out=spare[..., :-1, :])
        out[..., :last, :-1, :] += spare[..., 1:, :-1, :]
        out[..., last, :-1, :] += spare[..., last, :-1, :]
        out[:, late, ..., 1:, :] += pull[late, ..., 1:, :] * value[:, late, ..., :-1, :]


def rolled(value: Grid, out: Grid) -> Grid:
    """Into `out`: the value of a state before a quarter ends, from that after it."""
    out[..., :-1, 0, :] = value[..., 1:, 0, :]
    out[..., -1, 0, :] = value[..., -1, 0, :]
    out[..., 1:, :] = value[..., :-1, :]
    return out
