"""The probability that the next renewal is lost: fitted on the org's past renewals, else from the bands.

The risk is a logistic function of how far each measure is from 100 points, and of what stands beside the measures: the
health before, and the customer's history. A measure's effect is never negative, so a better measure never raises the
risk. Before any renewal the effects are those that the bands imply, and nothing beside them counts; each past renewal
with what was known `renewal_days` before moves them (the most probable effects, given both).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.counting import Bools
from scoring.health.looks import BESIDE, RISING, Looks
from scoring.health.settings import BANDS, HealthSettings

# Standard deviation of a measure's effect about the one that the bands imply, of the level, and of the effect of one
# standard deviation of what stands beside, in log-odds.
EFFECT_SPREAD, LEVEL_SPREAD, BESIDE_SPREAD = 0.4, 0.5, 0.15
# Beyond so many standard deviations nothing beside the measures counts more.
FARTHEST = 3.0
# Log-odds from which on a cause is named: a tenth of the odds.
WORTH_SAYING = 0.1


@dataclass(frozen=True)
class ChurnModel:
    """A risk for any health.

    Attributes:
        level: log-odds of an account whose measures are all worth 100 points, and all beside them is usual.
        effect: log-odds added by each measure worth 0 points, in the order of the settings' measures; empty where the
            risk comes from the bands.
        usual: mean distance from 100 (0..1) of each measure, for accounts that lack it.
        beside: log-odds added by a standard deviation of each of `BESIDE`.
        beside_usual, beside_spread: their means and standard deviations in the past.
        shift: log-odds added to the bands' risks by the level of past renewals.
        renewals: past renewals it is fitted on, or that set the level.
        lost: how many of them were lost.
        settings: measures and the bands' risks.
    """

    level: float
    effect: Floats
    usual: Floats
    beside: Floats
    beside_usual: Floats
    beside_spread: Floats
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

    def risk(self, looks: Looks) -> Floats:
        """Probability that the next renewal is lost, of each account."""
        if not self.is_fitted:
            return _expit(_band_odds(looks.health, self.settings) + self.shift)
        return _expit(self.level + self.usual @ self.effect + self._moved(looks).sum(axis=1))

    def words(self, looks: Looks) -> "pd.Series[str]":
        """What each account's risk rests on, with the two things that move it most from the usual."""
        basis = pd.Series(self.basis, index=range(len(looks.health)), dtype="str")
        basis = basis.mask(np.isnan(looks.health), "From the share of past renewals lost: no health is known")
        if not self.is_fitted:
            return basis
        moved = self._moved(looks)
        total = moved.sum(axis=1)
        names = np.array([*(each.label for each in self.settings.measures), *BESIDE.values(), ""])
        own = np.where(np.sign(moved) == np.sign(total)[:, None], np.abs(moved), 0.0)
        order = np.argsort(-own, axis=1, kind="stable")[:, :2]
        worth = np.take_along_axis(own, order, axis=1) >= WORTH_SAYING
        first, second = np.where(worth, names[order], "").T
        said = pd.Series(np.where(total > 0, "; raised most by ", "; lowered most by "), dtype="str") + first
        said = said + pd.Series(np.where(worth[:, 1], " and ", ""), dtype="str") + second
        said = said.where(worth[:, 0] & ~np.isnan(looks.health), "")
        return pd.Series(basis + said, dtype="str")

    def _moved(self, looks: Looks) -> Floats:
        """Log-odds by which each measure, and each thing beside, moves the risk from the usual one."""
        lacking = np.where(np.isnan(looks.scores), self.usual, 1.0 - looks.scores / 100.0)
        away = _away(looks.beside, self.beside_usual, self.beside_spread)
        return np.hstack([(lacking - self.usual) * self.effect, away * self.beside])


def fit_churn(
    looks: Looks, weights: Floats, lost: Floats, settings: HealthSettings, past: tuple[int, int]
) -> ChurnModel:
    """Learn from past renewals.

    Args:
        looks: at each renewal's account `renewal_days` before it was decided; the health of none is NaN.
        weights: of each measure in the total, shape (measures,); 0 for measures that teach nothing.
        lost: 1 for a lost renewal, shape (renewals,).
        settings: bands' risks and `enough_renewals`.
        past: all past renewals, and the lost ones: they set the level where too few have a known health.
    """
    closed, gone = past
    rate = (gone + settings.churn_deals * settings.usual_churn) / (closed + settings.churn_deals)
    shift = float(_logit(rate) - _logit(settings.usual_churn))
    count, told = len(lost), (len(lost), int(lost.sum()), settings)
    none = np.zeros(0)
    if count < settings.enough_renewals:
        return ChurnModel(0.0, none, none, none, none, none, shift, *told)
    lacking = 1.0 - looks.scores / 100.0
    usual = _mean(lacking)
    beside_usual = _mean(looks.beside)
    beside_spread = np.sqrt(_mean((looks.beside - beside_usual) ** 2))
    design = np.hstack([np.where(np.isnan(lacking), usual, lacking), _away(looks.beside, beside_usual, beside_spread)])
    level, effect = _from_bands(weights, settings)
    beside = len(beside_usual)
    start = np.concatenate([[level], effect, np.zeros(beside)])
    spread = np.concatenate([[LEVEL_SPREAD], np.full(len(effect), EFFECT_SPREAD), np.full(beside, BESIDE_SPREAD)])
    rising = np.concatenate([[False], np.full(len(effect), True), np.arange(beside) < RISING])
    learned = np.concatenate([[True], weights > 0, np.full(beside, True)])
    found = _most_probable(design, lost, start, spread, np.where(rising, 0.0, -np.inf), learned)
    effect, beside_effect = np.split(found[1:], [len(effect)])
    return ChurnModel(float(found[0]), effect, usual, beside_effect, beside_usual, beside_spread, 0.0, *told)


def _mean(values: Floats) -> Floats:
    """Of each column over what is known of it, 0 where nothing is."""
    known = ~np.isnan(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def _away(values: Floats, usual: Floats, spread: Floats) -> Floats:
    """Standard deviations from the usual, 0 where missing or never different."""
    away = np.divide(values - usual, spread, out=np.zeros(values.shape), where=(spread > 1e-9) & ~np.isnan(values))
    return np.clip(away, -FARTHEST, FARTHEST)


def _from_bands(weights: Floats, settings: HealthSettings) -> tuple[float, Floats]:
    """Level and effects that the bands' risks imply: the straight line nearest to them."""
    middles, risks = _band_middles(settings)
    slope, level = np.polyfit(1.0 - middles / 100.0, _logit(risks), 1)
    return float(level), slope * weights / weights.sum()


def _most_probable(
    design: Floats, lost: Floats, start: Floats, spread: Floats, lowest: Floats, learned: Bools
) -> Floats:
    """Level and effects of the columns of `design`; those that nothing is learned of are 0."""

    def loss(at: Floats) -> tuple[float, Floats]:
        odds = at[0] + design @ at[1:]
        away = (at - start) / spread
        error = _expit(odds) - lost
        slope = np.concatenate([[error.sum()], error @ design]) + away / spread
        return float(np.logaddexp(0.0, odds).sum() - odds @ lost + 0.5 * away @ away), slope

    from scipy.optimize import minimize  # costs every command a quarter of a second; only a refit needs it

    bounds = [(low, np.inf) if each else (0.0, 0.0) for low, each in zip(lowest, learned, strict=True)]
    found = minimize(loss, np.maximum(start, lowest), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x, dtype=np.float64)


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
