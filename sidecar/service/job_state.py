"""What became of each job: the state in which a restart finds it, and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sidecar.service.schedule import Job

_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=30)
_BUSY_WAIT = timedelta(seconds=15)
_PATIENCE = 3
"""Failures in a row of a kind that mends itself, after which a person is told."""


@dataclass(frozen=True)
class JobState:
    """A job's state; moments are aware.

    Attributes:
        done: the last slot that needs nothing more.
        running_since: set while it runs; still set after a restart: it was interrupted.
        finished_at: when it last ended well.
        failures: in a row.
        retry_at: not before this moment; None without a failure.
        alerted: whether a person was told of this row of failures.
        message: what it said last.
        wanted: somebody asked for it out of turn.
    """

    done: datetime
    running_since: datetime | None = None
    finished_at: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
    alerted: bool = False
    message: str = ""
    wanted: bool = False

    def begun(self, now: datetime) -> "JobState":
        """It runs."""
        return replace(self, running_since=now)

    def succeeded(self, job: Job, now: datetime, message: str) -> "JobState":
        """It ended well: all slots up to its beginning are done, however many were missed."""
        done = job.times.latest(self.running_since or now)
        return JobState(done=max(done, self.done), finished_at=now, message=message)

    def failed(self, now: datetime, message: str, *, for_a_person: bool) -> "JobState":
        """It failed; the wait doubles each time. `for_a_person`: no repeat will mend it."""
        failures = self.failures + 1
        wait = _LONGEST_WAIT if for_a_person else min(_FIRST_WAIT * 2 ** min(failures - 1, 10), _LONGEST_WAIT)
        alerted = self.alerted or for_a_person or failures >= _PATIENCE
        return replace(
            self, running_since=None, failures=failures, retry_at=now + wait, alerted=alerted, message=message
        )

    def put_off(self, now: datetime, message: str) -> "JobState":
        """Another process of ours has the mirror: no failure, only a short wait."""
        return replace(self, running_since=None, retry_at=now + _BUSY_WAIT, message=message)

    def interrupted(self) -> "JobState":
        """It was stopped, or its process was killed: it is as due as before."""
        return replace(self, running_since=None)

    def next_run(self, job: Job, now: datetime) -> datetime:
        """When it begins next, if nothing else is running then; `now` or earlier when it is due."""
        missed = self.done < job.times.latest(now)
        begin = now if missed or self.wanted else job.times.following(max(self.done, now))
        return max(begin, self.retry_at) if self.retry_at else begin

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file; moments in ISO 8601."""
        return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in asdict(self).items()}

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "JobState":
        """What `as_dict` gave. Raises KeyError, TypeError or ValueError for anything else."""
        moments = {"done", "running_since", "finished_at", "retry_at"}
        known = {field.name: value[field.name] for field in fields(cls)}
        read: dict[str, Any] = {n: datetime.fromisoformat(v) if n in moments and v else v for n, v in known.items()}
        return cls(**read)


def at_first_start(job: Job, now: datetime) -> JobState:
    """The state of a job that never ran: nothing was missed before the service was there."""
    slot = job.times.latest(now)
    return JobState(done=slot - timedelta(seconds=1) if job.at_first_start else slot)


def first_due(jobs: Sequence[Job], states: Mapping[str, JobState], now: datetime) -> Job | None:
    """The job to run now: of those that are due the first in order; None when none is."""
    return next((job for job in jobs if states[job.name].next_run(job, now) <= now), None)
