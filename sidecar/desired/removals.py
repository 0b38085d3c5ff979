"""Records of our own objects that may go, as an org meters storage by the record.

- Actions: closed long ago, as `follow_up` says.
- Projections of the quarter scored: whoever the row was of has neither deals nor a plan in it any more.
- Projections of past quarters stay for comparison, those of more than eight quarters ago go.

A run for an earlier day than one before it (`--as-of`) takes no projection away: it knows nothing of the later rows.
"""

from datetime import date

import pandas as pd
import pyarrow as pa

from sidecar.desired.build import Desired
from sidecar.targets import ACTION, PROJECTION
from sync import Mirror
from sync.plan.difference import REMOVALS

KEPT_QUARTERS = 8
QUARTER = "Sidecar_Quarter_Start__c"


def removals(
    mirror: Mirror, expired: "pd.Series[str]", desired: Desired, quarter_start: date, *, is_latest: bool = True
) -> pa.Table:
    """List them.

    Args:
        mirror: what the org holds.
        expired: keys of actions that may go.
        desired: rows that the org should hold; without projections nothing is known of these, and none goes.
        quarter_start: first day of the quarter scored.
        is_latest: whether no later day was scored before.

    Returns:
        object and record_id, as a plan lists them.
    """
    parts = [REMOVALS.empty_table()]
    if len(expired):
        parts.append(_of(mirror, ACTION.object, f'"{ACTION.key}" IN (SELECT unnest($keys))', keys=list(expired)))
    rows = desired.tables.get(PROJECTION.object)
    if is_latest and rows is not None and {PROJECTION.key, QUARTER} <= set(mirror.columns(PROJECTION.object)):
        stale = f"""
            "{PROJECTION.key}" IS NOT NULL AND (
                "{QUARTER}" = $start AND "{PROJECTION.key}" NOT IN (SELECT unnest($keys))
                OR "{QUARTER}" < $start - to_months(3 * {KEPT_QUARTERS})
            )
        """
        keys = [str(key) for key in rows.column(PROJECTION.key).to_pylist()]
        parts.append(_of(mirror, PROJECTION.object, stale, keys=keys, start=quarter_start))
    return pa.concat_tables(parts)


def _of(mirror: Mirror, name: str, condition: str, **values: object) -> pa.Table:
    query = f'SELECT \'{name}\' AS object, "Id" AS record_id FROM "{name}" WHERE {condition} ORDER BY record_id'
    found: pa.Table = mirror.connection.sql(query, params=values).to_arrow_table().cast(REMOVALS)
    return found
