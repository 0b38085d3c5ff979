"""The probability that the next renewal is lost: fitted on the org's past renewals, else from the bands.

The risk is a logistic function of how far each measure is from 100 points. A measure's effect is never negative, so a
better measure never raises the risk. Before any renewal the effects are those that the bands imply; each past renewal
with the health it had `renewal_days` before moves them (the most probable effects, given both).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.settings import BANDS, HealthSettings

# Standard deviation of a measure's effect about the one that the bands imply, and of the level, in log-odds.
EFFECT_SPREAD, LEVEL_SPREAD = 0.7, 2.0


@dataclass(frozen=True)
class ChurnModel:
    """A risk for any health.

    Attributes:
        level: log-odds of an account whose measures are all worth 100 points.
        effect: log-odds added by each measure worth 0 points, in the order of the settings' measures; empty where the
            risk comes from the bands.
        usual: mean distance from 100 (0..1) of each measure, for accounts that lack it.
        shift: log-odds added to the bands' risks by the level of past renewals.
        renewals: past renewals it is fitted on, or that set the level.
        lost: how many of them were lost.
        settings: the bands' risks.
    """

    level: float
    effect: Floats
    usual: Floats
    shift: float
    renewals: int
    lost: int
    settings: HealthSettings

    @property
    def is_fitted(self) -> bool:
        """Whether it rests on past renewals with their health, not on the bands."""
        return len(self.effect) > 0

    @property
    def basis(self) -> str:
        """What it rests on, in words."""
        past = "1 past renewal" if self.renewals == 1 else f"{self.renewals:,} past renewals"
        if self.is_fitted:
            days = self.settings.renewal_days
            return (
                f"Fitted on {past} ({100 * self.lost / self.renewals:.0f} % lost) with their health {days} days before"
            )
        needed = self.settings.enough_renewals
        return f"From the health score; {past} with known health are too few to fit ({needed} needed)"

    def risk(self, health: Floats, scores: Floats) -> Floats:
        """Probability that the next renewal is lost.

        Args:
            health: 0..100, NaN where unknown, shape (n,).
            scores: of the measures, NaN where missing, shape (n, measures).
        """
        if not self.is_fitted:
            return _expit(_band_odds(health, self.settings) + self.shift)
        lacking = np.where(np.isnan(scores), self.usual, 1.0 - scores / 100.0)
        return _expit(self.level + lacking @ self.effect)


def fit_churn(
    health: Floats, scores: Floats, weights: Floats, lost: Floats, settings: HealthSettings, past: tuple[int, int]
) -> ChurnModel:
    """Learn from past renewals.

    Args:
        health: total of each renewal's account `renewal_days` before it was decided; none is NaN. Shape (renewals,).
        scores: of its measures then, NaN where missing, shape (renewals, measures).
        weights: of each measure in the total, shape (measures,); 0 for measures whose past is not known, which teach
            nothing.
        lost: 1 for a lost renewal.
        settings: bands' risks and `enough_renewals`.
        past: all past renewals, and the lost ones: they set the level where too few have a known health.
    """
    closed, gone = past
    rate = (gone + settings.churn_deals * settings.usual_churn) / (closed + settings.churn_deals)
    shift = float(_logit(rate) - _logit(settings.usual_churn))
    usual = np.zeros(len(weights))
    if len(health) < settings.enough_renewals:
        return ChurnModel(0.0, np.zeros(0), usual, shift, len(health), int(lost.sum()), settings)
    lacking = 1.0 - scores / 100.0
    known = ~np.isnan(lacking)
    usual = np.where(known, lacking, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    lacking = np.where(known, lacking, usual)
    level, effect = _most_probable(lacking, lost, *_from_bands(weights, settings), weights > 0)
    return ChurnModel(level, effect, usual, 0.0, len(health), int(lost.sum()), settings)


def _from_bands(weights: Floats, settings: HealthSettings) -> tuple[float, Floats]:
    """Level and effects that the bands' risks imply: the straight line nearest to them."""
    middles, risks = _band_middles(settings)
    slope, level = np.polyfit(1.0 - middles / 100.0, _logit(risks), 1)
    return float(level), slope * weights / weights.sum()


def _most_probable(
    lacking: Floats, lost: Floats, level: float, effect: Floats, learned: "np.typing.NDArray[np.bool_]"
) -> tuple[float, Floats]:
    start = np.concatenate([[level], effect])
    spread = np.concatenate([[LEVEL_SPREAD], np.full(len(effect), EFFECT_SPREAD)])

    def loss(at: Floats) -> tuple[float, Floats]:
        odds = at[0] + lacking @ at[1:]
        away = (at - start) / spread
        error = _expit(odds) - lost
        slope = np.concatenate([[error.sum()], error @ lacking]) + away / spread
        return float(np.logaddexp(0.0, odds).sum() - odds @ lost + 0.5 * away @ away), slope

    from scipy.optimize import minimize  # costs every command a quarter of a second; only a refit needs it

    bounds = [(None, None), *((0.0, None) if each else (0.0, 0.0) for each in learned)]
    found = minimize(
        loss,
        np.maximum(start, [b[0] if b[0] is not None else -np.inf for b in bounds]),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
    )
    return float(found.x[0]), np.asarray(found.x[1:], dtype=np.float64)


def _band_middles(settings: HealthSettings) -> tuple[Floats, Floats]:
    bounds = np.array([0.0, settings.yellow_from, settings.green_from, 100.0])
    return (bounds[:-1] + bounds[1:]) / 2.0, np.array([settings.band_churn[name] for name in BANDS])


def _band_odds(health: Floats, settings: HealthSettings) -> Floats:
    """Log-odds at a total: those of the bands in their middles, straight between; the usual risk where unknown."""
    middles, risks = _band_middles(settings)
    return np.where(np.isnan(health), _logit(settings.usual_churn), np.interp(health, middles, _logit(risks)))


def _logit(rate: "Floats | float") -> Floats:
    return np.asarray(np.log(rate) - np.log1p(-np.asarray(rate)), dtype=np.float64)


def _expit(odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float64)


def renewal_risk(deals: pd.DataFrame, health: pd.DataFrame) -> pd.DataFrame:
    """The churn risk of each deal that renews something, for the projection.

    Args:
        deals: `OPPORTUNITIES`, any of them.
        health: `HEALTH`.

    Returns:
        opportunity_id, lost_probability (0..1) and basis (in words), one row per open deal of segment Renew whose
        account has a churn risk.
    """
    renewing = deals[(deals["segment"] == "Renew") & ~deals["is_closed"]]
    known = health.loc[health["churn_risk"].notna(), ["account_id", "churn_risk", "churn_basis"]]
    found = renewing[["opportunity_id", "account_id"]].merge(known, on="account_id", how="inner")
    names = {"churn_risk": "lost_probability", "churn_basis": "basis"}
    return found.rename(columns=names)[["opportunity_id", "lost_probability", "basis"]].reset_index(drop=True)
