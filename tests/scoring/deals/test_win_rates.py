"""Win rates: small cases in closed form, and what happens without history."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import validate
from scoring.as_of import known_at
from scoring.closed_deals import closed_deals, stage_visits
from scoring.deals.benchmarks import stage_benchmarks
from scoring.deals.win_prediction import confidence, predict_wins
from scoring.deals.win_rates import WinRates, believed, fit_win_rates
from scoring.results import STAGE_BENCHMARKS
from scoring.settings import DealSettings
from scoring.stage_history import stage_spells

SETTINGS = DealSettings()


def visits_of(*groups: tuple[str, str | None, int, int, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Closed deals and their visits: (stage, segment, won, lost, days in stage), one stage per deal."""
    parts = []
    for stage, segment, won, lost, days in groups:
        won_flags = np.arange(won + lost) < won
        parts.append(pd.DataFrame({"stage": stage, "segment": segment, "is_won": won_flags, "stay_days": days}))
    visits = pd.concat(parts, ignore_index=True).astype({"segment": "str"})
    visits["opportunity_id"] = visits.index.astype("str")
    return visits[["opportunity_id", "segment", "is_won"]], visits


def fit(stages: pd.DataFrame, *groups: tuple[str, str | None, int, int, float]) -> WinRates:
    closed, visits = visits_of(*groups)
    return fit_win_rates(closed, visits, stages, stage_benchmarks(visits, SETTINGS), SETTINGS)


def predict(rates: WinRates, *deals: tuple[str | None, str | None, float]) -> pd.DataFrame:
    table = pd.DataFrame(deals, columns=["stage", "segment", "age_days"]).astype({"stage": "str", "segment": "str"})
    return predict_wins(rates, table, pd.Series(False, index=table.index), SETTINGS)


def test_the_base_rate_counts_the_defaults_as_five_deals(stages: pd.DataFrame) -> None:
    rates = fit(stages, ("Prove", None, 30, 65, 10.0))
    assert rates.base_rate == pytest.approx((30 + 5 * believed(pd.Series([0.1, 0.4, 0.7])).mean()) / 100)
    assert rates.base_deals == 95


def test_without_history_the_default_percentage_of_the_stage_counts_by_half_its_log_odds(stages: pd.DataFrame) -> None:
    empty = STAGE_BENCHMARKS.empty()
    closed = pd.DataFrame({"segment": pd.Series([], dtype="str"), "is_won": pd.Series([], dtype="bool")})
    visits = closed.assign(stage=pd.Series([], dtype="str"), stay_days=pd.Series([], dtype="float64"))
    rates = fit_win_rates(closed, visits, stages, empty, SETTINGS)
    wins = predict(rates, ("Discover", None, 0.0), ("Decide", "Renew", 0.0), (None, None, 0.0), ("New one", None, 0.0))
    discover, prove, decide = (1 / (1 + np.sqrt(lost / won)) for won, lost in ((1, 9), (4, 6), (7, 3)))
    usual = (discover + prove + decide) / 3
    assert wins["probability"].tolist() == pytest.approx([discover, decide, usual, usual])
    assert (wins["high"] - wins["low"] > 0.2).all(), "nothing is known, so the ranges are wide"


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_default_percentage_loses_at_most_half_of_what_it_would_to_an_even_chance(said: float, true: float) -> None:
    def lost(chance: float) -> float:
        inside = np.clip(chance, 1e-6, 1.0 - 1e-6)
        return float(-(true * np.log(inside) + (1.0 - true) * np.log1p(-inside)) - np.log(2.0))

    assert lost(believed(pd.Series([said])).item()) <= max(lost(said) / 2.0, 0.0) + 1e-9


def test_a_stage_with_many_deals_has_its_own_rate(stages: pd.DataFrame) -> None:
    rates = fit(stages, ("Discover", None, 200, 1800, 1.0), ("Decide", None, 1600, 400, 1.0))
    wins = predict(rates, ("Discover", None, 0.0), ("Decide", None, 0.0))
    assert wins["probability"].tolist() == pytest.approx([0.1, 0.8], abs=0.01)


def test_a_stage_no_closed_deal_went_through_leans_on_the_overall_rate(stages: pd.DataFrame) -> None:
    rates = fit(stages, ("Discover", None, 600, 1400, 1.0), ("Prove", None, 600, 1400, 1.0))
    wins = predict(rates, ("Decide", None, 0.0))
    assert wins["probability"].iloc[0] == pytest.approx(0.3, abs=0.005)
    seen = predict(rates, ("Prove", None, 0.0))
    assert wins["size"].iloc[0] < seen["size"].iloc[0]


def test_a_segment_counts_without_a_stage(stages: pd.DataFrame) -> None:
    rates = fit(stages, ("Prove", "Renew", 900, 100, 1.0), ("Prove", "Net New", 200, 800, 1.0))
    wins = predict(rates, (None, "Renew", 0.0), (None, "Net New", 0.0), (None, None, 0.0))
    assert wins["probability"].tolist() == pytest.approx([0.9, 0.2, rates.base_rate], abs=0.01)


