"""The calendar of the chain: weekly steps that never straddle two fiscal quarters.

A complete quarter has 13 steps of 6 to 8 days. The running quarter is cut so that one step ends on the day before the
book's `end` and the next begins on it; the odd days go to its first and its last step. Quarters are calendar quarters,
numbered year * 4 + (0..3)."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from localorg.book.columns import Ints
from localorg.book.settings import BookSettings

PER_QUARTER = 13


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def quarter_of(day: Ints) -> Ints:
    """The quarter in which each day lies."""
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months // 3 + 1970 * 4, np.int64)


def quarter_start(quarter: Ints) -> Ints:
    """The first day of each quarter."""
    months = (quarter - 1970 * 4) * 3
    return np.asarray(months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64), np.int64)


def month_of(day: Ints) -> Ints:
    """0 for January .. 11 for December."""
    return np.asarray(day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12, np.int64)


def workday(day: Ints) -> Ints:
    """The day itself, or the Friday before it when it falls on a weekend."""
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    return np.asarray(day - np.maximum(weekday - 4, 0), np.int64)


@dataclass(frozen=True)
class Steps:
    """Consecutive steps as arrays: first and last day, quarter, and how many steps of its quarter come after it."""

    first: Ints
    last: Ints
    quarter: Ints
    left: Ints

    def __len__(self) -> int:
        """How many steps there are."""
        return len(self.first)

    def of_day(self, day: Ints) -> Ints:
        """The step in which each day lies (the nearest one for days outside)."""
        return np.clip(np.searchsorted(self.first, day, side="right") - 1, 0, len(self) - 1).astype(np.int64)


def _cut(quarter: int, first: int, after: int, count: int, left: int, long_first: bool) -> Steps:
    """Days first..after-1 of a quarter in `count` steps of seven days, odd days in the first or the last of them."""
    if count == 0:
        none = np.empty(0, np.int64)
        return Steps(none, none, none, none)
    inner = np.arange(1, count, dtype=np.int64)
    edges = after - 7 * (count - inner) if long_first else first + 7 * inner
    starts = np.concatenate([[first], edges]).astype(np.int64)
    ends = np.concatenate([edges - 1, [after - 1]]).astype(np.int64)
    return Steps(starts, ends, np.full(count, quarter, np.int64), left + np.arange(count - 1, -1, -1, dtype=np.int64))


def joined(parts: list[Steps]) -> Steps:
    return Steps(*(np.concatenate([getattr(p, n) for p in parts]) for n in ("first", "last", "quarter", "left")))


def _running(end: int) -> tuple[int, int, int, int, int]:
    quarter = int(quarter_of(np.array([end]))[0])
    start, after = (int(x) for x in quarter_start(np.array([quarter, quarter + 1])))
    done = 0 if end == start else max(1, (end - start) // 7)
    return quarter, start, after, done, max(1, (after - end) // 7)


def _whole(quarter: int) -> Steps:
    start, after = (int(x) for x in quarter_start(np.array([quarter, quarter + 1])))
    return _cut(quarter, start, after, PER_QUARTER, 0, long_first=False)


def past_steps(settings: BookSettings) -> Steps:
    """The steps of the book: `quarters - 1` complete quarters and the done part of the running one."""
    end = day_number(settings.end)
    quarter, start, _, done, to_do = _running(end)
    whole = [_whole(q) for q in range(quarter - settings.quarters + 1, quarter)]
    return joined([*whole, _cut(quarter, start, end, done, to_do, long_first=True)])


def future_steps(settings: BookSettings, quarters: int) -> Steps:
    """The steps from `end` on: what is left of the running quarter, and the `quarters` after it."""
    end = day_number(settings.end)
    quarter, _, after, _, to_do = _running(end)
    rest = _cut(quarter, end, after, to_do, 0, long_first=False)
    return joined([rest, *(_whole(q) for q in range(quarter + 1, quarter + 1 + quarters))])
