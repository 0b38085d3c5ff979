"""How good the probabilities were on held-out time, and which method that allows.

A model is fitted on what was known some quarters ago and asked about the deals that were open then and later; what
became of them since decides. The model is taken only where it beat the stages' historical rates, and these only where
they beat the overall rate; else the simpler one stays.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from scoring.days import Floats
from scoring.deals.benchmarks import ALL, stage_benchmarks
from scoring.deals.chances import fit_chances
from scoring.deals.learning import STEP_DAYS, Lessons
from scoring.deals.win_prediction import predict_wins
from scoring.deals.win_rates import fit_win_rates
from scoring.reliability import reliability
from scoring.results import PROOF, RELIABILITY
from scoring.settings import DealSettings
from scoring.win_probability.calibration import Calibration, calibrate

MODEL, STAGE_RATE, BASE_RATE = "Model", "Stage rate", "Base rate"
# The model of then was fitted this long ago; the deals of that day and of a quarter later are judged.
HELD_OUT_DAYS = 10 * STEP_DAYS
JUDGED_AFTER_DAYS = (0, 3 * STEP_DAYS)
# Closed deals needed for a model at all, and judged ones before their verdict counts.
MODEL_DEALS, JUDGED_DEALS = 150, 60
# A method has to be this much better (share of the log loss) to be preferred to a simpler one.
BETTER_BY = 0.002
BINS = 10
_MARGIN = 1e-6


@dataclass(frozen=True)
class Verdict:
    """Which method to use, how to mend it, and what says so.

    Attributes:
        method: Model, Stage rate or Base rate.
        calibration: of the model's log-odds.
        proof: `PROOF`.
        reliability: `RELIABILITY` of the method.
        since: the day of the held-out fit; missing where history is too short for one.
    """

    method: str
    calibration: Calibration
    proof: pd.DataFrame
    reliability: pd.DataFrame
    since: pd.Timestamp | None


# Too little history to hold any out: the stages' rates, shrunk to their defaults.
UNPROVED = Verdict(STAGE_RATE, Calibration(), PROOF.empty(), RELIABILITY.empty(), None)


def judge(
    known: Lessons,
    closed: pd.DataFrame,
    visits: pd.DataFrame,
    stages: pd.DataFrame,
    today: pd.Timestamp,
    settings: DealSettings,
) -> Verdict:
    """Fit as of some quarters ago and compare with what happened since.

    Args:
        known: result of `lessons` for `today`.
        closed: result of `closed_deals`.
        visits: result of `stage_visits`.
        stages: `STAGES`.
        today: the as-of day.
        settings: strengths of the rates.
    """
    since = today - pd.Timedelta(days=HELD_OUT_DAYS)
    earlier = closed[closed["closed_at"] < since + pd.Timedelta(days=1)]
    days = [since + pd.Timedelta(days=after) for after in JUDGED_AFTER_DAYS]
    asked = known.part(known.rows["as_of"].isin(days) & known.rows["ended"].notna())
    if not enough(earlier) or len(asked.rows) < JUDGED_DEALS:
        return UNPROVED
    won = asked.rows["is_won"].to_numpy(dtype=np.float64)
    odds = fit_chances(known.until(since), since).log_odds(asked.features)
    stage_rate = _stage_rates(asked.features, earlier, visits, stages, settings)
    chances = {
        MODEL: expit(odds),
        STAGE_RATE: stage_rate,
        BASE_RATE: np.full(len(won), earlier["is_won"].mean()),
    }
    proof = _table(asked, won, chances)
    losses = {name: log_loss(won, chance) for name, chance in chances.items()}
    method = BASE_RATE
    for better in (STAGE_RATE, MODEL):
        if losses[better] < losses[method] * (1.0 - BETTER_BY):
            method = better
    weights = np.full(len(won), asked.rows["opportunity_id"].nunique() / len(won))
    centre = float(np.log(chances[BASE_RATE][0] / (1.0 - chances[BASE_RATE][0])))
    by_segment = _reliability(asked, won, chances[method])
    return Verdict(method, calibrate(won, odds, weights, centre), proof, by_segment, since)


def enough(closed: pd.DataFrame) -> bool:
    """Whether there are won and lost deals enough for a model."""
    won = int(closed["is_won"].sum())
    return len(closed) >= MODEL_DEALS and min(won, len(closed) - won) >= MODEL_DEALS // 10


def log_loss(won: Floats, chance: Floats) -> float:
    """Mean negative log-likelihood."""
    inside = np.clip(chance, _MARGIN, 1.0 - _MARGIN)
    return float(-(won * np.log(inside) + (1.0 - won) * np.log1p(-inside)).mean())


def calibration_error(won: Floats, chance: Floats) -> float:
    """Expected calibration error: mean distance of outcome and probability over bins of equally many deals."""
    parts = [part for part in np.array_split(np.argsort(chance, kind="stable"), BINS) if len(part)]
    return float(sum(abs(won[part].sum() - chance[part].sum()) for part in parts) / max(len(won), 1))


def _stage_rates(
    features: pd.DataFrame, closed: pd.DataFrame, visits: pd.DataFrame, stages: pd.DataFrame, settings: DealSettings
) -> Floats:
    of_then = visits[visits["opportunity_id"].isin(closed["opportunity_id"])]
    rates = fit_win_rates(closed, of_then, stages, stage_benchmarks(of_then, settings), settings)
    nowhere = pd.Series(False, index=features.index)
    found = predict_wins(rates, features[["stage", "segment", "age_days"]], nowhere, settings)
    return np.asarray(found["probability"].to_numpy(), dtype=np.float64)


def _table(asked: Lessons, won: Floats, chances: dict[str, Floats]) -> pd.DataFrame:
    rows = []
    for name, chosen in _segments(asked).items():
        for method, chance in chances.items():
            figures = {
                "log_loss": log_loss(won[chosen], chance[chosen]),
                "brier": float(((won[chosen] - chance[chosen]) ** 2).mean()),
                "ece": calibration_error(won[chosen], chance[chosen]),
            }
            counts = {"deals": int(chosen.sum()), "won": int(won[chosen].sum())}
            rows.append({"segment": name, "method": method, **counts, **figures})
    return PROOF.conform(pd.DataFrame(rows))


def _reliability(asked: Lessons, won: Floats, chance: Floats) -> pd.DataFrame:
    deals = pd.DataFrame({"probability": chance, "won": won})
    parts = [reliability(deals[chosen]).assign(segment=name) for name, chosen in _segments(asked).items()]
    return RELIABILITY.conform(pd.concat(parts, ignore_index=True))


def _segments(asked: Lessons) -> dict[str, npt.NDArray[np.bool_]]:
    """Which rows belong to All and to each segment."""
    segment = asked.features["segment"].to_numpy()
    return {ALL: np.full(len(segment), True), **{str(name): segment == name for name in np.unique(segment)}}
