"""Platt's calibration, shrunk to none where few rows were held out."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from scoring.days import Floats

# Standard deviations of the prior around "no change needed".
_SHIFT, _SLOPE = 0.25, 0.25
_STEPS = 30


@dataclass(frozen=True)
class Calibration:
    """log-odds -> intercept + slope x log-odds.

    Attributes:
        intercept: 0 where nothing is to be mended.
        slope: at least 0; less than 1 where the model was too sure.
    """

    intercept: float = 0.0
    slope: float = 1.0

    def __call__(self, log_odds: Floats) -> Floats:
        """Calibrated log-odds."""
        return self.intercept + self.slope * log_odds


def calibrate(won: Floats, log_odds: Floats, weights: Floats, centre: float) -> Calibration:
    """The most probable shift and slope (around `centre`), given normal priors around 0 and 1.

    Args:
        won: outcome of the held-out rows.
        log_odds: what the model said of them.
        weights: how often each row counts; the same row held out several times counts once in sum.
        centre: log-odds that the slope does not move.
    """
    inputs = np.column_stack([np.ones_like(log_odds), log_odds - centre])
    found, prior = np.array([centre, 1.0]), np.array([centre, 1.0])
    tightness = np.array([_SHIFT, _SLOPE]) ** -2.0
    for _ in range(_STEPS):
        chance = expit(inputs @ found)
        slope = inputs.T @ (weights * (won - chance)) - tightness * (found - prior)
        curvature = (inputs * (weights * chance * (1.0 - chance))[:, None]).T @ inputs + np.diag(tightness)
        step = np.linalg.solve(curvature, slope)
        # The prior makes the sum concave; a bounded step cannot overshoot into its flat parts.
        found = found + np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < 1e-10:
            break
    shift, factor = float(found[0]), max(float(found[1]), 0.0)
    return Calibration(shift - factor * centre, factor)
