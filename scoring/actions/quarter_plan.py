"""Actions about the quarter's plan: pipeline that it takes and is not there, and a plan that nobody entered."""

import numpy as np
import pandas as pd

from scoring.actions.proposing import key_of, proposed
from scoring.actions.settings import ActionSettings
from scoring.book import Book
from scoring.lookup import looked_up
from scoring.quarter import Quarter
from scoring.words import counted, percent, whole

COVERAGE, NO_PLAN = "Coverage", "Plan missing"


def coverage_proposals(
    projection: pd.DataFrame, as_of: pd.Timestamp, quarter: Quarter, settings: ActionSettings
) -> pd.DataFrame:
    """Coverage: a rep's open pipeline of a segment is less than its gap takes at the win rate of the past.

    Need = gap / win rate. Nothing is asked for in the last `coverage_days` of the quarter, when it would come too late,
    nor where less than `coverage_share` of the gap is uncovered.

    Args:
        projection: `PROJECTION`.
        as_of: the day of the projection.
        quarter: the quarter.
        settings: thresholds.

    Returns:
        `PROPOSALS`, one per rep and segment. Impact: what the missing pipeline would bring at the win rate, which is
        gap - open pipeline x win rate.
    """
    late = (quarter.end.normalize() - as_of.normalize()).days < settings.coverage_days
    rows = projection[(projection["scope"] == "Rep") & (projection["segment"] != "All") & (not late)]
    worth = rows["gap"] - rows["open_pipeline"] * rows["win_rate"]
    short = (rows["win_rate"] > 0) & (rows["gap"] > 0) & (worth > settings.coverage_share * rows["gap"])
    rows, worth = rows[short], worth[short]
    pipeline = _two_digits(worth / rows["win_rate"])
    return proposed(
        COVERAGE,
        rows,
        key=key_of(COVERAGE, rows["scope_id"], f"{quarter.start:%Y-%m-%d}", rows["segment"]),
        owner_id=rows["scope_id"],
        title="Build " + whole(pipeline) + " of " + rows["segment"] + " pipeline for " + quarter.label,
        why="The gap is " + whole(rows["gap"]) + ", open are " + whole(rows["open_pipeline"]) + ", of which "
        + percent(rows["win_rate"]) + " are won as a rule",
        cause="plan of " + whole(rows["plan"]),
        impact=worth,
    )  # fmt: skip


def plan_proposals(book: Book, projection: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Plan missing: reps with deals in the quarter and no plan for it.

    Args:
        book: validated; users are read.
        projection: `PROJECTION`.
        quarter: the quarter.

    Returns:
        `PROPOSALS`, one per manager for all of the manager's reps, or per rep without an active manager.
    """
    rows = projection[(projection["scope"] == "Rep") & (projection["segment"] == "All") & projection["plan"].isna()]
    rows = rows[(rows["open_pipeline"] > 0) | (rows["booked"] > 0)]
    users = book.users.set_index("user_id")
    known = rows[looked_up(rows["scope_id"], users["is_active"]).astype("object").fillna(True).astype("bool")]
    manager = looked_up(known["scope_id"], users["manager_id"])
    asked = manager.where(manager.isin(users.index[users["is_active"]])).fillna(known["scope_id"])
    reps = asked.value_counts().sort_index().rename_axis("owner_id").reset_index(name="reps")
    return proposed(
        NO_PLAN,
        reps,
        key=key_of(NO_PLAN, reps["owner_id"], f"{quarter.start:%Y-%m-%d}"),
        title="Enter the plan of " + quarter.label + " for " + counted(reps["reps"].astype("float64"), "rep"),
        why="Without a plan the projection can show no gap and nobody knows what is left to do",
        cause=quarter.label,
        priority="High",
    )


def _two_digits(values: "pd.Series[float]") -> "pd.Series[float]":
    """Rounded to two significant digits, so that a text does not change with every unit."""
    unit = 10.0 ** (np.floor(np.log10(values)) - 1)
    return (values / unit).round() * unit
