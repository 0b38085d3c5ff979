"""Bulk API 2.0 jobs: following one to its end."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sync.client.org import Org
from sync.errors import JobFailed

FINAL_STATES = frozenset({"JobComplete", "Failed", "Aborted"})

Waits = Generator[float, Mapping[str, Any], None]
"""Seconds to wait before each question for a job; each wait but the first is told what the org showed last."""


class Questions(Protocol):
    """When to ask for a job's state, and how long at all."""

    @property
    def deadline_seconds(self) -> float:
        """After that the job is given up for this run."""

    def waits(self) -> Waits:
        """The waits, without an end."""


@dataclass(frozen=True)
class Polling:
    """Asks at once and soon again, since small jobs end soon, then less often."""

    first_seconds: float = 0.05
    factor: float = 1.3
    cap_seconds: float = 5.0
    deadline_seconds: float = 3600.0

    def waits(self) -> Waits:
        """None before the first question, whatever the org shows."""
        yield 0.0
        wait = self.first_seconds
        while True:
            yield wait
            wait = min(self.cap_seconds, wait * self.factor)


QUERY_POLLING = Polling()
INGEST_POLLING = Polling(first_seconds=0.2, factor=2.0)


def follow(org: Org, path: str, questions: Questions) -> dict[str, Any]:
    """Ask for the job at `path` until it is in a final state; returns the job as the org shows it.

    Raises JobFailed when it is not in a final state at the deadline. The job itself goes on in the org.
    """
    give_up = time.monotonic() + questions.deadline_seconds
    waits = questions.waits()
    wait = next(waits)
    while True:
        if wait:
            org.session.pause(wait)
        job: dict[str, Any] = org.json("GET", path)
        if job["state"] in FINAL_STATES:
            return job
        wait = waits.send(job)
        if time.monotonic() + wait > give_up:
            raise JobFailed(
                f"bulk job {job['id']} is still {job['state']} after {questions.deadline_seconds:.0f} s: run again, the"
                " next run goes on with this job"
            )
