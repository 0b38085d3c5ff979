"""The projection as it stood, and what moved it: what always adds up, and single causes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import Book, Quarter
from scoring.projection import prepare, projection_change, projection_curve
from scoring.projection.change import CAUSES

TODAY = pd.Timestamp("2026-11-20")
WEEK_AGO = pd.Timestamp("2026-11-13")


@settings(max_examples=5)
@given(seed=st.integers(0, 10_000), deals=st.integers(0, 60))
def test_causes_add_up_to_the_change(
    random_book: Callable[[int, int], Book], quarter: Quarter, seed: int, deals: int
) -> None:
    found = projection_change(prepare(random_book(seed, deals), TODAY, quarter), WEEK_AGO)
    explained = found[[*CAUSES, "new_business"]].sum(axis=1)
    assert (found["expected"] - found["expected_before"]).to_numpy() == pytest.approx(explained.to_numpy(), abs=1e-4)
    moved = found["commit"] - found["commit_before"]
    assert moved.to_numpy() == pytest.approx((explained + found["range"]).to_numpy(), abs=1e-4)
    parts = found[found["segment"] != "All"].groupby(["scope", "scope_id"])[[*CAUSES]].sum()
    whole = found[found["segment"] == "All"].set_index(["scope", "scope_id"])[[*CAUSES]]
    assert parts.reindex(whole.index).fillna(0.0).to_numpy() == pytest.approx(whole.to_numpy(), abs=1e-4)


@pytest.fixture
def book_of_causes(stages: pd.DataFrame) -> Book:
    """Five open deals of the week before, of which each has another fate, and one that came since."""
    day = pd.Timestamp
    fates = {
        "a won": ("Closed Won", 110.0, "2026-11-18"),
        "b lost": ("Closed Lost", 100.0, "2026-11-18"),
        "c slipped": ("Decide", 100.0, "2027-02-01"),
        "d pulled in": ("Decide", 100.0, "2026-12-01"),
        "e grew": ("Decide", 300.0, "2026-12-15"),
    }
    before = pd.DataFrame(
        {
            "opportunity_id": list(fates),
            "changed_at": day("2026-10-05"),
            "stage": "Decide",
            "amount": 100.0,
            "close_date": [day("2027-02-01") if name.startswith("d") else day("2026-12-15") for name in fates],
        }
    )
    stage, amount, close = zip(*fates.values(), strict=True)
    after = before.assign(changed_at=day("2026-11-18"), stage=stage, amount=amount, close_date=pd.to_datetime(close))
    deals = after.drop(columns="changed_at").assign(
        arr=after["amount"],
        owner_id="005A",
        created_date=day("2026-10-05"),
        is_closed=after["stage"].str.startswith("Closed"),
        is_won=after["stage"] == "Closed Won",
        segment="Upsell",
    )
    new = deals.tail(1).assign(opportunity_id="f new", created_date=day("2026-11-17"), arr=50.0, amount=50.0)
    return Book(
        opportunities=pd.concat([deals, new], ignore_index=True),
        stage_history=pd.concat([before, after], ignore_index=True),
        stages=stages,
    )


def test_each_fate_counts_under_its_cause(book_of_causes: Book, quarter: Quarter) -> None:
    projection = prepare(book_of_causes, TODAY, quarter)
    row = projection_change(projection, WEEK_AGO).iloc[0]
    then = projection.outlook(projection.today - 7)
    expected = dict(zip("abcde", then.probability * then.value, strict=True))
    assert row["won"] == pytest.approx(110.0 - expected["a"])
    assert row["lost"] == pytest.approx(-expected["b"])
    assert row["slipped"] < 0 < row["pulled_in"]
    assert row["slipped"] >= -expected["c"]
    assert row["resized"] == pytest.approx(2 * expected["e"])
    assert row["new"] == pytest.approx(projection.deals().set_index("opportunity_id").loc["f new", "expected"])


def test_nothing_moves_without_time(book_of_causes: Book, quarter: Quarter) -> None:
    row = projection_change(prepare(book_of_causes, TODAY, quarter), TODAY).iloc[0]
    assert row[[*CAUSES, "new_business", "range"]].tolist() == [0.0] * 9


def test_the_curve_holds_what_was_known_then_and_ends_with_today(funnel: Callable[..., Any], quarter: Quarter) -> None:
    book = funnel(6, 800, passing={"Renew": (0.9, 0.9, 0.9)}).book
    projection = prepare(book, TODAY, quarter)
    curve = projection_curve(projection)
    org = curve[(curve["scope"] == "Org") & (curve["segment"] == "All")]
    assert org["week"].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert org["day"].iloc[[0, -1]].tolist() == [quarter.start - pd.Timedelta(days=1), TODAY]
    assert org["booked"].is_monotonic_increasing
    # A day of the curve is the projection of that day under the same model, however the deals went on.
    then = prepare(book, org["day"].iloc[4], quarter, model=projection.model)
    numbers = then.numbers(then.cells(then.now), then.today).iloc[0]
    for name in ("booked", "worst", "commit", "best", "expected"):
        assert org[name].iloc[4] == pytest.approx(numbers[name])


def test_a_quarter_that_is_over_is_what_was_booked(book_of_causes: Book, quarter: Quarter) -> None:
    book = replace(book_of_causes, opportunities=book_of_causes.opportunities.assign(close_date=quarter.end))
    projection = prepare(book, quarter.end, quarter)
    numbers = projection.numbers(projection.cells(projection.now), projection.today).iloc[0]
    assert numbers[["booked", "worst", "commit", "best", "expected"]].tolist() == [110.0] * 5
