"""Columns of days and moments become the store's texts exactly as formatting each value would."""

from datetime import UTC, date, datetime

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from localorg.loading.moments import day_texts, moment_texts

DAYS = st.lists(st.none() | st.dates(), max_size=20)
MOMENTS = st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), max_size=20)


@given(DAYS)
def test_days_read_as_iso_dates(days: list[date | None]) -> None:
    assert day_texts(pa.array(days, pa.date32())).to_pylist() == [day and day.isoformat() for day in days]


@given(MOMENTS, st.sampled_from(["ms", "us"]))
def test_moments_read_to_the_second_in_utc(moments: list[datetime | None], unit: str) -> None:
    cut = [moment and moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in moments]
    column = pa.array(cut, pa.timestamp(unit, tz="UTC"))
    wanted = [moment and f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}.000Z" for moment in cut]
    assert moment_texts(column).to_pylist() == wanted


def test_days_serve_as_moments_and_moments_as_days() -> None:
    assert moment_texts(pa.array([date(2026, 1, 31)])).to_pylist() == ["2026-01-31T00:00:00.000Z"]
    moment = datetime(2026, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert day_texts(pa.array([moment])).to_pylist() == ["2026-01-31"]


def test_a_typing_error_far_away_does_not_make_a_table_of_all_days_between() -> None:
    column = pa.array([date(1, 1, 1), date(9999, 12, 31)])
    assert day_texts(column).to_pylist() == ["0001-01-01", "9999-12-31"]
    assert moment_texts(column).to_pylist() == ["0001-01-01T00:00:00.000Z", "9999-12-31T00:00:00.000Z"]
