"""The trend: every account recomputed as of the last weeks."""

import numpy as np
import pandas as pd

from scoring.health.aggregate import Totals
from scoring.health.counting import Ints, day_number
from scoring.health.definitions import DIMENSION_KEYS
from scoring.health.results import TREND
from scoring.health.settings import HealthSettings

WEEK = 7
SUNDAY = 3  # days since 1970 of the first Sunday


def trend_days(as_of: pd.Timestamp, settings: HealthSettings) -> Ints:
    """The Sundays before a day, and the day: the past points of the trend move once a week, not every day."""
    today = day_number(as_of)
    last = (today - 1 - SUNDAY) // WEEK * WEEK + SUNDAY
    return np.append(last - WEEK * np.arange(settings.trend_weeks - 2, -1, -1), today).astype(np.int64)


def trend_rows(
    found: Totals, band: "np.typing.NDArray[np.str_]", days: Ints, accounts: pd.Index, columns: slice
) -> pd.DataFrame:
    """`TREND`, ordered by account and day; accounts of which nothing is known on any day are left out.

    Args:
        found: of the accounts on all days of the grid.
        band: result of `band_path`, of the trend's days.
        days: result of `trend_days`.
        accounts: ids of the subjects.
        columns: the trend's days among those of the grid.
    """
    coverage = found.total_coverage[:, columns]
    rows = np.flatnonzero(coverage.max(axis=1, initial=0.0) > 0)
    count = len(days)
    scores = {key: found.score[key][rows, columns].ravel() for key in DIMENSION_KEYS}
    return TREND.conform(
        pd.DataFrame(
            {
                "account_id": np.repeat(accounts.to_numpy()[rows], count),
                "day": np.tile(days.astype("datetime64[D]").astype("datetime64[us]"), len(rows)),
                "health": found.health[rows, columns].ravel(),
                **scores,
                "coverage": coverage[rows].ravel(),
                "band": band[rows].ravel(),
            }
        )
    )
