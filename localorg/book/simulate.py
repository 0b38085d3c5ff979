"""Deals walk through the chain, all of them at once, one step after the other; what changed is logged.

The chain knows only in which quarter a deal is due. The close date itself is written here, so that it always agrees
with the state: the due quarter can be read off it, and pushes are its moves into later quarters plus the quarters it
is overdue. Within the quarter a date that has passed is moved on by most reps; some (`neglect`) leave it, which is the
overdue dirt that every pipeline has. Amounts are revised on the way; the chain does not depend on them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from localorg.book import chain
from localorg.book.catalogue import LOST, OPEN, WON
from localorg.book.columns import Bools, Floats, Ints, repeat_within
from localorg.book.steps import Steps, month_of, quarter_of, quarter_start, workday


@dataclass(frozen=True)
class Births:
    """Deals as they begin: step and day of entry, stage, close date, amount, whether their dates are neglected."""

    step: Ints
    day: Ints
    stage: Ints
    close: Ints
    amount: Floats
    neglect: Bools


@dataclass(frozen=True)
class Log:
    """One row per change, in the order of deal and time: all values after the change."""

    deal: Ints
    day: Ints
    stage: Ints
    close: Ints
    amount: Floats


@dataclass(frozen=True)
class Weeks:
    """The state of every deal as each step began in which it was open, and as the first step after the book begins.

    count: how many such states each deal has; they are those of consecutive steps, the first one that after its birth.
    state: `chain.state_code` of all of them, deal by deal.
    """

    count: Ints
    state: npt.NDArray[np.int16]

    @property
    def offset(self) -> Ints:
        """The place of each deal's first state."""
        return np.asarray(np.cumsum(self.count) - self.count, np.int64)

    def take(self, deals: Ints) -> "Weeks":
        """The states of some deals, in their order."""
        count = self.count[deals]
        parent, rank = repeat_within(count)
        return Weeks(count, self.state[self.offset[deals][parent] + rank])


@dataclass(frozen=True)
class Walk:
    """Where the deals stand after the last step, and the log. age: weeks in the stage; close: the close date (day)."""

    stage: Ints
    age: Ints
    pushes: Ints
    due: Ints
    close: Ints
    amount: Floats
    ended: Ints  # the day on which it was won or lost; -1 while open
    log: Log
    weeks: Weeks


def day_in_quarter(quarter: Ints, earliest: Ints, rng: np.random.Generator) -> Ints:
    """A close date in each quarter, if possible from `earliest` on: half on the last day, a fifth at a month's end."""
    start, after = quarter_start(quarter), quarter_start(quarter + 1)
    low = np.minimum(np.maximum(start, earliest), after - 1)
    free = low + (rng.random(len(low)) * (after - low)).astype(np.int64)
    month_end = (free.astype("datetime64[D]").astype("datetime64[M]") + 1).astype("datetime64[D]").astype(np.int64) - 1
    habit = rng.random(len(low))
    chosen = np.where(habit < 0.5, after - 1, np.where(habit < 0.7, month_end, free))
    return np.maximum(workday(chosen), low)


