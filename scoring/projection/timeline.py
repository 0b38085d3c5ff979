"""Every deal as it stood at the end of any past day: its history, compiled once, read with array operations."""

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.book import Book
from scoring.days import Floats
from scoring.deal_states import FOREVER, deal_states
from scoring.lookup import codes
from scoring.snapshots import written_so_far

Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Day numbers that no calendar reaches: no date, and never.
NO_DAY = -(10**7)
NEVER = 10**7
# Microseconds of a day.
DAY = 86_400_000_000


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
    """Deals in the order of their ids, and the states they were in from their creation on.

    Attributes:
        deals: OPPORTUNITIES, sorted by opportunity_id.
        stages: names of the stages; the code after the last means unknown.
        created: day number of each deal's creation.
        present: the deals as they stand now.
        states: every state of every deal, by deal and time.
        since, until: day numbers; a state is that at the end of the days from `since` on and before `until`.
    """

    deals: pd.DataFrame
    stages: pd.Index
    created: Integers
    present: Standing
    states: Standing
    since: Integers
    until: Integers

    def at(self, day: int) -> Standing:
        """The deals at the end of `day`."""
        return picked(self.states, (self.since <= day) & (day < self.until))


def picked(standing: Standing, chosen: Bools) -> Standing:
    """Some of the deals."""
    return Standing(*(getattr(standing, item.name)[chosen] for item in fields(Standing)))


def timeline(known: Book) -> Timeline:
    """Compile the deals and their histories; how one with gaps is read stands in `scoring.deal_states`.

    A deal that closed without any history is taken to have had its amount all the time.

    Args:
        known: result of `known_at`, so that nothing after its day is in it.
    """
    deals = known.opportunities.sort_values("opportunity_id", ignore_index=True)
    names = pd.Index(known.stages["stage"].sort_values())
    found = deal_states(replace(known, opportunities=deals))
    order = np.lexsort((found.start, found.deal))
    deal, row = found.deal[order], found.row[order]
    values, so_far = found.values(order), written_so_far(found.ordered).reindex(row).reset_index(drop=True)
    created = day_numbers(deals["created_date"])
    same = so_far["stage"].fillna("") == values["stage"].fillna("")
    entered = day_numbers(so_far["stage_entered"].where(same))
    bare = ~np.isin(deal, found.deal[found.row >= 0])
    states = Standing(
        deal=deal,
        stage=codes(values["stage"], names),
        value=np.where(bare, deals["arr"].to_numpy(dtype="float64")[deal], values["arr"]),
        close=day_numbers(values["close_date"]),
        entered=np.maximum(entered, created[deal]),
        pushes=so_far["pushes"].fillna(0.0).to_numpy(dtype=np.int64),
        is_closed=values["is_closed"].to_numpy(dtype=bool),
        is_won=values["is_won"].to_numpy(dtype=bool),
    )
    # A state holds after its start up to its end, and a day ends at the moment in which the next one begins.
    since, until = found.start[order] // DAY, found.end[order] // DAY
    return Timeline(deals, names, created, picked(states, found.end[order] == FOREVER), states, since, until)


def day_numbers(moments: "pd.Series[pd.Timestamp]") -> Integers:
    """The day number of each moment, NO_DAY where it is missing."""
    days = moments.to_numpy(dtype="datetime64[us]").astype("datetime64[D]")
    return np.asarray(np.where(np.isnat(days), NO_DAY, days.astype(np.int64)), dtype=np.int64)
