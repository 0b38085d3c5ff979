"""The fitted win model: what always holds of it, what it must not learn from, and records without sense."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from scoring import Book, DealModel, Quarter, fit_deals, validate
from scoring.deals.change import ANEW, explain_change
from scoring.deals.features import leaks

TODAY = pd.Timestamp("2026-11-20")
PASSING = {"Renew": (0.9, 0.95, 0.9), "Upsell": (0.7, 0.7, 0.8), "Net New": (0.5, 0.5, 0.6)}


@pytest.fixture(scope="module")
def book(funnel: Callable[..., Any]) -> Book:
    """A funnel whose deals meet one of two rivals from the start: the weak one in three of four deals that are won."""
    made = funnel(21, 1400, passing=PASSING).book
    deals = made.opportunities
    told = np.random.default_rng(3).random(len(deals)) < 0.75
    rival = np.where(deals["is_won"] == told, "Pebblewall", "Lanternsec")
    rows = pd.DataFrame({"opportunity_id": deals["opportunity_id"], "name": "Rival", "value": rival})
    return validate(replace(made, predictors=rows))


@pytest.fixture(scope="module")
def model(book: Book) -> DealModel:
    found = fit_deals(book, TODAY)
    assert found.verdict.method == "Model"
    return found


def test_points_add_up_and_curves_grow_to_at_most_the_probability(
    book: Book, model: DealModel, quarter: Quarter
) -> None:
    found = model.score(book, TODAY, quarter)
    total = found.factors.groupby("opportunity_id")["points"].sum().reindex(found.scores["opportunity_id"]).to_numpy()
    assert total == pytest.approx(100 * (found.scores["win_probability"] - found.base_rate).to_numpy(), abs=1e-9)
    curve = found.win_curve.to_numpy()
    assert (np.diff(curve, axis=1, prepend=0.0) >= -1e-12).all()
    assert (curve <= found.scores["win_probability"].to_numpy()[:, None] + 1e-12).all()
    assert (found.scores["quarter_probability"] <= found.scores["win_probability"]).all()


def test_the_order_of_rows_changes_nothing(
    book: Book, model: DealModel, quarter: Quarter, shuffled: Callable[[Book, int], Book]
) -> None:
    other = fit_deals(shuffled(book, 5), TODAY)
    here, there = (each.score(book, TODAY, quarter).scores["win_probability"] for each in (model, other))
    np.testing.assert_allclose(here, there, atol=1e-9)


def test_a_deal_is_scored_alike_alone_and_among_all(book: Book, model: DealModel, quarter: Quarter) -> None:
    every = model.score(book, TODAY, quarter)
    chosen = every.scores["opportunity_id"].iloc[[1, 4]].tolist()
    alone = model.score(book, TODAY, quarter, only=chosen)
    columns = ["opportunity_id", "win_probability", "quarter_probability", "expected_close"]
    whole = every.scores[every.scores["opportunity_id"].isin(chosen)].reset_index(drop=True)
    assert_frame_equal(alone.scores[columns], whole[columns])


def test_the_proof_tells_each_method_by_segment_and_what_it_beat(model: DealModel) -> None:
    proof = model.verdict.proof.set_index(["segment", "method"])["log_loss"]
    assert set(proof.index.get_level_values("segment")) == {"All", *PASSING}
    assert proof["All", "Model"] < proof["All", "Stage rate"] < proof["All", "Base rate"]
    assert model.verdict.since is not None and model.verdict.since < TODAY


def test_a_field_that_is_filled_in_after_closing_is_not_learned_from(
    book: Book, model: DealModel, quarter: Quarter
) -> None:
    deals = book.opportunities
    is_open = ~(deals["close_date"] <= TODAY)
    ended = deals.assign(is_closed=~is_open)
    told = pd.Series(np.where(deals["is_won"], "Fit", "Price"), index=deals["opportunity_id"])
    assert leaks(ended, told[~is_open.to_numpy()])
    assert not leaks(ended, pd.Series("Rival", index=deals["opportunity_id"]).iloc[::2])
    late = told[~is_open.to_numpy()]
    rows = pd.DataFrame({"opportunity_id": late.index, "name": "Reason", "value": late.to_numpy()})
    told_too = pd.concat([book.predictors, rows], ignore_index=True)
    other = fit_deals(replace(book, predictors=told_too), TODAY)
    assert other.chances is not None and "field Reason" not in other.chances.names
    here, there = (each.score(book, TODAY, quarter).scores["win_probability"] for each in (model, other))
    np.testing.assert_allclose(here, there)


def test_a_field_known_from_the_start_counts_under_its_name(book: Book, model: DealModel, quarter: Quarter) -> None:
    factors = model.score(book, TODAY, quarter).factors
    points = factors[factors["label"] == "Rival"].groupby("text")["points"].mean()
    assert points["Pebblewall"] > 5 and points["Lanternsec"] < -5


def test_records_without_sense_get_a_number(book: Book, model: DealModel, quarter: Quarter) -> None:
    ids = model.score(book, TODAY, quarter).scores["opportunity_id"]
    odd = book.opportunities[book.opportunities["opportunity_id"].isin(ids)].head(6).reset_index(drop=True)
    odd = odd.assign(
        amount=[np.nan, -5.0, 0.0, 1e12, 1.0, 1.0],
        arr=[np.nan, -5.0, 0.0, 1e12, 1.0, 1.0],
        close_date=pd.to_datetime(["1970-01-01", "2099-12-31", None, "2026-12-01", "2026-12-01", "2026-12-01"]),
        stage=["Unheard of", None, "Prove", "Prove", "Prove", "Prove"],
        owner_id=None,
        segment=pd.Series([None] * 6, dtype="str"),
        is_closed=False,
        is_won=False,
        created_date=pd.Timestamp("2001-01-01"),
    )
    found = model.score(replace(book, opportunities=odd, stage_history=book.stage_history.iloc[:0]), TODAY, quarter)
    chances = found.scores[["win_probability", "win_probability_low", "win_probability_high", "quarter_probability"]]
    assert len(chances) == 6 and chances.notna().all().all()
    assert ((chances >= 0) & (chances <= 1)).all().all()
    assert (found.scores["missing"] != "").all()


def test_a_change_is_told_by_factor_with_the_new_fit_apart(book: Book, model: DealModel, quarter: Quarter) -> None:
    start = quarter.start
    early = fit_deals(book, start)
    before, between = (each.score(book, start, quarter) for each in (early, model))
    after = model.score(book, TODAY, quarter)
    changes = explain_change(before, after, between)
    assert ANEW in set(changes["label"])
    moved = changes.groupby("opportunity_id")["points"].sum()
    was, now = (each.scores.set_index("opportunity_id")["win_probability"] for each in (before, after))
    assert len(moved) > 0
    np.testing.assert_allclose(moved, 100 * (now - was).reindex(moved.index), atol=1e-9)
    assert explain_change(after, after).empty
