"""How a deal moves: a weekly Markov chain whose every probability is a function of things that can be observed.

State of an open deal: its stage, the weeks it has been there (0..8, eight stands for "or more"), its pushes (0..3, "or
more") and how many quarters ahead its close date lies (due: 0 this quarter or overdue, 1 the next, 2 later). A push is
a move of the close date into a later quarter; a quarter that ends while the deal is due in it counts as a push too,
whether or not the rep has changed the date yet.

In each step, in this order:
1. the deal advances, falls back a stage, is lost, or stays. These are competing hazards (per week) a, b, l; it leaves
   with probability 1 - exp(-(a + b + l)), and each exit has its hazard's share. To advance from Tech Win is to be won.
2. what is still open may be pushed by a quarter, or pulled in by one.
3. after a quarter's last step every deal that was due in it counts one push more, and the others are due one quarter
   sooner.

A hazard is a product: the stage's own for the segment, the deal's drive (`Drivers`: what its covariates make of it),
and factors for age in stage, pushes, due quarter, weeks left in the quarter and month. The same functions serve the
simulation (arrays over deals) and the truth (arrays over deals and states), so the truth is exact by construction."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from localorg.book.catalogue import OPEN, WON
from localorg.book.columns import Floats, Ints

AGES, PUSHES, DUES = 9, 4, 3
LATE = 4  # the stage from which on close dates are pulled in
STATES = OPEN * AGES * PUSHES * DUES
Small = npt.NDArray[np.int8]

# By segment (Renewal, Upsell, Net New) and stage: the chance to get on rather than be lost, and the weeks it takes.
_PASS = np.array(
    [
        [0.991, 0.989, 0.988, 0.988, 0.976, 0.986],
        [0.845, 0.835, 0.84, 0.82, 0.68, 0.91],
        [0.82, 0.82, 0.83, 0.81, 0.71, 0.91],
    ]
)
_WEEKS = np.array([[3.4, 3.8, 3.0, 3.0, 4.2, 1.8], [4.2, 3.8, 2.6, 3.8, 4.2, 1.6], [6.6, 6.2, 4.2, 6.4, 6.0, 2.0]])
_BACK = np.array([0.0, 0.010, 0.012, 0.016, 0.014, 0.010])  # weekly hazard of falling back a stage
NEXT = np.array([[1, 4, 3, 4, 5, WON], [1, 2, 3, 4, 5, WON], [1, 2, 3, 4, 5, WON]])
SKIP = np.array([[1, 4, 3, 4, 5, WON], [1, 4, 3, 4, 5, WON], [1, 2, 3, 4, 5, WON]])
SKIP_SHARE = 0.35  # of the advances, these take the SKIP way (an upsell without a proof of value)

_STALE_ON, _STALE_LOST = (
    [0.55, 1.0, 1.3, 1.35, 1.25, 1.1, 0.9, 0.7, 0.22],
    [0.25, 0.6, 0.9, 1.1, 1.2, 1.2, 1.2, 1.1, 0.36],
)
_AGE_ON = np.array([[0.55, 1.0, 1.2, 1.2, 1.2, 1.1, 1.0, 0.95, 0.85], _STALE_ON, _STALE_ON])
_AGE_LOST = np.array([[0.4, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], _STALE_LOST, _STALE_LOST])
_PUSH_ON = np.array([1.0, 0.92, 0.78, 0.62])
_PUSH_LOST = np.array([1.0, 1.1, 1.3, 1.5])
_DUE_ON = np.array([[1.55, 0.47, 0.28], [1.1, 0.95, 0.8], [1.1, 0.95, 0.8]])
_DUE_WIN = np.array([1.25, 0.25, 0.08])
_DUE_LOST = np.array([1.1, 0.9, 0.8])
_LEFT_DECISION = np.array([2.4, 2.4, 2.0, 1.5, 1.2, 1.0, 0.9, 0.8, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7])
_LEFT_WIN = np.array([6.2, 3.4, 2.0, 1.3, 0.95, 0.75, 0.62, 0.55, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
_LEFT_LOST = np.array([1.5, 1.1, 1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1.0, 1.2, 1.5, 1.5])
_MONTH_ON = np.array([0.85, 0.95, 1.06, 0.97, 1.0, 1.06, 0.9, 0.8, 1.06, 1.04, 1.06, 1.22])


SIZE_EDGES = (72_250.0, 197_250.0, 597_250.0)  # off the grid of amounts, so that cents never change a deal's band


@dataclass(frozen=True)
class Profile:
    """What is known of a deal from its first week on, as small integers (indexes), one array each.

    segment, pillar: as in the catalogue. size: the first amount's band (`SIZE_EDGES`). skill: the rep's, -2..2.
    sponsor, demo: 1 with an executive sponsor / a demo within seven days. competitor: none, weak, strong.
    health: the account's when the deal began: good, fair, poor (fair for net new).
    """

    segment: Small
    pillar: Small
    size: Small
    skill: Small
    sponsor: Small
    demo: Small
    competitor: Small
    health: Small

    def __len__(self) -> int:
        """How many deals."""
        return len(self.segment)

    def take(self, index: npt.NDArray[Any]) -> "Profile":
        """The profile of some of the deals."""
        return Profile(*(getattr(self, f.name)[index] for f in fields(self)))


# Effects in tenths of a log hazard. Whole numbers, so that deals whose effects add up to the same share one truth.
_STRENGTH = {
    "pillar": np.array([1, 0, 0, 0, -1, -1]),
    "size": np.array([1, 0, 0, -2]),
    "skill": np.array([-2, -1, 0, 1, 2]),
    "sponsor": np.array([-1, 2]),
    "demo": np.array([-1, 1]),
    "competitor": np.array([1, 0, -3]),
}
_STRENGTH_HEALTH = np.array([[5, 0, -10], [1, 0, -2], [0, 0, 0]])
_PACE = {
    "pillar": np.array([1, 0, 0, -1, 0, 1]),
    "size": np.array([2, 0, -1, -2]),
    "demo": np.array([-1, 2]),
}
_UNIT = 10.0


@dataclass(frozen=True)
class Drivers:
    """What the covariates make of a deal: log factors on getting on and on being lost, and its segment."""

    segment: Ints
    on: Floats
    lost: Floats

    def take(self, index: npt.NDArray[Any]) -> "Drivers":
        """The drivers of some of the deals."""
        return Drivers(self.segment[index], self.on[index], self.lost[index])


def drivers(profile: Profile) -> Drivers:
    """The deal's own log factors: strength helps to get on and keeps from being lost, pace quickens both."""
    health = profile.health.astype(np.int64)
    segment = profile.segment.astype(np.int64)
    strength = _STRENGTH_HEALTH[segment, health].copy()
    pace = np.zeros(len(profile), np.int64)
    for name, effect in _STRENGTH.items():
        strength += effect[getattr(profile, name).astype(np.int64) + (2 if name == "skill" else 0)]
    for name, effect in _PACE.items():
        pace += effect[getattr(profile, name).astype(np.int64)]
    return Drivers(segment, (pace + strength) / _UNIT, (pace - strength) / _UNIT)