class Simulation:
    """One walk of all deals. `run` returns it."""

    def __init__(self, profile: chain.Profile, births: Births, steps: Steps, rng: np.random.Generator) -> None:
        self._steps, self._rng, self._births = steps, rng, births
        self._drive = chain.drivers(profile)
        self.stage, self.close, self.amount = births.stage.copy(), births.close.copy(), births.amount.copy()
        count = len(profile)
        self.age, self.pushes = np.zeros(count, np.int64), np.zeros(count, np.int64)
        ahead = quarter_of(births.close) - steps.quarter[births.step]
        self.due = np.clip(ahead, 0, chain.DUES - 1)
        self.ended = np.full(count, -1, np.int64)
        self._parts: list[Log] = [
            Log(np.arange(count), births.day, self.stage.copy(), self.close.copy(), self.amount.copy())
        ]
        self._states: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int16]]] = []

    def run(self) -> Walk:
        """Walk through all steps; a deal's first move is in the step after its birth."""
        order = np.argsort(self._births.step, kind="stable")
        born = np.searchsorted(self._births.step[order], np.arange(len(self._steps) + 1))
        active = np.empty(0, np.int64)
        for step in range(len(self._steps)):
            self._observe(active)
            if len(active):
                active = self._step(step, active)
            active = np.concatenate([active, order[born[step] : born[step + 1]]])
            if self._steps.left[step] == 0:
                self.pushes[active], self.due[active] = chain.roll(self.pushes[active], self.due[active])
        self._observe(active)
        return Walk(
            self.stage,
            self.age,
            self.pushes,
            self.due,
            self.close,
            self.amount,
            self.ended,
            self._log(),
            self._weeks(),
        )

    def _observe(self, deals: Ints) -> None:
        state = chain.state_code(self.stage[deals], self.age[deals], self.pushes[deals], self.due[deals])
        self._states.append((deals.astype(np.int32), state))

    def _weeks(self) -> Weeks:
        count = np.zeros(len(self.stage), np.int64)
        for deals, _ in self._states:
            count[deals] += 1
        state = np.empty(int(count.sum()), np.int16)
        place = np.cumsum(count) - count
        for deals, states in self._states:
            state[place[deals]] = states
            place[deals] += 1
        return Weeks(count, state)

    def _log(self) -> Log:
        columns = [
            np.concatenate([getattr(p, n) for p in self._parts]) for n in ("deal", "day", "stage", "close", "amount")
        ]
        order = np.argsort(columns[0], kind="stable")  # parts are in the order of time already
        return Log(*(c[order] for c in columns))

    def _step(self, step: int, deals: Ints) -> Ints:
        steps = self._steps
        now = chain.Moment(int(steps.left[step]), int(month_of(steps.last[step : step + 1])[0]))
        day = self._event_day(step, len(deals))
        stage = self.stage[deals]
        after = self._move(deals, stage, now)
        moved = after != stage
        self.stage[deals] = after
        self.age[deals] = np.where(moved, 0, np.minimum(self.age[deals] + 1, chain.AGES - 1))
        ended = after >= OPEN
        self.close[deals[ended]] = day[ended]
        self.ended[deals[ended]] = day[ended]
        still = ~ended
        dated = np.zeros(len(deals), np.bool_)
        dated[still] = self._dates(step, now, deals[still], day[still])
        revised = self._revise(deals, stage, after, moved)
        changed = moved | dated | revised
        rows = deals[changed]
        self._parts.append(Log(rows, day[changed], self.stage[rows], self.close[rows], self.amount[rows]))
        return deals[still]

    def _event_day(self, step: int, count: int) -> Ints:
        first, last = int(self._steps.first[step]), int(self._steps.last[step])
        late = 0.45 if self._steps.left[step] == 0 else 1.0  # the quarter's last days
        day = first + np.floor((last - first + 1) * self._rng.random(count) ** late).astype(np.int64)
        return np.maximum(workday(np.minimum(day, last)), first)

    def _move(self, deals: Ints, stage: Ints, now: chain.Moment) -> Ints:
        drive = self._drive.take(deals)
        chance = chain.exits(drive, stage, self.age[deals], self.pushes[deals], self.due[deals], now)
        roll = self._rng.random(len(deals))
        skips = self._rng.random(len(deals)) < chain.SKIP_SHARE
        target = np.where(skips, chain.SKIP[drive.segment, stage], chain.NEXT[drive.segment, stage])
        out = np.where(roll < chance.on, target, stage)
        out = np.where((roll >= chance.on) & (roll < chance.on + chance.lost), LOST, out)
        falls = (roll >= chance.on + chance.lost) & (roll < chance.on + chance.lost + chance.back)
        return np.where(falls, stage - 1, out).astype(np.int64)

    def _dates(self, step: int, now: chain.Moment, deals: Ints, day: Ints) -> Bools:
        """Push, pull in and mend close dates of open deals. Returns which dates changed."""
        rng, quarter = self._rng, int(self._steps.quarter[step])
        segment, stage, due = self._drive.segment[deals], self.stage[deals], self.due[deals]
        roll = rng.random(len(deals))
        push = chain.push_probability(segment, stage, due, now)
        pushed = roll < push
        pulled = ~pushed & (roll < push + chain.pull_probability(stage, due))
        due = due + pushed - pulled
        self.due[deals] = due
        self.pushes[deals] = np.minimum(self.pushes[deals] + pushed, chain.PUSHES - 1)
        passed = (
            (due == 0)
            & ~pushed
            & (self.close[deals] < day)
            & ((now.left > 0) | (self.close[deals] < self._steps.first[step]))
        )
        old = quarter_of(self.close[deals]) < quarter
        care = np.where(self._births.neglect[deals], 0.04, np.where(old, 0.75, 0.5))
        mended = passed & (rng.random(len(deals)) < care)
        changed = np.asarray(pushed | pulled | mended, np.bool_)
        self.close[deals[changed]] = day_in_quarter(quarter + due[changed], day[changed] + 3, rng)
        return changed

    def _revise(self, deals: Ints, before: Ints, after: Ints, moved: Bools) -> Bools:
        """Amounts are re-sized at an advance past discovery, and now and then else. Returns which were."""
        rng = self._rng
        chance = np.where(moved & (after > before) & (after <= WON) & (after >= 2), 0.3, 0.012)
        revised = np.asarray((rng.random(len(deals)) < chance) & (after != LOST), np.bool_)
        rows = deals[revised]
        spread = np.where(self._drive.segment[rows] == 0, 0.06, 0.16)
        new = self.amount[rows] * np.exp(rng.normal(-0.01, 1.0, len(rows)) * spread)
        self.amount[rows] = np.maximum(np.round(new / 500) * 500, 20_000)
        return revised
