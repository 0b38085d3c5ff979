"""Fiscal quarters, by hand-worked cases and by what must hold for every day."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.book.calendar import quarters


@pytest.mark.parametrize(
    ("day", "first_month", "label", "start", "end"),
    [
        (date(2026, 11, 22), 1, "FY2026 Q4", "2026-10-01", "2026-12-31"),
        (date(2026, 1, 1), 1, "FY2026 Q1", "2026-01-01", "2026-03-31"),
        (date(2026, 11, 22), 8, "FY2027 Q2", "2026-11-01", "2027-01-31"),
        (date(2026, 1, 31), 8, "FY2026 Q2", "2025-11-01", "2026-01-31"),
        (date(2026, 7, 31), 8, "FY2026 Q4", "2026-05-01", "2026-07-31"),
        (date(2024, 2, 29), 2, "FY2025 Q1", "2024-02-01", "2024-04-30"),
    ],
)
def test_the_quarter_of_a_day(day: date, first_month: int, label: str, start: str, end: str) -> None:
    table = quarters(day, first_month, back=0, ahead=0)
    assert table.to_dict("records") == [{"label": label, "start": pd.Timestamp(start), "end": pd.Timestamp(end)}]


@given(day=st.dates(date(1990, 1, 1), date(2100, 12, 31)), first_month=st.integers(1, 12))
def test_quarters_follow_one_another_without_gap_and_one_holds_the_day(day: date, first_month: int) -> None:
    table = quarters(day, first_month, back=5, ahead=3)
    assert len(table) == 9
    assert (table["start"].iloc[1:].to_numpy() - table["end"].iloc[:-1].to_numpy() == pd.Timedelta(days=1)).all()
    current = table.iloc[5]
    assert current["start"] <= pd.Timestamp(day) <= current["end"]
    assert table["label"].is_unique
    assert set(table["label"].str[-2:]) == {"Q1", "Q2", "Q3", "Q4"}
    first_quarters = table[table["label"].str.endswith("Q1")]
    assert (first_quarters["start"].dt.month == first_month).all()
