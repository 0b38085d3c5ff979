"""Actions that a book gives reason for: which, what they are worth, and in which order."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from scoring import RISK_TAGS, Book, DealScores, Quarter, ScoringInputError, project_quarter, score_deals
from scoring.actions import ACTIONS, PROPOSALS, ActionSettings, actions
from scoring.actions.deals import RENEWAL, deal_proposals
from scoring.results import BENCHMARKS, FACTORS, PROJECTION, SCORES, STAGE_BENCHMARKS

TODAY = pd.Timestamp("2026-11-20")
STAGES = pd.DataFrame(
    {
        "stage": ["Discover", "Prove", "Decide", "Closed"],
        "sort_order": [1.0, 2.0, 3.0, 4.0],
        "is_closed": [False, False, False, True],
        "is_won": [False, False, False, True],
        "is_active": True,
    }
)


def proposed(book: Book, quarter: Quarter, as_of: pd.Timestamp = TODAY) -> pd.DataFrame:
    scored = score_deals(book, as_of, quarter)
    return actions(book, scored, project_quarter(book, scored, as_of, quarter), as_of, quarter)


def deal(number: int = 1, **values: Any) -> dict[str, Any]:
    """A row of `SCORES`: nothing speaks against the deal."""
    usual = {
        "opportunity_id": f"006{number}",
        "account_id": "001A",
        "owner_id": "005A",
        "win_probability": 0.6,
        "win_probability_low": 0.5,
        "win_probability_high": 0.7,
        "quarter_probability": 0.2,
        "confidence": "High",
        "confidence_reason": "many",
        "stage": "Prove",
        "segment": "Upsell",
        "stage_entered": pd.Timestamp("2026-10-01"),
        "stage_won_deals": 9,
        "pushes": 0,
        "contacts": 3,
        "risk_tags": "",
        "missing": "",
        "asked_for": "",
        "arr": 1000.0,
        "close_date": pd.Timestamp("2026-12-10"),
        "next_step": "Call",
    }
    return usual | values


def scores_of(*deals: dict[str, Any], factors: pd.DataFrame | None = None) -> DealScores:
    benchmarks = pd.DataFrame({"segment": ["Upsell"], "won": [9], "closed": [18], "median_arr": [500.0]})
    return DealScores(
        scores=SCORES.conform(pd.DataFrame(list(deals))) if deals else SCORES.empty(),
        factors=FACTORS.empty() if factors is None else FACTORS.conform(factors),
        stages=STAGE_BENCHMARKS.empty(),
        benchmarks=BENCHMARKS.conform(benchmarks),
        base_rate=0.4,
        base_deals=18,
    )


def of_deals(quarter: Quarter, *deals: dict[str, Any], factors: pd.DataFrame | None = None) -> pd.DataFrame:
    found = deal_proposals(Book(stages=STAGES), scores_of(*deals, factors=factors), TODAY, quarter, ActionSettings())
    return found.set_index("kind")


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), deals=st.integers(0, 60))
def test_any_book_gets_proper_actions_that_agree_with_its_tags_whatever_the_order_of_its_rows(
    random_book: Callable[[int, int], Book],
    shuffled: Callable[[Book, int], Book],
    quarter: Quarter,
    seed: int,
    deals: int,
) -> None:
    book = random_book(seed, deals)
    scored = score_deals(book, TODAY, quarter)
    projection = project_quarter(book, scored, TODAY, quarter)
    found = actions(book, scored, projection, TODAY, quarter)
    assert found["key"].is_unique
    assert (found["title"].str.len() <= 255).all() and (found["why"] != "").all()
    assert not found[["title", "why", "cause"]].apply(lambda texts: texts.str.contains("nan|NaT|None")).any().any()
    assert (found["impact"].dropna() > 0).all() and np.isfinite(found["impact"].dropna()).all()
    assert found["order"].is_monotonic_increasing
    assert (found.groupby("key")["order"].first() >= 0).all()
    for _, group in found.groupby(found["owner_id"].fillna("")):
        assert group["rank"].tolist() == list(range(1, len(group) + 1))
    mixed = replace(scored, scores=scored.scores.sample(frac=1.0, random_state=seed))
    assert_frame_equal(found, actions(shuffled(book, seed), mixed, projection, TODAY, quarter))
    tags = scored.scores.set_index("opportunity_id")["risk_tags"]
    found = found.assign(kind=found["kind"].replace(RENEWAL, "No next step"))
    for tag in set(RISK_TAGS) - {"Missing data"}:  # of which the org may use none
        tagged = {key for key, names in tags.items() if tag in names.split(";")}
        assert set(found.loc[found["kind"] == tag, "opportunity_id"]) == tagged
    named = found.loc[found["kind"] == "Missing data", "opportunity_id"]
    assert tags[named].str.contains("Missing data").all()


def test_an_empty_org_has_no_actions(quarter: Quarter) -> None:
    assert_frame_equal(proposed(Book(), quarter), ACTIONS.empty())


def test_a_sound_deal_asks_for_nothing(quarter: Quarter) -> None:
    assert of_deals(quarter, deal()).empty


def test_a_likely_deal_that_closes_soon_after_the_quarter_is_pulled_in(quarter: Quarter) -> None:
    later = pd.Timestamp("2027-01-20")
    found = of_deals(
        quarter,
        deal(1, close_date=later),
        deal(2, close_date=later, stage="Discover"),
        deal(3, close_date=later, win_probability=0.4),
        deal(4, close_date=pd.Timestamp("2027-09-01")),
        deal(5, close_date=later, stage="of no order"),
    )
    assert found["key"].tolist() == ["pull-in:0061:2026-10-01"]
    row = found.loc["Pull-in"]
    assert row["impact"] == pytest.approx(1000 * (0.6 - 0.2))
    assert row["title"] == "Pull in from 2027-01-20: agree what it takes to sign by 2026-12-31"
    assert row["why"] == "In Prove, 60 % likely to be won, but only 20 % by 2026-12-31"


def test_an_unlikely_or_tagged_commit_is_at_risk_and_critical_when_it_closes_soon(quarter: Quarter) -> None:
    found = of_deals(
        quarter,
        deal(1, forecast_category="Commit"),
        deal(2, forecast_category="Commit", quarter_probability=0.6, risk_tags="Low win rate"),
        deal(3, forecast_category="Commit", quarter_probability=0.6, risk_tags="Stalled"),
        deal(4, forecast_category="Commit", close_date=pd.Timestamp("2026-12-31")),
        deal(5, forecast_category="Best Case"),
        deal(6, forecast_category="Commit", close_date=pd.Timestamp("2027-01-05")),
    ).loc[["Commit at risk"]]
    assert found["opportunity_id"].tolist() == ["0061", "0063", "0064"]
    assert found["priority"].tolist() == ["Critical", "Critical", "High"]
    assert found["impact"].tolist() == pytest.approx([800, 400, 800])


def test_a_renewal_without_next_step_is_named_as_such(quarter: Quarter) -> None:
    tagged = {"segment": "Renew", "risk_tags": "No next step"}
    found = of_deals(quarter, deal(1, **tagged), deal(2, **tagged, close_date=pd.Timestamp("2027-06-01")))
    assert found.loc[RENEWAL, "opportunity_id"] == "0061"
    assert found.loc[RENEWAL, "priority"] == "High"
    assert found.loc["No next step", "opportunity_id"] == "0062"


def test_a_deal_without_amount_is_worth_the_typical_one_and_never_nan(quarter: Quarter) -> None:
    bare = {"arr": None, "risk_tags": "Missing data", "missing": "Amount", "asked_for": "Amount"}
    found = of_deals(quarter, deal(1, **bare), deal(2, **bare, segment=None), deal(3, **bare | {"asked_for": ""}))
    assert found["key"].tolist() == ["missing-data:0061", "missing-data:0062"]
    assert found["title"].tolist() == ["Fill in: Amount"] * 2
    assert found["impact"].iloc[0] == pytest.approx(0.2 * 500)
    assert pd.isna(found["impact"].iloc[1])


def test_what_the_model_takes_off_for_the_time_in_stage_is_what_moving_is_worth(quarter: Quarter) -> None:
    factors = pd.DataFrame(
        {"opportunity_id": ["0061"], "rank": [1], "label": ["Time in stage"], "points": [-30.0], "text": ["long"]}
    )
    found = of_deals(quarter, deal(1, risk_tags="Stalled"), deal(2, risk_tags="Stalled"), factors=factors)
    assert found["impact"].iloc[0] == pytest.approx(1000 * (0.2 * 0.9 / 0.6 - 0.2))
    assert pd.isna(found["impact"].iloc[1])


def projection(**values: Any) -> pd.DataFrame:
    usual: dict[str, Any] = dict.fromkeys(PROJECTION.names, 0.0)
    usual |= {"scope": "Rep", "scope_id": "005A", "segment": "Upsell", "confidence": "High", "confidence_reason": ""}
    rows = [{**usual, **values, "segment": segment} for segment in ("All", "Upsell")]
    return PROJECTION.conform(pd.DataFrame(rows).astype({"deals": "int64"}))


@pytest.mark.parametrize(
    ("as_of", "pipeline", "worth"),
    [("2026-11-20", 100.0, 450.0), ("2026-12-10", 100.0, None), ("2026-11-20", 950.0, None)],
)
def test_pipeline_is_asked_for_where_it_is_short_and_in_time(
    quarter: Quarter, as_of: str, pipeline: float, worth: float | None
) -> None:
    rows = projection(plan=1000.0, booked=500.0, gap=500.0, open_pipeline=pipeline, win_rate=0.5)
    found = actions(Book(), scores_of(), rows, pd.Timestamp(as_of), quarter)
    assert found["impact"].tolist() == ([] if worth is None else [worth])
    if worth:
        assert found.loc[0, "title"] == "Build 900 of Upsell pipeline for FY2026 Q4"
        assert found.loc[0, ["key", "priority"]].tolist() == ["coverage:005A:2026-10-01:Upsell", "High"]


def test_managers_are_asked_for_missing_plans_once(quarter: Quarter) -> None:
    rows = pd.concat([projection(scope_id=rep, plan=None, booked=5.0) for rep in ("005A", "005B", "005C")])
    users = pd.DataFrame(
        {
            "user_id": ["005A", "005B", "005C", "005M"],
            "manager_id": ["005M", "005M", None, None],
            "is_active": [True, True, True, True],
        }
    )
    found = actions(Book(users=users), scores_of(), rows, TODAY, quarter)
    assert found["key"].tolist() == ["plan-missing:005C:2026-10-01", "plan-missing:005M:2026-10-01"]
    assert found["title"].tolist() == [f"Enter the plan of FY2026 Q4 for {who}" for who in ("1 rep", "2 reps")]


def test_contracts_that_end_without_a_renewal_deal_are_named(quarter: Quarter) -> None:
    assets = pd.DataFrame(
        {
            "asset_id": ["1", "2", "3"],
            "account_id": ["001A", "001A", "001B"],
            "arr": [70.0, 30.0, 10.0],
            "usage_end_date": pd.to_datetime(["2026-12-15", "2027-01-15", "2026-12-15"]),
        }
    )
    accounts = pd.DataFrame({"account_id": ["001A", "001B"], "owner_id": ["005A", "005B"]})
    scored = scores_of(deal(1, account_id="001B", segment="Renew"))
    found = actions(Book(assets=assets, accounts=accounts), scored, PROJECTION.empty(), TODAY, quarter)
    row = found[found["kind"] == "Renewal missing"].squeeze()
    assert (row["key"], row["owner_id"], row["priority"]) == ("renewal-missing:001A", "005A", "High")
    assert row["why"] == "100 a year end within 90 days and no open deal renews them"


def test_what_an_inactive_person_owns_goes_to_the_manager(quarter: Quarter) -> None:
    users = pd.DataFrame(
        {"user_id": ["005A", "005B", "005M"], "manager_id": ["005M", None, None], "is_active": [False, False, True]}
    )
    scored = scores_of(*(deal(n, owner_id=who, risk_tags="Stalled") for n, who in enumerate(("005A", "005B", "005X"))))
    found = actions(Book(users=users), scored, PROJECTION.empty(), TODAY, quarter).set_index("opportunity_id")
    owners = found["owner_id"].fillna("nobody")
    assert owners.to_dict() == {"0060": "005M", "0061": "nobody", "0062": "005X"}


def test_proposals_of_others_join_the_one_order(quarter: Quarter) -> None:
    others = PROPOSALS.conform(
        pd.DataFrame(
            {
                **dict.fromkeys(("kind", "title", "why", "cause"), "Adoption"),
                "key": ["adoption:001A"],
                "owner_id": ["005A"],
                "priority": ["Critical"],
            }
        )
    )
    scored = scores_of(deal(1, risk_tags="Stalled"))
    found = actions(Book(), scored, PROJECTION.empty(), TODAY, quarter, extra=[others])
    assert found["key"].tolist() == ["adoption:001A", "stalled:0061"]
    assert found["rank"].tolist() == [1, 2]
    with pytest.raises(ScoringInputError, match="repeat an id"):
        actions(Book(), scored, PROJECTION.empty(), TODAY, quarter, extra=[others, others])
