"""Counts and sums over spans of days, of many accounts or products at many days at once.

Every record lies on one line of whole numbers: its owner's code times `SPAN` plus its day. A count up to a day is then
one binary search, and a sum over a span the difference of two running sums, for any owners and days.
"""

from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.days import Floats

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Records = TypeVar("Records")
SPAN = 1 << 21
NEVER = 1 << 20  # a day that never comes; whole days since 1970 stay far below
UNIT = 1000.0  # running sums are whole thousandths: exact, and so the same in any order and for any subset of owners


def day_numbers(days: "pd.Series[pd.Timestamp]", missing: int = NEVER) -> Ints:
    """Days since 1970, `missing` where there is none."""
    values = days.to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(values), missing, np.clip(values.astype(np.int64), 0, NEVER - 1))


def day_number(day: pd.Timestamp) -> int:
    """Days from 1970 to a day."""
    return int((day.normalize() - pd.Timestamp(0)).days)


def rows_of(owner: Ints, wanted: Ints, width: int = 1) -> "slice | Ints":
    """The rows of some owners; a slice, which copies nothing, where they lie together.

    Args:
        owner: code of each row, or code x `width` and something less than `width`; rising.
        wanted: codes, rising.
        width: how many values of `owner` an owner has.
    """
    first, end = (np.searchsorted(owner, (wanted + more) * width) for more in (0, 1))
    if (first[1:] == end[:-1]).all():
        return slice(int(first[0]), int(end[-1])) if len(wanted) else slice(0)
    count = end - first
    before = np.cumsum(count) - count
    return np.asarray(np.arange(count.sum()) + np.repeat(first - before, count))


def some_rows(records: Records, rows: "slice | Ints") -> Records:
    """Some rows of a dataclass of arrays, one place in each of them for a record."""
    chosen: dict[str, Any] = {}
    for item in fields(records):  # type: ignore[arg-type]  # every class of records is a dataclass
        values = getattr(records, item.name)
        if isinstance(values, np.ndarray):
            chosen[item.name] = values[rows]
        elif isinstance(values, dict):
            chosen[item.name] = {name: column[rows] for name, column in values.items()}
    return replace(records, **chosen)  # type: ignore[type-var]  # as above


def place(owner: Ints, day: Ints) -> Ints:
    """Where a record lies on the line."""
    return owner * SPAN + day


def running(owner: Ints, start: Ints, end: Ints, asked: Ints) -> Floats:
    """How many records of its owner are running on each asked place: begun by then and not ended by then.

    Args:
        owner, start, end: of each record; a record whose end is not after its start never runs.
        asked: places (see `place`), of any shape.
    """
    runs = end > start
    begun = np.sort(place(owner[runs], start[runs]))
    ended = np.sort(place(owner[runs], end[runs]))
    count = np.searchsorted(begun, asked, side="right") - np.searchsorted(ended, asked, side="right")
    return np.asarray(count, dtype=np.float64)


def running_sums(values: Floats) -> Ints:
    """Sums of the first 0, 1, ... values, in thousandths."""
    return np.concatenate([[0], np.cumsum(np.rint(values * UNIT).astype(np.int64))])


def between(sums: Ints, low: Ints, high: Ints) -> Floats:
    """The sum of the values from place `low` up to, not including, `high`."""
    return np.asarray((sums[high] - sums[low]) / UNIT, dtype=np.float64)


def divided(part: "Floats | Ints", whole: "Floats | Ints") -> Floats:
    """`part / whole`, NaN where the whole is not more than 0."""
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0), dtype=np.float64)


def by_group(values: Floats, starts: Ints, groups: int) -> Floats:
    """Sums of rows over consecutive groups, 0 for a group without rows.

    Args:
        values: rows x columns.
        starts: first row of each group, shape (groups + 1,).
        groups: how many.
    """
    sums = np.zeros((groups, values.shape[1]))
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        sums[filled] = np.add.reduceat(values, starts[filled], axis=0)
    return sums
