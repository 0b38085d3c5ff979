"""Stays in stages, entries into the present stage and moves of the close date."""

import pandas as pd

from scoring import Book, validate
from scoring.closed_deals import closed_deals, stage_visits
from scoring.stage_history import close_date_moves, entered_present_stage, ordered_history, stage_spells


def history(*rows: tuple[str, str, str | None, float | None, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["opportunity_id", "changed_at", "stage", "amount", "close_date"])
    return frame.assign(
        changed_at=pd.to_datetime(frame["changed_at"]),
        close_date=pd.to_datetime(frame["close_date"]),
        amount=frame["amount"].astype("float64"),
    )


def ordered(rows: pd.DataFrame, stages: pd.DataFrame) -> pd.DataFrame:
    book = validate(Book(stage_history=rows, stages=stages))
    return ordered_history(book.stage_history, book.stages)


def test_changes_of_amount_and_close_date_do_not_end_a_stay(stages: pd.DataFrame) -> None:
    rows = history(
        ("a", "2026-01-01", "Discover", 1.0, None),
        ("a", "2026-01-05", "Discover", 2.0, None),
        ("a", "2026-01-09", "Prove", 2.0, None),
    )
    spells = stage_spells(ordered(rows, stages))
    assert spells["stage"].tolist() == ["Discover", "Prove"]
    assert spells["left"].iloc[0] == pd.Timestamp("2026-01-09")
    assert pd.isna(spells["left"].iloc[1])


def test_rows_of_one_moment_follow_the_order_of_the_stages(stages: pd.DataFrame) -> None:
    rows = history(
        ("a", "2026-01-01", "Prove", 1.0, None),
        ("a", "2026-01-01", "Discover", 1.0, None),
    )
    assert stage_spells(ordered(rows, stages))["stage"].tolist() == ["Discover", "Prove"]
    assert stage_spells(ordered(rows[::-1], stages))["stage"].tolist() == ["Discover", "Prove"]


def test_a_deal_that_came_back_entered_its_stage_the_last_time(stages: pd.DataFrame) -> None:
    rows = history(
        ("a", "2026-01-01", "Prove", 1.0, None),
        ("a", "2026-02-01", "Discover", 1.0, None),
        ("a", "2026-03-01", "Prove", 1.0, None),
        ("b", "2026-01-01", "Discover", 1.0, None),
    )
    deals = pd.DataFrame(
        {
            "opportunity_id": ["a", "b", "c", "d"],
            "stage": ["Prove", "Prove", "Prove", None],
            "created_date": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"]),
        }
    )
    entered = entered_present_stage(deals, stage_spells(ordered(rows, stages)))
    assert entered.dt.strftime("%m-%d").tolist() == ["03-01", "01-02", "01-03", "01-04"]


def test_only_moves_to_a_later_close_date_are_pushes(stages: pd.DataFrame) -> None:
    rows = history(
        ("a", "2026-01-01", "Prove", 1.0, "2026-03-31"),
        ("a", "2026-01-02", "Prove", 1.0, "2026-06-30"),
        ("a", "2026-01-03", "Prove", 2.0, "2026-06-30"),
        ("a", "2026-01-04", "Prove", 2.0, None),
        ("a", "2026-01-05", "Prove", 2.0, "2026-05-31"),
        ("a", "2026-01-06", "Prove", 2.0, "2026-07-31"),
        ("b", "2026-01-07", "Prove", 2.0, "2026-08-31"),
    )
    moves = close_date_moves(ordered(rows, stages))
    assert moves["pushes"].to_dict() == {"a": 2, "b": 0}
    assert moves.loc["a", "first_close_date"] == pd.Timestamp("2026-03-31")


def closed_book(rows: pd.DataFrame, stages: pd.DataFrame) -> Book:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["a"],
            "stage": ["Closed Won"],
            "created_date": pd.to_datetime(["2026-01-01"]),
            "close_date": pd.to_datetime(["2026-09-01"]),
            "is_closed": [True],
            "is_won": [True],
        }
    )
    return validate(Book(opportunities=deals, stage_history=rows, stages=stages))


def test_a_closed_deal_counts_once_per_stage_with_its_longest_visit(stages: pd.DataFrame) -> None:
    rows = history(
        ("a", "2026-01-01", "Discover", 1.0, None),
        ("a", "2026-01-11", "Prove", 1.0, None),
        ("a", "2026-01-13", "Discover", 1.0, None),
        ("a", "2026-02-02", "Prove", 1.0, None),
        ("a", "2026-02-05", "Closed Won", 1.0, None),
    )
    book = closed_book(rows, stages)
    spells = stage_spells(ordered_history(book.stage_history, book.stages))
    visits = stage_visits(closed_deals(book, spells, pd.Timestamp("2026-10-01")), spells, book.stages)
    assert visits[["stage", "stay_days", "to_close_days"]].to_numpy().tolist() == [
        ["Discover", 20.0, 23.0],
        ["Prove", 3.0, 3.0],
    ]


def test_a_deal_without_history_closed_on_its_close_date(stages: pd.DataFrame) -> None:
    book = closed_book(history(), stages)
    spells = stage_spells(ordered_history(book.stage_history, book.stages))
    assert closed_deals(book, spells, pd.Timestamp("2026-09-01"))["closed_at"].iloc[0] == pd.Timestamp("2026-09-01")
    assert closed_deals(book, spells, pd.Timestamp("2026-08-31")).empty, "its outcome was not known then"
