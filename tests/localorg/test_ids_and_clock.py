from __future__ import annotations

import string
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.clock import Clock, stamp
from localorg.ids import IdAllocator, base62_to_number, id18, is_id, make_id, make_ids, number_to_base62
from localorg.org import LocalOrg

IDS = st.text(alphabet=string.ascii_letters + string.digits, min_size=15, max_size=15)


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("0018d0000000000", "0018d0000000000AAA"),
        ("005b1200000000M", "005b1200000000MAAQ"),
        ("01Jb12000000000", "01Jb12000000000EAA"),
    ],
)
def test_the_checksum_is_salesforces(short: str, whole: str) -> None:
    assert id18(short) == whole
    assert id18(whole) == whole


@given(IDS)
def test_a_changed_case_breaks_the_checksum(short: str) -> None:
    whole = id18(short)
    swapped = next((k for k, c in enumerate(short) if c.isalpha()), None)
    if swapped is not None:
        assert not is_id(short[:swapped] + short[swapped].swapcase() + short[swapped + 1 :] + whole[15:])


@pytest.mark.parametrize(
    "text", ["", "001", "0018d000000000", "0018d0000000000AAB", "0018d0000000-00", "0018d0000000000 AA"]
)
def test_malformed_ids_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="record id"):
        id18(text)


@given(st.integers(0, 62**9 - 1), st.integers(0, 62**9 - 1))
def test_base_62_keeps_order_and_value(first: int, second: int) -> None:
    one, other = number_to_base62(first, 9), number_to_base62(second, 9)
    assert base62_to_number(one) == first
    assert (one < other) == (first < second)


def test_ids_are_never_given_twice_even_after_reopening(tmp_path: Path) -> None:
    seen: list[str] = []
    for _ in range(2):
        org = LocalOrg.open(tmp_path / "org.sqlite")
        with org.database.writer() as connection:
            seen += IdAllocator(connection).take("001", 3)
        org.close()
    assert len(set(seen)) == 6
    assert all(is_id(record_id) for record_id in seen)


def test_ids_beyond_a_foreign_one_of_our_form_are_skipped(plain_org: LocalOrg) -> None:
    with plain_org.database.writer() as connection:
        allocator = IdAllocator(connection)
        allocator.skip_beyond("001", make_id("001", 500))
        assert allocator.take("001") == [make_id("001", 501)]


def test_a_set_clock_stands_still_until_it_is_moved() -> None:
    clock = Clock(datetime(2026, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=1))))
    assert stamp(clock.now()) == "2026-01-31T22:30:00.000Z"
    clock.advance(timedelta(hours=2))
    assert clock.stamp() == "2026-02-01T00:30:00.000Z"
    assert clock.today("America/New_York") == date(2026, 1, 31)


def test_a_released_clock_tells_the_machines_time() -> None:
    clock = Clock(datetime(2001, 1, 1, tzinfo=UTC))
    clock.release()
    assert clock.now().year > 2020


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Clock(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


@given(st.integers(0, 62**9 - 10_000), st.integers(0, 9_000))
def test_many_ids_at_once_are_those_one_by_one(first: int, count: int) -> None:
    many = make_ids("006", first, count)
    ends = sorted({*range(min(count, 3)), *range(max(count - 3, 0), count)})
    assert [many[place] for place in ends] == [make_id("006", first + place) for place in ends]
    assert len(set(many)) == count
    assert many == sorted(many)
