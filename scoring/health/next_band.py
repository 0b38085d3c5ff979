"""What would have to change for the next band."""

from itertools import pairwise

import numpy as np
import pandas as pd

from scoring.health.results import NEXT_BAND, HealthScores
from scoring.health.settings import BANDS, HealthSettings
from scoring.health.worth import value_worth


def next_band(found: HealthScores, settings: HealthSettings) -> pd.DataFrame:
    """For each account below Green and each measure that costs points: the value that leads furthest to the next band.

    A measure that is enough alone needs the value that brings the total to the next bound and the margin beyond it;
    any other is given its target.

    Args:
        found: health of accounts.
        settings: those it was scored with.

    Returns:
        `NEXT_BAND`, those that gain most first; nothing for accounts that are Green or Unknown.
    """
    bounds = {"Red": settings.yellow_from, "Yellow": settings.green_from}
    following = dict(pairwise(BANDS))
    of_account = found.scores.set_index("account_id")[["health", "band"]]
    rows = found.measures.join(of_account, on="account_id")
    rows = rows[rows["band"].isin(list(bounds)) & (rows["share"] > 0) & (rows["score"] < 100)].reset_index(drop=True)
    needed = rows["band"].map(bounds).astype("float64") + settings.band_margin - rows["health"]
    possible = rows["share"] * (100.0 - rows["score"])
    points = np.minimum(needed, possible)
    wanted = (rows["score"] + points / rows["share"]).clip(upper=100.0).to_numpy(dtype="float64")
    target, values = rows["target"].to_numpy(dtype="float64"), np.full(len(rows), np.nan)
    for measure in settings.measures:
        own = (rows["measure"] == measure.key).to_numpy()
        values[own] = value_worth(measure, wanted[own], target[own])
    table = rows.assign(
        band=rows["band"].map(following).astype("str"),
        needed=needed,
        points=points,
        enough=possible >= needed,
        needed_value=values,
    )
    return NEXT_BAND.conform(table.sort_values(["account_id", "points"], ascending=[True, False], kind="stable"))
