"""Fiscal quarters, by hand-worked cases and by what must hold for every day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.book.calendar import AHEAD, day_to_score, quarters
from sidecar.errors import ConfigurationError
from sync import Mirror

FAR = date(2300, 5, 6)


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


@pytest.fixture
def deals(tmp_path: Path) -> Iterator[Mirror]:
    """Two deals: one made in 2024, one made so late that the test's own day does not matter."""
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        mirror.connection.execute('CREATE TABLE "Opportunity" ("Id" VARCHAR, "CreatedDate" TIMESTAMP)')
        made = "('a', '2024-03-05 23:10:00'), ('b', NULL), ('c', '2300-05-06 01:00:00')"
        mirror.connection.execute(f'INSERT INTO "Opportunity" VALUES {made}')
        yield mirror


@pytest.mark.parametrize("named", [date(2024, 3, 5), date(2026, 1, 1), FAR + AHEAD])
def test_a_day_between_the_first_deal_and_a_year_ahead_is_scored_for(deals: Mirror, named: date) -> None:
    assert day_to_score(deals, named) == named


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (date(2024, 3, 4), "no deal was known on that day. Expected a day between 2024-03-05"),
        (date(1600, 1, 1), "no deal was known on that day"),
        (FAR + AHEAD + timedelta(days=2), "too far ahead"),
        (date(9999, 12, 31), "too far ahead"),
    ],
)
def test_another_day_is_a_slip_and_refused(deals: Mirror, named: date, told: str) -> None:
    with pytest.raises(ConfigurationError, match=f"--as-of {named}: .*{told}"):
        day_to_score(deals, named)


def test_without_a_deal_and_without_a_name_it_is_today(tmp_path: Path) -> None:
    with Mirror.open(tmp_path / "mirror.duckdb") as empty:
        assert abs(day_to_score(empty, None) - datetime.now(UTC).date()) <= timedelta(days=1)
        with pytest.raises(ConfigurationError, match="no deal was known"):
            day_to_score(empty, date(1969, 12, 31))
