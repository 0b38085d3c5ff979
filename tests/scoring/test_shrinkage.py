"""Shrunk rates against direct formulas and a second implementation (scipy's distributions)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scoring.shrinkage import interval, shifted, shrunk, strength

rates = st.floats(0.01, 0.99)
counts = st.integers(0, 500)


def test_the_strength_maximises_the_beta_binomial_likelihood() -> None:
    won, deals = np.array([3.0, 30.0, 55.0, 8.0]), np.array([20.0, 60.0, 70.0, 40.0])
    found = strength(won, deals, np.full(4, 0.45), 2.0, 2000.0)
    likelihood = {
        k: stats.betabinom.logpmf(won, deals, k * 0.45, k * 0.55).sum() for k in np.geomspace(2.0, 2000.0, 121)
    }
    assert found == pytest.approx(max(likelihood, key=likelihood.__getitem__))


def test_equal_groups_are_pulled_as_hard_as_allowed() -> None:
    assert strength(np.full(5, 40.0), np.full(5, 100.0), np.full(5, 0.4), 2.0, 2000.0) == pytest.approx(2000.0)


def test_one_group_says_nothing_about_differences() -> None:
    alone = strength(np.array([10.0, 0.0]), np.array([20.0, 0.0]), np.full(2, 0.5), 2.0, 2000.0)
    assert alone == pytest.approx(np.sqrt(2.0 * 2000.0))


def test_the_strength_is_found_again_in_simulated_groups() -> None:
    rng = np.random.default_rng(7)
    own = rng.beta(30 * 0.3, 30 * 0.7, 400)
    won = rng.binomial(200, own).astype("float64")
    assert strength(won, np.full(400, 200.0), np.full(400, 0.3), 2.0, 2000.0) == pytest.approx(30.0, rel=0.25)


def test_a_certain_parent_gives_the_plain_posterior() -> None:
    rate, size = shrunk(np.array([30.0]), np.array([100.0]), np.array([0.5]), np.array([1e12]), 20.0)
    posterior = stats.beta(30 + 10, 70 + 10)
    assert rate[0] == pytest.approx(posterior.mean())
    implied = stats.beta(rate[0] * size[0], (1 - rate[0]) * size[0])
    assert implied.var() == pytest.approx(posterior.var(), rel=1e-6)


@given(won=counts, lost=counts, parent=rates, k=st.floats(2.0, 2000.0))
def test_a_shrunk_rate_lies_between_the_own_rate_and_the_parent(won: int, lost: int, parent: float, k: float) -> None:
    deals = won + lost
    rate, size = shrunk(np.array([won]), np.array([deals]), np.array([parent]), np.array([50.0]), k)
    own = won / deals if deals else parent
    assert min(own, parent) - 1e-12 <= rate[0] <= max(own, parent) + 1e-12
    assert size[0] > 0


@given(deals=st.integers(0, 400), more=st.integers(1, 400), rate=rates, k=st.floats(2.0, 2000.0))
def test_more_deals_of_the_same_rate_make_the_range_narrower(deals: int, more: int, rate: float, k: float) -> None:
    number = np.array([deals, deals + more], dtype="float64")
    found, size = shrunk(rate * number, number, np.full(2, rate), np.full(2, 60.0), k)
    low, high = interval(found, size)
    assert size[1] > size[0]
    if rate * size[0] > 1 and (1 - rate) * size[0] > 1:
        assert high[1] - low[1] < high[0] - low[0]


@given(rate=st.floats(0.0, 1.0), size=st.floats(0.5, 1e5))
def test_the_range_holds_the_rate_and_stays_in_0_to_1(rate: float, size: float) -> None:
    low, high = interval(np.array([rate]), np.array([size]))
    assert 0.0 <= low[0] <= rate <= high[0] <= 1.0


def test_the_range_is_that_of_the_beta_distribution() -> None:
    low, high = interval(np.array([0.3]), np.array([40.0]))
    assert (low[0], high[0]) == pytest.approx(stats.beta(12.0, 28.0).ppf([0.1, 0.9]))


@given(rate=rates, before=rates, after=rates)
def test_a_shift_adds_log_odds(rate: float, before: float, after: float) -> None:
    def logit(chance: float) -> float:
        return float(np.log(chance / (1 - chance)))

    moved = shifted(np.array([rate]), np.array([before]), np.array([after]))[0]
    assert logit(moved) == pytest.approx(logit(rate) + logit(after) - logit(before), abs=1e-6)
