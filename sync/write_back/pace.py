"""When to ask for the state of an ingest job: few questions, and not long after its end."""

from __future__ import annotations

import time
from typing import Any

from sync.client.jobs import Polling
from sync.client.org import Org
from sync.write_back import bulk

_FIRST_GUESS = 0.0002
"""Seconds per row of the first job; too early a question costs a call, too late a one costs time."""

_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.2, 60.0
_EARLIER, _MUCH_EARLIER = 0.8, 0.5
"""After a job that had ended before the first question: once a duration is known, and while it is still a guess."""

_AFTER = 0.15
"""The second question comes this share of the expected time after the first."""


class Pace:
    """Knows from the jobs before how long the next will take."""

    def __init__(self) -> None:
        self._seconds_per_row = _FIRST_GUESS
        self._learned = False

    def wait(self, org: Org, job_id: str, rows: int) -> dict[str, Any]:
        """The job in its final state; it carries so many rows. Raises JobFailed at the deadline."""
        calls, began = org.calls, time.monotonic()
        state = bulk.wait(org, job_id, self.polling(rows))
        self.learn(rows, time.monotonic() - began, questions=org.calls - calls)
        return state

    def polling(self, rows: int) -> Polling:
        """The first question when the job should have ended, then less and less often."""
        expected = min(_LONGEST_SECONDS, rows * self._seconds_per_row)
        following = expected * _AFTER if self._learned else expected
        return Polling(
            lead_seconds=expected,
            first_seconds=max(_SHORTEST_SECONDS, following),
            factor=2.0,
            cap_seconds=_LONGEST_SECONDS,
        )

    def learn(self, rows: int, seconds: float, *, questions: int) -> None:
        """A job of so many rows was seen to have ended after so long."""
        if questions > 1:
            self._seconds_per_row = seconds / max(rows, 1)
            self._learned = True
        else:
            self._seconds_per_row *= _EARLIER if self._learned else _MUCH_EARLIER
