"""The plans as the org's projections held them a week ago: plans have no history, what we wrote of them has."""

from datetime import timedelta

import pandas as pd

from sidecar.targets import PROJECTION
from sync import Mirror, ledger

PLAN = "Sidecar_Plan__c"
NO_PLANS = pd.DataFrame({"key": pd.Series(dtype="str"), "plan": pd.Series(dtype="float64")})


def plans_before(mirror: Mirror, since: pd.Timestamp) -> pd.DataFrame:
    """What each projection in the org held as its plan at the end of a day, or was made with since then.

    Returns:
        key, plan (corporate currency, missing without one).
    """
    if not {PROJECTION.key, PLAN} <= set(mirror.columns(PROJECTION.object)):
        return NO_PLANS
    end = since.normalize().to_pydatetime() + timedelta(days=1)
    query = f'SELECT "{PROJECTION.key}" AS key, CAST("{PLAN}" AS DOUBLE) AS plan FROM "{PROJECTION.object}"'
    held: pd.DataFrame = mirror.connection.sql(f'{query} WHERE "{PROJECTION.key}" IS NOT NULL').df()
    changed = ledger.values_before(mirror, PROJECTION.object, PLAN, end).to_pandas().set_index("key")["value"]
    before = pd.to_numeric(changed).astype("float64").reindex(pd.Index(held["key"])).set_axis(held.index)
    return held.assign(plan=before.where(held["key"].isin(changed.index), held["plan"]))
