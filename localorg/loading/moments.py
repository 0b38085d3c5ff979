"""Days and moments as the store's texts, whole columns at once: Arrow's own formatting takes ten times as long."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from localorg.loading.arrow import Column, compute

_DAY = 86_400
_LONGEST = 400_000  # days between the first and the last one, for which a table of texts is worth while
_TIMES = np.frombuffer(
    "".join(f"T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}.000Z" for s in range(_DAY)).encode(), np.uint8
).reshape(_DAY, 14)
Bytes = npt.NDArray[np.uint8]


def day_texts(column: Column) -> Column:
    """A date or timestamp column as `2026-01-31`."""
    days, missing = _numbers(compute.cast(column, pa.date32(), safe=False), pa.int32())
    texts = _days(days)
    return _strings(texts, missing) if texts is not None else compute.strftime(column, format="%Y-%m-%d")


def moment_texts(column: Column) -> Column:
    """A date or timestamp column as `2026-01-31T09:30:00.000Z`; naive ones are UTC, fractions of seconds are cut."""
    seconds = compute.cast(column, pa.timestamp("s"), safe=False)
    numbers, missing = _numbers(seconds, pa.int64())
    days, rest = np.divmod(numbers, _DAY)
    texts = _days(days)
    if texts is None:
        return compute.strftime(seconds, format="%Y-%m-%dT%H:%M:%S.000Z")
    return _strings(np.concatenate([texts, _TIMES[rest]], axis=1), missing)


def _numbers(column: Column, kind: pa.DataType) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The values as integers and which are missing; those stand for the first one that is not."""
    missing = np.asarray(column.is_null())
    filled = compute.fill_null(column.cast(kind), compute.min(column.cast(kind)))
    numbers = np.zeros(len(column), np.int64) if missing.all() else np.asarray(filled, np.int64)
    return numbers, missing


def _days(days: npt.NDArray[np.int64]) -> Bytes | None:
    """Each day's text as 10 bytes; None where the days lie too far apart, or beyond years of four digits."""
    if not len(days):
        return np.empty((0, 10), np.uint8)
    first, last = int(days.min()), int(days.max())
    if last - first > _LONGEST or first < -719_162 or last > 2_932_896:
        return None
    known = np.datetime_as_string(np.arange(first, last + 1).astype("datetime64[D]"))
    table = np.frombuffer("".join(known.tolist()).encode(), np.uint8).reshape(-1, 10)
    return np.asarray(table[days - first], np.uint8)


def _strings(texts: Bytes, missing: npt.NDArray[np.bool_]) -> Column:
    width = texts.shape[1]
    offsets = pa.array(np.arange(len(texts) + 1, dtype=np.int32) * width)
    found = pa.StringArray.from_buffers(len(texts), offsets.buffers()[1], pa.py_buffer(texts.tobytes()))
    return compute.if_else(pa.array(missing), pa.scalar(None, pa.string()), found) if missing.any() else found
