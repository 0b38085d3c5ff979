"""Replayed quarters: nothing later is looked at, thin history says so, figures by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from scoring import Book, Quarter
from scoring.backtest import by_week, figures, levels, replay
from scoring.backtest.replay import PROJECTED
from scoring.reliability import reliability

TODAY = pd.Timestamp("2026-11-20")


def test_what_happens_later_changes_no_replayed_quarter(funnel: Callable[..., Any], quarter: Quarter) -> None:
    book: Book = funnel(4, 600, passing={"Renew": (0.9, 0.9, 0.9), "Upsell": (0.6, 0.6, 0.6)}).book
    early = replay(book, pd.Timestamp("2026-10-15"), quarter, 1)
    kept = book.opportunities["created_date"] < pd.Timestamp("2026-10-16")
    cut = replay(replace(book, opportunities=book.opportunities[kept]), pd.Timestamp("2026-10-15"), quarter, 1)
    assert_frame_equal(early.projected, cut.projected)
    assert early.projected["week"].unique().tolist() == list(range(1, 13))
    assert (early.projected["quarter"] == pd.Timestamp("2026-07-01")).all()
    final = book.opportunities
    final = final[final["is_won"] & final["close_date"].between("2026-07-01", "2026-09-30")]["arr"].sum()
    org = early.projected[(early.projected["scope"] == "Org") & (early.projected["segment"] == "All")]
    whole = org["pillar"] == "All"
    assert org[whole]["final"].tolist() == pytest.approx([final] * 12)
    for name in ("booked", "expected", "final", "stage_weighted", "commit_category"):
        by_pillar = org[~whole].groupby("week")[name].sum()
        assert by_pillar.tolist() == pytest.approx(org[whole][name].tolist()), f"{name} of pillars adds up"
    assert set(early.chances["of"]) == {"quarter", "win"}


def test_a_book_without_history_replays_nothing_and_says_so(random_book: Callable[..., Book], quarter: Quarter) -> None:
    done = replay(Book(), TODAY, quarter, 3)
    assert done.projected.empty
    assert len(done.left_out) == 3
    assert "fewer than 2 whole quarters" in done.left_out[0]


@pytest.fixture
def rows() -> pd.DataFrame:
    """Two weeks of two reps."""
    table = pd.DataFrame(
        {
            "quarter": pd.Timestamp("2026-07-01"),
            "week": [3, 4, 3, 4],
            "scope": "Rep",
            "scope_id": ["a", "a", "b", "b"],
            "segment": "All",
            "pillar": "All",
            "booked": 0.0,
            "worst": [0.0, 50.0, 90.0, 120.0],
            "commit": [80.0, 90.0, 100.0, 130.0],
            "best": [100.0, 110.0, 110.0, 140.0],
            "expected": 100.0,
            "final": 100.0,
            "stage_weighted": [200.0, 140.0, 60.0, 60.0],
            "stage_spread": 10.0,
            "commit_category": 0.0,
            "last_year": np.nan,
        }
    )
    return PROJECTED.conform(table)


def test_figures_are_those_of_the_hand(rows: pd.DataFrame) -> None:
    found = figures(rows, levels(rows)).loc["Rep"]
    assert (found["coverage_80"], found["below"], found["above"]) == (0.75, 0.25, 0.0)
    # Three of four lie within 4 to 5.5 spreads of the stage-weighted pipeline: the 75 % quantile of 4, 4, 4, 10.
    assert found["width_vs_naive"] == pytest.approx((100 + 60 + 20 + 20) / 4 / (2 * 5.5 * 10))
    assert found["error_week4"] == 20.0
    assert found["error_week4_vs_stage_weighted"] == 0.5
    assert np.isnan(found["error_week4_vs_last_year"])
    assert found["thin"]
    assert by_week(rows)["coverage_80"].to_dict() == {3: 1.0, 4: 0.5}


def test_reliability_counts_by_tenths() -> None:
    chances = pd.DataFrame({"probability": [0.05, 0.02, 1.0, 0.95], "won": [False, True, True, True]})
    found = reliability(chances)
    assert found["deals"].tolist() == [2, 2]
    assert found["won"].tolist() == [0.5, 1.0]
