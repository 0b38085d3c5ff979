"""Thresholds and strengths of the deal scores and the projection, in one place."""

from dataclasses import dataclass

from scoring.errors import ScoringSettingsError

RISK_TAGS = (
    *("Stalled", "Slipping", "Single-threaded", "No next step"),
    *("Pushed 3 times", "Past close date", "Low win rate", "Missing data"),
)


@dataclass(frozen=True)
class DealSettings:
    """Settings of `score_deals` and `project_quarter`.

    Attributes:
        default_deals: the stages' default percentages weigh as much as this many closed deals.
        strength_floor, strength_ceiling: bounds of the estimated pull (in deals) towards the parent rate.
        confident_deals, some_deals: effective closed deals needed for High and for Medium confidence.
        history_deals: closed deals in all before any confidence is more than Low.
        quarter_month: a month (1..12) in which a fiscal quarter begins.
        demo_words: an activity whose subject holds one of these words is a demo.
        age_deals: closed deals that stayed at least as long, before a long stay counts.
        benchmark_deals: won deals needed before a stage benchmark is used for risk tags.
        segment_benchmark_deals: won deals needed before a segment has a stage benchmark of its own.
        time_deals: the time to win of all stages weighs as much as this many won deals of the stage.
        default_days_to_win: days from stage entry to win where no deal was ever won.
        stalled_days: a deal is not called stalled before this many days, whatever won deals took.
        stalled_without_history_days: the same where no benchmark exists.
        slipping_days: total move of the close date, in days, that counts as slipping.
        pushes: moves of the close date that count as pushed repeatedly.
        contacts: contact roles a deal needs not to be single-threaded.
        used_share: share of open deals that must fill in a field before its absence is a risk.
        low_rate_share: a win probability under this share of the base rate is low.
    """

    quarter_month: int = 1
    demo_words: tuple[str, ...] = ("demo",)
    default_deals: float = 5.0
    strength_floor: float = 2.0
    strength_ceiling: float = 2000.0
    confident_deals: float = 100.0
    some_deals: float = 30.0
    history_deals: int = 201
    age_deals: int = 20
    benchmark_deals: int = 5
    segment_benchmark_deals: int = 20
    time_deals: float = 10.0
    default_days_to_win: float = 90.0
    stalled_days: int = 14
    stalled_without_history_days: int = 60
    slipping_days: int = 30
    pushes: int = 3
    contacts: int = 2
    used_share: float = 0.05
    low_rate_share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.strength_floor < self.strength_ceiling:
            raise ScoringSettingsError(
                f"strength_floor {self.strength_floor} and strength_ceiling {self.strength_ceiling}: "
                "expected 0 < strength_floor < strength_ceiling"
            )
        for name in ("default_deals", "time_deals", "default_days_to_win"):
            if getattr(self, name) <= 0:
                raise ScoringSettingsError(f"{name} {getattr(self, name)}: expected more than 0")
