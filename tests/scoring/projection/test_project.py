"""The quarter's projection: what always holds, and rows in closed form."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from scoring import Book, DealScores, DealSettings, Quarter, ScoringSettingsError, project_quarter, score_deals
from scoring.projection import QuarterProjection, prepare
from scoring.projection.plans import plan_by_scope
from scoring.results import PROJECTION

TODAY = pd.Timestamp("2026-11-20")


def project(book: Book, quarter: Quarter, chosen: DealSettings | None = None) -> pd.DataFrame:
    return project_quarter(book, score_deals(book, TODAY, quarter, chosen), TODAY, quarter, chosen)


@dataclass(frozen=True)
class World:
    """A book, its scores and what was prepared of its quarter: made once, read by many."""

    book: Book
    scored: DealScores
    projection: QuarterProjection


@pytest.fixture(scope="module")
def world(funnel: Callable[..., Any], quarter: Quarter) -> World:
    book = funnel(6, 1200, passing={"Renew": (0.9, 0.9, 0.9), "Upsell": (0.6, 0.6, 0.6)}).book
    return World(book, score_deals(book, TODAY, quarter), prepare(book, TODAY, quarter))


@settings(max_examples=5)
@given(seed=st.integers(0, 10_000), deals=st.integers(0, 60))
def test_any_book_gets_a_proper_projection(
    random_book: Callable[[int, int], Book],
    shuffled: Callable[[Book, int], Book],
    quarter: Quarter,
    seed: int,
    deals: int,
) -> None:
    book = random_book(seed, deals)
    scored = score_deals(book, TODAY, quarter)
    projection = prepare(book, TODAY, quarter)
    found, by_pillar = projection.table(scored), projection.pillars(scored)
    assert_frame_equal(found, project_quarter(shuffled(book, seed), scored, TODAY, quarter))
    assert_frame_equal(found.iloc[:0], PROJECTION.empty())
    assert (found.loc[0, "scope"], found.loc[0, "segment"]) == ("Org", "All")
    assert not found.duplicated(["scope", "scope_id", "segment"]).any()
    assert (found["worst"] <= found["commit"]).all()
    assert (found["commit"] <= found["best"]).all()
    assert (found["booked"] <= found["worst"] + 1e-6).all()
    assert not found[found.columns.difference(["plan", "gap", "plan_probability"])].isna().any().any()
    assert found["win_rate"].between(0, 1).all()
    assert found["gap"].isna().equals(found["plan"].isna())
    assert found["plan_probability"].isna().equals(found["plan"].isna())
    parts = found[found["segment"] != "All"].groupby(["scope", "scope_id"])["expected"].sum()
    whole = found[found["segment"] == "All"].set_index(["scope", "scope_id"])["expected"]
    assert parts.reindex(whole.index).fillna(0.0).to_numpy() == pytest.approx(whole.to_numpy())
    assert by_pillar["win_rate"].between(0, 1).all()
    ordered = by_pillar[["booked", "worst", "commit", "best"]].to_numpy()
    assert (np.diff(ordered, axis=1) >= -1e-6).all()
    keys = ["scope", "scope_id", "segment"]
    every = found[found["scope"] != "Account"].set_index(keys)["expected"]
    parts = by_pillar.groupby(keys)["expected"].sum()
    assert parts.reindex(every.index).fillna(0.0).to_numpy() == pytest.approx(every.to_numpy(), abs=0.05)


def test_expected_and_booked_add_up_over_reps_and_accounts(world: World) -> None:
    found = world.projection.table(world.scored)
    whole = found[found["segment"] == "All"]
    for column in ("booked", "expected", "expected_new", "open_pipeline", "deals"):
        sums = whole.groupby("scope")[column].sum()
        assert sums["Rep"] == pytest.approx(sums["Org"])
        new = whole.loc[0, "expected_new"] if column.startswith("expected") else 0.0
        assert sums["Account"] == pytest.approx(sums["Org"] - new), "accounts count no deals to come"
    assert whole.loc[whole["scope"] == "Org", "best"].sum() < whole.loc[whole["scope"] == "Account", "best"].sum()


def test_the_org_row_is_what_its_deals_say(world: World, quarter: Quarter) -> None:
    scored, projection = world.scored, world.projection
    deals = world.book.opportunities
    row, taken = projection.table(scored).iloc[0], projection.deals()
    booked = deals[deals["is_won"] & deals["close_date"].between(quarter.start, TODAY)]["arr"].sum()
    arr = scored.scores["opportunity_id"].map(deals.set_index("opportunity_id")["arr"])
    assert list(taken["opportunity_id"]) == list(scored.scores["opportunity_id"])
    assert row["booked"] == pytest.approx(booked)
    assert row["expected"] == pytest.approx(booked + taken["expected"].sum() + row["expected_new"])
    assert row["open_pipeline"] == pytest.approx(arr.sum()), "every open deal is planned for this quarter"
    assert row["deals"] == len(arr)
    assert row["worst"] < row["expected"] < row["best"]


def test_a_change_of_one_deal_moves_only_its_rows(world: World, quarter: Quarter) -> None:
    book, scored = world.book, world.scored
    one = scored.scores["opportunity_id"].iloc[0]
    deals = book.opportunities
    bigger = deals.assign(arr=deals["arr"].mask(deals["opportunity_id"] == one, deals["arr"] * 1.01))
    before = world.projection.table(scored)
    after = project_quarter(replace(book, opportunities=bigger), scored, TODAY, quarter)
    account = deals.loc[deals["opportunity_id"] == one, "account_id"].iloc[0]
    others = (before["scope"] == "Account") & (before["scope_id"] != account)
    assert_frame_equal(before[others], after[others])
    assert after.loc[0, "expected"] > before.loc[0, "expected"]


def test_an_added_open_deal_never_lowers_the_expected_value(world: World, quarter: Quarter) -> None:
    book, scored, base = world.book, world.scored, world.projection
    extra = book.opportunities.head(1).assign(
        opportunity_id="new", is_closed=False, is_won=False, stage="Decide", created_date=TODAY, segment=None
    )
    more = replace(book, opportunities=pd.concat([book.opportunities, extra], ignore_index=True))
    was = base.table(scored).loc[0]
    for arr in (0.0, 10.0, 1e6, np.nan, -1e6):
        changed = replace(
            more,
            opportunities=more.opportunities.assign(
                arr=more.opportunities["arr"].where(more.opportunities["opportunity_id"] != "new", arr)
            ),
        )
        found = prepare(changed, TODAY, quarter, model=base.model).table(scored).loc[0]
        assert found["expected"] >= was["expected"] - 1e-6
        assert found["worst"] >= found["booked"]


def test_records_without_sense_are_projected_or_counted_out(world: World, quarter: Quarter) -> None:
    book = world.book
    odd = pd.DataFrame(
        {
            "arr": [np.nan, -5e6, 1e3, 1e3, 1e3, 1e3],
            "close_date": pd.to_datetime(["2026-12-01", "2026-12-01", "1970-01-01", "2099-12-31", None, "2026-12-01"]),
            "stage": ["Prove", "Prove", "Prove", "Prove", "Unheard of", None],
        }
    ).assign(
        opportunity_id=[f"odd {number}" for number in range(6)],
        owner_id="gone",
        created_date=pd.Timestamp("1970-01-01"),
        is_closed=False,
        is_won=False,
    )
    users = pd.DataFrame({"user_id": ["gone"], "is_active": [False]})
    more = replace(book, opportunities=pd.concat([book.opportunities, odd], ignore_index=True), users=users)
    projection = prepare(more, TODAY, quarter, model=world.projection.model)
    scored = score_deals(more, TODAY, quarter)
    row = projection.table(scored).set_index(["scope", "scope_id", "segment"]).loc[("Rep", "gone", "All")]
    numbers = row[["booked", "worst", "commit", "best", "expected", "open_pipeline", "win_rate"]].astype("float64")
    assert np.isfinite(numbers).all()
    assert row["deals"] == 3, "planned for the quarter are neither 1970 nor 2099 nor nothing"
    assert 0.0 <= row["expected"] - row["expected_new"] < 4e3
    assert row["worst"] <= row["commit"] <= row["best"]
    assert "for want of an amount: 1 open deal" in row["confidence_reason"]
    assert "below zero: 1 open deal" in row["confidence_reason"]
    assert projection.pillars(scored).drop(columns=["plan", "gap", "plan_probability"]).notna().all().all()


def test_a_quarter_without_deals_is_empty_and_says_so(book_of_two: Book, quarter: Quarter) -> None:
    nothing = replace(book_of_two, opportunities=book_of_two.opportunities.iloc[:0])
    found = project(nothing, quarter)
    assert found[["scope", "segment", "confidence"]].to_numpy().tolist() == [["Org", "All", "Low"]]
    assert (found[["booked", "worst", "commit", "best", "expected"]] == 0.0).all().all()


def test_the_gain_of_a_probability_is_the_projection_with_less_the_one_without(world: World) -> None:
    projection = world.projection
    deals = projection.deals()
    lost = projection.gain(deals["opportunity_id"], pd.Series(0.0, index=deals.index))
    assert lost.sum() == pytest.approx(-deals["expected"].sum())
    assert projection.gain(pd.Series(["unheard of"]), pd.Series([1.0])).tolist() == [0.0]


def test_another_currency_only_scales(world: World, quarter: Quarter) -> None:
    book = world.book
    scale = 7.5
    scaled = replace(
        book,
        opportunities=book.opportunities.assign(
            amount=book.opportunities["amount"] * scale, arr=book.opportunities["arr"] * scale
        ),
        stage_history=book.stage_history.assign(amount=book.stage_history["amount"] * scale),
    )
    money = ["booked", "open_pipeline", "worst", "commit", "best", "expected", "expected_new"]
    before, after = world.projection.table(world.scored), project(scaled, quarter)
    assert_frame_equal(before[money] * scale, after[money], rtol=1e-6)


def test_the_quarter_ends_between_worst_and_best_as_often_as_said(funnel: Callable[..., Any]) -> None:
    quarter = Quarter("FY2026 Q2", pd.Timestamp("2026-04-01"), pd.Timestamp("2026-06-30"))
    made = funnel(17, 8_000, passing={"Renew": (0.8, 0.9, 0.9), "Net New": (0.6, 0.6, 0.7)})
    reps = pd.Series([f"rep {number % 40:02}" for number in range(8_000)], dtype="str")
    deals = made.book.opportunities.assign(owner_id=reps)
    book = replace(made.book, opportunities=deals)
    won = deals[deals["is_won"]]
    final = won[won["close_date"].between(quarter.start, quarter.end)].groupby("owner_id")["arr"].sum()
    held, above = [], []
    for day in (quarter.start, pd.Timestamp("2026-05-15")):
        projection = prepare(book, day, quarter)
        found = projection.numbers(projection.cells(projection.now), projection.today)
        rows = found[(found["scope"] == "Rep") & (found["segment"] == "All")].set_index("scope_id")
        came = final.reindex(rows.index).fillna(0.0)
        held.append(((came >= rows["worst"]) & (came <= rows["best"])).mean())
        above.append((came >= rows["commit"]).mean())
    assert np.mean(held) == pytest.approx(0.8, abs=0.08)
    assert np.mean(above) == pytest.approx(0.5, abs=0.12)


def test_deals_of_several_pillars_are_split_by_their_lines(book_of_two: Book, quarter: Quarter) -> None:
    lines = pd.DataFrame(
        {
            "opportunity_id": ["won", "won", "won"],
            "pillar": ["SASE", "DLP", "SASE"],
            "total_price": [200.0, 100.0, 100.0],
        }
    )
    book = replace(book_of_two, lines=lines)
    found = prepare(book, TODAY, quarter).pillars(score_deals(book, TODAY, quarter))
    whole = found[(found["scope"] == "Org") & (found["segment"] == "All")].set_index("pillar")["booked"]
    assert whole[["DLP", "SASE", "Unknown"]].tolist() == pytest.approx([175.0, 525.0, 0.0])


def test_a_team_is_everybody_below_its_manager(book_of_two: Book, quarter: Quarter) -> None:
    users = pd.DataFrame(
        {
            "user_id": ["005A", "005M", "005V", "005X"],
            "manager_id": ["005M", "005V", "005M", None],
            "is_active": True,
        }
    )
    plans = pd.DataFrame({"rep_id": ["005A"], "quarter_start": [quarter.start], "amount": [1000.0]})
    found = project(replace(book_of_two, users=users, plans=plans), quarter)
    teams = found[(found["scope"] == "Team") & (found["segment"] == "All")].set_index("scope_id")
    # 005M and 005V manage each other: the circle is cut, each is a team with the one rep.
    assert teams.index.tolist() == ["005M", "005V"]
    assert teams["booked"].tolist() == [700.0, 700.0]
    assert teams["gap"].tolist() == [300.0, 300.0]


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
    assert row["confidence"] == "Low"
    assert "no past quarters" in row["confidence_reason"]
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
        quarter_start=quarter.start, segment="Upsell", pillar=None
    )
    found = plan_by_scope(plans, quarter).set_index(["scope", "scope_id", "segment"])["plan"]
    assert found[("Rep", "A", "All")] == 100.0
    assert found[("Rep", "B", "All")] == 35.0
    assert found[("Account", "x", "Upsell")] == 90.0
    assert found[("Org", "", "All")] == 135.0
    whole = pd.concat([plans, plans.head(1).assign(rep_id=None, amount=500.0)], ignore_index=True)
    assert plan_by_scope(whole, quarter).set_index(["scope", "segment"])["plan"][("Org", "All")] == 500.0


@pytest.mark.parametrize("wrong", [{"strength_floor": 0.0}, {"time_deals": 0.0}])
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ScoringSettingsError, match="expected"):
        DealSettings(**wrong)
