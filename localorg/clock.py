"""The org's clock: the machine's time, or a moment that was set."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class Clock:
    """Tells the org's time; once set it stands still until it is advanced, set again or released."""

    def __init__(self, moment: datetime | None = None) -> None:
        self._moment: datetime | None = None
        if moment is not None:
            self.set(moment)

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._moment if self._moment is not None else datetime.now(UTC)

    def set(self, moment: datetime) -> None:
        """Stop the clock at a moment. Raises ValueError for a moment without a time zone."""
        if moment.tzinfo is None:
            raise ValueError(f"the clock needs a moment with a time zone, got {moment.isoformat()}")
        self._moment = moment.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock and leave it standing there."""
        self._moment = self.now() + by

    def release(self) -> None:
        """Go on with the machine's time."""
        self._moment = None

    def today(self, time_zone: str = "UTC") -> date:
        """The present day in a time zone (an IANA name)."""
        return self.now().astimezone(ZoneInfo(time_zone)).date()

    def stamp(self) -> str:
        """The present moment as the store writes datetimes."""
        return stamp(self.now())


def stamp(moment: datetime) -> str:
    """A moment as the store writes datetimes: `2026-01-02T03:04:05.000Z`, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
