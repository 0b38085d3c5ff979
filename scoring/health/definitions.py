"""A measure of customer health as it is defined: where its value comes from, and what the value is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DIMENSION_LABELS = {"technical": "Technical", "deployment": "Deployment", "adoption": "Adoption"}
DIMENSION_KEYS = tuple(DIMENSION_LABELS)
OWNERS = ("SC", "CSM", "AE", "Support")


@dataclass(frozen=True)
class FormulaForm:
    """What a formula reads and takes.

    Attributes:
        source: table of the book.
        fields: for each field of a definition, the columns it may name.
        parameters: names with their defaults.
        by_product: whether the measure has a value for each product, or one for the account.
        has_history: whether its value on a past day is known. The others are held at today's value in the past.
        teaches: whether past renewals tell its effect. Not where its past is not known, nor where the records of what
            a customer gave up are likely gone: that they are missing would tell the outcome.
    """

    source: str
    fields: tuple[tuple[str, ...], ...]
    parameters: Mapping[str, float] = field(default_factory=dict)
    by_product: bool = True
    has_history: bool = True
    teaches: bool = True


NUMBERS = ("licensed", "active_users", "features_bought", "features_used", "volume", "versions_behind", "findings")
AMOUNTS = ("bought", "deployed", "milestones_planned", "milestones_reached")
_SEVERITIES = {"critical": 4.0, "high": 2.0, "other": 1.0}
FORMULAS: Mapping[str, FormulaForm] = {
    "open_load": FormulaForm("cases", (("priority",),), _SEVERITIES, by_product=False),
    "open_longer": FormulaForm("cases", (("created_date",),), {"days": 30.0}, by_product=False),
    "recent_flagged": FormulaForm("cases", (("is_escalated", "reopened"),), {"days": 90.0}, by_product=False),
    "resolved_in_time": FormulaForm(
        "cases", (("priority",),), {"critical": 5.0, "high": 10.0, "other": 20.0, "days": 180.0}, by_product=False
    ),
    "past_end": FormulaForm("assets", (("usage_end_date",),), by_product=False, has_history=False, teaches=False),
    "share_of_due": FormulaForm("deployments", (AMOUNTS, AMOUNTS), has_history=False, teaches=False),
    "days_to_peers": FormulaForm("deployments", (("started_on",), ("completed_on",)), teaches=False),
    "late_share": FormulaForm("deployments", (("target_date",), ("status",)), has_history=False, teaches=False),
    "ratio": FormulaForm("usage", (NUMBERS, NUMBERS), {"weeks": 2.0}),
    "latest": FormulaForm("usage", (NUMBERS,)),
    "change": FormulaForm("usage", (NUMBERS,), {"weeks": 4.0}),
    "weeks_in_use": FormulaForm("usage", (NUMBERS, NUMBERS), {"weeks": 8.0, "share": 10.0}),
    "ratio_to_peers": FormulaForm("usage", (NUMBERS, NUMBERS), {"weeks": 2.0}),
}


@dataclass(frozen=True)
class ProductTarget:
    """A target for a product, a customer segment, or both; None stands for all of them."""

    value: float
    product: str | None = None
    segment: str | None = None


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        key: stable name.
        dimension: one of `DIMENSION_KEYS`.
        label: as people read it.
        formula: key of `FORMULAS`.
        fields: columns that the formula reads, in its order.
        parameters: its numbers, defaults filled in.
        unit: of the value.
        words: a sentence with `{value}`.
        direction: `up` where more is better, `down` where less is.
        target: the value worth 100 points.
        points: (value, points) from the worst value to just before the target.
        targets: of products and customer segments; the one that names most goes first.
        half_life_days: data this old counts half; 0 for data that does not age.
        weight: in its dimension, 0 or more.
        owner: one of `OWNERS`.
        action: what the owner does when the measure is poor.
        due_days: days that the owner has.
    """

    key: str
    dimension: str
    label: str
    formula: str
    fields: tuple[str, ...]
    parameters: Mapping[str, float]
    unit: str
    words: str
    direction: str
    target: float
    points: tuple[tuple[float, float], ...]
    targets: tuple[ProductTarget, ...]
    half_life_days: float
    weight: float
    owner: str
    action: str
    due_days: int

    @property
    def form(self) -> FormulaForm:
        """What its formula reads and takes."""
        return FORMULAS[self.formula]
