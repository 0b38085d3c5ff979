"""Rows of `Sidecar_Projection__c`: the quarter by rep and for the org, by segment. Accounts carry theirs as fields."""

# The key is computed from what the row means, so that a repeat finds the same row again.
PROJECTIONS = """
    SELECT concat_ws(':', scope, nullif(scope_id, ''), strftime(quarter.start, '%Y-%m-%d'), segment) AS id,
           scope AS scope_label, CASE WHEN scope = 'Rep' THEN scope_id END AS rep_id,
           quarter.start AS quarter_start, quarter.label AS quarter_label, segment,
           plan, booked, open_pipeline, worst, "commit", best, expected, gap, plan_probability, win_rate, confidence,
           CASE WHEN segment = 'All' THEN action_summary END AS action_summary
    FROM projection
    CROSS JOIN quarter
    LEFT JOIN action_summaries USING (scope, scope_id)
    WHERE scope IN ('Org', 'Rep')
    ORDER BY id
"""
