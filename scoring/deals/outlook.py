"""What is expected of open deals: to be won at all, when, how sure that is, and what says so."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit

from scoring.book import Book
from scoring.days import Floats, plus_days
from scoring.deal_states import deal_states
from scoring.deals.chances import Chances
from scoring.deals.features import deal_features
from scoring.deals.timing import Hazards, curves
from scoring.deals.win_prediction import confidence, predict_wins
from scoring.deals.win_rates import WinRates
from scoring.deals.win_time import WinTimes, predict_win_times, won_within
from scoring.lookup import places
from scoring.settings import DealSettings
from scoring.shrinkage import interval
from scoring.snapshots import snapshots
from scoring.win_probability.calibration import Calibration

_QUANTILES = {"expected_close": 0.5, "expected_close_early": 0.1, "expected_close_late": 0.9}


@dataclass(frozen=True)
class Outlook:
    """Aligned with the open deals.

    Attributes:
        probability, low, high: 0..1, of winning at all, with its 10 and 90 % quantiles.
        won_within: probability (0..1) to be won within numbers of days: days of shape (k,) -> shape (deals, k).
        dates: expected_close, expected_close_early, expected_close_late; missing where nothing tells.
        trust: level and reason.
        wins: result of `predict_wins`: the counts of the deals of the same stage and segment.
        log_odds: what each factor adds to the log-odds of winning, from those of the base rate on; None where the
            probability is a stage's rate.
        features: see `deal_features`; None likewise.
    """

    probability: "pd.Series[float]"
    low: Floats
    high: Floats
    won_within: Callable[[Floats], Floats]
    dates: pd.DataFrame
    trust: pd.DataFrame
    wins: pd.DataFrame
    log_odds: pd.DataFrame | None = None
    features: pd.DataFrame | None = None


def by_rates(rates: WinRates, times: WinTimes, deals: pd.DataFrame, settings: DealSettings, *, flat: bool) -> Outlook:
    """From the rates of stage, segment and time in stage: what there is with little history.

    Args:
        rates: result of `fit_win_rates`.
        times: result of `fit_win_times`.
        deals: result of `open_deals`.
        settings: thresholds of the confidence.
        flat: give every deal the overall rate, where nothing else has proved itself.
    """
    found = predict_win_times(times, deals, 0)
    beyond = found["beyond"]
    wins = predict_wins(rates, deals, beyond, settings)
    if flat:
        low, high = interval(np.full(len(wins), rates.base_rate), np.full(len(wins), rates.base_size))
        same = dict.fromkeys(("after_stage", "after_segment", "probability"), rates.base_rate)
        wins = wins.assign(**same, low=low, high=high)
    unknown = beyond | (found["all_won_deals"] == 0)
    days = {"expected_close": "median_days", "expected_close_early": "early_days", "expected_close_late": "late_days"}
    dates = {name: plus_days(deals["stage_entered"], found[column].mask(unknown)) for name, column in days.items()}
    probability = wins["probability"]

    def won(ahead: Floats) -> Floats:
        chance: Floats = won_within(times, deals, ahead) * probability.to_numpy()[:, None]
        return chance

    return Outlook(
        probability,
        wins["low"].to_numpy(),
        wins["high"].to_numpy(),
        won,
        pd.DataFrame(dates, index=deals.index),
        confidence(deals, wins, rates.base_deals, beyond, settings),
        wins,
    )


def by_model(
    fitted: tuple[Chances, Hazards, Calibration],
    rough: Outlook,
    known: Book,
    deals: pd.DataFrame,
    as_of: pd.Timestamp,
    settings: DealSettings,
) -> Outlook:
    """From the win model, with the counts and the confidence of the rates.

    Args:
        fitted: chances, hazards, and the calibration of the chances.
        rough: result of `by_rates` for the same deals.
        known: result of `known_at`.
        deals: result of `open_deals`.
        as_of: a day.
        settings: see `deal_features`.
    """
    chances, hazards, calibration = fitted
    today = as_of.normalize()
    rows = snapshots(deal_states(known), pd.DatetimeIndex([today]))
    place = places(deals["opportunity_id"], rows["opportunity_id"])
    rows = rows.iloc[place].reset_index(drop=True)
    features = deal_features(known, rows, settings, chances.names).set_axis(deals.index)
    factors = chances.factors(features) * calibration.slope
    start = float(calibration(np.array([chances.constant]))[0])
    probability = pd.Series(expit(start + factors.sum(axis=1).to_numpy()), index=deals.index)
    size = np.minimum(rough.wins["size"].to_numpy(), max(chances.deals, 1))
    low, high = interval(probability.to_numpy(), size)
    timing = curves(hazards, features, probability.to_numpy())

    def won(ahead: Floats) -> Floats:
        chance: Floats = timing.within(ahead) * probability.to_numpy()[:, None]
        return chance

    begins = pd.Series(today, index=deals.index)
    dates = {
        name: plus_days(begins, pd.Series(np.ceil(timing.days_until(share)), index=deals.index))
        for name, share in _QUANTILES.items()
    }
    log_odds = factors.assign(start=start)
    return replace(
        rough,
        probability=probability,
        low=low,
        high=high,
        won_within=won,
        dates=pd.DataFrame(dates, index=deals.index),
        log_odds=log_odds,
        features=features,
    )