@dataclass(frozen=True)
class Moment:
    """What the calendar adds in a step: steps left in the quarter after it (0: its last) and the month (0..11)."""

    left: int
    month: int


@dataclass(frozen=True)
class Exits:
    """Probabilities of a step: to advance (or be won), to fall back, to be lost. The rest stays."""

    on: Floats
    back: Floats
    lost: Floats


def exits(drive: Drivers, stage: Ints, age: Ints, pushes: Ints, due: Ints, now: Moment) -> Exits:
    """Step probabilities of open deals. All arrays broadcast against each other (deals, or deals x states)."""
    own_on = _PASS[drive.segment, stage] / _WEEKS[drive.segment, stage]
    own_lost = (1 - _PASS[drive.segment, stage]) / _WEEKS[drive.segment, stage]
    left = min(now.left, len(_LEFT_WIN) - 1)
    calendar = np.where(stage == OPEN - 2, _LEFT_DECISION[left], 1.0) * _DUE_ON[drive.segment, due]
    calendar = np.where(stage == OPEN - 1, _LEFT_WIN[left] * _DUE_WIN[due], calendar)
    on = own_on * np.exp(drive.on) * _AGE_ON[drive.segment, age] * _PUSH_ON[pushes] * calendar * _MONTH_ON[now.month]
    lost = (
        own_lost
        * np.exp(drive.lost)
        * _AGE_LOST[drive.segment, age]
        * _PUSH_LOST[pushes]
        * _DUE_LOST[due]
        * _LEFT_LOST[left]
    )
    back = _BACK[stage]
    total = on + lost + back
    leave = -np.expm1(-total) / total
    return Exits(on * leave, back * leave, lost * leave)


def push_probability(segment: Ints, stage: Ints, due: Ints, now: Moment) -> Floats:
    """The chance that an open deal is pushed in a step: its close date moves to the next quarter."""
    early = stage < 3
    chance = np.where(early, 0.022, 0.010) + np.where((due == 0) & (now.left <= 3) & early, 0.12, 0.0)
    chance = chance * np.where(segment == 0, 0.35, 1.0)
    return np.where(due < DUES - 1, chance, 0.0)


def pull_probability(stage: Ints, due: Ints) -> Floats:
    """The chance that a late-stage deal's close date is pulled in by a quarter in a step."""
    return np.where((stage >= LATE) & (due > 0), 0.025, 0.0)


def roll(pushes: Ints, due: Ints) -> tuple[Ints, Ints]:
    """Pushes and due quarter of open deals after the end of a quarter."""
    return np.where(due == 0, np.minimum(pushes + 1, PUSHES - 1), pushes), np.maximum(due - 1, 0)


def state_code(stage: Ints, age: Ints, pushes: Ints, due: Ints) -> npt.NDArray[np.int16]:
    """The state of each open deal as one number, 0..STATES - 1."""
    return np.asarray(((stage * AGES + age) * PUSHES + pushes) * DUES + due, np.int16)
