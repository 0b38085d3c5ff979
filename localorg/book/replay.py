"""Checks the truth by walking: deals and contracts go on from where they stood, many times, with the generator's steps.

Nothing here uses the recursion: it is `Simulation`, `next_health` and the drawing of new renewals, as they made the
book. What is counted must agree with the truth within the error of counting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from localorg.book import chain
from localorg.book.accounts import next_health
from localorg.book.catalogue import LOST, PRODUCTS, RENEWAL, WON
from localorg.book.columns import Floats, Ints
from localorg.book.contracts import LATER_STAGE, LEADS, opening_day, renewal_amount
from localorg.book.deals import OWN_REP, draw_profile
from localorg.book.simulate import Births, Simulation, day_in_quarter
from localorg.book.steps import Steps, future_steps, joined, quarter_start
from localorg.book.truth import HORIZON_QUARTERS, QUARTERS
from localorg.book.world import World

Rng = np.random.Generator


@dataclass(frozen=True)
class Counted:
    """Shares of runs, one per deal. won: won at all; quarters: deals x 4, by the end of this and later quarters."""

    won: Floats
    quarters: Floats


def steps_from(world: World, step: int) -> Steps:
    """The steps from one of the book's on until all is decided; its length stands for the book's end."""
    whole = joined([world.steps, future_steps(world.settings, HORIZON_QUARTERS)])
    return Steps(whole.first[step:], whole.last[step:], whole.quarter[step:], whole.left[step:])


def replay_deals(world: World, deals: Ints, step: int, runs: int, rng: Rng) -> Counted:
    """Let deals which were open as a step began go on from there, `runs` times each."""
    weeks, steps = world.deals.walk.weeks, steps_from(world, step)
    state = weeks.state[weeks.offset[deals] + step - world.deals.births.step[deals] - 1].astype(np.int64)
    stage, age, pushes, due = np.unravel_index(np.repeat(state, runs), (6, chain.AGES, chain.PUSHES, chain.DUES))
    many = np.repeat(deals, runs)
    close = day_in_quarter(steps.quarter[0] + due, np.full(len(many), steps.first[0]), rng)
    births = Births(
        np.zeros(len(many), np.int64),
        np.full(len(many), steps.first[0] - 7),
        stage.astype(np.int64),
        close,
        np.full(len(many), 100_000.0),
        rng.random(len(many)) < 0.2,
    )
    walk = Simulation(world.deals.profile.take(many), births, _with_eve(steps), rng)
    walk.age[:], walk.pushes[:] = age, pushes
    done = walk.run()
    won = done.stage == WON
    ends = quarter_start(steps.quarter[0] + 1 + np.arange(QUARTERS))
    by = won[:, None] & (done.ended[:, None] < ends)
    return Counted(won.reshape(-1, runs).mean(axis=1), by.reshape(-1, runs, QUARTERS).mean(axis=1))


def _with_eve(steps: Steps) -> Steps:
    """The steps with one before them, in which deals are born whose first move is in the first of them."""
    eve = Steps(steps.first[:1] - 7, steps.first[:1] - 1, steps.quarter[:1], np.array([99]))
    return joined([eve, steps])


def replay_unopened(world: World, term: int, step: int, runs: int, rng: Rng) -> float:
    """The share of runs in which a term's renewal is lost that had not been opened as a step began.

    Health walks on, the renewal is opened with a lead that has not passed yet, and the deal is walked to its end.
    """
    terms, contracts, steps = world.terms, world.contracts, steps_from(world, step)
    contract = terms.contract[term]
    account, product = contracts.account[contract], contracts.product[contract]
    first, begins = int(world.steps.first[0]), int(steps.first[0])
    ends, began = np.full(len(LEADS), terms.ends[term]), np.full(len(LEADS), terms.began[term])
    leads = LEADS[opening_day(ends, LEADS, began, first) >= begins]
    lead = rng.choice(leads, runs)
    day = opening_day(np.full(runs, terms.ends[term]), lead, np.full(runs, terms.began[term]), first)
    opened = steps.of_day(day)
    health = _health_at(np.full(runs, world.accounts.health[account, step - 1]), opened, rng)
    rep = np.where(rng.random(runs) < OWN_REP, world.accounts.rep[account], rng.integers(0, world.staff.reps, runs))
    _, amount = renewal_amount(np.full(runs, terms.amount[term]), rng)
    pillar = np.full(runs, PRODUCTS[product].pillar)
    profile = draw_profile(np.full(runs, RENEWAL), pillar, amount, world.staff.skill[rep], health, rng)
    stage = (rng.random(runs) < LATER_STAGE).astype(np.int64)
    births = Births(opened, day, stage, np.full(runs, terms.ends[term]), amount, rng.random(runs) < 0.1)
    return float((Simulation(profile, births, steps, rng).run().stage == LOST).mean())


def _health_at(health: Ints, steps: Ints, rng: Rng) -> Ints:
    """The classes at the end of each one's step; `health` holds them as step 0 begins."""
    health = health.copy()
    for step in range(int(steps.max()) + 1):
        rows = np.flatnonzero(steps >= step)
        health[rows] = next_health(health[rows], rng)
    return health


def z_scores(counted: Floats, truth: Floats, runs: int) -> Floats:
    """How many standard errors of counting lie between what was counted and the truth.

    Truths so near to 0 or 1 that fewer than 5 runs are expected on one side are NaN: the normal law says nothing there.
    """
    error = np.sqrt(truth * (1 - truth) / runs)
    usual = np.minimum(truth, 1 - truth) * runs >= 5
    return np.where(usual, (counted - truth) / np.where(usual, error, 1.0), np.nan)
