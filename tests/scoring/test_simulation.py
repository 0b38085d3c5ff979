"""The distribution of the final bookings against enumeration of all outcomes and against a normal limit."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from scoring.settings import DealSettings
from scoring.simulation import Outcomes, shared_shifts, simulate

INDEPENDENT = DealSettings(shared_shift=0.0, draws=16384)


def simulate_one(
    probability: list[float], value: list[float], *, fixed: float = 0.0, goal: float = np.nan, settings: DealSettings
) -> Outcomes:
    deals = pd.DataFrame(
        {
            "opportunity_id": pd.Series([f"deal {number}" for number in range(len(value))], dtype="str"),
            "probability": np.array(probability, dtype="float64"),
            "value": np.array(value, dtype="float64"),
        }
    )
    # Row 0 is the whole, row 1 its only part.
    rows = np.ones(len(value), dtype=np.intp)
    return simulate(deals, rows, np.array([fixed, 0.0]), np.array([goal, goal]), np.array([0]), settings)


def enumerate_outcomes(probability: list[float], value: list[float]) -> tuple[np.ndarray, np.ndarray]:
    outcomes = np.array(list(product([0, 1], repeat=len(value))))
    chance = np.where(outcomes == 1, probability, 1 - np.array(probability)).prod(axis=1)
    total = outcomes @ np.array(value)
    order = np.argsort(total, kind="stable")
    return total[order], np.cumsum(chance[order])


@pytest.mark.parametrize(
    ("probability", "value"),
    [
        ([0.45], [100.0]),
        ([0.91], [100.0]),
        ([0.4, 0.7], [10.0, 35.0]),
        ([0.35, 0.62, 0.2, 0.85, 0.5], [10.0, 33.0, 80.0, 7.0, 21.0]),
        ([0.3, 0.6], [-50.0, 20.0]),
    ],
)
def test_quantiles_of_a_few_deals_are_those_of_all_their_outcomes(probability: list[float], value: list[float]) -> None:
    total, mass = enumerate_outcomes(probability, value)
    found = simulate_one(probability, value, fixed=5.0, settings=INDEPENDENT)
    for quantile, simulated in ((0.1, found.worst), (0.5, found.commit), (0.9, found.best)):
        # Sampling may move a quantile to a neighbour where the mass is within a hair of it.
        allowed = {
            total[np.searchsorted(mass, level)] + 5.0 for level in (quantile - 0.012, quantile, quantile + 0.012)
        }
        assert any(simulated[0] == pytest.approx(one) for one in allowed)


def test_the_chance_of_a_goal_is_that_of_all_outcomes() -> None:
    probability, value = [0.35, 0.62, 0.2, 0.85, 0.5], [10.0, 33.0, 80.0, 7.0, 21.0]
    total, mass = enumerate_outcomes(probability, value)
    expected = 1.0 - mass[total < 50.0].max()
    found = simulate_one(probability, value, fixed=10.0, goal=60.0, settings=INDEPENDENT)
    assert found.reached[0] == pytest.approx(expected, abs=0.012)


def test_many_independent_deals_come_close_to_the_normal_distribution() -> None:
    rng = np.random.default_rng(5)
    probability, value = rng.uniform(0.05, 0.95, 3000), rng.uniform(10, 100, 3000)
    mean = float(probability @ value)
    deviation = float(np.sqrt((probability * (1 - probability)) @ value**2))
    found = simulate_one(list(probability), list(value), settings=DealSettings(shared_shift=0.0, draws=4096))
    expected = stats.norm(mean, deviation).ppf([0.1, 0.5, 0.9])
    assert [found.worst[0], found.commit[0], found.best[0]] == pytest.approx(expected, abs=0.1 * deviation)


def test_a_shared_shift_widens_the_range_of_many_deals_and_keeps_their_mean() -> None:
    probability, value = [0.4] * 2000, [10.0] * 2000
    alone = simulate_one(probability, value, settings=DealSettings(shared_shift=0.0))
    together = simulate_one(probability, value, settings=DealSettings(shared_shift=0.3))
    deviation = np.sqrt(2000 * 0.24 * 100 + (0.3 * 0.24 * 20000) ** 2)
    assert together.best[0] - together.worst[0] > 3 * (alone.best[0] - alone.worst[0])
    assert together.best[0] - together.worst[0] == pytest.approx(2 * 1.2816 * deviation, rel=0.06)
    assert together.commit[0] == pytest.approx(0.4 * 20000, rel=0.01)


def test_shared_shifts_have_mean_0_and_the_deviation_asked_for() -> None:
    shifts = shared_shifts(1024, 0.3)
    assert shifts.mean() == pytest.approx(0.0, abs=1e-9)
    assert shifts.std() == pytest.approx(0.3, rel=0.01)
    assert (np.abs(shared_shifts(1024, 1.0)) <= 1.0).all()


def test_scopes_larger_than_a_chunk_and_many_small_ones_give_the_same_as_each_alone() -> None:
    rng = np.random.default_rng(9)
    number = 9000
    # 600 scopes of two rows each, and a last one that holds half of all deals.
    scope = np.where(np.arange(number) < number // 2, rng.integers(0, 600, number), 600)
    deals = pd.DataFrame(
        {
            "opportunity_id": pd.Series([f"deal {one}" for one in range(number)], dtype="str"),
            "probability": rng.random(number),
            "value": rng.integers(1, 100, number).astype("float64"),
        }
    )
    settings = DealSettings(draws=256)
    rows, starts = 2 * 601, 2 * np.arange(601)
    goal = np.full(rows, 1000.0)
    all_at_once = simulate(deals, 2 * scope + 1, np.zeros(rows), goal, starts, settings)
    for one in (0, 17, 599, 600):
        mine = scope == one
        alone = simulate(
            deals[mine], np.ones(mine.sum(), dtype=np.intp), np.zeros(2), goal[:2], np.array([0]), settings
        )
        for name in ("worst", "commit", "best", "reached"):
            assert getattr(alone, name)[0] == getattr(all_at_once, name)[2 * one]
