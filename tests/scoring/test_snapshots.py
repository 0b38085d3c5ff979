"""Weekly snapshots and the book of a past day, against a slow plain evaluation, deal by deal and day by day."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from scoring import Book, validate
from scoring.as_of import known_at
from scoring.deal_states import deal_states
from scoring.snapshots import SNAPSHOTS, snapshots, weekly_snapshots
from scoring.stage_history import ordered_history

from .conftest import make_random_book, stage_table

DAY = pd.Timedelta(days=1)
CLOSED = {"Closed Won": True, "Closed Lost": False}
CHANCES = stage_table().set_index("stage")["default_probability"].to_dict()
FIRST, LAST = pd.Timestamp("2025-07-01"), pd.Timestamp("2027-12-01")


def missing(value: Any) -> Any:
    """None for every kind of missing value."""
    return None if pd.isna(value) else value


def plain(deal: Any, rows: list[Any], day: pd.Timestamp) -> dict[str, Any] | None:
    """What one deal held at the end of a day, told step by step; None before it was created."""
    end = day + DAY
    if deal.created_date >= end:
        return None
    past = [row for row in rows if row.changed_at < end]
    unseen = deal.is_closed and not pd.isna(deal.close_date) and not (rows and rows[-1].stage in CLOSED)
    if len(past) == len(rows) and not (unseen and deal.close_date >= end):
        values = {name: missing(getattr(deal, name)) for name in ("stage", "amount", "arr", "close_date", "is_closed")}
        return {**values, "probability": missing(deal.probability)}
    if not past:
        return {**dict.fromkeys(("stage", "amount", "arr", "close_date", "probability")), "is_closed": False}
    row = past[-1]
    stage, amount = missing(row.stage), missing(row.amount)
    arr = None
    if pd.isna(deal.amount):
        arr = amount
    elif deal.amount > 0 and amount is not None and not pd.isna(deal.arr):
        arr = deal.arr * (amount / deal.amount)
    return {
        "stage": stage,
        "amount": amount,
        "arr": arr,
        "close_date": missing(row.close_date),
        "probability": CHANCES.get(stage),
        "is_closed": stage in CLOSED,
    }


def plain_past(rows: list[Any], day: pd.Timestamp) -> dict[str, Any]:
    """Pushes and changes of the amount up to the end of a day; of rows at one moment only the last counts."""
    last_of_moment = {row.changed_at: row for row in rows if row.changed_at < day + DAY}
    found: dict[str, Any] = {"pushes": 0, "first_close_date": None, "amount_changed_at": None, "first_amount": None}
    closing = amount = None
    for row in last_of_moment.values():
        if not pd.isna(row.close_date):
            found["pushes"] += closing is not None and row.close_date > closing
            found["first_close_date"] = found["first_close_date"] or row.close_date
            closing = row.close_date
        if not pd.isna(row.amount):
            if amount is not None and row.amount != amount:
                found["amount_changed_at"] = row.changed_at
            found["first_amount"] = row.amount if amount is None else found["first_amount"]
            amount = row.amount
    return found


def by_deal(book: Book) -> dict[str, list[Any]]:
    ordered = ordered_history(book.stage_history, book.stages)
    return {deal: list(rows.itertuples()) for deal, rows in ordered.groupby("opportunity_id")}


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_snapshots_are_what_a_plain_evaluation_finds(seed: int) -> None:
    book = validate(make_random_book(seed, 12))
    history = by_deal(book)
    table = weekly_snapshots(book, FIRST, LAST)
    found = {(row["opportunity_id"], row["as_of"]): row for row in table.to_dict("records")}
    expected = {}
    for deal in book.opportunities.itertuples():
        rows = history.get(deal.opportunity_id, [])
        for day in pd.date_range(FIRST, LAST, freq="7D"):
            then = plain(deal, rows, day)
            if then is not None and not then.pop("is_closed"):
                expected[deal.opportunity_id, day] = then | plain_past(rows, day)
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        seen = {name: missing(found[key][name]) for name in values}
        assert seen == values, key


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000), week=st.integers(0, 120))
def test_the_book_of_a_day_holds_what_its_snapshot_holds(seed: int, week: int) -> None:
    book = validate(make_random_book(seed, 25))
    day = FIRST + 7 * week * DAY
    states = deal_states(book)
    known = known_at(book, day, states).opportunities
    table = snapshots(states, pd.DatetimeIndex([day]))
    shared = ["opportunity_id", "stage", "amount", "arr", "close_date", "probability", "forecast_category"]
    assert_frame_equal(known.loc[~known["is_closed"], shared].reset_index(drop=True), table[shared])
    assert_frame_equal(known, known_at(book, day).opportunities)
    validate(known_at(book, day))


def test_today_s_book_is_the_book(random_book: Callable[[int, int], Book]) -> None:
    book = validate(random_book(3, 60))
    closing = book.opportunities["close_date"]
    book.opportunities["close_date"] = closing.where(~(closing >= LAST), LAST - DAY)
    assert_frame_equal(known_at(book, pd.Timestamp("2028-06-01")).opportunities, book.opportunities)


def test_snapshots_have_the_documented_form(random_book: Callable[[int, int], Book]) -> None:
    table = weekly_snapshots(validate(random_book(5, 30)), FIRST, LAST)
    assert len(table)
    assert_frame_equal(SNAPSHOTS.conform(table), table)
    assert (table["stage_entered"] < table["as_of"] + DAY).all()
    assert (table["days_since_creation"] >= 0).all()
    empty = weekly_snapshots(validate(Book()), FIRST, LAST)
    assert_frame_equal(SNAPSHOTS.conform(empty), empty)


def one_deal(**values: Any) -> Book:
    """A deal won on 2026-03-20 that spent February in Prove."""
    deal = {
        "opportunity_id": "a",
        "stage": "Closed Won",
        "amount": 300.0,
        "arr": 100.0,
        "close_date": pd.Timestamp("2026-03-20"),
        "created_date": pd.Timestamp("2026-01-10"),
        "is_closed": True,
        "is_won": True,
    }
    history = pd.DataFrame(
        {
            "opportunity_id": "a",
            "changed_at": pd.to_datetime(["2026-02-01", "2026-03-01", "2026-03-20"]),
            "stage": ["Prove", "Decide", "Closed Won"],
            "amount": [600.0, 300.0, 300.0],
            "close_date": pd.to_datetime(["2026-03-01", "2026-03-15", "2026-03-20"]),
            "probability": [0.35, None, 1.0],
            "forecast_category": ["Pipeline", "Commit", "Closed"],
        }
    )
    return validate(Book(opportunities=pd.DataFrame([deal | values]), stage_history=history, stages=stage_table()))


def test_a_week_tells_what_was_known_then() -> None:
    table = weekly_snapshots(one_deal(), pd.Timestamp("2026-01-03"), pd.Timestamp("2026-04-01")).set_index("as_of")
    assert list(table.index.strftime("%m-%d")) == [
        *("01-10", "01-17", "01-24", "01-31", "02-07", "02-14", "02-21", "02-28", "03-07", "03-14")
    ]
    early, middle, late = (table.loc[pd.Timestamp(day)] for day in ("2026-01-31", "2026-02-28", "2026-03-14"))
    assert early[["stage", "amount", "arr", "close_date"]].isna().all(), "the history began later"
    assert early["stage_entered"] == pd.Timestamp("2026-01-10")
    assert (middle["stage"], middle["amount"], middle["arr"], middle["pushes"]) == ("Prove", 600.0, 200.0, 0)
    assert (middle["probability"], middle["forecast_category"]) == (0.35, "Pipeline")
    assert (late["stage"], late["amount"], late["arr"], late["pushes"]) == ("Decide", 300.0, 100.0, 1)
    assert (late["probability"], late["forecast_category"]) == (0.7, "Commit"), "the stage's own where none is kept"
    assert (late["first_amount"], late["amount_changed_at"]) == (600.0, pd.Timestamp("2026-03-01"))
    assert late["stage_entered"] == pd.Timestamp("2026-03-01")


def test_a_closing_that_the_history_does_not_show_is_on_the_close_date() -> None:
    book = one_deal()
    book = replace(book, stage_history=book.stage_history.head(2))
    before, after = (
        known_at(validate(book), pd.Timestamp(day)).opportunities.iloc[0] for day in ("2026-03-19", "2026-03-20")
    )
    assert (before["stage"], bool(before["is_closed"])) == ("Decide", False)
    assert (after["stage"], bool(after["is_won"])) == ("Closed Won", True)


def test_what_hangs_on_a_deal_is_there_from_its_own_date_on() -> None:
    dates = pd.to_datetime(["2026-02-01", "2026-03-01", None])
    tables = {
        "lines": pd.DataFrame({"opportunity_id": "a", "quantity": [1.0, 2.0, 3.0], "created_date": dates}),
        "roles": pd.DataFrame({"opportunity_id": "a", "is_primary": False, "created_date": dates}),
        "contracts": pd.DataFrame({"contract_id": ["1", "2", "3"], "start_date": dates}),
        "assets": pd.DataFrame({"asset_id": ["1", "2", "3"], "install_date": dates}),
    }
    known = known_at(validate(Book(**tables)), pd.Timestamp("2026-02-15"))
    assert {name: len(getattr(known, name)) for name in tables} == dict.fromkeys(tables, 2)


def test_a_case_closed_later_is_open_and_a_deployment_completed_later_in_progress() -> None:
    moment = pd.to_datetime(["2026-02-01"])
    cases = pd.DataFrame(
        {
            "case_id": ["1"],
            "is_closed": True,
            "is_escalated": False,
            "created_date": moment,
            "closed_date": moment + 30 * DAY,
            "status": "Closed",
        }
    )
    work = pd.DataFrame(
        {"deployment_id": ["1"], "account_id": "A", "started_on": moment, "completed_on": moment + 30 * DAY}
    )
    known = known_at(validate(Book(cases=cases, deployments=work)), pd.Timestamp("2026-02-15"))
    assert not known.cases["is_closed"].iloc[0]
    assert known.cases[["closed_date", "status"]].isna().all(axis=None)
    assert known.deployments["status"].iloc[0] == "In Progress"


def test_the_last_activity_is_that_of_then() -> None:
    activities = pd.DataFrame(
        {
            "activity_id": ["1", "2"],
            "opportunity_id": "a",
            "activity_date": pd.to_datetime(["2026-02-03", "2026-03-10"]),
            "is_closed": True,
        }
    )
    book = one_deal(last_activity_date=pd.Timestamp("2026-03-10"))
    book = validate(replace(book, activities=activities))
    then, now = (known_at(book, pd.Timestamp(day)).opportunities.iloc[0] for day in ("2026-02-15", "2026-03-10"))
    assert then["last_activity_date"] == pd.Timestamp("2026-02-03")
    assert now["last_activity_date"] == pd.Timestamp("2026-03-10")
