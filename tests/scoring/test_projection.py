"""The quarter's projection: what always holds, and rows in closed form."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from scoring import Book, DealSettings, Quarter, ScoringSettingsError, project_quarter, score_deals
from scoring.plans import plan_by_scope
from scoring.results import PROJECTION

TODAY = pd.Timestamp("2026-11-20")


def project(book: Book, quarter: Quarter, chosen: DealSettings | None = None) -> pd.DataFrame:
    return project_quarter(book, score_deals(book, TODAY, quarter, chosen), TODAY, quarter, chosen)


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000), deals=st.integers(0, 60))
def test_any_book_gets_a_proper_projection(
    random_book: Callable[[int, int], Book],
    shuffled: Callable[[Book, int], Book],
    quarter: Quarter,
    seed: int,
    deals: int,
) -> None:
    book = random_book(seed, deals)
    found = project(book, quarter)
    assert_frame_equal(found, project(shuffled(book, seed), quarter))
    assert_frame_equal(found.iloc[:0], PROJECTION.empty())
    assert (found.loc[0, "scope"], found.loc[0, "segment"]) == ("Org", "All")
    assert not found.duplicated(["scope", "scope_id", "segment"]).any()
    assert (found["worst"] <= found["commit"]).all()
    assert (found["commit"] <= found["best"]).all()
    assert (found["booked"] <= found["worst"] + 1e-6).all(), "no deal of these books has a negative arr"
    assert found["win_rate"].between(0, 1).all()
    assert found["gap"].isna().equals(found["plan"].isna())
    assert found["plan_probability"].isna().equals(found["plan"].isna())
    parts = found[found["segment"] != "All"].groupby(["scope", "scope_id"])["expected"].sum()
    whole = found[found["segment"] == "All"].set_index(["scope", "scope_id"])["expected"]
    assert parts.reindex(whole.index).fillna(0.0).to_numpy() == pytest.approx(whole.to_numpy())


def test_expected_and_booked_add_up_over_reps_and_accounts(funnel: Callable[..., Any], quarter: Quarter) -> None:
    found = project(funnel(6, 3000, passing={"Renew": (0.9, 0.9, 0.9), "Upsell": (0.6, 0.6, 0.6)}).book, quarter)
    whole = found[found["segment"] == "All"]
    for column in ("booked", "expected", "open_pipeline", "deals"):
        sums = whole.groupby("scope")[column].sum()
        assert sums["Rep"] == pytest.approx(sums["Org"])
        assert sums["Account"] == pytest.approx(sums["Org"])
    assert whole.loc[whole["scope"] == "Org", "best"].sum() < whole.loc[whole["scope"] == "Account", "best"].sum()


def test_the_org_row_is_what_its_deals_say(funnel: Callable[..., Any], quarter: Quarter) -> None:
    book = funnel(6, 2000, passing={"Renew": (0.9, 0.9, 0.9)}).book
    deals = book.opportunities
    scored = score_deals(book, TODAY, quarter)
    row = project_quarter(book, scored, TODAY, quarter).iloc[0]
    booked = deals[deals["is_won"] & deals["close_date"].between(quarter.start, TODAY)]["arr"].sum()
    arr = scored.scores["opportunity_id"].map(deals.set_index("opportunity_id")["arr"])
    assert row["booked"] == pytest.approx(booked)
    assert row["expected"] == pytest.approx(booked + (arr * scored.scores["quarter_probability"]).sum())
    assert row["open_pipeline"] == pytest.approx(arr.sum()), "every open deal is planned for this quarter"
    assert row["deals"] == len(arr)
    assert row["worst"] < row["expected"] < row["best"]


def test_a_change_of_one_deal_moves_only_its_rows(funnel: Callable[..., Any], quarter: Quarter) -> None:
    book = funnel(6, 1500, passing={"Renew": (0.9, 0.9, 0.9)}).book
    scored = score_deals(book, TODAY, quarter)
    one = scored.scores["opportunity_id"].iloc[0]
    deals = book.opportunities
    bigger = deals.assign(arr=deals["arr"].mask(deals["opportunity_id"] == one, deals["arr"] * 2))
    before = project_quarter(book, scored, TODAY, quarter)
    after = project_quarter(replace(book, opportunities=bigger), scored, TODAY, quarter)
    account = deals.loc[deals["opportunity_id"] == one, "account_id"].iloc[0]
    others = (before["scope"] == "Account") & (before["scope_id"] != account)
    assert_frame_equal(before[others], after[others])
    assert after.loc[0, "expected"] > before.loc[0, "expected"]


def test_the_quarter_ends_between_worst_and_best_as_often_as_said(funnel: Callable[..., Any], quarter: Quarter) -> None:
    made = funnel(17, 40_000, passing={"Renew": (0.8, 0.9, 0.9), "Net New": (0.6, 0.6, 0.7)})
    # 80 reps with some 25 open deals each: with a handful, a range of whole deals holds more than it says.
    reps = pd.Series([f"rep {number % 80}" for number in range(40_000)], dtype="str")
    deals = made.book.opportunities.assign(owner_id=reps)
    found = project(replace(made.book, opportunities=deals), quarter, DealSettings(shared_shift=0.0))
    rows = found[(found["scope"] == "Rep") & (found["segment"] == "All")].set_index("scope_id")
    # Deals created later are not in the projection.
    known = deals[deals["is_won"] & (deals["created_date"] <= TODAY)]
    final = known[known["close_date"].between(quarter.start, quarter.end)].groupby("owner_id")["arr"].sum()
    final = final.reindex(rows.index).fillna(0.0)
    held = ((final >= rows["worst"]) & (final <= rows["best"])).mean()
    assert len(rows) == 80
    assert held == pytest.approx(0.8, abs=0.1)
    assert (final >= rows["commit"]).mean() == pytest.approx(0.5, abs=0.15)


@pytest.fixture
def book_of_two(stages: pd.DataFrame) -> Book:
    """A won deal of this quarter and an open one whose amount is not known."""
    day = pd.Timestamp
    deals = pd.DataFrame(
        {
            "opportunity_id": ["won", "open"],
            "owner_id": "005A",
            "account_id": ["001A", None],
            "stage": ["Closed Won", "Prove"],
            "arr": [700.0, np.nan],
            "close_date": [day("2026-10-05"), day("2026-12-01")],
            "created_date": day("2026-09-01"),
            "is_closed": [True, False],
            "is_won": [True, False],
            "segment": ["Renew", None],
        }
    )
    return Book(opportunities=deals, stages=stages)


def test_a_deal_without_an_amount_is_counted_and_said(book_of_two: Book, quarter: Quarter) -> None:
    row = project(book_of_two, quarter).iloc[0]
    assert (row["booked"], row["expected"], row["open_pipeline"], row["deals"]) == (700.0, 700.0, 0.0, 1)
    assert (row["worst"], row["best"]) == (700.0, 700.0)
    assert "1 open deal" in row["confidence_reason"]


def test_the_gap_is_to_the_plan_of_the_quarter(book_of_two: Book, quarter: Quarter) -> None:
    plans = pd.DataFrame(
        {
            "rep_id": ["005A", "005A", "005B"],
            "quarter_start": [quarter.start, pd.Timestamp("2027-01-01"), quarter.start],
            "segment": ["Renew", "Renew", None],
            "amount": [500.0, 9999.0, 1000.0],
        }
    )
    found = project(replace(book_of_two, plans=plans), quarter).set_index(["scope", "scope_id", "segment"])
    assert found.loc[("Rep", "005A", "Renew"), ["plan", "gap", "plan_probability"]].tolist() == [500.0, -200.0, 1.0]
    assert found.loc[("Rep", "005B", "All"), ["plan", "gap", "plan_probability"]].tolist() == [1000.0, 1000.0, 0.0]
    assert found.loc[("Org", "", "All"), ["plan", "gap"]].tolist() == [1500.0, 800.0]
    assert np.isnan(found.loc[("Account", "001A", "All"), "plan"])


def test_plans_of_accounts_are_a_breakdown_unless_a_rep_has_no_other(quarter: Quarter) -> None:
    rows = [("A", None, 100.0), ("A", "x", 60.0), ("B", "x", 30.0), ("B", "y", 5.0)]
    plans = pd.DataFrame(rows, columns=["rep_id", "account_id", "amount"]).assign(
        quarter_start=quarter.start, segment="Upsell"
    )
    found = plan_by_scope(plans, quarter).set_index(["scope", "scope_id", "segment"])["plan"]
    assert found[("Rep", "A", "All")] == 100.0
    assert found[("Rep", "B", "All")] == 35.0
    assert found[("Account", "x", "Upsell")] == 90.0
    assert found[("Org", "", "All")] == 135.0
    whole = pd.concat([plans, plans.head(1).assign(rep_id=None, amount=500.0)], ignore_index=True)
    assert plan_by_scope(whole, quarter).set_index(["scope", "segment"])["plan"][("Org", "All")] == 500.0


@pytest.mark.parametrize(
    "wrong", [{"draws": 1000}, {"draws": 1}, {"shared_shift": -0.1}, {"strength_floor": 0.0}, {"time_deals": 0.0}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ScoringSettingsError, match="expected"):
        DealSettings(**wrong)
