"""When a deal is won: against the won deals themselves, and beyond what they show."""

import numpy as np
import pandas as pd
import pytest

from scoring.deals.win_time import LANDMARKS, fit_win_times, predict_win_times
from scoring.settings import DealSettings


def visits(stay: np.ndarray, more: np.ndarray, stage: str = "Prove") -> pd.DataFrame:
    return pd.DataFrame(
        {"stage": stage, "is_won": True, "stay_days": stay.astype("float64"), "to_close_days": stay + more}
    ).astype({"to_close_days": "float64"})


def ask(rows: pd.DataFrame, ages: list[float], days_left: int, stage: str | None = "Prove") -> pd.DataFrame:
    deals = pd.DataFrame({"stage": pd.Series([stage] * len(ages), dtype="str"), "age_days": ages})
    return predict_win_times(fit_win_times(rows, DealSettings(time_deals=1e-9)), deals, days_left)


def test_with_many_won_deals_the_quantiles_are_those_of_the_deals_that_stayed_as_long() -> None:
    rng = np.random.default_rng(1)
    stay, more = rng.integers(0, 90, 5000), rng.integers(0, 60, 5000)
    found = ask(visits(stay, more), [0.0, 10.0], 30)
    for row, age in enumerate([0, 10]):
        total = (stay + more)[stay >= age]
        expected = np.quantile(total, [0.1, 0.5, 0.9])
        assert found.loc[row, ["early_days", "median_days", "late_days"]].tolist() == pytest.approx(expected, abs=2.0)
        assert found.loc[row, "in_time"] == pytest.approx((total - age <= 30).mean(), abs=0.01)


def test_expected_dates_stand_still_between_two_landmarks() -> None:
    rng = np.random.default_rng(2)
    rows = visits(rng.integers(0, 200, 500), rng.integers(0, 60, 500))
    low, high = LANDMARKS[30], LANDMARKS[31]
    found = ask(rows, [low + 1.0, high], 30)
    assert found.loc[0, "median_days"] == found.loc[1, "median_days"] >= high


def test_the_chance_grows_with_the_days_left_and_is_none_after_the_end() -> None:
    rows = visits(np.arange(50), np.arange(50))
    chances = [ask(rows, [5.0], days).loc[0, "in_time"] for days in (-1, 0, 10, 50, 500)]
    assert chances[0] == 0.0
    assert chances == sorted(chances)
    assert chances[-1] == pytest.approx(1.0)


def test_a_deal_older_than_every_won_deal_is_beyond_and_expected_late() -> None:
    found = ask(visits(np.arange(50), np.ones(50)), [10.0, 400.0], 30)
    assert found["beyond"].tolist() == [False, True]
    assert found.loc[1, "in_time"] < 0.1
    assert found.loc[1, "median_days"] > 700.0


def test_a_stage_without_won_deals_takes_the_time_of_all_stages() -> None:
    found = ask(visits(np.full(100, 10), np.full(100, 5)), [0.0], 15, stage="Decide")
    assert not found.loc[0, "beyond"]
    assert found.loc[0, "median_days"] == 15.0
    assert found.loc[0, "in_time"] == pytest.approx(1.0)


def test_without_any_won_deal_the_guess_depends_on_the_age_alone() -> None:
    none = visits(np.array([]), np.array([]))
    found = ask(none, [0.0, 365.0], 90)
    assert found["all_won_deals"].tolist() == [0.0, 0.0]
    assert found.loc[0, "in_time"] == pytest.approx(0.5, abs=0.01)
    assert found.loc[1, "in_time"] == pytest.approx(90 / (90 + 365), abs=0.05)


def test_a_few_deals_of_the_stage_are_mixed_with_all_of_them() -> None:
    rows = pd.concat([visits(np.full(10, 1), np.full(10, 1)), visits(np.full(1000, 100), np.full(1000, 1), "Decide")])
    deals = pd.DataFrame({"stage": ["Prove", "Decide"], "age_days": [0.0, 0.0]})
    found = predict_win_times(fit_win_times(rows, DealSettings(time_deals=10.0)), deals, 50)
    assert found.loc[0, "in_time"] == pytest.approx(0.5, abs=0.02)
    assert found.loc[1, "in_time"] == pytest.approx(0.0, abs=0.02)
