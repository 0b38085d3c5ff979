"""What becomes of actions: people's decisions stand, causes come and go, outcomes are kept."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from scoring.actions import ACTIONS, RECORDS, ActionSettings, FollowUp, follow_up
from scoring.actions.tables import STATUSES
from scoring.book import OPPORTUNITIES
from scoring.results import SCORES

TODAY = pd.Timestamp("2026-11-20")
LATER = TODAY + pd.Timedelta(days=7)


def action(deal: str = "006A", **values: Any) -> dict[str, Any]:
    usual = {
        **dict.fromkeys(("title", "why", "kind"), "Stalled"),
        "key": f"stalled:{deal}",
        "opportunity_id": deal,
        "owner_id": "005A",
        "cause": "Prove",
        "due": TODAY,
        "priority": "Medium",
        "order": 1,
        "rank": 1,
    }
    return usual | values


def actions_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return ACTIONS.conform(pd.DataFrame(list(rows))) if rows else ACTIONS.empty()


def after(
    proposed: list[dict[str, Any]],
    before: pd.DataFrame | None = None,
    day: pd.Timestamp = TODAY,
    *,
    won: bool | None = None,
    probability: float = 0.4,
    **limits: int,
) -> FollowUp:
    """The follow-up of proposals; `won` closes the deal 006A."""
    deals, scores = OPPORTUNITIES.empty(), SCORES.empty()
    if won is not None:
        closed = {"opportunity_id": ["006A"], "is_closed": [True], "is_won": [won], "created_date": [TODAY]}
        deals = OPPORTUNITIES.conform(pd.DataFrame(closed))
    else:
        scores = pd.DataFrame({"opportunity_id": ["006A"], "win_probability": [probability]})
    held = RECORDS.empty() if before is None else before
    return follow_up(actions_of(*proposed), held, deals, scores, day, ActionSettings(**limits))


def decided(records: pd.DataFrame, status: str, **values: Any) -> pd.DataFrame:
    """What a person makes of all records."""
    return records.assign(status=status, **values)


def only(found: FollowUp, key: str = "stalled:006A") -> Any:
    return found.records.set_index("key").loc[key]


def test_a_new_action_becomes_an_open_record() -> None:
    found = after([action()])
    row = only(found)
    assert (row["status"], row["proposed_on"], row["probability_before"]) == ("Open", TODAY, 0.4)
    assert row[["handled_on", "resolved_on", "outcome", "probability_after"]].isna().all()
    assert found.shown["key"].tolist() == ["stalled:006A"]


def test_an_earlier_day_leaves_what_came_up_or_ended_after_it_as_it_is() -> None:
    first = after([action()]).records
    resolved = after([action("006B")], first, LATER).records
    assert only(after([], resolved, LATER), "stalled:006B")["outcome"] == "Cause gone"
    for proposed in ([], [action()], [action("006A"), action("006B")]):
        again = after(proposed, resolved, LATER - pd.Timedelta(days=1))
        assert_frame_equal(again.records, resolved)
        assert again.expired.empty
    ago = after([], resolved, TODAY - pd.Timedelta(days=400))
    assert_frame_equal(ago.records, resolved)


ROWS = st.lists(
    st.tuples(st.sampled_from("ABCDEF"), st.sampled_from(STATUSES), st.booleans(), st.booleans()),
    unique_by=lambda x: x[0],
)


@settings(max_examples=8, deadline=None)
@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_a_repeat_changes_nothing_and_no_status_is_ever_touched(rows: list[Any], order: Any) -> None:
    first = after([action(f"006{deal}") for deal, *_ in rows]).records
    held = first.assign(status=[status for _, status, *_ in sorted(rows)])
    proposed = [action(f"006{deal}", cause="Decide" if moved else "Prove") for deal, _, still, moved in rows if still]
    second = after(proposed, held, LATER)
    assert second.records["key"].is_unique
    kept = second.records.set_index("key").loc[held["key"]]
    assert kept["status"].tolist() == held["status"].tolist()
    order.shuffle(proposed)
    third = after(proposed, second.records.sample(frac=1.0, random_state=1), LATER)
    assert_frame_equal(third.records, second.records)
    assert_frame_equal(third.shown, second.shown)


@pytest.mark.parametrize("status", ["Dismissed", "Completed"])
def test_a_handled_action_stays_away_until_its_cause_changes(status: str) -> None:
    held = decided(after([action()]).records, status)
    again = after([action(title="other words", order=7)], held, LATER)
    assert len(again.shown) == 0
    assert only(again)["title"] == "Stalled"
    assert only(again)["handled_on"] == LATER
    changed = after([action(cause="Decide")], again.records, LATER)
    assert changed.records["key"].tolist() == ["stalled:006A", "stalled:006A~2"]
    assert changed.records["status"].tolist() == [status, "Open"]
    assert changed.shown["key"].tolist() == ["stalled:006A~2"]
    third = after([action(cause="Close")], decided(changed.records, "Dismissed"), LATER)
    assert third.records["key"].tolist() == ["stalled:006A", "stalled:006A~2", "stalled:006A~3"]


def test_an_open_action_follows_its_cause_in_place_and_keeps_its_due_date_while_the_cause_stays() -> None:
    first = after([action()]).records
    same = only(after([action(due=LATER, title="other words")], first, LATER))
    assert (same["due"], same["title"], same["proposed_on"]) == (TODAY, "other words", TODAY)
    sooner = only(after([action(due=TODAY - pd.Timedelta(days=2))], first, LATER))
    assert sooner["due"] == TODAY - pd.Timedelta(days=2)
    moved = after([action(due=LATER, cause="Decide")], first, LATER)
    assert only(moved)["due"] == LATER
    assert len(moved.records) == 1


def test_a_snoozed_action_is_not_shown_before_its_day() -> None:
    held = decided(after([action()]).records, "Snoozed", snoozed_until=LATER)
    assert len(after([action()], held).shown) == 0
    assert len(after([action()], held, LATER).shown) == 1
    assert only(after([action()], held, LATER))["status"] == "Snoozed"


def test_an_action_without_cause_is_resolved_and_opens_again_in_place() -> None:
    gone = after([], after([action()]).records, LATER, probability=0.6)
    row = only(gone)
    assert (row["status"], row["resolved_on"], row["outcome"], row["probability_after"]) == (
        "Open",
        LATER,
        "Cause gone",
        0.6,
    )
    assert len(gone.shown) == 0
    assert_frame_equal(after([], gone.records, LATER + pd.Timedelta(days=3)).records, gone.records)
    back = only(after([action()], gone.records, LATER))
    assert back[["resolved_on", "outcome", "probability_after"]].isna().all()
    assert back["proposed_on"] == TODAY


@pytest.mark.parametrize(("won", "outcome"), [(True, "Won"), (False, "Lost")])
@pytest.mark.parametrize("status", STATUSES)
def test_the_outcome_of_a_closed_deal_is_kept(won: bool, outcome: str, status: str) -> None:
    row = only(after([], decided(after([action()]).records, status), LATER, won=won))
    assert (row["status"], row["outcome"], row["probability_after"]) == (status, outcome, float(won))


def test_a_handled_action_whose_cause_stays_has_changed_nothing_after_a_while() -> None:
    seen = after([action()], decided(after([action()]).records, "Completed"))
    assert pd.isna(only(seen)["outcome"])
    soon = after([action()], seen.records, TODAY + pd.Timedelta(days=29))
    assert_frame_equal(soon.records, seen.records)
    late = after([action()], seen.records, TODAY + pd.Timedelta(days=30), probability=0.7)
    assert (only(late)["outcome"], only(late)["probability_after"]) == ("No change", 0.7)
    assert pd.isna(only(late)["resolved_on"])


def test_of_one_deal_and_one_person_only_the_best_are_kept() -> None:
    many = [action("006A", key=f"kind-{n}:006A", order=n, rank=n) for n in range(3)]
    many += [action(f"006{n}", order=n, rank=n) for n in range(3, 8)]
    found = after(many, per_record=2, per_owner=4)
    assert found.records["key"].tolist() == ["kind-0:006A", "kind-1:006A", "stalled:0063", "stalled:0064"]
    assert found.shown["rank"].tolist() == list(range(1, 8))
    fewer = after(many, found.records, LATER, per_record=1, per_owner=2).records.set_index("key")
    assert fewer.loc["kind-1:006A", ["status", "outcome"]].tolist() == ["Open", "Outranked"]
    assert fewer["resolved_on"].notna().tolist() == [False, True, False, True]


def test_records_that_ended_long_ago_expire_unless_they_hold_an_action_back() -> None:
    held = decided(after([action(), action("006B")]).records, "Dismissed")
    ended = after([action()], held).records
    long_after = TODAY + pd.Timedelta(days=181)
    assert after([action()], ended, long_after - pd.Timedelta(days=1)).expired.empty
    found = after([action()], ended, long_after)
    assert found.expired.tolist() == ["stalled:006B"]
    assert found.records["key"].tolist() == ["stalled:006A"]
    gone = after([], found.records, long_after)
    assert gone.expired.empty
    assert after([], gone.records, long_after + pd.Timedelta(days=181)).expired.tolist() == ["stalled:006A"]
