"""Thresholds of the actions, in one place."""

from dataclasses import dataclass, fields

from scoring.errors import ScoringSettingsError


@dataclass(frozen=True)
class ActionSettings:
    """Settings of `actions` and `follow_up`.

    Attributes:
        stage_share: a deal is far enough to be pulled in from this share of the org's open stages on, 0..1.
        likely: win probability (0..1) from which a deal is worth pulling in.
        pull_in_days: a deal whose close date lies further behind the quarter's end is not pulled in.
        commit_category: the forecast category that means commit.
        commit_probability: a committed deal less likely (0..1) to be won in the quarter is at risk.
        critical_days: a committed deal at risk that closes within these days is critical.
        renewal_days: a renewal without next step is named within these days.
        coverage_days: with fewer days left in the quarter new pipeline comes too late to be asked for.
        coverage_share: pipeline is asked for where it misses more than this share (0..1) of the gap.
        high_share: an action worth this share (0..1) of its owner's gap is High.
        due_days: days until an action of each priority is due: Critical, High, Medium.
        per_record: most actions about one deal.
        per_owner: most actions of one person.
        outcome_days: a handled action whose cause is still there so many days later has changed nothing.
        keep_days: a closed action is kept for so long after it ended.
    """

    stage_share: float = 0.4
    likely: float = 0.5
    pull_in_days: int = 92
    commit_category: str = "Commit"
    commit_probability: float = 0.5
    critical_days: int = 30
    renewal_days: int = 90
    coverage_days: int = 30
    coverage_share: float = 0.1
    high_share: float = 0.1
    due_days: tuple[int, int, int] = (2, 5, 10)
    per_record: int = 2
    per_owner: int = 25
    outcome_days: int = 30
    keep_days: int = 180

    def __post_init__(self) -> None:
        for name in ("stage_share", "likely", "commit_probability", "coverage_share", "high_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ScoringSettingsError(f"{name} {getattr(self, name)}: expected 0 to 1")
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, int) and value < 1:
                raise ScoringSettingsError(f"{item.name} {value}: expected 1 or more")
