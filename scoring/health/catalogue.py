"""The measures of customer health: what each is called, weighs in its dimension, and calls for when it is poor."""

from dataclasses import dataclass

import pandas as pd

DIMENSION_LABELS = {"technical": "Technical", "deployment": "Deployment", "adoption": "Adoption"}
DIMENSION_KEYS = tuple(DIMENSION_LABELS)


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        key: stable name.
        dimension: one of `DIMENSION_KEYS`.
        label: as people read it.
        unit: of its value.
        weight: in its dimension; the weights of a dimension add up to 1.
        owner: who acts on it: SC, CSM, AE or Support.
    """

    key: str
    dimension: str
    label: str
    unit: str
    weight: float
    owner: str


MEASURES = (
    Measure("open_cases", "technical", "Open cases", "cases", 0.3, "Support"),
    Measure("old_cases", "technical", "Old cases", "cases", 0.2, "Support"),
    Measure("escalations", "technical", "Escalations", "cases", 0.2, "SC"),
    Measure("resolution", "technical", "Time to resolve", "days", 0.15, "Support"),
    Measure("lapsed_assets", "technical", "Lapsed products", "products", 0.15, "AE"),
    Measure("deployed_share", "deployment", "Deployed of bought", "%", 0.5, "SC"),
    Measure("milestones", "deployment", "Milestones on time", "milestones", 0.3, "CSM"),
    Measure("stalled", "deployment", "Stalled deployments", "deployments", 0.2, "SC"),
    Measure("utilisation", "adoption", "Licence utilisation", "%", 0.4, "CSM"),
    Measure("trend", "adoption", "Active users' trend", "%", 0.35, "CSM"),
    Measure("breadth", "adoption", "Features used", "%", 0.25, "CSM"),
)
# What to do about a measure that is poor.
ACTIONS = {
    "open_cases": "Go through the open cases with Support and give the customer dates",
    "old_cases": "Escalate the cases that have been open for too long",
    "escalations": "Take part in the escalation and keep the customer's sponsor informed",
    "resolution": "Ask Support for a named engineer for this customer",
    "lapsed_assets": "Renew or retire the products past their usage end",
    "deployed_share": "Plan the roll-out of what is bought and not deployed yet",
    "milestones": "Agree new dates for the missed milestones",
    "stalled": "Find out with the customer's project lead what blocks the deployment",
    "utilisation": "Get unused licences into use: run an enablement session",
    "trend": "Ask the customer why fewer people use the product",
    "breadth": "Show the customer the features they bought and do not use",
}


def catalogue() -> pd.DataFrame:
    """`MEASURES` as a table indexed by measure: order, dimension, label, unit, weight, owner, action."""
    rows = {
        "measure": [measure.key for measure in MEASURES],
        "order": range(len(MEASURES)),
        "dimension": [measure.dimension for measure in MEASURES],
        "label": [measure.label for measure in MEASURES],
        "unit": [measure.unit for measure in MEASURES],
        "weight": [measure.weight for measure in MEASURES],
        "owner": [measure.owner for measure in MEASURES],
        "action": [ACTIONS[measure.key] for measure in MEASURES],
    }
    return pd.DataFrame(rows).set_index("measure")
