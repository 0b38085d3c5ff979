"""What an account's fields should hold.

The details are the contract with the components `sidecarHealthPanel` and `sidecarQuarterSnapshot`.
"""

# The detail fits into its field of 131,072 characters: long lists keep what matters first and say what is left out.
PRODUCTS_SHOWN, RENEWALS_SHOWN = 12, 24

# An account of which nothing is known keeps empty fields: a thousand rows that say "unknown" would tell nobody
# anything.
ACCOUNTS = """
    WITH product AS (
        SELECT account_id, measure,
               list({'product': product, 'value': round(value, 1), 'target': round(target, 1), 'score': round(score),
                     'share': round(share, 2)} ORDER BY score, product)[:{PRODUCTS_SHOWN}] AS products
        FROM products GROUP BY account_id, measure HAVING count(*) > 1
    ),
    measure AS (
        SELECT account_id, dimension,
               list({'key': measure, 'label': label, 'value': round(value, 2), 'unit': unit, 'score': round(score),
                     'weight': round(weight, 3), 'text': text, 'target': round(target, 2),
                     'coverage': round(freshness, 2), 'products': coalesce(product.products, []),
                     'record_ids': coalesce(string_split(nullif(record_ids, ''), ';'), [])
               } ORDER BY weight DESC, measure) AS measures
        FROM measures LEFT JOIN product USING (account_id, measure) GROUP BY account_id, dimension
    ),
    week AS (
        SELECT account_id, list({'day': strftime(day, '%Y-%m-%d'), 'health': round(health),
                   'technical': round(technical), 'deployment': round(deployment), 'adoption': round(adoption),
                   'coverage': round(coverage, 2), 'band': band} ORDER BY day) AS trend
        FROM trend GROUP BY account_id
    ),
    moved AS (
        SELECT account_id, days, list({'measure': measure, 'points': round(points, 2),
                   'value': round(by_value, 2), 'target': round(by_target, 2), 'weight': round(by_weight, 2),
                   'coverage': round(by_coverage, 2), 'mix': round(by_mix, 2), 'text': text} ORDER BY rank) AS measures
        FROM changes GROUP BY account_id, days
    ),
    explained AS (
        SELECT account_id, list({'days': days, 'before': round(before, 2), 'points': round(points, 2),
                   'sentence': sentence, 'measures': coalesce(moved.measures, [])} ORDER BY days) AS changes
        FROM change_totals LEFT JOIN moved USING (account_id, days) GROUP BY account_id
    ),
    renewal AS (
        SELECT account_id, list({'day': strftime(day, '%Y-%m-%d'), 'product': product, 'quantity': quantity,
                   'arr': round(arr), 'source': source, 'true_up_date': strftime(true_up_date, '%Y-%m-%d'),
                   'true_up_arr': round(true_up_arr),
                   'record_ids': coalesce(string_split(nullif(record_ids, ''), ';'), [])
               } ORDER BY day, product)[:{RENEWALS_SHOWN}] AS renewals, greatest(count(*) - {RENEWALS_SHOWN}, 0) AS more
        FROM renewals GROUP BY account_id
    ),
    playbook AS (
        SELECT account_id, list({'measure': measure, 'owner': owner_role, 'text': title, 'why': why,
                   'due': strftime(due, '%Y-%m-%d'), 'impact': round(impact), 'risk_removed': round(risk_removed, 3)
               } ORDER BY rank) AS actions
        FROM playbooks GROUP BY account_id
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
    churn AS (
        SELECT {'renewals': whole.renewals, 'lost': lost, 'since': strftime(since, '%Y-%m-%d'),
                'auc': round(auc, 2), 'brier': round(brier, 3), 'usual_brier': round(usual_brier, 3),
                'bands': bands} AS proved
        FROM churn_proof AS whole CROSS JOIN (
            SELECT list({'band': band, 'n': renewals, 'predicted': round(given, 3),
                         'observed': round(lost / renewals, 3)}
                        ORDER BY array_position(['Red', 'Yellow', 'Green'], band)) AS bands
            FROM churn_proof WHERE band <> 'All'
        )
        WHERE whole.band = 'All'
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
               'v': 1, 'currency': own_currency.currency,
               'dimensions': coalesce(dimension.dimensions, []), 'reasons': coalesce(reason.reasons, []),
               'churn_basis': churn_basis,
               'churn_proof': CASE WHEN churn_risk IS NOT NULL THEN proved END,
               'action': CASE WHEN action_text IS NOT NULL THEN {'text': action_text, 'owner': action_owner} END,
               'actions': coalesce(playbook.actions, []), 'trend': coalesce(week.trend, []),
               'changes': coalesce(explained.changes, []), 'renewals': coalesce(renewal.renewals, []),
               'renewals_left_out': coalesce(renewal.more, 0)
           })::VARCHAR END AS health_detail,
           CASE WHEN booked IS NOT NULL THEN to_json({
               'v': 1, 'currency': own_currency.currency,
               'quarter': {'label': quarter.label, 'start': strftime(quarter.start, '%Y-%m-%d'),
                           'end': strftime(quarter."end", '%Y-%m-%d')},
               'segments': coalesce(segment.segments, []), 'weeks': coalesce(week_lists.weeks, []),
               'confidence': confidence, 'confidence_reason': confidence_reason,
               'alert': CASE WHEN "commit" < plan
                             THEN format('The commit is {:,.0f} below the plan of {:,.0f}.', plan - "commit", plan) END
           })::VARCHAR END AS projection_detail
    FROM known
    CROSS JOIN quarter
    LEFT JOIN churn ON TRUE
    LEFT JOIN own_currency ON own_currency.record_id = known.account_id
    LEFT JOIN dimension USING (account_id)
    LEFT JOIN reason USING (account_id)
    LEFT JOIN week USING (account_id)
    LEFT JOIN explained USING (account_id)
    LEFT JOIN renewal USING (account_id)
    LEFT JOIN playbook USING (account_id)
    LEFT JOIN segment USING (account_id)
    LEFT JOIN week_lists ON week_lists.scope = 'Account' AND week_lists.scope_id = known.account_id
        AND week_lists.segment = 'All'
    ORDER BY id
""".replace("{PRODUCTS_SHOWN}", str(PRODUCTS_SHOWN)).replace("{RENEWALS_SHOWN}", str(RENEWALS_SHOWN))
