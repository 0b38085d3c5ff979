"""The penalised fit against a second implementation, and its weights."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from scoring.win_probability.penalised import Term, fit_penalised


def groups(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The group of each row, and its outcome."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 6, rows).astype(np.int32)
    return group, (rng.random(rows) < 0.2 + 0.1 * group).astype(float)


def test_with_given_penalties_it_is_ridge_regression() -> None:
    group, won = groups(500, seed=1)
    fit = fit_penalised([Term(np.eye(6), (6,))], [group], won, np.ones(500), penalties=np.array([2.0]))
    peer = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(np.eye(6)[group], won)
    np.testing.assert_allclose(fit.tables[0], peer.coef_[0], atol=1e-4)
    assert fit.intercept == pytest.approx(peer.intercept_[0], abs=1e-4)


def test_a_row_that_counts_three_times_is_three_rows() -> None:
    group, won = groups(300, seed=2)
    times = np.random.default_rng(3).integers(1, 4, 300)
    term = Term(np.eye(6), (6,))
    weighted = fit_penalised([term], [group], won, times.astype(float))
    repeated = fit_penalised([term], [np.repeat(group, times)], np.repeat(won, times), np.ones(times.sum()))
    np.testing.assert_allclose(weighted.tables[0], repeated.tables[0], atol=1e-6)
    np.testing.assert_allclose(weighted.penalties, repeated.penalties, rtol=1e-5)


def test_a_known_part_of_the_log_odds_is_taken_off() -> None:
    group, won = groups(400, seed=4)
    term, rows = Term(np.eye(6), (6,)), np.ones(400)
    plain = fit_penalised([term], [group], won, rows)
    shifted = fit_penalised([term], [group], won, rows, offset=np.full(400, 0.7), penalties=plain.penalties)
    assert shifted.intercept == pytest.approx(plain.intercept - 0.7, abs=0.02)
    np.testing.assert_allclose(shifted.tables[0], plain.tables[0], atol=0.02)
