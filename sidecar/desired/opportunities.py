"""What an opportunity's fields should hold. `Score_Detail` is the contract with the component `sidecarDealScore`."""

# Nothing in the detail changes only because time passes: ages are shown from dates by the component. What is told of
# past days bears their dates, and the detail as a whole is written only with the numbers that it explains.
#
# `path`: the stages that the deal has left, oldest first, with the quartiles of the days that won deals took.
# `history`: the win probability (0..1) at the end of days, oldest first, today last. `change`: for each span of days
# the probability before, the points since then, and the factors that they add up from, largest first.
# The last stays are told; a deal that went to and fro has many.
STAYS_SHOWN = 12

OPPORTUNITIES = """
    WITH factor AS (
        SELECT opportunity_id,
               list({'label': label, 'points': round(points, 2), 'text': text} ORDER BY rank) AS factors
        FROM factors GROUP BY opportunity_id
    ),
    past AS (
        SELECT opportunity_id, list({'date': strftime(day, '%Y-%m-%d'), 'probability': round(win_probability, 3)}
                                    ORDER BY day) AS history
        FROM past_weeks GROUP BY opportunity_id
    ),
    moved AS (
        SELECT opportunity_id, days, any_value(before) AS before, sum(points) AS points,
               list({'label': label, 'points': round(points, 2), 'text': text}
                    ORDER BY abs(points) DESC, label) AS factors
        FROM moves GROUP BY ALL
    ),
    explained AS (
        SELECT opportunity_id, list({
                   'days': days, 'since': strftime(as_of - to_days(days::INTEGER), '%Y-%m-%d'),
                   'before': round(before, 3), 'points': round(points, 2), 'factors': factors
               } ORDER BY days) AS changes
        FROM moved CROSS JOIN base GROUP BY opportunity_id
    ),
    walked AS (
        SELECT opportunity_id, list({'name': stage, 'entered': strftime(entered, '%Y-%m-%d'), 'days': days,
                   'typical_days': typical_days, 'lower_days': lower_days, 'upper_days': upper_days, 'n': won_deals
               } ORDER BY entered, "left")[-{STAYS_SHOWN}:] AS path
        FROM past_stages GROUP BY opportunity_id
    ),
    proved AS (
        SELECT ours.segment, ours.deals, ours.won, ours.brier, ours.ece, plain.brier AS plain_brier
        FROM proof AS ours CROSS JOIN base
        JOIN proof AS plain ON plain.segment = ours.segment AND plain.method = 'Stage rate'
        WHERE ours.method = base.method
    )
    SELECT scores.opportunity_id AS id, deals.account_id,
           win_probability, win_probability_low, win_probability_high, quarter_probability,
           expected_close, expected_close_early, expected_close_late, forecast_arr, confidence,
           stage_entered, typical_stage_days, nullif(risk_tags, '') AS risk_tags, suggested.title AS action_text,
           to_json({
               'v': 1, 'currency': own_currency.currency,
               'base': {'rate': round(base.rate, 4), 'n': base.deals},
               'method': base.method,
               'proof': CASE WHEN proved.deals IS NOT NULL THEN {
                   'kind': proved.segment, 'since': strftime(base.since, '%Y-%m-%d'), 'n': proved.deals,
                   'won': proved.won, 'brier': round(proved.brier, 3), 'ece': round(proved.ece, 3),
                   'stage_rate_brier': round(proved.plain_brier, 3)} END,
               'factors': coalesce(factor.factors, []),
               'history': coalesce(past.history, []), 'change': coalesce(explained.changes, []),
               'stage': CASE WHEN scores.stage IS NOT NULL THEN {
                   'name': scores.stage, 'entered': strftime(stage_entered, '%Y-%m-%d'),
                   'typical_days': typical_stage_days, 'slow_days': slow_stage_days, 'n': stage_won_deals} END,
               'path': coalesce(walked.path, []),
               'benchmark': CASE WHEN benchmarks.won > 0 THEN {
                   'kind': benchmarks.segment, 'won': benchmarks.won, 'closed': benchmarks.closed,
                   'median_arr': round(benchmarks.median_arr *
                       CASE WHEN own_currency.currency IS NULL THEN 1 ELSE own_currency.rate END),
                   'median_cycle_days': benchmarks.median_cycle_days} END,
               'missing': coalesce(string_split(nullif(missing, ''), ';'), []),
               'confidence_reason': confidence_reason,
               'action': CASE WHEN title IS NOT NULL THEN {'text': title, 'why': why} END
           })::VARCHAR AS score_detail
    FROM scores
    JOIN deals USING (opportunity_id)
    CROSS JOIN base
    LEFT JOIN factor USING (opportunity_id)
    LEFT JOIN past USING (opportunity_id)
    LEFT JOIN explained USING (opportunity_id)
    LEFT JOIN walked USING (opportunity_id)
    LEFT JOIN suggested USING (opportunity_id)
    LEFT JOIN own_currency ON own_currency.record_id = scores.opportunity_id
    LEFT JOIN proved ON proved.segment = coalesce(scores.segment, 'Unknown')
    LEFT JOIN benchmarks ON benchmarks.segment = coalesce(scores.segment, 'All')
    ORDER BY id
""".replace("{STAYS_SHOWN}", str(STAYS_SHOWN))
