"""Days and moments as the store's texts, whole columns at once: Arrow's own formatting takes ten times as long."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from localorg.loading.arrow import Column, compute

_DAY = 86_400
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_CLOSE = 20_000  # days between the first and the last one, for which all texts are made at once
_YEAR_1, _YEAR_9999 = -719_162, 2_932_896  # their first and last day
Bytes = npt.NDArray[np.uint8]


def day_texts(column: Column) -> Column:
    """A date or timestamp column as `2026-01-31`."""
    seconds, missing = _seconds(column)
    texts = _days(seconds // _DAY)
    return _strings(texts, missing) if texts is not None else compute.strftime(column, format="%Y-%m-%d")


def moment_texts(column: Column) -> Column:
    """A date or timestamp column as `2026-01-31T09:30:00.000Z`; naive ones are UTC, fractions of seconds are cut."""
    seconds, missing = _seconds(column)
    days, rest = np.divmod(seconds, _DAY)
    texts = _days(days)
    if texts is None:
        return compute.strftime(column.cast(pa.timestamp("s")), format="%Y-%m-%dT%H:%M:%S.000Z")
    return _strings(np.concatenate([texts, _times()[rest]], axis=1), missing)


def _seconds(column: Column) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The values as whole seconds since 1970, and which are missing; those stand for the first one that is not."""
    missing = np.asarray(column.is_null())
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("s"))
    numbers = column.cast(pa.int64())
    if missing.all():
        return np.zeros(len(column), np.int64), missing
    filled = np.asarray(compute.fill_null(numbers, compute.min(numbers)), np.int64)
    return filled // _PER_SECOND[column.type.unit], missing


@cache
def _times() -> Bytes:
    """The text of each second of a day, as rows of 14 bytes."""
    texts = (f"T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}.000Z" for s in range(_DAY))
    return np.frombuffer("".join(texts).encode(), np.uint8).reshape(_DAY, 14)


def _days(days: npt.NDArray[np.int64]) -> Bytes | None:
    """Each day's text as 10 bytes; None where a year has not four digits."""
    if not len(days):
        return np.empty((0, 10), np.uint8)
    first, last = int(days.min()), int(days.max())
    if first < _YEAR_1 or last > _YEAR_9999:
        return None
    if last - first < _CLOSE:
        known, place = np.arange(first, last + 1), days - first
    else:
        known, place = np.unique(days, return_inverse=True)
    texts = np.datetime_as_string(known.astype("datetime64[D]"))
    table = np.frombuffer("".join(texts.tolist()).encode(), np.uint8).reshape(-1, 10)
    return np.asarray(table[place], np.uint8)


def _strings(texts: Bytes, missing: npt.NDArray[np.bool_]) -> Column:
    width = texts.shape[1]
    offsets = pa.array(np.arange(len(texts) + 1, dtype=np.int32) * width)
    found = pa.StringArray.from_buffers(len(texts), offsets.buffers()[1], pa.py_buffer(texts.tobytes()))
    return compute.if_else(pa.array(missing), pa.scalar(None, pa.string()), found) if missing.any() else found
