"""Bulk API 2.0 jobs: following one to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sync.client.org import Org
from sync.errors import JobFailed

FINAL_STATES = frozenset({"JobComplete", "Failed", "Aborted"})


@dataclass(frozen=True)
class Polling:
    """When to ask for a job's state: after `lead_seconds`, soon again, since small jobs end soon, then less often."""

    lead_seconds: float = 0.0
    first_seconds: float = 0.05
    factor: float = 1.3
    cap_seconds: float = 5.0
    deadline_seconds: float = 3600.0

    def waits(self) -> Iterator[float]:
        """Seconds to wait between the questions."""
        wait = self.first_seconds
        while True:
            yield wait
            wait = min(self.cap_seconds, wait * self.factor)


QUERY_POLLING = Polling()
INGEST_POLLING = Polling(first_seconds=0.2, factor=2.0)


def follow(org: Org, path: str, polling: Polling) -> dict[str, Any]:
    """Ask for the job at `path` until it is in a final state; returns the job as the org shows it.

    Raises JobFailed when it is not in a final state at the deadline. The job itself goes on in the org.
    """
    give_up = time.monotonic() + polling.deadline_seconds
    if polling.lead_seconds:
        org.session.pause(polling.lead_seconds)
    for wait in polling.waits():
        job: dict[str, Any] = org.json("GET", path)
        if job["state"] in FINAL_STATES:
            return job
        if time.monotonic() + wait > give_up:
            raise JobFailed(
                f"bulk job {job['id']} is still {job['state']} after {polling.deadline_seconds:.0f} s: run again, the"
                " next run goes on with this job"
            )
        org.session.pause(wait)
    raise AssertionError("the waits never end")
