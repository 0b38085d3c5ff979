"""What a digest says, before it is a mail."""

from dataclasses import dataclass, field, replace
from datetime import date


@dataclass(frozen=True)
class Figures:
    """Money of the quarter, in the corporate currency; None where there is no plan.

    Attributes:
        worst, commit, best: quantiles of what the quarter ends with; the commit is its median, the projection.
        gap: plan less booked.
    """

    name: str
    plan: float | None
    booked: float
    worst: float
    commit: float
    best: float
    gap: float | None

    @property
    def share(self) -> float | None:
        """Booked of the plan, 0 to 1 and above."""
        return self.booked / self.plan if self.plan else None


@dataclass(frozen=True)
class Week:
    """The quarter as it stood on a day."""

    day: date
    booked: float
    worst: float
    commit: float
    best: float


@dataclass(frozen=True)
class Item:
    """A line about a record.

    Attributes:
        record_id: the deal or account it is about; shown only to those who may see it.
        title, detail, owner: texts as the org has them: any text.
        amount: what it is worth, None where nothing is said.
        due: by when, None where nothing is said.
    """

    record_id: str
    title: str
    detail: str
    amount: float | None = None
    due: date | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Digest:
    """One person's digest.

    Attributes:
        user_id, name: of the person.
        team: whether it is about a team, or about the person's own deals.
        quarter: label of the fiscal quarter.
        whole: the whole of it.
        since: the day that the projection is compared with; None where there is none.
        moved: what moved the projection since then: word -> money, what is nought left out.
        plan_change: what the plan has become more since then, None where it stands.
        weeks: the quarter week by week, up to now.
        ends: the quarter's last day.
        segments: the parts; quantiles of parts do not add up to that of the whole.
        at_risk, actions: lines about records, the most important first.
        to_fix: what is missing in the data: kind -> records.
    """

    user_id: str
    name: str
    team: bool
    quarter: str
    whole: Figures
    since: date | None = None
    moved: dict[str, float] = field(default_factory=dict)
    plan_change: float | None = None
    weeks: tuple[Week, ...] = ()
    ends: date | None = None
    segments: tuple[Figures, ...] = ()
    at_risk: tuple[Item, ...] = ()
    actions: tuple[Item, ...] = ()
    to_fix: dict[str, int] = field(default_factory=dict)

    @property
    def change(self) -> float:
        """Of the projection since last week; what moved it adds up to it."""
        return sum(self.moved.values())

    def records(self) -> set[str]:
        """All records that it names."""
        return {item.record_id for item in (*self.at_risk, *self.actions)}

    def limited_to(self, readable: set[str], most: int) -> "Digest":
        """Without the lines about records that the person may not see, and at most so many of each kind."""

        def seen(items: tuple[Item, ...]) -> tuple[Item, ...]:
            return tuple(item for item in items if item.record_id in readable)[:most]

        return replace(self, at_risk=seen(self.at_risk), actions=seen(self.actions))
