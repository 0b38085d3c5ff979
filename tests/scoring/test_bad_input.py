"""Deals without sense, through scores, projection and actions: a number and a prompt, or left out and counted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scoring import Quarter, score_deals
from scoring.actions import actions
from scoring.projection import prepare

TODAY = pd.Timestamp("2026-11-20")
USUAL = {
    "account_id": "001",
    "owner_id": "005rep",
    "stage": "Prove",
    "amount": 1e5,
    "arr": 1e5,
    "close_date": pd.Timestamp("2026-12-10"),
    "created_date": pd.Timestamp("2026-10-10"),
    "is_closed": False,
    "is_won": False,
    "segment": "Upsell",
}
ODD: dict[str, dict[str, Any]] = {
    "sound": {},
    "no amount": {"amount": None, "arr": None},
    "negative amount": {"amount": -5.0, "arr": -5.0},
    "closes in 1970": {"close_date": pd.Timestamp("1970-01-01")},
    "closes in 2099": {"close_date": pd.Timestamp("2099-12-31")},
    "no close date": {"close_date": None},
    "unknown stage": {"stage": "Unheard of"},
    "owner inactive": {"owner_id": "005gone"},
}


@dataclass(frozen=True)
class Found:
    scores: pd.DataFrame
    outlook: pd.DataFrame
    rows: pd.DataFrame
    actions: pd.DataFrame


@pytest.fixture(scope="module")
def found(funnel: Callable[..., Any], quarter: Quarter) -> Found:
    """What is said of one deal of each kind in an org with hundreds of closed ones."""
    past = funnel(2, 600, passing={"Renew": (0.9, 0.8, 0.8), "Upsell": (0.6, 0.8, 0.8)}).book
    closed = past.opportunities[past.opportunities["close_date"] <= TODAY]
    odd = pd.DataFrame([USUAL | values | {"opportunity_id": name} for name, values in ODD.items()])
    users = pd.DataFrame(
        {
            "user_id": ["005rep", "005gone", "005boss", "005alone"],
            "manager_id": ["005boss", "005alone", None, None],
            "is_active": [True, False, True, True],
        }
    )
    book = replace(past, opportunities=pd.concat([closed, odd], ignore_index=True), users=users)
    projection = prepare(book, TODAY, quarter)
    scored = projection.timed(score_deals(book, TODAY, quarter))
    rows = projection.table(scored)
    return Found(
        scored.scores.set_index("opportunity_id"),
        projection.deals().set_index("opportunity_id"),
        rows.set_index(["scope", "scope_id", "segment"]),
        actions(book, scored, rows, TODAY, quarter),
    )


@pytest.mark.parametrize("name", ODD)
def test_every_odd_deal_has_probabilities_and_expected_money(found: Found, name: str) -> None:
    chances = found.scores.loc[name, ["win_probability", "win_probability_low", "win_probability_high"]]
    assert chances.astype("float64").between(0.0, 1.0).all()
    assert np.isfinite(found.outlook.loc[name].to_numpy(dtype="float64")).all()
    assert found.outlook.loc[name, "expected"] >= 0.0


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("no amount", "Fill in: Amount"),
        ("closes in 1970", "past-close-date"),
        ("closes in 2099", "Fill in: Close date"),
        ("no close date", "Fill in: Close date"),
    ],
)
def test_what_is_missing_or_impossible_is_asked_for(found: Found, name: str, prompt: str) -> None:
    asked = found.actions[found.actions["opportunity_id"] == name]
    assert (asked["title"].str.startswith(prompt) | asked["key"].str.startswith(prompt)).any()


def test_an_amount_that_is_none_or_below_zero_is_left_out_and_counted(found: Found) -> None:
    assert found.outlook.loc[["no amount", "negative amount"], "expected"].tolist() == [0.0, 0.0]
    reason = found.rows.loc[("Rep", "005rep", "All"), "confidence_reason"]
    assert "not counted for want of an amount: 1 open deal" in reason
    assert "not counted, as the amount is below zero: 1 open deal" in reason


def test_a_stage_that_the_org_does_not_have_is_of_low_confidence(found: Found) -> None:
    assert found.scores.loc["unknown stage", "confidence"] == "Low"
    assert found.scores.loc["sound", "confidence"] == "High"


def test_what_an_inactive_owner_has_counts_and_is_the_managers_to_do(found: Found) -> None:
    assert found.rows.loc[("Rep", "005gone", "All"), "expected"] > 0
    assert not (found.actions["owner_id"] == "005gone").any()


def test_a_team_of_one_is_its_rep(found: Found) -> None:
    numbers = ["booked", "expected", "open_pipeline", "deals"]
    team, rep = (
        found.rows.loc[(scope, owner, "All"), numbers] for scope, owner in (("Team", "005alone"), ("Rep", "005gone"))
    )
    assert team.tolist() == pytest.approx(rep.tolist())
    assert team["deals"] == 1
