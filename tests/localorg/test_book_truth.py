"""The exact probabilities of deals agree with the chain: by hand, by conservation, and by simulation."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from localorg.book import BookSettings, generate
from localorg.book.catalogue import OPEN, WON
from localorg.book.chain import AGES, DUES, PUSHES, Drivers, Moment, Profile, drivers, exits, push_probability
from localorg.book.simulate import Births, Simulation, day_in_quarter
from localorg.book.steps import Steps, future_steps, past_steps, quarter_of
from localorg.book.truth import State, open_probability, truth_of, win_probability

SETTINGS = BookSettings(accounts=30, deals=400, quarters=8, reps=4, end=date(2026, 11, 22))


def profiles(count: int, rng: np.random.Generator, **fixed: int) -> Profile:
    sizes = {
        "segment": (0, 3),
        "pillar": (0, 6),
        "size": (0, 4),
        "skill": (-2, 3),
        "sponsor": (0, 2),
        "demo": (0, 2),
        "competitor": (0, 3),
        "health": (0, 3),
    }
    drawn = {name: rng.integers(*bounds, count) for name, bounds in sizes.items()}
    drawn |= {name: np.full(count, value) for name, value in fixed.items()}
    return Profile(**{name: values.astype(np.int8) for name, values in drawn.items()})


def states(count: int, rng: np.random.Generator) -> State:
    return State(*(rng.integers(0, size, count) for size in (OPEN, AGES, PUSHES, DUES)))


def part(steps: Steps, count: int) -> Steps:
    return Steps(steps.first[:count], steps.last[:count], steps.quarter[:count], steps.left[:count])


def test_steps_cover_every_day_once_and_never_straddle_quarters() -> None:
    for end in (date(2026, 10, 1), date(2026, 10, 2), date(2026, 11, 22), date(2026, 12, 31), date(2024, 3, 31)):
        settings = BookSettings(quarters=5, end=end)
        past, future = past_steps(settings), future_steps(settings, 2)
        first, last = np.concatenate([past.first, future.first]), np.concatenate([past.last, future.last])
        assert (first[1:] == last[:-1] + 1).all()
        assert (quarter_of(first) == quarter_of(last)).all()
        assert ((last - first + 1 >= 6) | (first == future.first[0])).all() or end.day in (2, 31)
        quarter, left = np.concatenate([past.quarter, future.quarter]), np.concatenate([past.left, future.left])
        for one in np.unique(quarter):
            assert left[quarter == one].tolist() == list(range((quarter == one).sum()))[::-1]


def test_exits_are_probabilities_that_leave_room_to_stay() -> None:
    rng = np.random.default_rng(0)
    profile, state = profiles(5000, rng), states(5000, rng)
    for left in range(15):
        chance = exits(drivers(profile), state.stage, state.age, state.pushes, state.due, Moment(left, left % 12))
        total = chance.on + chance.back + chance.lost
        assert (chance.on > 0).all()
        assert (chance.lost > 0).all()
        assert (chance.back[state.stage == 0] == 0).all()
        assert (total < 1).all()


def test_one_step_before_the_horizon_only_tech_win_can_be_won() -> None:
    rng = np.random.default_rng(1)
    profile, state = profiles(300, rng), states(300, rng)
    steps = part(future_steps(SETTINGS, 0), 1)
    chance = exits(drivers(profile), state.stage, state.age, state.pushes, state.due, Moment(int(steps.left[0]), 10))
    wanted = np.where(state.stage == OPEN - 1, chance.on, 0.0)
    assert win_probability(profile, state, steps) == pytest.approx(wanted)


def test_won_lost_and_open_add_up() -> None:
    rng = np.random.default_rng(2)
    profile, state = profiles(100, rng), states(100, rng)
    steps = future_steps(SETTINGS, 2)
    won, still = win_probability(profile, state, steps), open_probability(profile, state, steps)
    assert (won >= 0).all()
    assert (still > 0).all()
    assert (won + still < 1).all()


def test_more_time_never_lowers_the_chance_to_win_and_ten_years_settle_it() -> None:
    rng = np.random.default_rng(3)
    profile, state = profiles(4, rng), states(4, rng)
    chances = [win_probability(profile, state, future_steps(SETTINGS, quarters)) for quarters in (0, 1, 4, 40)]
    assert all((later >= sooner).all() for sooner, later in pairwise(chances))
    assert open_probability(profile, state, future_steps(SETTINGS, 40)).max() < 1e-6


@pytest.mark.parametrize("segment", [0, 1, 2])
def test_truth_agrees_with_ten_thousand_walks(segment: int) -> None:
    runs, kinds = 10_000, 3
    rng = np.random.default_rng(segment)
    profile, state = profiles(kinds, rng, segment=segment), states(kinds, rng)
    steps = future_steps(SETTINGS, 3)
    exact = win_probability(profile, state, steps)
    kind = np.repeat(np.arange(kinds), runs)
    close = day_in_quarter(steps.quarter[0] + state.due[kind], np.full(len(kind), steps.first[0]), rng)
    zero = np.zeros(len(kind), np.int64)
    # Born in a step before the first one: their first move is then in the first.
    before = Steps(steps.first[:1] - 7, steps.first[:1] - 1, steps.quarter[:1], np.array([99]))
    whole = Steps(
        *(np.concatenate([getattr(before, n), getattr(steps, n)]) for n in ("first", "last", "quarter", "left"))
    )
    amount, neglect = np.full(len(kind), 100_000.0), rng.random(len(kind)) < 0.2
    walk = Simulation(
        profile.take(kind), Births(zero, zero + before.first[0], state.stage[kind], close, amount, neglect), whole, rng
    )
    walk.age[:], walk.pushes[:] = state.age[kind], state.pushes[kind]
    won = walk.run().stage == WON
    seen = np.array([won[kind == k].mean() for k in range(kinds)])
    spread = np.sqrt(np.maximum(exact * (1 - exact), 1e-4) / runs)
    assert (np.abs(seen - exact) < 4 * spread).all()


def test_truth_of_a_book_orders_its_probabilities() -> None:
    book = generate(SETTINGS)
    truth = truth_of(book.world)
    closed = np.array(book["Opportunity"]["IsClosed"].to_pylist())
    assert truth.deal.tolist() == np.flatnonzero(~closed).tolist()
    assert (truth.this_quarter <= truth.next_quarter + 1e-12).all()
    assert (truth.next_quarter <= truth.won + 1e-12).all()
    assert truth.won.max() <= 1.0
    assert truth.won.min() > 0


def test_pushes_are_rarer_for_renewals_and_end_at_the_last_quarter_in_reach() -> None:
    stage, due = np.zeros(3, np.int64), np.array([0, 1, 2])
    now = Moment(1, 8)
    upsell, renewal = (
        push_probability(np.full(3, 1), stage, due, now),
        push_probability(np.zeros(3, int), stage, due, now),
    )
    assert (renewal[:2] < upsell[:2]).all()
    assert upsell[2] == 0
    assert upsell[0] > upsell[1]


def test_drivers_of_equal_covariates_are_equal() -> None:
    profile = profiles(2, np.random.default_rng(5), **dict.fromkeys(Profile.__dataclass_fields__, 1))
    drive = drivers(profile)
    assert isinstance(drive, Drivers)
    assert drive.on[0] == drive.on[1]
