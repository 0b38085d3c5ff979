"""The states each deal was in from its creation on: what held from when until when.

One pass over the history answers any number of questions about the past: `known_at` asks for one moment,
`weekly_snapshots` for many. How the past is told from a history with gaps:

- After its last row a deal has today's values. A deal that is closed today though its last row is open keeps the row's
  values until its close date.
- Before its first row (a history that begins late) stage, amount and dates are unknown, and so missing.
- Without any row, a deal that closed was open with unknown values until its close date; an open one had today's values.
- Rows at one moment count in the order of the stages, rows from before the creation only from the creation on.
- A probability or category that the history does not keep is the stage's default.
- ARR has no history: today's is scaled with the amount; where today's is missing it is the amount, as in the book.
- Owner, account, segment, pillar and name have no history either: they are today's.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.book import Book
from scoring.lookup import places
from scoring.stage_history import ordered_history

Ints = NDArray[np.int64]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOREVER = np.iinfo(np.int64).max
_NOTHING = np.iinfo(np.int64).min


@dataclass(frozen=True)
class DealStates:
    """States of all deals, in no order.

    Attributes:
        deals: `OPPORTUNITIES`, as today.
        stages: `STAGES`.
        ordered: result of `ordered_history`.
        deal: position of the state's deal in `deals`.
        row: position in `ordered` of the last row that had been written, -1 where there was none.
        today: whether the deal has today's values, else the row's.
        start, end: microseconds UTC; the state holds after `start` up to and at `end`.
    """

    deals: pd.DataFrame
    stages: pd.DataFrame
    ordered: pd.DataFrame
    deal: Ints
    row: Ints
    today: Flags
    start: Ints
    end: Ints

    def at(self, ends: Ints) -> tuple[Ints, Ints]:
        """Which states held at moments.

        Args:
            ends: moments in microseconds, ascending.

        Returns:
            Positions of states and of `ends`, a pair for each deal that had been created and each moment; by deal,
            then by moment.
        """
        first, beyond = (np.searchsorted(ends, edge, side="right") for edge in (self.start, self.end))
        times = np.maximum(beyond - first, 0)
        state = np.repeat(np.arange(len(times)), times)
        moment = np.arange(len(state)) - np.repeat(np.cumsum(times) - times, times) + np.repeat(first, times)
        order = np.lexsort((moment, self.deal[state]))
        return state[order], moment[order]

    def still_open(self) -> "DealStates":
        """Only the states in which a deal was open."""
        is_open = ~self.values(np.arange(len(self.deal)))["is_closed"].to_numpy()
        kept = {name: getattr(self, name)[is_open] for name in ("deal", "row", "today", "start", "end")}
        return replace(self, **kept)

    def values(self, state: Ints) -> pd.DataFrame:
        """What the deals held in these states.

        Returns:
            stage, amount, arr, close_date, probability, forecast_category, is_closed, is_won; a plain index.
        """
        today, deal, row = self.today[state], self.deal[state], self.row[state]
        place = np.where(today, len(self.ordered) + deal, row)
        place[~today & (row < 0)] = -1
        stage, category = self._stage.codes[place], self._category.codes[place]
        of_stage = self._stage.row[stage]
        probability = self._numbers("probability")[place]
        defaults = np.append(self.stages["default_probability"].to_numpy(), np.nan)[of_stage]
        default_category = np.append(self._category.of_stages, -1)[of_stage]
        closing = {
            name: np.where(today, self._of_deals(name)[deal], np.append(self.stages[name].to_numpy(), False)[of_stage])
            for name in ("is_closed", "is_won")
        }
        amount, arr = self._numbers("amount")[place], self._of_deals("arr")[deal]
        return pd.DataFrame(
            {
                "stage": self._stage.named(stage),
                "amount": amount,
                "arr": np.where(today, arr, _scaled(arr, amount, self._of_deals("amount")[deal])),
                "close_date": self._days("close_date")[place],
                "probability": np.where(~today & np.isnan(probability), defaults, probability),
                "forecast_category": self._category.named(
                    np.where(~today & (category < 0), default_category, category)
                ),
                **closing,
            }
        )

    @cached_property
    def _stage(self) -> "_Codes":
        return _Codes.of(self, "stage")

    @cached_property
    def _category(self) -> "_Codes":
        return _Codes.of(self, "forecast_category")

    def _of_deals(self, name: str) -> NDArray[Any]:
        return self.deals[name].to_numpy()

    def _numbers(self, name: str) -> NDArray[np.float64]:
        return np.concatenate([self.ordered[name].to_numpy(), self._of_deals(name), [np.nan]])

    def _days(self, name: str) -> NDArray[np.datetime64]:
        nothing = np.array(["NaT"], dtype="datetime64[us]")
        return np.concatenate([self.ordered[name].to_numpy(), self._of_deals(name), nothing])


@dataclass(frozen=True)
class _Codes:
    """A text column of history, deals and stages as numbers.

    Attributes:
        codes: of the rows of the history, then of the deals, then -1 for nothing known.
        of_stages: of the rows of `STAGES`.
        names: the text of each code.
    """

    codes: Ints
    of_stages: Ints
    names: pd.Index

    @classmethod
    def of(cls, states: DealStates, name: str) -> "_Codes":
        parts = [frame[name] for frame in (states.ordered, states.deals, states.stages)]
        codes, names = pd.factorize(pd.concat(parts, ignore_index=True))
        past = len(codes) - len(states.stages)
        return cls(np.append(codes[:past], -1), codes[past:], pd.Index(names))

    @cached_property
    def row(self) -> Ints:
        """The row of `STAGES` of each code, -1 where it has none; the last is that of code -1."""
        rows = np.full(len(self.names) + 1, -1, dtype=np.int64)
        rows[self.of_stages] = np.arange(len(self.of_stages))
        return rows

    def named(self, codes: Ints) -> pd.Series:
        return pd.Series(self.names.array.take(codes, allow_fill=True), dtype="str")


def deal_states(book: Book) -> DealStates:
    """The states of the deals of a validated book."""
    deals, ordered = book.opportunities, ordered_history(book.stage_history, book.stages)
    of_row = places(ordered["opportunity_id"], deals["opportunity_id"])
    row = np.flatnonzero(of_row >= 0)
    deal = of_row[row]
    changed = microseconds(ordered["changed_at"])[row]
    created = microseconds(deals["created_date"])
    follows = np.append(deal[1:] == deal[:-1], False)[: len(deal)]
    until = np.where(follows, np.append(changed[1:], 0)[: len(deal)], FOREVER)

    first, last = np.full(len(deals), FOREVER), np.full(len(deals), -1, dtype=np.int64)
    begins = np.append(True, ~follows[:-1])[: len(deal)]
    first[deal[begins]] = changed[begins]
    last[deal[~follows]] = row[~follows]
    turns = _turns_to_today(book, ordered, last)

    everyone = np.arange(len(deals))
    parts = (
        (everyone, np.full(len(deals), -1), False, created, np.minimum(first, turns)),
        (deal, row, False, changed, np.where(follows, until, turns[deal])),
        (everyone, last, True, turns, np.full(len(deals), FOREVER)),
    )
    today = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    deal, row, start, end = (np.concatenate([part[at] for part in parts]) for at in (0, 1, 3, 4))
    start = np.maximum(start, created[deal])
    real = end > start
    return DealStates(deals, book.stages, ordered, deal[real], row[real], today[real], start[real], end[real])


def _turns_to_today(book: Book, ordered: pd.DataFrame, last: Ints) -> Ints:
    """The moment from which each deal has today's values, by the position of its last history row (-1: none)."""
    deals, stages = book.opportunities, book.stages
    changed = np.append(microseconds(ordered["changed_at"]), _NOTHING)
    closed_stage = np.append(ordered["stage"].isin(stages.loc[stages["is_closed"], "stage"]).to_numpy(), False)
    closing = microseconds(deals["close_date"])
    unseen = deals["is_closed"].to_numpy() & ~closed_stage[last] & deals["close_date"].notna().to_numpy()
    return np.where(unseen, np.maximum(changed[last], closing), changed[last])


def microseconds(moments: "pd.Series[pd.Timestamp]") -> Ints:
    """Moments as integers; the least integer where missing."""
    return moments.to_numpy(dtype="datetime64[us]").astype(np.int64)


def _scaled(arr: Numbers, then: Numbers, now: Numbers) -> Numbers:
    """Today's ARR scaled by the amount of then to that of now; the amount of then where there is none now."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.isnan(now), then, np.where(now > 0, arr * (then / now), np.nan))
