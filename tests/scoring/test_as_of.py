"""The past as it was: nothing that happens later has an effect."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from scoring import Book, Quarter, project_quarter, score_deals, score_health, validate
from scoring.as_of import known_at

DAY = pd.Timestamp("2026-03-01")


def later_changed(book: Book, rng: np.random.Generator) -> Book:
    """The same book with everything after `DAY` changed: outcomes, amounts, stages, dates, new deals."""
    history, deals = book.stage_history, book.opportunities
    later = history["changed_at"] >= DAY + pd.Timedelta(days=1)
    moved = history.assign(
        amount=history["amount"].mask(later, 7.0),
        stage=history["stage"].mask(later & history["stage"].str.startswith("Closed"), "Closed Won"),
    )
    goes_on = deals["opportunity_id"].isin(history.loc[later, "opportunity_id"])
    factor = pd.Series(rng.uniform(1, 3, len(deals)), index=deals.index).where(goes_on, 1.0)
    changed = deals.assign(
        is_won=deals["is_won"] | goes_on,
        stage=deals["stage"].mask(goes_on, "Closed Won"),
        amount=deals["amount"] * factor,
        arr=deals["arr"] * factor,
        next_step="Send the invoice",
    )
    changed["next_step"] = changed["next_step"].where(goes_on)
    changed["close_date"] = changed["close_date"].mask(goes_on, pd.Timestamp("2027-05-05"))
    new = changed.head(5).assign(
        opportunity_id=[f"new {number}" for number in range(5)], created_date=DAY + pd.Timedelta(days=1)
    )
    return replace(book, stage_history=moved, opportunities=pd.concat([changed, new], ignore_index=True))


def test_what_happens_later_changes_neither_scores_nor_projection(funnel: Callable[..., Any]) -> None:
    passing = {"Renew": (0.9, 0.9, 0.9), "Net New": (0.6, 0.6, 0.6)}
    book = funnel(11, 800, passing=passing).book
    changed = later_changed(book, np.random.default_rng(1))
    quarter = Quarter("Q1", pd.Timestamp("2026-01-01"), pd.Timestamp("2026-03-31"))
    one, other = (score_deals(each, DAY, quarter) for each in (book, changed))
    assert len(one.scores) > 20
    for name in ("scores", "factors", "stages", "benchmarks"):
        assert_frame_equal(getattr(one, name), getattr(other, name))
    assert_frame_equal(
        project_quarter(book, one, DAY, quarter), project_quarter(changed, other, DAY, quarter), rtol=1e-9
    )


def test_a_closed_deal_is_open_again_before_it_closed(funnel: Callable[..., Any]) -> None:
    book = validate(funnel(11, 200, passing={"Renew": (0.9, 0.9, 0.9)}).book)
    known = known_at(book, DAY).opportunities.set_index("opportunity_id")
    closed_by_then = book.opportunities.set_index("opportunity_id")["close_date"].reindex(known.index) <= DAY
    assert (known["is_closed"] == closed_by_then).all()
    assert known.loc[~closed_by_then, "stage"].isin(["Discover", "Prove", "Decide"]).all()


def test_arr_is_scaled_with_the_amount_of_then(stages: pd.DataFrame) -> None:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["a"],
            "stage": ["Closed Won"],
            "amount": [300.0],
            "arr": [100.0],
            "created_date": [pd.Timestamp("2026-01-01")],
            "is_closed": [True],
            "is_won": [True],
        }
    )
    history = pd.DataFrame(
        {
            "opportunity_id": ["a", "a"],
            "changed_at": pd.to_datetime(["2026-01-01", "2026-03-02"]),
            "stage": ["Prove", "Closed Won"],
            "amount": [600.0, 300.0],
        }
    )
    book = validate(Book(opportunities=deals, stage_history=history, stages=stages))
    then = known_at(book, DAY).opportunities.iloc[0]
    assert (then["stage"], then["amount"], then["arr"], then["is_won"]) == ("Prove", 600.0, 200.0, False)
    now = known_at(book, pd.Timestamp("2026-03-02")).opportunities.iloc[0]
    assert (now["stage"], now["amount"], now["arr"], now["is_won"]) == ("Closed Won", 300.0, 100.0, True)


@pytest.mark.parametrize("table", ["cases", "usage", "assets", "deployments"])
def test_health_does_not_look_ahead(health_book: Book, table: str) -> None:
    frame = getattr(health_book, table)
    start = {"cases": "created_date", "usage": "week_start", "assets": "install_date", "deployments": "started_on"}
    later = frame.assign(**{start[table]: DAY + pd.Timedelta(days=1)})
    if table != "usage":
        key = frame.columns[0]
        later[key] = later[key] + " later"
    with_later = replace(health_book, **{table: pd.concat([frame, later], ignore_index=True)})
    one, other = score_health(health_book, DAY), score_health(with_later, DAY)
    for name in ("scores", "dimensions", "measures", "reasons"):
        assert_frame_equal(getattr(one, name), getattr(other, name))
