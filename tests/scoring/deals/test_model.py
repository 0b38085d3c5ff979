"""One fitted model, asked for other days, other deals and other dates than those it was fitted with."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from scoring import Book, Quarter, fit_deals, score_deals

TODAY = pd.Timestamp("2026-11-20")
WEEKS = [TODAY + pd.Timedelta(weeks=week) for week in range(27)]


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000), deals=st.integers(0, 60))
def test_the_chance_to_be_won_only_grows_with_time_and_never_above_that_to_be_won_at_all(
    random_book: Callable[[int, int], Book], quarter: Quarter, seed: int, deals: int
) -> None:
    book = random_book(seed, deals)
    model = fit_deals(book, TODAY)
    scored = model.score(book, TODAY, quarter)
    chance = model.won_by(book, TODAY, WEEKS)
    assert chance.index.tolist() == scored.scores["opportunity_id"].tolist()
    steps = np.diff(chance.to_numpy(), axis=1, prepend=0.0)
    assert (steps >= -1e-12).all()
    assert (chance.to_numpy() <= scored.scores["win_probability"].to_numpy()[:, None] + 1e-12).all()
    by_end = model.won_by(book, TODAY, [quarter.end])
    np.testing.assert_allclose(by_end[quarter.end], scored.scores["quarter_probability"], atol=1e-12)


def test_a_part_of_the_deals_gets_the_scores_it_has_among_all(funnel: Callable[..., Any], quarter: Quarter) -> None:
    book = funnel(3, 800, passing={"Upsell": (0.7, 0.7, 0.7), "Renew": (0.9, 0.9, 0.9)}).book
    model = fit_deals(book, TODAY)
    every = model.score(book, TODAY, quarter)
    chosen = every.scores["opportunity_id"].iloc[::3].tolist()
    part = model.score(book, TODAY, quarter, only=[*chosen, "006 deleted"])
    whole = every.scores[every.scores["opportunity_id"].isin(chosen)].reset_index(drop=True)
    assert_frame_equal(part.scores, whole)
    assert_frame_equal(model.won_by(book, TODAY, WEEKS, only=chosen), model.won_by(book, TODAY, WEEKS).loc[chosen])


def test_a_model_fitted_earlier_scores_a_later_day_without_looking_at_what_came_between(
    funnel: Callable[..., Any], quarter: Quarter
) -> None:
    book = funnel(6, 800, passing={"Upsell": (0.7, 0.7, 0.7)}).book
    start = quarter.start
    early = fit_deals(book, start)
    assert early.score(book, TODAY, quarter).base_rate == early.score(book, start, quarter).base_rate
    same_day = score_deals(book, TODAY, quarter)
    assert (
        early.score(book, TODAY, quarter).scores["opportunity_id"].tolist()
        == same_day.scores["opportunity_id"].tolist()
    )
    assert_frame_equal(fit_deals(book, TODAY).score(book, TODAY, quarter).scores, same_day.scores)
