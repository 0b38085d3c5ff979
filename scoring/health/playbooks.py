"""What to do: the playbook of each cause, with its owner, due date and worth."""

from dataclasses import replace

import numpy as np
import pandas as pd

from scoring.health.churn import ChurnModel
from scoring.health.looks import Looks
from scoring.health.results import PLAYBOOKS
from scoring.health.settings import HealthSettings
from scoring.lookup import looked_up


def playbook_rows(
    reasons: pd.DataFrame,
    scores: pd.DataFrame,
    looks: Looks,
    churn: ChurnModel,
    as_of: pd.Timestamp,
    settings: HealthSettings,
) -> pd.DataFrame:
    """The actions of every account that needs one.

    An account needs its causes acted on while its band is not Green; in Green only a cause that costs `action_points`.
    The risk removed by an action is that between the account as it is and as it were with the cause's measure at its
    target; its impact is the account's revenue x that.

    Args:
        reasons: `REASONS`.
        scores: `HEALTH` with health, band, churn_risk and current_arr, indexed by account id.
        looks: at the same accounts.
        churn: gives the risk of any health.
        as_of: the day of scoring.
        settings: measures, `action_points` and `actions`.

    Returns:
        `PLAYBOOKS`, at most `actions` per account, the one worth most first.
    """
    band = looked_up(reasons["account_id"], scores["band"])
    rows = reasons[((band != "Green") & (reasons["points"] <= -1.0)) | (reasons["points"] <= -settings.action_points)]
    rows = rows.reset_index(drop=True)
    measures = {measure.key: number for number, measure in enumerate(settings.measures)}
    number = rows["measure"].map(measures).to_numpy(dtype="int64")
    at = scores.index.get_indexer(pd.Index(rows["account_id"]))
    health = scores["health"].to_numpy(dtype="float64")[at]
    present, mended = looks.part(at), looks.scores[at]
    mended[np.arange(len(rows)), number] = 100.0
    better = np.minimum(health - rows["points"].to_numpy(dtype="float64"), 100.0)
    gained = churn.risk(present) - churn.risk(replace(present, health=better, scores=mended))
    renewable = scores["churn_risk"].notna().to_numpy()[at]
    removed = pd.Series(np.where(renewable, np.maximum(gained, 0.0), np.nan))
    definitions = pd.DataFrame(
        [(each.owner, each.action, each.due_days) for each in settings.measures],
        columns=["owner", "action", "due_days"],
    ).iloc[number]
    table = pd.DataFrame(
        {
            "account_id": rows["account_id"],
            "measure": rows["measure"],
            "points": rows["points"],
            "owner_role": definitions["owner"].to_numpy(),
            "title": definitions["action"].to_numpy(),
            "why": rows["text"],
            "due": as_of.normalize() + pd.to_timedelta(definitions["due_days"].to_numpy(), unit="D"),
            "risk_removed": removed,
            "impact": removed * scores["current_arr"].to_numpy(dtype="float64")[at],
        }
    )
    worth = table["impact"].fillna(0.0).round(2)
    table = table.assign(worth=-worth).sort_values(["account_id", "worth", "points"], kind="stable", ignore_index=True)
    table["rank"] = table.groupby("account_id").cumcount() + 1
    return PLAYBOOKS.conform(table[table["rank"] <= settings.actions])
