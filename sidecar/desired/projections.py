"""Rows of `Sidecar_Projection__c`: the quarter of the org, teams and reps by segment. Accounts carry theirs as fields.

An org meters storage at 2 KB a record, so pillars and causes of change are in the row's detail, not in rows of their
own.
"""

# The weekly curve of each row.
WEEKS = """
    SELECT scope, scope_id, segment, list({
               'week': week, 'date': strftime(day, '%Y-%m-%d'), 'booked': round(booked), 'worst': round(worst),
               'commit': round("commit"), 'best': round(best), 'plan': plan
           } ORDER BY day) AS weeks
    FROM curve GROUP BY ALL
"""

# A part of a row: one of its segments or pillars. `actions` counts the open deals that an action is about.
PART = """
    'plan': plan, 'booked': round(booked), 'open': round(open_pipeline), 'expected': round(expected),
    'worst': round(worst), 'commit': round("commit"), 'best': round(best), 'gap': round(gap),
    'win_rate': round(win_rate, 3), 'deals': deals, 'actions': coalesce(acting, 0)
"""

# The key is computed from what the row means, so that a repeat finds the same row again. What moved the projection adds
# up in whole units: what rounding leaves over is in `rescored`. A plan that was changed since moves the gap and not the
# projection, so that it stands beside these: `plan_change`.
PROJECTIONS = """
    WITH keyed AS (
        SELECT projection.*,
               concat_ws(':', scope, nullif(scope_id, ''), strftime(quarter.start, '%Y-%m-%d'), segment) AS key
        FROM projection, quarter
    ),
    asking AS (SELECT scope, scope_id, segment, pillar, deals AS acting FROM needed),
    asking_whole AS (SELECT * EXCLUDE (pillar) FROM asking WHERE pillar = 'All'),
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
                   'pillar': pillar, {PART}
               } ORDER BY pillar) AS pillars
        FROM pillars LEFT JOIN asking USING (scope, scope_id, segment, pillar) GROUP BY ALL
    ),
    segment AS (
        SELECT scope, scope_id, list({
                   'segment': segment, {PART}
               } ORDER BY array_position(['Renew', 'Upsell', 'Net New', 'Unknown'], segment)) AS segments
        FROM projection LEFT JOIN asking_whole USING (scope, scope_id, segment)
        WHERE segment <> 'All' GROUP BY ALL
    ),
    replanned AS (
        SELECT key, nullif(round(coalesce(p.plan, 0)) - round(coalesce(b.plan, 0)), 0) AS plan_change
        FROM keyed p JOIN plans_before b USING (key)
    ),
    reliable AS (
        SELECT segment, list({
                   'predicted': round(given, 3), 'observed': round(won, 3), 'n': deals
               } ORDER BY given) AS reliability
        FROM reliability GROUP BY segment
    )
    SELECT key AS id,
           scope AS scope_label, CASE WHEN scope IN ('Rep', 'Team') THEN scope_id END AS rep_id,
           quarter.start AS quarter_start, quarter.label AS quarter_label, quarter.currency AS currency, segment,
           plan, booked, open_pipeline, worst, "commit", best, expected, expected_new, gap, plan_probability, win_rate,
           confidence, CASE WHEN segment = 'All' THEN action_summary END AS action_summary,
           to_json({'v': 1, 'weeks': coalesce(weeks, [])})::VARCHAR AS curve,
           to_json({
               'v': 1, 'quarter_end': strftime(quarter."end", '%Y-%m-%d'),
               'confidence_reason': confidence_reason, 'since': strftime(quarter.since, '%Y-%m-%d'),
               'change': moved, 'plan_change': plan_change, 'pillars': coalesce(pillars, []),
               'segments': CASE WHEN projection.segment = 'All' THEN coalesce(segments, []) END,
               'deals': deals, 'actions': coalesce(acting, 0),
               'proof': CASE WHEN tried.rows > 0 OR reliability IS NOT NULL THEN {
                   'quarters': tried.quarters, 'since': strftime(tried.since, '%Y-%m-%d'), 'rows': tried.rows,
                   'held': round(held, 3), 'error': round(error),
                   'stage_weighted_error': round(stage_weighted_error), 'reliability': coalesce(reliability, [])} END
           })::VARCHAR AS detail
    FROM keyed AS projection
    CROSS JOIN quarter
    LEFT JOIN replanned USING (key)
    LEFT JOIN action_summaries USING (scope, scope_id)
    LEFT JOIN week_lists USING (scope, scope_id, segment)
    LEFT JOIN moved USING (scope, scope_id, segment)
    LEFT JOIN pillar USING (scope, scope_id, segment)
    LEFT JOIN segment USING (scope, scope_id)
    LEFT JOIN asking_whole USING (scope, scope_id, segment)
    LEFT JOIN tried ON tried.scope = projection.scope AND tried.whole = (projection.segment = 'All')
    LEFT JOIN reliable USING (segment)
    WHERE scope IN ('Org', 'Team', 'Rep')
    ORDER BY id
""".replace("{PART}", PART)
