"""What an account's fields should hold.

The details are the contract with the components `sidecarHealthPanel` and `sidecarQuarterSnapshot`.
"""

# An account of which nothing is known keeps empty fields: a thousand rows that say "unknown" would tell nobody
# anything.
ACCOUNTS = """
    WITH measure AS (
        SELECT account_id, dimension,
               list({'key': measure, 'label': label, 'value': round(value, 2), 'unit': unit, 'score': round(score),
                     'weight': round(weight, 3), 'text': text} ORDER BY weight DESC, measure) AS measures
        FROM measures GROUP BY account_id, dimension
    ),
    dimension AS (
        SELECT account_id, list({
                   'key': dimension, 'label': dimensions.label, 'score': round(score), 'coverage': round(coverage, 2),
                   'measures': coalesce(measures, []), 'missing': coalesce(string_split(nullif(missing, ''), ';'), [])
               } ORDER BY array_position(['technical', 'deployment', 'adoption'], dimension)) AS dimensions
        FROM dimensions LEFT JOIN measure USING (account_id, dimension) GROUP BY account_id
    ),
    reason AS (
        SELECT account_id, list({'dimension': dimension, 'points': round(points, 1), 'text': text,
                   'record_ids': coalesce(string_split(nullif(record_ids, ''), ';'), [])} ORDER BY rank) AS reasons
        FROM reasons GROUP BY account_id
    ),
    total AS (
        SELECT scope_id AS account_id, * EXCLUDE (scope_id) FROM projection
        WHERE scope = 'Account' AND segment = 'All'
    ),
    segment AS (
        SELECT scope_id AS account_id, list({
                   'segment': segment, 'plan': plan, 'booked': round(booked), 'open': round(open_pipeline),
                   'expected': round(expected), 'worst': round(worst), 'commit': round("commit"), 'best': round(best),
                   'deals': deals
               } ORDER BY array_position(['Renew', 'Upsell', 'Net New', 'Unknown'], segment)) AS segments
        FROM projection WHERE scope = 'Account' AND segment <> 'All' GROUP BY scope_id
    ),
    known AS (
        SELECT *, health.coverage > 0 OR total.account_id IS NOT NULL OR current_arr IS NOT NULL AS anything
        FROM health LEFT JOIN total USING (account_id)
    )
    SELECT known.account_id AS id, health, technical, deployment, adoption,
           CASE WHEN anything THEN band END AS band, CASE WHEN anything THEN known.coverage END AS coverage,
           change_30_days, churn_risk, next_renewal, current_arr,
           plan, booked, open_pipeline, worst, "commit", best, gap,
           CASE WHEN anything THEN to_json({
               'v': 1, 'dimensions': coalesce(dimension.dimensions, []), 'reasons': coalesce(reason.reasons, []),
               'churn_basis': churn_basis,
               'action': CASE WHEN action_text IS NOT NULL THEN {'text': action_text, 'owner': action_owner} END
           })::VARCHAR END AS health_detail,
           CASE WHEN booked IS NOT NULL THEN to_json({
               'v': 1,
               'quarter': {'label': quarter.label, 'start': strftime(quarter.start, '%Y-%m-%d'),
                           'end': strftime(quarter."end", '%Y-%m-%d')},
               'segments': coalesce(segment.segments, []),
               'confidence': confidence, 'confidence_reason': confidence_reason,
               'alert': CASE WHEN "commit" < plan
                             THEN format('The commit is {:,.0f} below the plan of {:,.0f}.', plan - "commit", plan) END
           })::VARCHAR END AS projection_detail
    FROM known
    CROSS JOIN quarter
    LEFT JOIN dimension USING (account_id)
    LEFT JOIN reason USING (account_id)
    LEFT JOIN segment USING (account_id)
    ORDER BY id
"""
