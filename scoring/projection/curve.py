"""The projection as it stood at the end of each week of the quarter so far."""

import pandas as pd

from scoring.deals.benchmarks import ALL
from scoring.projection.calendar import DAYS, EPOCH
from scoring.projection.project import QuarterProjection
from scoring.projection.scopes import ACCOUNT
from scoring.results import PROJECTION_CURVE


def projection_curve(projection: QuarterProjection) -> pd.DataFrame:
    """Week by week, with what was known then of the deals, under one model: that of the projection's own day.

    Args:
        projection: result of `prepare`.

    Returns:
        `PROJECTION_CURVE`: a row for the day before the quarter (week 0), one for each week that is over and, in the
        middle of a week, one for the projection's day; for each cell that has any number on that day, of accounts for
        the whole alone.
    """
    days = projection.span.week_ends(projection.today)
    days += [projection.today] if projection.today not in days and projection.today <= projection.span.end else []
    of_cells = projection.cell_rows
    shown = ((of_cells["scope"] != ACCOUNT) | (of_cells["segment"] == ALL)).to_numpy()
    parts = []
    for day in days:
        every = projection.cells(projection.outlook(day))
        # Most accounts have nothing in the quarter: their ranges would cost more than all others.
        cells = every.chosen(shown & every.sums.any(axis=1))
        rows = projection.numbers(cells, day)
        week = -(-(day - projection.span.start + 1) // DAYS)
        parts.append(
            rows.assign(week=week, day=EPOCH + pd.Timedelta(days=day))[(rows["best"] > 0) | (rows["booked"] != 0)]
        )
    empty = [pd.DataFrame(columns=[*PROJECTION_CURVE.names])] if not parts else []
    return PROJECTION_CURVE.conform(pd.concat([*empty, *parts], ignore_index=True))
