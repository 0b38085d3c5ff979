"""Weights and thresholds of customer health, in one place."""

from dataclasses import dataclass, field

from scoring.errors import ScoringSettingsError
from scoring.health.definitions import DIMENSION_KEYS, Measure
from scoring.health.reading import default_measures

BANDS = ("Red", "Yellow", "Green")
SEGMENT_COLUMNS = ("industry", "country")


@dataclass(frozen=True)
class HealthSettings:
    """Settings of `score_health`.

    Attributes:
        measures: what is measured (see `measures.toml`).
        dimension_weights: weight of each dimension in the total; only their ratios count.
        needed_coverage: a dimension with less coverage has no score.
        yellow_from, green_from: lowest total of the bands.
        band_margin: points beyond a bound before the band changes.
        change_days: the spans over which a change is explained.
        trend_weeks: weeks of the trend, the running one included.
        segment: column of the accounts that tells a customer's segment, for targets.
        action_points: a reason costing less than this needs no action while the band is Green.
        actions: at most so many actions per account.
        band_churn: probability of losing the next renewal in the middle of each band, before past renewals are known.
        usual_churn: the share of lost renewals that `band_churn` assumes.
        churn_deals: past renewals that the assumed risks weigh as much as.
        enough_renewals: past renewals with health needed before the risk is fitted on them.
        renewal_days: days before a past renewal was decided of which the health is looked at.
        learned_years: renewals decided earlier teach nothing.
    """

    measures: tuple[Measure, ...] = field(default_factory=default_measures)
    dimension_weights: dict[str, float] = field(
        default_factory=lambda: {"technical": 0.35, "deployment": 0.25, "adoption": 0.4}
    )
    needed_coverage: float = 0.3
    yellow_from: float = 50.0
    green_from: float = 75.0
    band_margin: float = 2.0
    change_days: tuple[int, ...] = (7, 30, 90)
    trend_weeks: int = 26
    segment: str = "industry"
    action_points: float = 5.0
    actions: int = 3
    band_churn: dict[str, float] = field(default_factory=lambda: {"Green": 0.05, "Yellow": 0.15, "Red": 0.35})
    usual_churn: float = 0.12
    churn_deals: float = 20.0
    enough_renewals: int = 30
    renewal_days: int = 90
    learned_years: int = 3

    def __post_init__(self) -> None:
        weights = self.dimension_weights
        if set(weights) != set(DIMENSION_KEYS) or min(weights.values()) <= 0:
            raise ScoringSettingsError(
                f"health.dimension_weights: received {weights}; expected a positive weight for each of "
                f"{', '.join(DIMENSION_KEYS)}"
            )
        if set(self.band_churn) != set(BANDS) or not all(0 < risk < 1 for risk in self.band_churn.values()):
            raise ScoringSettingsError(
                f"health.band_churn: received {self.band_churn}; expected more than 0 and less than 1 for each of "
                f"{', '.join(BANDS)}"
            )
        if not 0 < self.usual_churn < 1:
            raise ScoringSettingsError(
                f"health.usual_churn: received {self.usual_churn}; expected more than 0 and less than 1"
            )
        if not 0 <= self.band_margin < self.yellow_from < self.green_from <= 100 - self.band_margin:
            raise ScoringSettingsError(
                f"health.yellow_from {self.yellow_from:g}, green_from {self.green_from:g}, band_margin "
                f"{self.band_margin:g}: expected 0 <= band_margin < yellow_from < green_from <= 100 - band_margin"
            )
        if self.segment not in SEGMENT_COLUMNS:
            raise ScoringSettingsError(
                f"health.segment: received {self.segment!r}; expected one of {', '.join(SEGMENT_COLUMNS)}"
            )
