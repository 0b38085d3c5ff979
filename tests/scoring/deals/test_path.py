"""The stages a deal has left: how long it stayed, beside the quartiles of won deals."""

from typing import Any

import pandas as pd
import pytest

from scoring import Book, deal_history, fit_deals, validate

TODAY = pd.Timestamp("2026-11-22")
STAGES = pd.DataFrame(
    {
        "stage": ["Discover", "Prove", "Won", "Lost"],
        "sort_order": [1.0, 2.0, 3.0, 4.0],
        "is_closed": [False, False, True, True],
        "is_won": [False, False, True, False],
        "is_active": True,
    }
)
# Days in Discover of the deals that were won: quartiles 10, 20, 30.
WON_DAYS = (0, 10, 20, 30, 40)


def book(*visits: tuple[str, str]) -> Book:
    """One open deal with these stages since these days, and closed ones."""
    start = pd.Timestamp("2026-01-01")
    deals: list[dict[str, Any]] = [{"opportunity_id": "open", "stage": visits[-1][0], "is_closed": False}]
    history = [{"opportunity_id": "open", "stage": stage, "changed_at": pd.Timestamp(day)} for stage, day in visits]
    for number, days in enumerate((*WON_DAYS, 300)):
        outcome = "Won" if number < len(WON_DAYS) else "Lost"
        name = f"closed {number}"
        deals.append({"opportunity_id": name, "stage": outcome, "is_closed": True, "is_won": outcome == "Won"})
        for stage, after in (("Discover", 0), ("Prove", days), (outcome, days + 5)):
            changed = start + pd.Timedelta(days=after, hours=9)
            history.append({"opportunity_id": name, "stage": stage, "changed_at": changed})
    usual = {"created_date": start, "close_date": pd.Timestamp("2026-12-01"), "is_won": False, "segment": "Renew"}
    opportunities = pd.DataFrame([usual | deal for deal in deals])
    return validate(Book(opportunities=opportunities, stage_history=pd.DataFrame(history), stages=STAGES))


def path(of: Book) -> pd.DataFrame:
    return deal_history(fit_deals(of, TODAY), of, TODAY).path


def test_a_stage_left_has_its_days_beside_the_quartiles_of_won_deals() -> None:
    found = path(book(("Discover", "2026-09-01 23:00"), ("Prove", "2026-10-03 01:00")))
    assert found.drop(columns=["entered", "left"]).to_dict("records") == [
        {
            "opportunity_id": "open",
            "stage": "Discover",
            "days": 32,
            "typical_days": 20,
            "lower_days": 10,
            "upper_days": 30,
            "won_deals": 5,
        }
    ]
    assert found[["entered", "left"]].iloc[0].tolist() == [pd.Timestamp("2026-09-01"), pd.Timestamp("2026-10-03")]


def test_a_stage_that_a_deal_came_back_to_is_told_twice_and_the_present_one_not() -> None:
    visits = [("Discover", "2026-08-01"), ("Prove", "2026-08-11"), ("Discover", "2026-08-21"), ("Prove", "2026-09-30")]
    assert path(book(*visits))[["stage", "days"]].to_numpy().tolist() == [
        ["Discover", 10],
        ["Prove", 10],
        ["Discover", 40],
    ]


def test_time_as_a_closed_deal_is_no_stay_and_a_stage_nobody_won_in_has_no_quartiles() -> None:
    found = path(book(("Pilot", "2026-08-01"), ("Lost", "2026-08-11"), ("Prove", "2026-09-30")))
    assert found[["stage", "days", "won_deals"]].to_numpy().tolist() == [["Pilot", 10, 0]]
    assert found[["typical_days", "lower_days", "upper_days"]].isna().all().all()


@pytest.mark.parametrize(
    "visits", [[("Discover", "2026-08-01")], [("Discover", "2026-08-01"), ("Prove", "2027-01-01")]]
)
def test_what_has_not_been_left_yet_is_not_told(visits: list[tuple[str, str]]) -> None:
    assert path(book(*visits)).empty
