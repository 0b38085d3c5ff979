"""Every deal as it stood at the end of any past day: its history, compiled once, read with array operations."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.book import Book
from scoring.days import Floats
from scoring.lookup import codes
from scoring.stage_history import ordered_history

Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Day numbers that no calendar reaches: no date, and never.
NO_DAY = -(10**7)
NEVER = 10**7


@dataclass(frozen=True)
class Standing:
    """The deals that existed at the end of a day, as they stood then; arrays of one length.

    Attributes:
        deal: position in `Timeline.deals`.
        stage: code of the stage, the last code where it is not known.
        value: ARR, NaN where there is none.
        close: day number of the close date, NO_DAY where there is none.
        entered: day number of entering the stage.
        pushes: moves of the close date to a later one so far.
        is_closed, is_won: by the stage.
    """

    deal: Integers
    stage: Integers
    value: Floats
    close: Integers
    entered: Integers
    pushes: Integers
    is_closed: Bools
    is_won: Bools


@dataclass(frozen=True)
class Timeline:
    """Deals in the order of their ids, and the rows of their history in the order of time.

    Attributes:
        deals: OPPORTUNITIES, sorted by opportunity_id.
        stages: names of the stages; codes beyond them mean unknown.
        closing, winning: whether a stage is closed, won; the unknown one is neither. Shape (stages + 1,).
        created: day number of each deal's creation.
        present: the deals as they stand now.
        owner: position in `deals` of each history row.
        day, stage, value, close, entered, pushes: of each history row.
        first, rows: where each deal's history begins, and its length.
    """

    deals: pd.DataFrame
    stages: pd.Index
    closing: Bools
    winning: Bools
    created: Integers
    present: Standing
    owner: Integers
    day: Integers
    stage: Integers
    value: Floats
    close: Integers
    entered: Integers
    pushes: Integers
    first: Integers
    rows: Integers

    def at(self, day: int) -> Standing:
        """The deals at the end of `day`.

        A deal whose history goes on after the day stands as its last row up to it says; another one as it stands now,
        except that a closed one counts as open until its close date.
        """
        known = np.bincount(self.owner[self.day <= day], minlength=len(self.deals))
        deal = np.flatnonzero(self.created <= day)
        known, rows, now = known[deal], self.rows[deal], self.present
        # A closed deal without a history: all that is known of its past is when it closed.
        bare = (rows == 0) & now.is_closed[deal] & (now.close[deal] > day)
        rewound = known < rows
        last = np.maximum(self.first[deal] + known - 1, 0)
        seen, blank = rewound & (known > 0), (rewound & (known == 0)) | bare

        def pick(past: Integers, present: Integers, unknown: int) -> Integers:
            values = np.where(seen, past[last], present[deal]) if len(past) else present[deal]
            return np.asarray(np.where(blank, unknown, values), dtype=np.int64)

        stage = pick(self.stage, now.stage, len(self.stages))
        value = np.where(seen, self.value[last], now.value[deal]) if len(self.value) else now.value[deal]
        return Standing(
            deal=deal,
            stage=stage,
            value=np.where(blank & ~bare, np.nan, value),
            close=pick(self.close, now.close, NO_DAY),
            entered=pick(self.entered, now.entered, 0) + np.where(blank, self.created[deal], 0),
            pushes=pick(self.pushes, now.pushes, 0),
            is_closed=np.where(rewound | bare, self.closing[stage], now.is_closed[deal]),
            is_won=np.where(rewound | bare, self.winning[stage], now.is_won[deal]),
        )


def timeline(known: Book) -> Timeline:
    """Compile the deals and their histories.

    Args:
        known: result of `known_at`, so that nothing after its day is in it.
    """
    deals = known.opportunities.sort_values("opportunity_id", ignore_index=True)
    names = pd.Index(known.stages["stage"].sort_values())
    by_name = known.stages.set_index("stage").reindex(names)
    history = ordered_history(known.stage_history, known.stages)
    owner = pd.Index(deals["opportunity_id"]).get_indexer(pd.Index(history["opportunity_id"]))
    history, owner = history[owner >= 0], owner[owner >= 0].astype(np.int64)
    order = np.argsort(owner, kind="stable")
    history, owner = history.iloc[order], owner[order]
    day, stage, close = (
        day_numbers(history["changed_at"]),
        codes(history["stage"], names),
        day_numbers(history["close_date"]),
    )
    rows = np.bincount(owner, minlength=len(deals)).astype(np.int64)
    first = np.cumsum(rows) - rows
    begins = np.ones(len(owner), dtype=bool)
    begins[1:] = owner[1:] != owner[:-1]
    entered, pushes = _entered(begins, day, stage), _pushes(begins, close)
    created = day_numbers(deals["created_date"])
    scale = deals["arr"] / deals["amount"].where(deals["amount"] > 0)
    closing = np.append(by_name["is_closed"].to_numpy(dtype=bool), False)
    winning = np.append(by_name["is_won"].to_numpy(dtype=bool), False)
    last = first + rows - 1
    now = codes(deals["stage"], names)
    same = (rows > 0) & (stage[last] == now) if len(stage) else np.zeros(len(deals), dtype=bool)
    present = Standing(
        deal=np.arange(len(deals), dtype=np.int64),
        stage=now,
        value=deals["arr"].to_numpy(dtype="float64"),
        close=day_numbers(deals["close_date"]),
        entered=np.where(same, entered[last], created) if len(stage) else created,
        pushes=np.where(rows > 0, pushes[last], 0) if len(stage) else np.zeros(len(deals), dtype=np.int64),
        is_closed=deals["is_closed"].to_numpy(dtype=bool),
        is_won=deals["is_won"].to_numpy(dtype=bool),
    )
    value = history["amount"].to_numpy(dtype="float64") * scale.to_numpy()[owner]
    return Timeline(
        deals,
        names,
        closing,
        winning,
        created,
        present,
        owner,
        day,
        stage,
        value,
        close,
        entered,
        pushes,
        first,
        rows,
    )


def day_numbers(moments: "pd.Series[pd.Timestamp]") -> Integers:
    """The day number of each moment, NO_DAY where it is missing."""
    days = moments.to_numpy(dtype="datetime64[us]").astype("datetime64[D]")
    return np.asarray(np.where(np.isnat(days), NO_DAY, days.astype(np.int64)), dtype=np.int64)


def _entered(begins: Bools, day: Integers, stage: Integers) -> Integers:
    """The day on which the stage of each history row was entered: that of the first of a run of equal stages."""
    runs = begins.copy()
    runs[1:] |= stage[1:] != stage[:-1]
    return day[np.flatnonzero(runs)][np.cumsum(runs) - 1] if len(day) else day


def _pushes(begins: Bools, close: Integers) -> Integers:
    """How often the close date was moved to a later one up to each history row."""
    later = np.zeros(len(close), dtype=np.int64)
    later[1:] = ~begins[1:] & (close[1:] > close[:-1]) & (close[:-1] != NO_DAY)
    total = np.cumsum(later)
    starts = np.flatnonzero(begins)
    return total - np.repeat(total[starts], np.diff(np.append(starts, len(close)))) if len(close) else later
