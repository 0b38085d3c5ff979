"""Rows of some owners among all of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from scoring.health.counting import rows_of, some_rows

CODES = st.lists(st.integers(0, 12), max_size=30).map(sorted)


@dataclass(frozen=True)
class Records:
    owner: npt.NDArray[np.int64]
    numbers: dict[str, npt.NDArray[np.int64]]
    told: bool


@given(CODES, st.sets(st.integers(0, 12)).map(sorted), st.integers(1, 3))
def test_rows_of_owners_are_those_that_a_look_at_each_row_finds(
    owners: list[int], wanted: list[int], width: int
) -> None:
    owner = np.array([code * width + width - 1 for code in owners], dtype=np.int64)
    rows = rows_of(owner, np.array(wanted, dtype=np.int64), width)
    assert np.arange(len(owner))[rows].tolist() == [row for row, code in enumerate(owners) if code in wanted]


def test_some_rows_are_taken_from_every_array() -> None:
    places = np.arange(4)
    found = some_rows(Records(places, {"twice": 2 * places}, told=True), np.array([1, 3]))
    assert (found.owner.tolist(), found.numbers["twice"].tolist(), found.told) == ([1, 3], [2, 6], True)


def test_neighbours_are_looked_at_without_copying() -> None:
    owner = np.array([0, 1, 1, 2, 4])
    assert rows_of(owner, np.array([1, 2, 3])) == slice(1, 4)
