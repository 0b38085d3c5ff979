"""The fitted win model: what always holds of it, what it must not learn from, and records without sense."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from scoring import Book, DealHistory, DealModel, Quarter, deal_history, fit_deals, validate
from scoring.deals import history as history_module
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
    curve = model.won_by(book, TODAY, [TODAY + pd.Timedelta(weeks=week) for week in range(1, 27)]).to_numpy()
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


@pytest.fixture(scope="module", params=["Model", "Stage rate"])
def judge(request: pytest.FixtureRequest, model: DealModel) -> DealModel:
    """The model, and what is left of it where it has not proved itself."""
    if request.param == "Model":
        return model
    return replace(model, chances=None, hazards=None, verdict=replace(model.verdict, method="Stage rate"))


@pytest.fixture(scope="module")
def past(judge: DealModel, book: Book) -> DealHistory:
    return deal_history(judge, book, TODAY)


def test_a_past_day_is_what_the_model_would_have_said_on_it(
    judge: DealModel, book: Book, past: DealHistory, quarter: Quarter
) -> None:
    for back in (0, 35):
        day = TODAY - pd.Timedelta(days=back)
        scores = judge.score(book, day, quarter).scores.set_index("opportunity_id")
        found = past.weeks[past.weeks["day"] == day].set_index("opportunity_id")["win_probability"]
        assert len(found) > 10
        np.testing.assert_allclose(found, scores["win_probability"].reindex(found.index), atol=1e-9)


def test_points_add_up_to_the_change(past: DealHistory) -> None:
    now = past.weeks[past.weeks["day"] == TODAY].set_index("opportunity_id")["win_probability"]
    totals = past.changes.groupby(["opportunity_id", "days"]).agg(points=("points", "sum"), before=("before", "first"))
    after = now.reindex(totals.index.get_level_values("opportunity_id")).to_numpy()
    np.testing.assert_allclose(totals["points"], 100 * (after - totals["before"]), atol=1e-9)
    assert (totals["points"].abs() > 1).any()


def test_only_what_moved_is_named_in_the_record_s_own_words(past: DealHistory, book: Book) -> None:
    stages = past.changes[past.changes["label"] == "Stage"]
    assert len(stages) > 0
    assert stages["text"].str.match(r"From (Discover|Prove|Decide) to (Discover|Prove|Decide)$").all()
    assert not past.changes["label"].isin(["Pillar", "Rep"]).any(), "these do not move"


def test_deals_are_looked_at_in_parts_and_alone_alike(
    judge: DealModel, book: Book, past: DealHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "AT_ONCE", 7)
    in_parts = deal_history(judge, book, TODAY)
    pd.testing.assert_frame_equal(in_parts.weeks, past.weeks)
    chosen = past.weeks["opportunity_id"].unique()[[0, 3]].tolist()
    alone = deal_history(judge, book, TODAY, only=chosen)
    expected = past.changes[past.changes["opportunity_id"].isin(chosen)].reset_index(drop=True)
    by_deal = ["opportunity_id", "days", "label"]
    pd.testing.assert_frame_equal(
        alone.changes.sort_values(by_deal, ignore_index=True), expected.sort_values(by_deal, ignore_index=True)
    )


def test_a_book_without_open_deals_has_no_past(judge: DealModel, book: Book) -> None:
    nothing = deal_history(judge, book, TODAY, only=[])
    assert nothing.weeks.empty and nothing.changes.empty
