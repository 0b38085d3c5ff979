"""The plan of each rep, account and of the org for one quarter, by segment."""

import pandas as pd

from scoring.deals.benchmarks import ALL
from scoring.quarter import Quarter


def plan_by_scope(plans: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Plans of the quarter that starts on `quarter.start`.

    A row with an account is the plan of that account. The plan of a rep is the sum of the rep's rows without an
    account, or of those with one where there is no other. The plan of the org is the sum of the rows with neither
    rep nor account, or of the reps' plans where there is no such row. A row without a segment counts in All only.

    Args:
        plans: `PLANS`.
        quarter: the quarter.

    Returns:
        scope (Org, Rep, Account), scope_id ('' for Org), segment (All or a segment), plan (corporate currency).
    """
    rows = plans[plans["quarter_start"] == quarter.start.normalize()]
    has_rep, has_account = rows["rep_id"].notna(), rows["account_id"].notna()
    own_reps = rows.loc[has_rep & ~has_account, "rep_id"]
    of_reps = rows[has_rep & (~has_account | ~rows["rep_id"].isin(own_reps))]
    whole = rows[~has_rep & ~has_account]
    of_org = whole if len(whole) else of_reps
    parts = [
        of_org.assign(scope="Org", scope_id=""),
        of_reps.assign(scope="Rep", scope_id=of_reps["rep_id"]),
        rows[has_account].assign(scope="Account", scope_id=rows["account_id"]),
    ]
    long = pd.concat(parts, ignore_index=True)
    long = pd.concat([long.assign(segment=ALL), long[long["segment"].notna()]], ignore_index=True)
    sums = long.groupby(["scope", "scope_id", "segment"], sort=True)["amount"].sum()
    return sums.rename("plan").reset_index()