def test_a_thin_cell_takes_the_odds_of_its_segment(stages: pd.DataFrame) -> None:
    rates = fit(
        stages,
        ("Discover", "Renew", 800, 200, 1.0),
        ("Discover", "Upsell", 200, 800, 1.0),
        ("Decide", "Upsell", 500, 500, 1.0),
        ("Decide", "Renew", 1, 0, 1.0),
    )
    wins = predict(rates, ("Decide", "Renew", 0.0), ("Decide", None, 0.0))
    assert wins["probability"].iloc[0] > wins["probability"].iloc[1] + 0.1


def test_a_long_stay_lowers_the_rate_where_closed_deals_show_it(stages: pd.DataFrame) -> None:
    rates = fit(stages, ("Prove", None, 500, 100, 10.0), ("Prove", None, 5, 295, 60.0))
    wins = predict(rates, ("Prove", None, 5.0), ("Prove", None, 11.0), ("Prove", None, 1000.0))
    assert wins["probability"].iloc[0] == pytest.approx(505 / 900, abs=0.02)
    # One stage with long stays says nothing about how much stages differ, so the pull is that of the middle.
    k = (SETTINGS.strength_floor * SETTINGS.strength_ceiling) ** 0.5
    assert wins["probability"].iloc[1] == pytest.approx((5 + k * wins["probability"].iloc[0]) / (300 + k))
    assert wins["age_cut"].tolist()[1:] == [10.0, 40.0]
    assert np.isnan(wins["age_cut"].iloc[0])


def test_a_long_stay_never_raises_the_rate(stages: pd.DataFrame) -> None:
    rates = fit(stages, ("Prove", None, 300, 600, 10.0), ("Prove", None, 30, 1, 60.0))
    wins = predict(rates, ("Prove", None, 5.0), ("Prove", None, 30.0))
    assert wins["probability"].iloc[1] == pytest.approx(wins["probability"].iloc[0])


def test_a_few_long_stays_are_not_enough(stages: pd.DataFrame) -> None:
    rates = fit(stages, ("Prove", None, 500, 500, 10.0), ("Prove", None, 0, SETTINGS.age_deals - 1, 60.0))
    assert rates.ages.empty


def test_older_than_every_won_deal_has_a_wide_range(stages: pd.DataFrame) -> None:
    rates = fit(stages, ("Prove", None, 500, 500, 10.0))
    table = pd.DataFrame({"stage": ["Prove"] * 2, "segment": [None] * 2, "age_days": [5.0, 99.0]})
    wins = predict_wins(rates, table.astype({"segment": "str"}), pd.Series([False, True]), SETTINGS)
    width = wins["high"] - wins["low"]
    assert width.iloc[1] > 5 * width.iloc[0]


def test_learning_looks_only_at_open_stages_before_the_close(stages: pd.DataFrame) -> None:
    closed = pd.DataFrame(
        {
            "opportunity_id": ["a"],
            "segment": ["Renew"],
            "stage": ["Closed Lost"],
            "is_won": [False],
            "closed_at": [pd.Timestamp("2026-02-01")],
        }
    )
    spells = pd.DataFrame(
        {
            "opportunity_id": ["a"] * 4,
            "stage": ["Discover", "Closed Won", "Closed Lost", "Decide"],
            "entered": pd.to_datetime(["2026-01-01", "2026-01-10", "2026-02-01", "2026-03-01"]),
            "left": pd.to_datetime(["2026-01-10", "2026-02-01", "2026-03-01", None]),
        }
    )
    assert stage_visits(closed, spells, stages)["stage"].tolist() == ["Discover"]


def test_closed_deals_are_those_known_at_the_day(funnel: Callable[..., Any]) -> None:
    book = funnel(3, 300, passing={"Renew": (0.8, 0.8, 0.8)}).book
    day = pd.Timestamp("2025-01-01")
    known = known_at(validate(book), day)
    found = closed_deals(known, stage_spells(known.stage_history), day)
    by_then = book.opportunities["close_date"] <= day
    assert set(found["opportunity_id"]) == set(book.opportunities.loc[by_then, "opportunity_id"])


@pytest.mark.parametrize(("closed", "level"), [(0, "Low"), (5, "Low"), (50, "Low"), (200, "Low"), (201, "High")])
def test_with_few_closed_deals_in_all_confidence_is_low_for_every_deal(
    stages: pd.DataFrame, closed: int, level: str
) -> None:
    # Every one of them went through the stage, half of them won: as much as a stage can tell.
    rates = fit(stages, ("Prove", "Renew", closed // 2, closed - closed // 2, 10.0))
    deals = pd.DataFrame({"stage": ["Prove"], "segment": ["Renew"], "age_days": [1.0]})
    never = pd.Series(False, index=deals.index)
    found = confidence(deals, predict_wins(rates, deals, never, SETTINGS), rates.base_deals, never, SETTINGS)
    assert found["level"].tolist() == [level]
    reason = found["reason"].iloc[0]
    assert ("Only 200 closed deals in all, of 201 needed" in reason) == (closed == 200)
