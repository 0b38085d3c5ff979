"""The org's opportunity stages and what follows from a stage."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from localorg.schema.model import Schema

FORECAST_CATEGORY_NAMES = {
    "Omitted": "Omitted",
    "Pipeline": "Pipeline",
    "BestCase": "Best Case",
    "MostLikely": "Most Likely",
    "Forecast": "Commit",
    "Closed": "Closed",
}
FORECAST_CATEGORIES = {name: category for category, name in FORECAST_CATEGORY_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; `probability` is its default in percent."""

    name: str
    probability: float
    forecast_category: str
    is_closed: int
    is_won: int

    @property
    def forecast_category_name(self) -> str:
        """The category as people read it."""
        return FORECAST_CATEGORY_NAMES.get(self.forecast_category, self.forecast_category)


def read_stages(connection: sqlite3.Connection) -> dict[str, Stage]:
    """The org's active and inactive stages by API name, in their order."""
    rows = connection.execute(
        'SELECT "ApiName", coalesce("DefaultProbability", 0), "ForecastCategory", "IsClosed", "IsWon" '
        'FROM "OpportunityStage" WHERE "IsDeleted" = 0 ORDER BY "SortOrder", "Id"'
    )
    return {name: Stage(name, probability, category, closed, won) for name, probability, category, closed, won in rows}


def show_stages(connection: sqlite3.Connection, schema: Schema) -> None:
    """Make the active stages the values of the stage picklists in the schema."""
    rows = connection.execute(
        'SELECT "ApiName", "MasterLabel" FROM "OpportunityStage" '
        'WHERE "IsActive" = 1 AND "IsDeleted" = 0 ORDER BY "SortOrder", "Id"'
    )
    values = tuple((name, label) for name, label in rows)
    changed = []
    for object_name in ("Opportunity", "OpportunityHistory"):
        sobject = schema.objects[object_name]
        stage = replace(sobject.fields["StageName"], picklist_values=values)
        changed.append(replace(sobject, fields={**sobject.fields, "StageName": stage}))
    schema.put(changed)
