"""Green, Yellow, Red: bands that a score at the edge does not flap between."""

import numpy as np
import numpy.typing as npt

from scoring.days import Floats
from scoring.health.settings import HealthSettings

UNKNOWN = "Unknown"
NAMES = np.array([UNKNOWN, "Red", "Yellow", "Green"])


def band_path(health: Floats, settings: HealthSettings) -> npt.NDArray[np.str_]:
    """The band on each day, going through the days in order.

    The first known day takes the band of its score. Later the band changes only when the score is `band_margin` points
    beyond the bound, so a score that moves about a bound keeps its band. Nothing is stored: the path is recomputed.

    Args:
        health: 0..100, NaN where unknown; shape (subjects, days), days rising.
        settings: bounds and margin.

    Returns:
        Shape (subjects, days): Green, Yellow, Red or Unknown.
    """
    bounds, margin = (settings.yellow_from, settings.green_from), settings.band_margin
    path = np.zeros(health.shape, dtype=np.int64)
    band = np.zeros(len(health), dtype=np.int64)
    for day in range(health.shape[1]):
        score = health[:, day]
        plain = _level(score, bounds)
        # With the margin given and taken: the band is kept while it lies between the two.
        low, high = _level(score - margin, bounds), _level(score + margin, bounds)
        band = np.where(np.isnan(score), 0, np.where(band == 0, plain, np.clip(band, low, high)))
        path[:, day] = band
    return np.asarray(NAMES[path])


def _level(score: Floats, bounds: tuple[float, float]) -> npt.NDArray[np.int64]:
    return 1 + (score >= bounds[0]).astype(np.int64) + (score >= bounds[1])
