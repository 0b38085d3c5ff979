"""Weights and thresholds of customer health, in one place."""

from dataclasses import dataclass, field

from scoring.errors import ScoringSettingsError
from scoring.health.catalogue import DIMENSION_KEYS

BANDS = ("Red", "Yellow", "Green")


@dataclass(frozen=True)
class HealthSettings:
    """Settings of `score_health`.

    Attributes:
        dimension_weights: weight of each dimension in the total; they add up to 1.
        needed_coverage: a dimension with less coverage has no score.
        yellow_from, green_from: lowest total of the bands.
        change_days: days between the two totals of the change.
        normal_case, high_case, critical_case: points each open case takes off, by priority.
        old_case_days: an open case older than this is old.
        old_case: points each old case takes off.
        escalation_days: a case escalated and created at most so many days ago counts, closed or not.
        escalation: points each of them takes off.
        resolution_days: closed cases of so many days are looked at.
        good_resolution, bad_resolution: median days to close worth 100 and 0 points.
        good_utilisation, bad_utilisation: active of licensed users (0..1) worth 100 and 0 points.
        good_breadth: features used of those bought (0..1) worth 100 points.
        bad_trend: change of active users (negative) worth 0 points; no fall is worth 100.
        trend_weeks: weeks of each of the two compared spans.
        fresh_weeks, stale_weeks: usage this many whole weeks old counts in full, and not at all.
        action_points: a reason costing less than this needs no action while the band is Green.
        band_churn: probability of losing the next renewal by band, before the org's past renewals are known.
        usual_churn: the share of lost renewals that `band_churn` assumes.
        churn_deals: past renewals the assumed share weighs as much as.
        enough_renewals: past renewals needed before the risk is said to rest on them.
    """

    dimension_weights: dict[str, float] = field(
        default_factory=lambda: {"technical": 0.35, "deployment": 0.25, "adoption": 0.4}
    )
    needed_coverage: float = 0.3
    yellow_from: float = 50.0
    green_from: float = 75.0
    change_days: int = 30
    normal_case: float = 8.0
    high_case: float = 15.0
    critical_case: float = 30.0
    old_case_days: int = 30
    old_case: float = 25.0
    escalation_days: int = 90
    escalation: float = 30.0
    resolution_days: int = 180
    good_resolution: float = 7.0
    bad_resolution: float = 30.0
    good_utilisation: float = 0.8
    bad_utilisation: float = 0.1
    good_breadth: float = 0.7
    bad_trend: float = -0.4
    trend_weeks: int = 4
    fresh_weeks: int = 1
    stale_weeks: int = 9
    action_points: float = 5.0
    band_churn: dict[str, float] = field(default_factory=lambda: {"Green": 0.05, "Yellow": 0.15, "Red": 0.35})
    usual_churn: float = 0.12
    churn_deals: float = 20.0
    enough_renewals: int = 30

    def __post_init__(self) -> None:
        keys, total = set(self.dimension_weights), sum(self.dimension_weights.values())
        if keys != set(DIMENSION_KEYS) or abs(total - 1.0) > 1e-9 or min(self.dimension_weights.values()) <= 0:
            raise ScoringSettingsError(
                f"dimension_weights {self.dimension_weights}: expected a positive weight for each of "
                f"{', '.join(DIMENSION_KEYS)}, adding up to 1"
            )
        if set(self.band_churn) != set(BANDS) or not all(0 < risk < 1 for risk in self.band_churn.values()):
            raise ScoringSettingsError(f"band_churn {self.band_churn}: expected 0 to 1 for each of {', '.join(BANDS)}")
        if not 0 < self.usual_churn < 1:
            raise ScoringSettingsError(f"usual_churn {self.usual_churn}: expected more than 0 and less than 1")
