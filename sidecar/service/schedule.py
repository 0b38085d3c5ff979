"""When jobs are to begin: pure functions of a moment, in the wall time of the org."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


class Times(Protocol):
    """The moments at which a job is to begin, its slots. All moments are aware, and given back in UTC."""

    def latest(self, now: datetime) -> datetime:
        """The last slot at or before a moment."""

    def following(self, now: datetime) -> datetime:
        """The first slot after a moment."""


@dataclass(frozen=True)
class Every:
    """Slots a fixed time apart, counted from a moment that all restarts share."""

    interval: timedelta

    def latest(self, now: datetime) -> datetime:
        """The last slot at or before a moment."""
        epoch = datetime(2000, 1, 1, tzinfo=UTC)
        return epoch + (now - epoch) // self.interval * self.interval

    def following(self, now: datetime) -> datetime:
        """The first slot after a moment."""
        return self.latest(now) + self.interval


@dataclass(frozen=True)
class Daily:
    """One slot a day (or a week) at a wall time.

    Attributes:
        at: wall time.
        zone: whose wall time.
        weekday: 0 is Monday; None for every day.

    Where the clock is put forward over that time the slot is as much later as the gap is long; where it is put back
    and the time comes twice, the slot is the first. So each day has exactly one.
    """

    at: time
    zone: ZoneInfo
    weekday: int | None = None

    def latest(self, now: datetime) -> datetime:
        """The last slot at or before a moment."""
        day = now.astimezone(self.zone).date()
        while not self._is_slot(day.weekday()) or self._slot(datetime.combine(day, self.at)) > now:
            day -= _DAY
        return self._slot(datetime.combine(day, self.at))

    def following(self, now: datetime) -> datetime:
        """The first slot after a moment."""
        day = now.astimezone(self.zone).date()
        while not self._is_slot(day.weekday()) or self._slot(datetime.combine(day, self.at)) <= now:
            day += _DAY
        return self._slot(datetime.combine(day, self.at))

    def _is_slot(self, weekday: int) -> bool:
        return self.weekday is None or weekday == self.weekday

    def _slot(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.zone).astimezone(UTC)


@dataclass(frozen=True)
class Job:
    """Something to be done at its slots.

    Attributes:
        name: unique, as people see it.
        times: its slots.
        at_first_start: whether the slot before the very first start counts as missed.
    """

    name: str
    times: Times
    at_first_start: bool = False
