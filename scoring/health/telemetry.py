"""Weekly telemetry by account and product, cleaned, and sums over its last weeks on any day."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.counting import Bools, Ints, between, day_number, day_numbers, place, running_sums
from scoring.health.definitions import NUMBERS
from scoring.health.holdings import Holdings
from scoring.health.problems import Problems

ENTITLEMENTS = ("licensed", "features_bought")
# A week is known when it is over: six days after its first one.
LENGTH = 7
# From one week to the next, licences or volume times or by this much are another unit.
UNIT_CHANGE = 100.0


@dataclass(frozen=True)
class Telemetry:
    """One row per account, product and week, sorted by them.

    Attributes:
        pair: account code x products + product code.
        week: first day.
        epoch: first day of the first week since the units last changed.
        numbers: columns of `NUMBERS`, NaN where missing.
    """

    pair: Ints
    week: Ints
    epoch: Ints
    numbers: dict[str, Floats]

    def first_days(self) -> tuple[Ints, Ints]:
        """Pairs, and the day on which their first week was known."""
        pair, first = np.unique(self.pair, return_index=True)
        return pair, self.week[first] + LENGTH - 1

    def rows_outside(self, owned: Holdings) -> int:
        """Rows of products that do not count because their account bought others."""
        return int((~np.isin(self.pair, owned.pair)).sum())

    def windows(self, usable: Bools, pair: Ints, day: Ints) -> "Windows":
        """The last usable weeks of each pair on each day.

        Args:
            usable: of each row.
            pair: shape (n,). day: shape (n, days).
        """
        rows = np.flatnonzero(usable)
        # A row after all others keeps look-ups inside the arrays; no search finds it.
        places = np.append(place(self.pair[rows], self.week[rows]), np.iinfo(np.int64).max)
        return Windows(rows, places, np.append(self.week[rows], 0), np.append(self.epoch[rows], 0), pair, day)


@dataclass(frozen=True)
class Windows:
    """Weeks up to a day; see `Telemetry.windows`. Results have the shape of `day`."""

    rows: Ints
    places: Ints
    week: Ints
    epoch: Ints
    pair: Ints
    day: Ints
    _spans: dict[tuple[int, int], tuple[Ints, Ints]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _end(self) -> Ints:
        """One past the last week known on the day, 0 where there is none."""
        known = place(self.pair[:, None], self.day - (LENGTH - 1))
        end = np.searchsorted(self.places, known, side="right")
        own = self.places[np.maximum(end - 1, 0)] >= place(self.pair[:, None], np.zeros_like(self.day))
        return np.where((end > 0) & own, end, 0)

    @cached_property
    def found(self) -> Bools:
        """Whether there is a week at all."""
        return self._end > 0

    @cached_property
    def last_row(self) -> Ints:
        """Place of the last week among the usable rows; any where nothing is found."""
        return np.maximum(self._end - 1, 0)

    @cached_property
    def age(self) -> Floats:
        """Days since the week after the last one should have been known, in whole weeks."""
        late = self.day - (self.week[self.last_row] + 2 * LENGTH - 1)
        return np.asarray(np.maximum(late // LENGTH, 0) * float(LENGTH))

    def span(self, weeks: int, skipped: int = 0) -> tuple[Ints, Ints]:
        """First place and one past the last place of some weeks, counted back from the last one.

        Args:
            weeks: how many calendar weeks.
            skipped: weeks left out before, counted back from the last one.
        """
        key = (weeks, skipped)
        if key not in self._spans:
            self._spans[key] = self._after(skipped + weeks), self._after(skipped)
        return self._spans[key]

    def _after(self, weeks: int) -> Ints:
        """One past the last place that lies so many weeks before the last one, 0 where nothing is found."""
        if weeks == 0:
            return self._end
        last, epoch = self.week[self.last_row], self.epoch[self.last_row]
        before = place(self.pair[:, None], np.maximum(last - LENGTH * weeks, epoch - 1))
        return np.where(self.found, np.searchsorted(self.places, before, side="right"), 0)

    def sums(self, values: Floats, span: tuple[Ints, Ints]) -> Floats:
        """Sums of a column of all rows over a span."""
        return between(running_sums(values[self.rows]), *span)


def telemetry(usage: pd.DataFrame, pair: Ints, as_of: pd.Timestamp, problems: Problems) -> Telemetry:
    """Clean weekly telemetry.

    Args:
        usage: `USAGE`.
        pair: account code x products + product code of each row, negative for an unknown account.
        as_of: a day; weeks that begin later are left out.
        problems: takes the counts.
    """
    week = day_numbers(usage["week_start"])
    later = week > day_number(as_of)
    problems.count(*("without_account", "usage", int((pair < 0).sum())), "Usage of accounts not in the book: left out")
    problems.count(
        *("later_week", "usage", int((later & (pair >= 0)).sum())),
        "Usage of weeks after the day of scoring: left out (clocks that run ahead, or a past day is scored)",
    )
    row = np.flatnonzero(~later & (pair >= 0))
    row = row[np.argsort(place(pair[row], week[row]), kind="stable")]
    numbers = {name: usage[name].to_numpy(dtype="float64", copy=True)[row] for name in NUMBERS}
    _drop_impossible(numbers, problems)
    pair, week, numbers = _once_a_week(pair[row], week[row], numbers, problems)
    return Telemetry(pair, week, _epochs(pair, week, numbers, problems), numbers)


def _drop_impossible(numbers: dict[str, Floats], problems: Problems) -> None:
    wrong = {name: values < 0 for name, values in numbers.items()}
    empty = {name: (numbers[name] == 0) for name in ENTITLEMENTS}
    used = {"licensed": numbers["active_users"] > 0, "features_bought": numbers["features_used"] > 0}
    problems.count(
        *("negative", "usage", int(np.logical_or.reduce(list(wrong.values())).sum())),
        "Usage with a negative number: that number counts as missing",
    )
    problems.count(
        *("no_entitlement", "usage", int(np.logical_or.reduce([empty[name] & used[name] for name in used]).sum())),
        "Usage without an entitlement (0 licences or features): no share of it is computed",
    )
    for name, values in numbers.items():
        values[wrong[name] | empty.get(name, False)] = np.nan


def _once_a_week(
    pair: Ints, week: Ints, numbers: dict[str, Floats], problems: Problems
) -> tuple[Ints, Ints, dict[str, Floats]]:
    """Rows of the same account, product and week put together: the largest of each number counts."""
    places = place(pair, week)
    first = np.flatnonzero(np.diff(places, prepend=-1) != 0)
    problems.count(
        *("repeated", "usage", len(places) - len(first)),
        "Usage rows that repeat an account, product and week: the largest of each number counts once",
    )
    if len(first) == len(places):
        return pair, week, numbers
    return pair[first], week[first], {name: np.fmax.reduceat(values, first) for name, values in numbers.items()}


def _epochs(pair: Ints, week: Ints, numbers: dict[str, Floats], problems: Problems) -> Ints:
    """First day since which licences and volume are in the same unit."""
    new = np.diff(pair, prepend=-1) != 0
    changed = np.zeros(len(pair), dtype=bool)
    for name in ("licensed", "volume"):
        values = numbers[name]
        factor = np.divide(values, _before(pair, values), out=np.ones(len(values)), where=values > 0)
        changed |= (factor >= UNIT_CHANGE) | (factor <= 1.0 / UNIT_CHANGE)
    problems.count(
        *("unit_changed", "usage", int(changed.sum())),
        f"Licences or volume {UNIT_CHANGE:g} times or a {UNIT_CHANGE:g}th of the week before: taken as another unit; "
        "weeks before are not compared with weeks after",
    )
    begins = np.flatnonzero(new | changed)
    return np.asarray(week[begins[np.cumsum(new | changed) - 1]], dtype=np.int64)


def _before(pair: Ints, values: Floats) -> Floats:
    """The last number above 0 of the pair before each row, NaN where there is none."""
    rows = np.arange(len(values))
    known = np.maximum.accumulate(np.where(values > 0, rows, -1)) if len(values) else rows
    last = np.concatenate([[-1], known[:-1]])[: len(values)]
    own = (last >= 0) & (pair[np.maximum(last, 0)] == pair)
    return np.where(own, values[np.maximum(last, 0)], np.nan)
