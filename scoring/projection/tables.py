"""Everything that is shown of a quarter's projection."""

from dataclasses import dataclass

import pandas as pd

from scoring.projection.change import projection_change
from scoring.projection.curve import projection_curve
from scoring.projection.project import QuarterProjection
from scoring.results import DealScores

# The change is shown against a week before.
SINCE = pd.Timedelta(days=7)


@dataclass(frozen=True)
class ProjectionTables:
    """The tables of one projection.

    Attributes:
        rows: `PROJECTION`.
        pillars: `PROJECTION_BY_PILLAR`.
        curve: `PROJECTION_CURVE`.
        change: `PROJECTION_CHANGE`, since `since`.
        proof: `PROJECTION_PROOF`.
        since: the day a week before, or the one before the quarter where that is later.
    """

    rows: pd.DataFrame
    pillars: pd.DataFrame
    curve: pd.DataFrame
    change: pd.DataFrame
    proof: pd.DataFrame
    since: pd.Timestamp


def projection_tables(projection: QuarterProjection, scored: DealScores) -> ProjectionTables:
    """Project, draw the curve and explain the change of the last week.

    Args:
        projection: result of `prepare`.
        scored: result of `score_deals` for the same book, day and quarter.
    """
    since = max(projection.as_of - SINCE, projection.quarter.start.normalize() - pd.Timedelta(days=1))
    return ProjectionTables(
        projection.table(scored),
        projection.pillars(scored),
        projection_curve(projection),
        projection_change(projection, since),
        projection.model.proof,
        since,
    )
