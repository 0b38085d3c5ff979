"""Scores of open deals: what always holds, and tags and actions deal by deal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from scoring import RISK_TAGS, Book, Quarter, score_deals
from scoring.results import BENCHMARKS, FACTORS, SCORES, STAGE_BENCHMARKS

TODAY = pd.Timestamp("2026-11-20")


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000), deals=st.integers(0, 60))
def test_any_book_gets_proper_scores(
    random_book: Callable[[int, int], Book],
    shuffled: Callable[[Book, int], Book],
    quarter: Quarter,
    seed: int,
    deals: int,
) -> None:
    book = random_book(seed, deals)
    found = score_deals(book, TODAY, quarter)
    scores = found.scores
    assert scores["opportunity_id"].is_monotonic_increasing
    chances = scores[["win_probability", "win_probability_low", "win_probability_high", "quarter_probability"]]
    assert chances.notna().all().all()
    assert ((chances >= 0) & (chances <= 1)).all().all()
    assert (scores["win_probability_low"] <= scores["win_probability"]).all()
    assert (scores["win_probability"] <= scores["win_probability_high"]).all()
    assert (scores["quarter_probability"] <= scores["win_probability"]).all()
    dated = scores[scores["expected_close"].notna()]
    assert (dated["expected_close_early"] <= dated["expected_close"]).all()
    assert (dated["expected_close"] <= dated["expected_close_late"]).all()
    assert (dated["expected_close_early"] >= TODAY).all()
    assert scores["confidence"].isin(["High", "Medium", "Low"]).all()
    total = found.factors.groupby("opportunity_id")["points"].sum().reindex(scores["opportunity_id"]).fillna(0.0)
    assert total.to_numpy() == pytest.approx(100 * (scores["win_probability"] - found.base_rate).to_numpy(), abs=1e-9)
    again = score_deals(shuffled(book, seed), TODAY, quarter)
    for name in ("scores", "factors", "stages", "benchmarks"):
        assert_frame_equal(getattr(found, name), getattr(again, name))


@pytest.mark.parametrize("given_stages", [True, False])
def test_an_empty_org_has_empty_scores(quarter: Quarter, stages: pd.DataFrame, given_stages: bool) -> None:
    found = score_deals(Book(stages=stages) if given_stages else Book(), TODAY, quarter)
    assert found.base_deals == 0
    for frame, table, rows in (
        (found.scores, SCORES, 0),
        (found.factors, FACTORS, 0),
        (found.stages, STAGE_BENCHMARKS, 0),
        (found.benchmarks, BENCHMARKS, 1),
    ):
        assert_frame_equal(frame.iloc[:0], table.empty())
        assert len(frame) == rows


def test_every_open_deal_and_no_closed_one_is_scored(funnel: Callable[..., Any], quarter: Quarter) -> None:
    book = funnel(4, 500, passing={"Upsell": (0.7, 0.7, 0.7)}).book
    deals = book.opportunities
    found = score_deals(book, TODAY, quarter).scores
    still_open = deals[(deals["created_date"] <= TODAY) & (deals["close_date"] > TODAY)]
    assert found["opportunity_id"].tolist() == sorted(still_open["opportunity_id"])


PASSING = {"Renew": (0.9, 0.95, 0.9), "Upsell": (0.7, 0.7, 0.8), "Net New": (0.5, 0.5, 0.6)}


def test_probabilities_come_close_to_the_truth_and_are_calibrated_on_held_out_time(
    funnel: Callable[..., Any], quarter: Quarter
) -> None:
    made = funnel(21, 30_000, passing=PASSING)
    found = score_deals(made.book, TODAY, quarter)
    scores = found.scores
    outcome = scores["opportunity_id"].map(made.book.opportunities.set_index("opportunity_id")["is_won"])
    truth = made.truth.reindex(pd.MultiIndex.from_frame(scores[["stage", "segment"]])).to_numpy()
    won = outcome.to_numpy(dtype="float64")
    ours, base = log_loss(won, scores["win_probability"]), log_loss(won, np.full(len(won), found.base_rate))
    assert ours < base - 0.05
    assert ours - log_loss(won, truth) < 0.1 * (base - log_loss(won, truth))
    assert np.abs(scores["win_probability"] - truth).mean() < 0.02
    bins = pd.qcut(scores["win_probability"], 6, duplicates="drop")
    gap = (scores["win_probability"] - won).groupby(bins, observed=True).mean()
    assert gap.abs().max() < 0.06


def test_nothing_to_be_learned_leaves_the_base_rate(funnel: Callable[..., Any], quarter: Quarter) -> None:
    # Whoever gets to a stage is as likely to win as anybody: all losses happen in the last stage.
    made = funnel(5, 12_000, passing=dict.fromkeys(("Renew", "Upsell", "Net New"), (1.0, 1.0, 0.4)))
    found = score_deals(made.book, TODAY, quarter)
    assert found.base_rate == pytest.approx(0.4, abs=0.02)
    assert (found.scores["win_probability"] - found.base_rate).abs().max() < 0.03


def test_more_history_makes_the_range_narrower(funnel: Callable[..., Any], quarter: Quarter) -> None:
    widths = []
    for number in (60, 600, 6000):
        scores = score_deals(funnel(8, number, passing=PASSING).book, TODAY, quarter).scores
        widths.append(float((scores["win_probability_high"] - scores["win_probability_low"]).mean()))
    assert widths == sorted(widths, reverse=True)


def test_expected_dates_hold_what_they_say(funnel: Callable[..., Any], quarter: Quarter) -> None:
    made = funnel(13, 30_000, passing=PASSING)
    scores = score_deals(made.book, TODAY, quarter).scores
    deals = made.book.opportunities.set_index("opportunity_id")
    closed = scores["opportunity_id"].map(deals["close_date"])
    won = scores["opportunity_id"].map(deals["is_won"]) & scores["expected_close"].notna()
    assert (closed <= scores["expected_close_late"])[won].mean() == pytest.approx(0.9, abs=0.06)
    assert (closed <= scores["expected_close"])[won].mean() == pytest.approx(0.5, abs=0.12)
    in_quarter = scores["opportunity_id"].map(deals["is_won"]) & (closed <= quarter.end)
    assert scores["quarter_probability"].mean() == pytest.approx(in_quarter.mean(), abs=0.05)


def log_loss(won: np.ndarray, chance: "pd.Series[float] | np.ndarray") -> float:
    p = np.asarray(chance, dtype="float64")
    return float(-(won * np.log(p) + (1 - won) * np.log(1 - p)).mean())


def one_deal(book: Book, **changes: object) -> Book:
    """The history of `book` with one open deal in good order, and what is changed about it."""
    deal: dict[str, object] = {
        "opportunity_id": "deal",
        "account_id": "001",
        "owner_id": "005",
        "stage": "Prove",
        "amount": 100.0,
        "arr": 100.0,
        "close_date": pd.Timestamp("2026-12-15"),
        "created_date": pd.Timestamp("2026-11-10"),
        "is_closed": False,
        "is_won": False,
        "segment": "Renew",
        "next_step": "Call",
    }
    past = book.opportunities[book.opportunities["close_date"] <= TODAY]
    roles = pd.DataFrame({"opportunity_id": "deal", "contact_id": ["1", "2"], "role": "Buyer", "is_primary": False})
    deals = pd.concat([past, pd.DataFrame([deal | changes])], ignore_index=True)
    return replace(book, opportunities=deals, roles=roles)


@pytest.fixture(scope="module")
def past(funnel: Callable[..., Any]) -> Book:
    made: Book = funnel(2, 600, passing={"Renew": (0.8, 0.8, 0.8), "Upsell": (0.8, 0.8, 0.8)}).book
    return made


def score_one(book: Book, quarter: Quarter) -> "pd.Series[Any]":
    scores = score_deals(book, TODAY, quarter).scores
    return scores[scores["opportunity_id"] == "deal"].iloc[0]


def test_a_deal_in_good_order_has_no_tag(past: Book, quarter: Quarter) -> None:
    found = score_one(one_deal(past), quarter)
    assert found["risk_tags"] == ""
    assert found["forecast_arr"] == pytest.approx(100.0 * found["win_probability"])


@pytest.mark.parametrize(
    ("changes", "tag", "asked_for"),
    [
        ({"created_date": pd.Timestamp("2026-03-01")}, "Stalled", ""),
        ({"close_date": pd.Timestamp("2026-11-19")}, "Past close date", ""),
        ({"next_step": None}, "", ""),
        ({"arr": np.nan}, "Missing data", "Amount"),
        ({"stage": None}, "Missing data", "Stage"),
        ({"close_date": pd.NaT}, "Missing data", "Close date"),
        ({"segment": None}, "Missing data", "Segment"),
        ({"account_id": None}, "Missing data", "Account"),
    ],
)
def test_what_is_wrong_with_a_deal_is_tagged_and_what_is_missing_is_asked_for(
    past: Book, quarter: Quarter, changes: dict[str, object], tag: str, asked_for: str
) -> None:
    found = score_one(one_deal(past, **changes), quarter)
    assert found["risk_tags"] == tag
    assert 0 < found["win_probability"] < 1
    assert found["asked_for"] == asked_for


def test_a_field_nobody_uses_is_tagged_but_not_asked_for(past: Book, quarter: Quarter) -> None:
    book = one_deal(past)
    found = score_one(replace(book, opportunities=book.opportunities.assign(segment=None)), quarter)
    assert (found["missing"], found["risk_tags"], found["asked_for"]) == ("Segment", "Missing data", "")


def test_next_steps_and_contacts_count_where_they_are_used(past: Book, quarter: Quarter) -> None:
    book = one_deal(past, next_step=None)
    other = one_deal(past, opportunity_id="other").opportunities.tail(1)
    both = replace(book, opportunities=pd.concat([book.opportunities, other], ignore_index=True))
    roles = both.roles.assign(opportunity_id="other")
    assert score_one(both, quarter)["risk_tags"] == "No next step"
    assert score_one(replace(both, roles=roles), quarter)["risk_tags"] == "Single-threaded;No next step"


def test_pushes_are_counted_and_slipping_is_measured_from_the_first_plan(past: Book, quarter: Quarter) -> None:
    planned = ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]
    rows = pd.DataFrame(
        {
            "opportunity_id": "deal",
            "changed_at": pd.date_range("2026-11-10", periods=4, freq="D"),
            "stage": "Prove",
            "amount": 100.0,
            "close_date": pd.to_datetime(planned),
        }
    )
    for moves, tags in ((2, "Slipping"), (3, "Slipping;Pushed 3 times")):
        book = one_deal(past, close_date=pd.Timestamp(planned[moves]))
        history = pd.concat([book.stage_history, rows.head(moves + 1)], ignore_index=True)
        found = score_one(replace(book, stage_history=history), quarter)
        assert (found["pushes"], found["risk_tags"]) == (moves, tags)


def test_tags_come_in_the_order_of_the_vocabulary(random_book: Callable[[int, int], Book], quarter: Quarter) -> None:
    tags = score_deals(random_book(1, 200), TODAY, quarter).scores["risk_tags"]
    rank = {tag: number for number, tag in enumerate(RISK_TAGS)}
    for found in tags[tags != ""].unique():
        order = [rank[tag] for tag in found.split(";")]
        assert order == sorted(set(order))


def test_words_stand_still_while_a_day_passes(past: Book, quarter: Quarter) -> None:
    book = one_deal(past, created_date=pd.Timestamp("2026-03-01"), close_date=pd.Timestamp("2026-11-01"))
    history = book.stage_history[book.stage_history["opportunity_id"].isin(book.opportunities["opportunity_id"])]
    book = replace(book, stage_history=history)
    one = score_deals(book, TODAY, quarter)
    next_day = score_deals(book, TODAY + pd.Timedelta(days=1), quarter)
    words = ["confidence_reason", "risk_tags"]
    assert_frame_equal(one.scores[words], next_day.scores[words])
    assert_frame_equal(one.factors, next_day.factors)
