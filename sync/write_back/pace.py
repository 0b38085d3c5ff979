"""When to ask for the state of an ingest job: few questions, and not long after its end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sync.client.jobs import Waits
from sync.client.org import Org
from sync.write_back import bulk

_FIRST_LOOK = 0.00005
"""Seconds per row before the first question of the first job: few orgs are faster, and it shows how far the job is."""

_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.1, 60.0
_LATER, _MUCH_LATER = 0.15, 1.2
"""The second question comes this share of the expected time after the first: once a duration is known, and before."""

_LONGER = 2.5
"""Every further wait, while nobody tells how far the job is."""

_TOWARDS_THE_END = 0.85
"""Share of the time that seems to be left, after which the next question comes: closer, and seldom too late."""

_EARLIER = 0.8
"""After a job that had ended before the first question, nobody knows when, the next is asked for earlier."""


class Pace:
    """Knows from the jobs before how long the next will take."""

    def __init__(self) -> None:
        self._seconds_per_row: float | None = None
        self._last_end = 0.0

    def wait(self, org: Org, job_id: str, rows: int, handed_over: float) -> dict[str, Any]:
        """The job in its final state; it carries `rows` rows and was handed over at `handed_over` (`time.monotonic`).

        It counts from when the job before had ended, since the org may work on one after the other. Raises JobFailed
        at the deadline.
        """
        questions = _Questions(rows, max(handed_over, self._last_end), self._seconds_per_row)
        state = bulk.wait(org, job_id, questions)
        self._last_end = time.monotonic()
        seconds = questions.duration(self._last_end, int(state.get("totalProcessingTime") or 0) / 1000)
        self._seconds_per_row = seconds / max(rows, 1)
        return state


@dataclass
class _Questions:
    """For one job that began at `began`; `seconds_per_row` is None before anything is known."""

    rows: int
    began: float
    seconds_per_row: float | None
    deadline_seconds: float = 3600.0
    _unfinished: float = field(default=0.0)

    def waits(self) -> Waits:
        """First as long as the job should take; then as its progress says, or less and less often."""
        expected = min(_LONGEST_SECONDS, self.rows * (self.seconds_per_row or _FIRST_LOOK))
        wait = expected * (_LATER if self.seconds_per_row else _MUCH_LATER)
        job = yield max(0.0, self.began + expected - time.monotonic())
        while True:
            spent = self._unfinished = time.monotonic() - self.began
            done = int(job.get("numberRecordsProcessed") or 0)
            if 0 < done < self.rows:
                wait = max(0.05 * spent, spent * (self.rows - done) / done * _TOWARDS_THE_END)
            wait = min(_LONGEST_SECONDS, max(_SHORTEST_SECONDS, wait))
            job = yield wait
            wait *= _LONGER

    def duration(self, end: float, reported: float) -> float:
        """How long the job took, as far as it can be known: it went on when the last question but one was answered,
        the org reports what it worked on it, and at `end` it was over."""
        spent = end - self.began
        return min(spent, max(self._unfinished, reported, _EARLIER * spent))
