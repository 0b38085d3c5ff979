"""The projection of a quarter's final bookings: its distribution, as it stood in past weeks, and what moved it.

The stages: `timeline` (deals on any past day) -> `learning`, `new_business`, `fitting` (what past quarters teach) ->
`model` (each deal's outlook) -> `project` (sums and their distribution) -> `curve`, `change`.
"""

from scoring.projection.change import projection_change
from scoring.projection.curve import projection_curve
from scoring.projection.model import ProjectionModel
from scoring.projection.needed import deals_in_need
from scoring.projection.project import QuarterProjection, prepare, project_quarter
from scoring.projection.tables import ProjectionTables, projection_tables

__all__ = [
    "ProjectionModel",
    "ProjectionTables",
    "QuarterProjection",
    "deals_in_need",
    "prepare",
    "project_quarter",
    "projection_change",
    "projection_curve",
    "projection_tables",
]
