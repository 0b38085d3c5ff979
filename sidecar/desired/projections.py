"""Rows of `Sidecar_Projection__c`: the quarter of the org, teams and reps by segment. Accounts carry theirs as fields.

An org meters storage at 2 KB a record, so pillars and causes of change are in the row's detail, not in rows of their
own.
"""

# The key is computed from what the row means, so that a repeat finds the same row again. What moved the projection adds
# up in whole units: what rounding leaves over is in `rescored`.
PROJECTIONS = """
    WITH weeks AS (
        SELECT scope, scope_id, segment, list({
                   'week': week, 'date': strftime(day, '%Y-%m-%d'), 'booked': round(booked), 'worst': round(worst),
                   'commit': round("commit"), 'best': round(best), 'plan': plan
               } ORDER BY day) AS weeks
        FROM curve GROUP BY ALL
    ),
    rounded AS (
        SELECT scope, scope_id, segment, round(expected) - round(expected_before) AS expected,
               round("commit") - round(commit_before) AS "commit", round(won) AS won, round(lost) AS lost,
               round(slipped) AS slipped, round(pulled_in) AS pulled_in, round("new") AS "new",
               round(resized) AS resized, round(new_business) AS new_business
        FROM change
    ),
    moved AS (
        SELECT scope, scope_id, segment, {
                   'expected': expected, 'commit': "commit", 'won': won, 'lost': lost, 'slipped': slipped,
                   'pulled_in': pulled_in, 'new': "new", 'resized': resized,
                   'rescored': expected - won - lost - slipped - pulled_in - "new" - resized - new_business,
                   'new_business': new_business, 'range': "commit" - expected
               } AS moved
        FROM rounded
    ),
    pillar AS (
        SELECT scope, scope_id, segment, list({
                   'pillar': pillar, 'plan': plan, 'booked': round(booked), 'open': round(open_pipeline),
                   'expected': round(expected), 'worst': round(worst), 'commit': round("commit"), 'best': round(best),
                   'deals': deals
               } ORDER BY pillar) AS pillars
        FROM pillars GROUP BY ALL
    )
    SELECT concat_ws(':', scope, nullif(scope_id, ''), strftime(quarter.start, '%Y-%m-%d'), segment) AS id,
           scope AS scope_label, CASE WHEN scope IN ('Rep', 'Team') THEN scope_id END AS rep_id,
           quarter.start AS quarter_start, quarter.label AS quarter_label, segment,
           plan, booked, open_pipeline, worst, "commit", best, expected, expected_new, gap, plan_probability, win_rate,
           confidence, CASE WHEN segment = 'All' THEN action_summary END AS action_summary,
           to_json({'v': 1, 'weeks': coalesce(weeks, [])})::VARCHAR AS curve,
           to_json({
               'v': 1, 'confidence_reason': confidence_reason, 'since': strftime(quarter.since, '%Y-%m-%d'),
               'change': moved, 'pillars': coalesce(pillars, [])
           })::VARCHAR AS detail
    FROM projection
    CROSS JOIN quarter
    LEFT JOIN action_summaries USING (scope, scope_id)
    LEFT JOIN weeks USING (scope, scope_id, segment)
    LEFT JOIN moved USING (scope, scope_id, segment)
    LEFT JOIN pillar USING (scope, scope_id, segment)
    WHERE scope IN ('Org', 'Team', 'Rep')
    ORDER BY id
"""
