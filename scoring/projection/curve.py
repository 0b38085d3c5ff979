"""The projection as it stood at the end of each week of the quarter so far."""

import numpy as np
import pandas as pd

from scoring.deals.benchmarks import ALL
from scoring.projection.calendar import DAYS, EPOCH
from scoring.projection.project import Grid, QuarterProjection
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
    views = [projection.cells(projection.outlook(day)).sums for day in days]
    # Most accounts have nothing in the quarter: their ranges would cost more than all others.
    cell = [np.flatnonzero(shown & sums.any(axis=1)) for sums in views]
    if not days:
        return PROJECTION_CURVE.empty()
    day = np.repeat(days, [len(some) for some in cell])
    rows = of_cells.take(np.concatenate(cell)).reset_index(drop=True)
    sums = np.concatenate([sums[some] for sums, some in zip(views, cell, strict=True)])
    found = projection.numbers(Grid(rows, sums), day).assign(
        week=-(-(day - projection.span.start + 1) // DAYS), day=EPOCH + pd.to_timedelta(day, unit="D")
    )
    return PROJECTION_CURVE.conform(found[(found["best"] > 0) | (found["booked"] != 0)])
