"""How good the numbers would have been: past quarters replayed week by week with what was known then."""

from scoring.backtest.figures import by_week, figures, levels
from scoring.backtest.replay import Backtest, replay

__all__ = ["Backtest", "by_week", "figures", "levels", "replay"]
