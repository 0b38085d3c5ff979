"""What moved the projection between two days, cause by cause, adding up to the difference."""

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.projection.calendar import day_number
from scoring.projection.deals import ADDED, BOOKED, NEW
from scoring.projection.model import Outlook
from scoring.projection.pipeline import is_due
from scoring.projection.project import QuarterProjection
from scoring.projection.timeline import Bools
from scoring.results import PROJECTION_CHANGE

CAUSES = ("won", "lost", "slipped", "pulled_in", "new", "resized", "rescored")


def projection_change(projection: QuarterProjection, since: pd.Timestamp) -> pd.DataFrame:
    """The change of the expected bookings and of the commit from the end of `since` to the projection's day.

    Both days are projected under the projection's own model, so that only what happened to the deals shows. A deal
    counts under one cause, but for a change of its amount, which counts as re-sized at the old probability. What is
    left, the passing of time and a move through the stages, is re-scored.

    Args:
        projection: result of `prepare`.
        since: an earlier day; one before the quarter counts as the day before it.

    Returns:
        `PROJECTION_CHANGE`, for every row of the projection in its order.
    """
    before_day = max(min(day_number(since), projection.today), projection.span.start - 1)
    before, after = projection.outlook(before_day), projection.now
    deals = np.arange(len(projection.line.deals), dtype=np.int64)
    causes = projection.spread(deals, _causes(projection, before, after))
    old, (new, now) = projection.cells(before), projection.present
    then = projection.numbers(old, before_day)
    new_business = new.sums[:, NEW] - old.sums[:, NEW]
    found = now[["scope", "scope_id", "segment"]].assign(
        expected_before=then["expected"],
        expected=now["expected"],
        **{name: causes[:, number] for number, name in enumerate(CAUSES)},
        new_business=new_business,
        commit_before=then["commit"],
        commit=now["commit"],
        range=(now["commit"] - then["commit"]) - (now["expected"] - then["expected"]),
    )
    moved = (old.sums[:, [BOOKED, ADDED, NEW]] != 0).any(axis=1) | (new.sums[:, [BOOKED, ADDED, NEW]] != 0).any(axis=1)
    moved[0] = True
    return PROJECTION_CHANGE.conform(found[moved])


class _Side:
    """One day's outlook with a place for every deal of the book."""

    def __init__(self, view: Outlook, count: int, due: Bools) -> None:
        def placed(values: Floats | Bools) -> Floats:
            full = np.zeros(count)
            full[view.deal] = values
            return full

        self.exists = placed(np.ones(len(view.deal))) > 0
        self.is_open = placed(view.is_open) > 0
        self.booked, self.value = placed(view.booked), placed(view.value)
        self.probability = placed(view.probability)
        self.worth = self.booked + self.probability * self.value
        self.is_booked = self.booked != 0
        self.due = placed(due) > 0


def _causes(projection: QuarterProjection, before: Outlook, after: Outlook) -> Floats:
    """What each deal's change counts under: (deals, CAUSES)."""
    count = len(projection.line.deals)
    old, new = (_Side(view, count, is_due(projection.line.at(view.day), projection.span)) for view in (before, after))
    change = new.worth - old.worth
    stayed = old.is_open & new.is_open
    settled = old.is_booked & new.is_booked
    resized = np.where(stayed, old.probability * (new.value - old.value), np.where(settled, change, 0.0))
    rest = change - resized
    moved_out, moved_in = stayed & old.due & ~new.due, stayed & ~old.due & new.due
    won = ~settled & new.is_booked & old.exists
    left = old.is_open & new.exists & ~new.is_open & ~new.is_booked
    # Won, but with a close date outside the quarter.
    won_elsewhere = left & _won_by(projection, after, count)
    lost = (left & ~won_elsewhere) | (old.is_booked & ~new.is_booked)
    appeared = ~old.exists | (old.exists & ~old.is_open & ~old.is_booked & new.is_open)
    conditions = [won, lost, moved_out | won_elsewhere, moved_in, appeared]
    table = np.zeros((count, len(CAUSES)))
    chosen = np.select(conditions, np.arange(len(conditions)), CAUSES.index("rescored"))
    table[np.arange(count), chosen] = rest
    table[:, CAUSES.index("resized")] += resized
    return table


def _won_by(projection: QuarterProjection, view: Outlook, count: int) -> Bools:
    """Which deals were closed as won on the day of `view`."""
    won = np.zeros(count, dtype=bool)
    won[view.deal] = projection.line.at(view.day).is_won
    return won
