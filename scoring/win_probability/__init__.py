"""Win probabilities from any table of deals with any predictors: fit, predict, explain, report."""

from scoring.win_probability.fitting import fit
from scoring.win_probability.model import WinModel

__all__ = ["WinModel", "fit"]
