"""Whole columns as Arrow arrays: ids, texts, days and moments, made without a loop over rows.

Inside the generator a day is an integer (days since 1970-01-01) and a moment is an integer (milliseconds since then,
UTC)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Column: TypeAlias = "pa.Array[Any]"  # every builder here returns one unchunked Arrow array

DAY_MS = 86_400_000
_DIGITS = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8)
_CHECK = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", np.uint8)
_INSTANCE = b"bK0"  # no id that the org allots itself has this instance part


def record_ids(prefix: str, count: int, seed: int, first: int = 0) -> Column:
    """`count` valid 18-character record ids with the key prefix, counted up from a place given by the seed.

    first: how many ids of the seed come before them.

    The last three characters are Salesforce's checksum: one bit for each upper-case letter, five letters a character.
    """
    raw = np.empty((count, 18), np.uint8)
    raw[:, 0:3] = np.frombuffer(prefix.encode(), np.uint8)
    raw[:, 3:6] = np.frombuffer(_INSTANCE, np.uint8)
    number = np.arange(first + 1, first + count + 1, dtype=np.int64) + (seed % 62**3) * 62**6
    for place in range(14, 5, -1):
        raw[:, place] = _DIGITS[number % 62]
        number //= 62
    upper = (raw[:, :15] >= ord("A")) & (raw[:, :15] <= ord("Z"))
    bits = upper.reshape(count, 3, 5).astype(np.int64) @ (1 << np.arange(5))
    raw[:, 15:] = _CHECK[bits]
    offsets = np.arange(count + 1, dtype=np.int32) * 18
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(raw.tobytes())]
    return cast(Column, pa.Array.from_buffers(pa.string(), count, buffers))


def pick(values: Sequence[str] | Column, index: npt.NDArray[Any], missing: Bools | None = None) -> Column:
    """`values[index]` as a column; null where the index is negative or `missing` is true."""
    source = values if isinstance(values, pa.Array) else pa.array(list(values), pa.string())
    absent = index < 0
    if missing is not None:
        absent = absent | missing
    return source.take(indexes(np.where(absent, 0, index), absent))


def indexes(values: npt.NDArray[Any], missing: Bools | None = None) -> pa.Int64Array:
    """Places in another column, as Arrow takes them."""
    return pa.array(values.astype(np.int64), pa.int64(), mask=missing)


def constant(value: str | bool | int, count: int) -> Column:
    """One value, `count` times."""
    return cast(Column, pa.repeat(value, count))


def join(*parts: Column | str, sep: str = "") -> Column:
    """Texts put together element by element; null where a part is null."""
    whole: Any = pc.binary_join_element_wise  # its stubs refuse a mixture of columns and texts
    return cast(Column, whole(*parts, sep))


def digits(numbers: npt.NDArray[Any], width: int = 0) -> Column:
    """Integers as text, padded with zeros to `width`."""
    text = pa.array(numbers.astype(np.int64)).cast(pa.string())
    return pc.utf8_lpad(text, width=width, padding="0") if width else text


def days(values: Ints, missing: Bools | None = None) -> Column:
    """Days as a date column."""
    return pa.array(values.astype("datetime64[D]"), pa.date32(), mask=missing)


def moments(values: Ints, missing: Bools | None = None) -> Column:
    """Moments as a datetime column (UTC, milliseconds)."""
    return pa.array(values.astype("datetime64[ms]"), pa.timestamp("ms", tz="UTC"), mask=missing)


def numbers(values: npt.NDArray[Any], missing: Bools | None = None) -> Column:
    """Numbers as a double column."""
    return pa.array(values.astype(np.float64), mask=missing)


def audit(created: Ints, modified: Ints, by: Column) -> dict[str, Column]:
    """The audit columns of a record: created and last modified (moments) by the given users, not deleted.

    SystemModstamp is the last modification: nothing but people has touched these records.
    """
    stamp = moments(np.maximum(created, modified))
    return {
        "IsDeleted": constant(False, len(created)),
        "CreatedDate": moments(created),
        "CreatedById": by,
        "LastModifiedDate": stamp,
        "LastModifiedById": by,
        "SystemModstamp": stamp,
    }


def sloppy(column: Column, share: float, rng: np.random.Generator) -> Column:
    """The column with a share of its texts in lower case, as somebody's import left them."""
    return cast(Column, pc.if_else(pa.array(rng.random(len(column)) < share), pc.utf8_lower(column), column))


def office_moment(day: Ints, rng: np.random.Generator) -> Ints:
    """A moment within office hours (07:00 to 19:00 UTC, whole seconds) of each day."""
    return np.asarray(day * DAY_MS + rng.integers(7 * 3600, 19 * 3600, len(day)) * 1000, np.int64)


def draw(weights: Sequence[float] | Floats, count: int, rng: np.random.Generator) -> Ints:
    """`count` indexes, each with a chance in proportion to its weight."""
    edges = np.cumsum(np.asarray(weights, np.float64))
    found = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
    return np.asarray(np.minimum(found, len(edges) - 1), np.int64)


def repeat_within(counts: npt.NDArray[Any]) -> tuple[Ints, Ints]:
    """Rows of a child table: each parent's index `counts` times, and the row's number within its parent (from 0)."""
    counts = counts.astype(np.int64)
    parent = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    first = np.cumsum(counts) - counts
    return parent, np.arange(len(parent), dtype=np.int64) - first[parent]
