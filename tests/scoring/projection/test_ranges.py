"""The distribution of a sum of deals against enumeration of all outcomes, simulation and its limits."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scoring.projection.deals import COLUMNS, NEW, contributions, distribution
from scoring.projection.ranges import NOMINAL, QUANTILES, Levels, Sums, calibrated


def sum_of(probability: list[float], value: list[float], *, noise: float = 0.0, shock: float = 0.0) -> Sums:
    p, v = np.array(probability), np.array(value)
    yes = np.ones(len(p), dtype=bool)
    table = contributions(p, v, np.full(len(p), noise), np.zeros(len(p)), yes, yes, v)
    return distribution(table.sum(axis=0, keepdims=True), shock)


def outcomes(probability: list[float], value: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Every total and its probability."""
    every = np.array(list(product([0, 1], repeat=len(value))))
    chance = np.where(every == 1, probability, 1 - np.array(probability)).prod(axis=1)
    return every @ np.array(value), chance


def quantiles(found: Sums) -> list[float]:
    return [float(found.quantile(np.array([level]))[0]) for level in QUANTILES]


@pytest.mark.parametrize("probability", [0.03, 0.3, 0.6, 0.95])
def test_one_deal_is_won_or_not(probability: float) -> None:
    found = quantiles(sum_of([probability], [100.0]))
    assert found == pytest.approx([100.0 if 1 - level < probability else 0.0 for level in QUANTILES], abs=3.0)


@pytest.mark.parametrize(
    ("probability", "value"),
    [
        ([0.4, 0.7, 0.5], [30.0, 35.0, 20.0]),
        ([0.35, 0.62, 0.2, 0.85, 0.5], [40.0, 33.0, 60.0, 47.0, 21.0]),
        ([0.1] * 10, [10.0] * 10),
    ],
)
def test_probabilities_are_near_those_of_all_outcomes(probability: list[float], value: list[float]) -> None:
    total, chance = outcomes(probability, value)
    found = sum_of(probability, value)
    assert found.chance(np.array([0.0]))[0] == pytest.approx(chance[total == 0].sum())
    for level in (0.25, 0.5, 0.75, 0.9):
        at = np.array([level * sum(value)])
        # Between two outcomes the true probability jumps; the middle of the jump is what a smooth one can meet.
        exact = (chance[total <= at].sum() + chance[total < at].sum()) / 2
        assert found.chance(at)[0] == pytest.approx(exact, abs=0.1)


def test_many_deals_come_close_to_the_normal_distribution() -> None:
    rng = np.random.default_rng(5)
    p, v = rng.uniform(0.05, 0.95, 3000), rng.uniform(10, 100, 3000)
    limit = stats.norm(p @ v, np.sqrt((p * (1 - p)) @ v**2))
    assert quantiles(sum_of(list(p), list(v))) == pytest.approx(limit.ppf(QUANTILES), rel=0.002)


def test_uncertain_amounts_and_shared_shocks_widen_as_simulation_says() -> None:
    rng = np.random.default_rng(6)
    p, v = np.full(400, 0.3), rng.lognormal(3, 0.5, 400)
    shift = rng.normal(0, 0.2, (4000, 1))
    won = rng.random((4000, 400)) < 1 / (1 + np.exp(-(np.log(p / (1 - p)) + shift)))
    total = (won * v * rng.normal(1, 0.3, won.shape)).sum(axis=1)
    found = quantiles(sum_of(list(p), list(v), noise=0.09, shock=0.2))
    assert found == pytest.approx(list(np.quantile(total, QUANTILES)), rel=0.03)
    assert found[2] - found[0] > 1.5 * np.diff(quantiles(sum_of(list(p), list(v))))[[0, 1]].sum()


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1e9)), max_size=6), st.floats(0, 1e6))
def test_quantiles_and_probabilities_are_in_order(deals: list[tuple[float, float]], new: float) -> None:
    p, v = np.array([d[0] for d in deals]), np.array([d[1] for d in deals])
    yes = np.ones(len(p), dtype=bool)
    table = contributions(p, v, np.zeros(len(p)), np.zeros(len(p)), yes, yes, v).sum(axis=0).reshape(1, COLUMNS)
    table[0, NEW] = new
    found = distribution(table, 0.2)
    low, middle, high = quantiles(found)
    assert 0 <= low <= middle <= high
    chances = [found.chance(np.array([at]))[0] for at in (-1.0, 0.0, low, middle, high, 1e12)]
    assert chances[0] == 0
    assert chances == sorted(chances)
    assert all(np.isfinite([low, middle, high, *chances]))


def test_levels_follow_the_past_and_stay_nominal_without_any() -> None:
    rng = np.random.default_rng(3)
    assert calibrated(np.zeros(0), np.zeros(0), 0, 20.0) == NOMINAL
    # What came to be lay where a normal distribution twice as wide as the computed one would have put it.
    came = stats.norm.cdf(2 * rng.standard_normal(20_000))
    found = calibrated(came, came, 20_000, 20.0)
    assert [found.low, found.middle, found.high] == pytest.approx([-2.563, 0.0, 2.563], abs=0.06)
    thin = calibrated(came, came, 2, 20.0)
    assert -1.5 < thin.low < -1.2816


def test_a_chance_is_calibrated_as_the_quantiles_are() -> None:
    level = Levels(-2.0, 0.3, 1.0)
    computed = np.array([0.0, *level.as_levels(), 1.0])
    assert level.held(computed) == pytest.approx([0.0, *QUANTILES, 1.0])
