"""Rows of `Sidecar_Action__c`, what the org holds of them, and their summary for the home page.

The assignee is a lookup, not the owner: a lookup may name anybody, while the platform refuses an owner who may not read
the object; and who owns a record stays the admin's to decide.
"""

import pandas as pd

from scoring.actions import RECORDS
from scoring.health.proposals import KIND as HEALTH
from sidecar.targets import ACTION, PERCENT
from sync import Mirror

RECORD_ROWS = (
    "SELECT key AS id, * EXCLUDE (key), currency FROM action_records, (SELECT currency FROM quarter) ORDER BY id"
)

# Only the dearest of several actions about one record counts, so that nothing is promised twice. Health's worth is ARR
# that is kept over a year, nothing that closes the quarter's gap: it does not count there.
SUMMARIES = f"""
    WITH part AS (
        SELECT 'Rep' AS scope, owner_id AS scope_id, * FROM actions WHERE owner_id IS NOT NULL
        UNION ALL SELECT 'Org', '', * FROM actions
    ),
    about AS (
        SELECT scope, scope_id, coalesce(opportunity_id, account_id, key) AS record,
               max(impact) FILTER (kind <> '{HEALTH}') AS worth, arg_min(key, ("order", key)) AS key,
               min("order") AS "order"
        FROM part GROUP BY ALL
    ),
    kind AS (
        SELECT scope, scope_id, kind, count(*) AS number, coalesce(round(sum(impact)), 0) AS impact
        FROM part GROUP BY scope, scope_id, kind
    ),
    kinds AS (
        SELECT scope, scope_id, sum(number)::BIGINT AS number,
               list({{'kind': kind, 'number': number, 'impact': impact}} ORDER BY impact DESC, kind) AS kinds
        FROM kind GROUP BY scope, scope_id
    ),
    whole AS (
        SELECT scope, scope_id, coalesce(round(sum(worth)), 0) AS impact FROM about GROUP BY scope, scope_id
    ),
    first AS (
        SELECT scope, scope_id, unnest(arg_min(key, ("order", key), 3)) AS key FROM about GROUP BY scope, scope_id
    ),
    top AS (
        SELECT scope, scope_id, list({{
                   'key': key, 'kind': kind, 'title': title, 'why': why, 'priority': priority,
                   'impact': round(impact), 'due': strftime(due, '%Y-%m-%d'), 'account': account_id,
                   'opportunity': opportunity_id}} ORDER BY "order", key) AS top
        FROM first JOIN actions USING (key) GROUP BY scope, scope_id
    )
    SELECT scope, scope_id, to_json({{
               'v': 1, 'number': number, 'impact': impact, 'kinds': kinds, 'top': top
           }})::VARCHAR AS action_summary
    FROM whole JOIN kinds USING (scope, scope_id) JOIN top USING (scope, scope_id)
"""


def present_actions(mirror: Mirror) -> pd.DataFrame:
    """The actions that the org holds, as `RECORDS`. A row that somebody made without our key is left alone."""
    if not mirror.columns(ACTION.object):
        return RECORDS.empty()
    columns = {"key": ACTION.key, **{column: field for field, (column, _) in ACTION.columns.items()}}
    kinds = dict(ACTION.columns.values())
    parts = [
        f'"{field}"{" / 100" if kinds.get(column) == PERCENT else ""} AS "{column}"'
        for column, field in {**columns, "snoozed_until": "Sidecar_Snoozed_Until__c"}.items()
    ]
    query = f'SELECT {", ".join(parts)} FROM "{ACTION.object}" WHERE "{ACTION.key}" IS NOT NULL ORDER BY key'
    found = mirror.connection.execute(query).df()
    days = [column.name for column in RECORDS.columns if column.kind == "day"]
    return RECORDS.conform(found.astype(dict.fromkeys(days, "datetime64[us]")))
