"""Factors in points and in words."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from scoring import Book, DealScores, Quarter, score_deals

TODAY = pd.Timestamp("2026-11-20")


def ask(book: Book, quarter: Quarter, *deals: dict[str, object]) -> DealScores:
    """Scores of open deals beside the closed ones of a book."""
    usual = {"created_date": pd.Timestamp("2026-11-10"), "is_closed": False, "is_won": False}
    past = book.opportunities
    if len(past):
        past = past[past["close_date"] <= TODAY]
    rows = pd.DataFrame([usual | {"opportunity_id": f"{number}"} | deal for number, deal in enumerate(deals)])
    return score_deals(replace(book, opportunities=pd.concat([past, rows], ignore_index=True)), TODAY, quarter)


def texts(found: DealScores, deal: str) -> dict[str, str]:
    rows = found.factors[found.factors["opportunity_id"] == deal]
    return dict(zip(rows["label"], rows["text"], strict=True))


@pytest.fixture(scope="module")
def past(funnel: Callable[..., Any]) -> Book:
    made: Book = funnel(2, 600, passing={"Renew": (0.9, 0.8, 0.8), "Upsell": (0.6, 0.8, 0.8)}).book
    return made


def test_stage_and_segment_are_told_with_the_numbers_of_the_closed_deals(past: Book, quarter: Quarter) -> None:
    found = ask(past, quarter, {"stage": "Prove", "segment": "Renew"})
    history = past.stage_history
    reached = history.loc[history["stage"] == "Prove", "opportunity_id"]
    closed = past.opportunities[past.opportunities["close_date"] <= TODAY]
    through = closed[closed["opportunity_id"].isin(reached)]
    own = through[through["segment"] == "Renew"]
    assert texts(found, "0") == {
        "Stage": f"{100 * through['is_won'].mean():.0f} % of {len(through)} closed deals that reached Prove were won",
        "Segment": f"{100 * own['is_won'].mean():.0f} % of {len(own)} closed deals of segment Renew "
        "that reached Prove were won",
    }


def test_a_long_stay_is_told_with_its_date(past: Book, quarter: Quarter) -> None:
    found = ask(past, quarter, {"stage": "Prove", "created_date": pd.Timestamp("2026-07-01")})
    assert texts(found, "0")["Time in stage"].startswith("In this stage since 2026-07-01; ")


def test_only_what_is_known_of_a_deal_is_a_factor(past: Book, quarter: Quarter) -> None:
    found = ask(past, quarter, {"stage": None}, {"segment": "Upsell"}, {"stage": "Unheard of", "segment": "Upsell"})
    assert texts(found, "0") == {}
    assert list(texts(found, "1")) == ["Segment"]
    assert texts(found, "2")["Stage"] == "Nothing is known of this stage; the overall win rate counts"
    points = found.factors.groupby("opportunity_id")["points"].sum()
    assert points["1"] == pytest.approx(points["2"])
    assert points["1"] != 0.0


def test_a_stage_nobody_went_through_says_so(past: Book, quarter: Quarter, stages: pd.DataFrame) -> None:
    more = pd.concat([stages, stages.head(1).assign(stage="New one")], ignore_index=True)
    found = ask(replace(past, stages=more), quarter, {"stage": "New one"})
    assert texts(found, "0") == {"Stage": "No closed deal went through New one yet; the overall win rate counts"}
    assert found.scores["confidence"].tolist() == ["Low"]
    assert found.scores["confidence_reason"].tolist() == ["No closed deal went through this stage yet"]


def test_without_any_closed_deal_the_default_percentage_is_named(quarter: Quarter, stages: pd.DataFrame) -> None:
    found = ask(Book(stages=stages), quarter, {"stage": "Decide"})
    assert texts(found, "0") == {
        "Stage": "No deal was closed yet; the stage's default of 70 % counts half, an even chance the other half"
    }
    assert found.scores["expected_close"].isna().all()
