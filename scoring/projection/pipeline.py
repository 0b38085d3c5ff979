"""What a simple forecast makes of the open deals: the pipeline that is due in the quarter, weighted by its stages."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.projection.calendar import Span
from scoring.projection.timeline import NO_DAY, Bools, Standing, Timeline


def is_due(standing: Standing, quarter: Span) -> Bools:
    """Which deals have a close date up to the end of the quarter."""
    due: Bools = (standing.close != NO_DAY) & (standing.close <= quarter.end)
    return due


@dataclass(frozen=True)
class StageWeights:
    """What a simple forecast makes of a deal's stage, by its code: the default percentage as 0..1, and whether the
    forecast category is Commit. The unknown stage counts nothing."""

    chance: Floats
    committed: Bools


def stage_weights(line: Timeline, stages: pd.DataFrame) -> StageWeights:
    """From `STAGES`, for the codes of a timeline."""
    by_stage = stages.set_index("stage").reindex(line.stages)
    return StageWeights(
        np.append(by_stage["default_probability"].fillna(0.0).to_numpy(dtype="float64"), 0.0),
        np.append((by_stage["forecast_category"] == "Commit").to_numpy(dtype="bool"), False),
    )


def due_pipeline(weights: StageWeights, standing: Standing, quarter: Span) -> Floats:
    """What each deal adds to the pipeline of a quarter.

    Args:
        weights: of the stages.
        standing: deals on a day.
        quarter: open deals with a close date up to its end are due.

    Returns:
        (deals, 3): the amount due times the stage's default percentage, the variance of that, and the amount due in
        stages of the forecast category Commit.
    """
    chance, committed = weights.chance[standing.stage], weights.committed[standing.stage]
    due = ~standing.is_closed & is_due(standing, quarter)
    amount = np.where(due, np.nan_to_num(standing.value), 0.0)
    return np.stack([chance * amount, chance * (1 - chance) * amount**2, committed * amount], axis=1)
