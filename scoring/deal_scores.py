"""Scores of the open deals: win probability, timing, forecast, risk and what to do."""

import pandas as pd

from scoring.as_of import known_at
from scoring.benchmarks import deal_benchmarks, stage_benchmarks
from scoring.book import Book, validate
from scoring.closed_deals import closed_deals, stage_visits
from scoring.days import plus_days
from scoring.explanation import factor_table
from scoring.open_deals import open_deals
from scoring.quarter import Quarter
from scoring.results import SCORES, DealScores
from scoring.risk_tags import risk_flags
from scoring.settings import DealSettings
from scoring.stage_history import stage_spells
from scoring.suggestions import suggested_actions
from scoring.win_prediction import confidence, predict_wins
from scoring.win_rates import fit_win_rates
from scoring.win_time import WinTimes, fit_win_times, predict_win_times
from scoring.words import joined


def score_deals(book: Book, as_of: pd.Timestamp, quarter: Quarter, settings: DealSettings | None = None) -> DealScores:
    """Score every deal that is open at the end of the day `as_of`, with what was known then.

    Args:
        book: opportunities, stage_history, stages and roles are read.
        as_of: a day.
        quarter: the quarter whose end `quarter_probability` refers to.
        settings: thresholds; the defaults when not given.

    Returns:
        See `DealScores`. Closed deals get no row; a deal without stage, segment, account, amount or close date is
        scored with what is known and tagged Missing data.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    settings = settings or DealSettings()
    known = known_at(validate(book), as_of)
    spells = stage_spells(known.stage_history)
    closed = closed_deals(known, spells, as_of)
    visits = stage_visits(closed, spells, known.stages)
    by_stage = stage_benchmarks(visits, settings)
    rates = fit_win_rates(closed, visits, known.stages, by_stage, settings)
    deals = open_deals(known, spells, by_stage, as_of, settings)
    timing = _timing(fit_win_times(visits, settings), deals, (quarter.end.normalize() - as_of.normalize()).days)
    wins = predict_wins(rates, deals, timing["beyond"], settings)
    trust = confidence(deals, wins, timing["beyond"], settings)
    deals["win_probability"] = wins["probability"]
    flags = risk_flags(deals, as_of, rates.base_rate, settings)
    actions = suggested_actions(deals, flags)
    scores = deals.assign(
        win_probability_low=wins["low"],
        win_probability_high=wins["high"],
        quarter_probability=wins["probability"] * timing["in_time"],
        forecast_arr=wins["probability"] * deals["arr"],
        confidence=trust["level"],
        confidence_reason=trust["reason"],
        typical_stage_days=deals["typical_days"],
        slow_stage_days=deals["slow_days"],
        stage_won_deals=deals["won_deals"],
        risk_tags=joined(flags),
        action_text=actions["text"],
        action_why=actions["why"],
        **{name: timing[name] for name in ("expected_close", "expected_close_early", "expected_close_late")},
    )
    return DealScores(
        scores=SCORES.conform(scores),
        factors=factor_table(deals, wins, rates),
        stages=by_stage,
        benchmarks=deal_benchmarks(closed),
        base_rate=rates.base_rate,
        base_deals=rates.base_deals,
    )


def _timing(times: WinTimes, deals: pd.DataFrame, days_left: int) -> pd.DataFrame:
    """in_time, beyond and the expected dates, which are missing where no won deal took as long."""
    found = predict_win_times(times, deals, days_left)
    unknown = found["beyond"] | (found["all_won_deals"] == 0)
    dates = {
        name: plus_days(deals["stage_entered"], found[days].mask(unknown))
        for name, days in (
            ("expected_close", "median_days"),
            ("expected_close_early", "early_days"),
            ("expected_close_late", "late_days"),
        )
    }
    return pd.DataFrame({"in_time": found["in_time"], "beyond": found["beyond"], **dates})
