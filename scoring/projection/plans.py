"""The plan of the org and of each team, rep and account for one quarter, by segment and pillar."""

import pandas as pd

from scoring.deals.benchmarks import ALL
from scoring.projection.scopes import ACCOUNT, ORG, REP, TEAM
from scoring.quarter import Quarter

KEYS = ["scope", "scope_id", "segment", "pillar"]


def plan_by_scope(plans: pd.DataFrame, quarter: Quarter, teams: pd.DataFrame | None = None) -> pd.DataFrame:
    """Plans of the quarter that starts on `quarter.start`.

    A row with an account is the plan of that account. The plan of a rep is the sum of the rep's rows without an
    account, or of those with one where there is no other. The plan of a team is that of its reps. The plan of the org
    is the sum of the rows with neither rep nor account, or of the reps' plans where there is no such row. A row without
    a segment or pillar counts only in All of them.

    Args:
        plans: `PLANS`.
        quarter: the quarter.
        teams: pairs of owner and team; none when not given.

    Returns:
        scope (Org, Team, Rep, Account), scope_id ('' for Org), segment and pillar (All or a name), plan (corporate
        currency).
    """
    rows = plans[plans["quarter_start"] == quarter.start.normalize()]
    has_rep, has_account = rows["rep_id"].notna(), rows["account_id"].notna()
    own_reps = rows.loc[has_rep & ~has_account, "rep_id"]
    of_reps = rows[has_rep & (~has_account | ~rows["rep_id"].isin(own_reps))]
    whole = rows[~has_rep & ~has_account]
    of_org = whole if len(whole) else of_reps
    parts = [
        of_org.assign(scope=ORG, scope_id=""),
        of_reps.assign(scope=REP, scope_id=of_reps["rep_id"]),
        rows[has_account].assign(scope=ACCOUNT, scope_id=rows["account_id"]),
    ]
    if teams is not None:
        of_teams = of_reps.merge(teams, left_on="rep_id", right_on="owner")
        parts.append(of_teams.assign(scope=TEAM, scope_id=of_teams["team"]))
    long = pd.concat([part[[*KEYS, "amount"]] for part in parts], ignore_index=True)
    for name in ("segment", "pillar"):
        long = pd.concat([long.assign(**{name: ALL}), long[long[name].notna()]], ignore_index=True)
    return long.groupby(KEYS, sort=True)["amount"].sum().rename("plan").reset_index()
