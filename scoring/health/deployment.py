"""Deployment health: what is deployed of what was bought, milestones, stalled projects."""

import numpy as np
import pandas as pd

from scoring.days import days_between, days_until
from scoring.health.rows import few_ids, measured
from scoring.words import counted, percent, whole


def deployment_measures(deployments: pd.DataFrame, as_of: pd.Timestamp) -> list[pd.DataFrame]:
    """Deployed of bought, milestones and stalled deployments of each account that has started one.

    What is expected of a deployment grows evenly from its start to its target date, in tenths; without both dates, and
    after the target date, all of it is expected.

    Args:
        deployments: `DEPLOYMENTS`.
        as_of: a day.

    Returns:
        Tables of `rows.COLUMNS`.
    """
    begun = deployments["started_on"] <= as_of.normalize()
    undated = deployments["started_on"].isna() & (deployments["status"] != "Planned")
    rows = deployments[begun | undated].reset_index(drop=True)
    completed = (rows["completed_on"] <= as_of.normalize()) | (
        rows["completed_on"].isna() & (rows["status"] == "Completed")
    )
    rows = rows.assign(due=_due(rows, as_of).mask(completed, 1.0), completed=completed)
    return [_deployed(rows), _milestones(rows), _stalled(rows, as_of)]


def _due(rows: pd.DataFrame, as_of: pd.Timestamp) -> "pd.Series[float]":
    """The share (0..1, in tenths) that should be done by now."""
    span = days_between(rows["target_date"], rows["started_on"])
    passed = days_until(as_of, rows["started_on"]) / span.where(span > 0)
    return (10.0 * passed.clip(0.0, 1.0) // 1.0 / 10.0).fillna(1.0)


def _deployed(rows: pd.DataFrame) -> pd.DataFrame:
    sized = rows[(rows["bought"] > 0) & rows["deployed"].notna()]
    share = (sized["deployed"] / sized["bought"]).clip(0.0, 1.0)
    reached = (share / sized["due"].where(sized["due"] > 0)).clip(upper=1.0).fillna(1.0)
    by_account = sized.assign(share=share, reached=reached).groupby("account_id")
    mean, due, count = by_account["share"].mean(), by_account["due"].mean(), by_account.size().astype("float64")
    text = percent(mean) + " of what was bought is deployed (" + counted(count, "deployment") + ")"
    text = text + ("; " + percent(due) + " due by now").where(due < 1.0, "")
    behind = sized[reached < 1.0]
    ids = few_ids(behind["account_id"], behind["deployment_id"])
    return measured("deployed_share", (100.0 * mean).round(), 100.0 * by_account["reached"].mean(), text, ids)


def _milestones(rows: pd.DataFrame) -> pd.DataFrame:
    planned = rows[(rows["milestones_planned"] > 0) & rows["milestones_reached"].notna()]
    due = np.floor(planned["due"] * planned["milestones_planned"] + 1e-9)
    by_account = planned.assign(due=due).groupby("account_id")
    reached, due, total = (by_account[name].sum() for name in ("milestones_reached", "due", "milestones_planned"))
    score = 100.0 * (reached / due.where(due > 0)).clip(upper=1.0).fillna(1.0)
    text = whole(reached) + " of " + counted(total, "milestone") + " reached, " + whole(due) + " due by now"
    return measured("milestones", reached, score, text)


def _stalled(rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    late = (rows["target_date"] < as_of.normalize()) & ~rows["completed"]
    stuck = rows[(rows["status"] == "Stalled") | late]
    total = rows.groupby("account_id").size().astype("float64")
    count = stuck.groupby("account_id").size().reindex(total.index).fillna(0.0).astype("float64")
    text = whole(count) + " of " + counted(total, "deployment") + " stalled or late"
    text = text.mask(count == 0, "No deployment stalled or late")
    ids = few_ids(stuck["account_id"], stuck["deployment_id"])
    return measured("stalled", count, 100.0 - 100.0 * count / total, text, ids)
