"""Slots in the org's wall time: each day one, whatever the clocks do."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.service.schedule import Daily, Every, Times

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTLY = Daily(time(2, 30), BERLIN)
MONDAYS = Daily(time(7, 0), BERLIN, weekday=0)
START = datetime(2020, 1, 1, tzinfo=UTC)
ALL: tuple[Times, ...] = (NIGHTLY, MONDAYS, Every(timedelta(minutes=10)), Every(timedelta(minutes=7)))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-03-28T12:00", "2026-03-28T01:30"),  # winter: 02:30 is 01:30 UTC
        ("2026-03-29T12:00", "2026-03-29T01:30"),  # put forward at 02:00: 02:30 is not there, an hour later is
        ("2026-03-30T12:00", "2026-03-30T00:30"),  # summer
        ("2026-10-25T12:00", "2026-10-25T00:30"),  # put back at 03:00: 02:30 comes twice, the first counts
        ("2026-10-26T12:00", "2026-10-26T01:30"),
    ],
)
def test_a_night_has_one_slot_also_when_the_clocks_change(now: str, slot: str) -> None:
    assert NIGHTLY.latest(utc(now)) == utc(slot)


def test_the_week_s_slot_is_on_monday_at_seven_there() -> None:
    assert MONDAYS.latest(utc("2026-11-22T23:00")) == utc("2026-11-16T06:00")
    assert MONDAYS.following(utc("2026-11-22T23:00")) == utc("2026-11-23T06:00")
    assert MONDAYS.latest(utc("2026-11-23T06:00")) == utc("2026-11-23T06:00")


@given(st.sampled_from(ALL), st.integers(0, 10 * 365 * 86400).map(lambda seconds: START + timedelta(seconds=seconds)))
def test_the_latest_slot_is_not_after_the_moment_and_the_following_is_the_next_of_it(
    times: Times, now: datetime
) -> None:
    latest, following = times.latest(now), times.following(now)
    assert latest <= now < following
    assert times.latest(following) == following
    assert times.latest(following - timedelta(microseconds=1)) == latest
