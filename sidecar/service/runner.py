"""Runs what is due, one job after the other, and keeps what became of it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Lock

import sync
from sidecar.errors import MassChangeError, SidecarError
from sidecar.failure import in_words
from sidecar.service.job_memory import JobMemory
from sidecar.service.job_state import JobState, at_first_start, first_due
from sidecar.service.schedule import Job
from sidecar.service.stopping import StopRequested
from sync.client.login import Unreachable

_log = logging.getLogger(__name__)

Task = Callable[[], str]
"""Does a job; returns what there is to say of it."""

Alert = Callable[[str, str], None]
"""Tells a person: subject, text."""


class Runner:
    """The jobs, what they do and what became of them.

    Args:
        jobs: in order of preference, where several are due.
        tasks: by the name of the job.
        memory: knows all of the jobs.
        alert: told once of each row of failures, and of its end.
        stop: set when the service stops; what fails from then on was interrupted.
        now: the clock.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        tasks: Mapping[str, Task],
        memory: JobMemory,
        alert: Alert,
        *,
        stop: Event,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.jobs = tuple(jobs)
        self.memory = memory
        self.now = now
        self._tasks = tasks
        self._alert = alert
        self._stop = stop
        self._running = Lock()

    def run_due(self) -> Job | None:
        """Run the job that is due, if any; returns it. Does nothing while another one runs.

        Raises:
            StopRequested: the service stops; the job stays due.
        """
        if self._stop.is_set() or not self._running.acquire(blocking=False):
            return None
        try:
            job = first_due(self.jobs, self.memory.all(), self.now())
            if job is not None:
                self._run(job)
            return job
        finally:
            self._running.release()

    def alone(self, work: Callable[[], object]) -> None:
        """Do something beside the jobs, but at no time when one runs or the service stops."""
        if not self._stop.is_set() and self._running.acquire(blocking=False):
            try:
                work()
            finally:
                self._running.release()

    def want(self, name: str) -> bool:
        """Ask for a job out of turn; False while it runs already. Raises KeyError for a name that is none."""
        state = self.memory[name]
        if state.running_since is not None:
            return False
        self.memory.keep(name, replace(state, wanted=True, retry_at=None))
        return True

    def next_runs(self) -> dict[str, datetime]:
        """When each job begins next, if none runs too long before it."""
        now = self.now()
        return {job.name: self.memory[job.name].next_run(job, now) for job in self.jobs}

    def reschedule(self, jobs: Sequence[Job]) -> None:
        """Give the jobs other times, as when the org's time zone becomes known.

        What was done stays done; a job that has not yet run at all starts for the first time again.
        """
        self.jobs = tuple(jobs)
        for job in self.jobs:
            state = self.memory[job.name]
            if state == JobState(done=state.done):
                self.memory.keep(job.name, at_first_start(job, self.now()))

    def ends_within(self, seconds: float) -> bool:
        """Wait until no job runs; False when one still does after so long. From then on none begins any more."""
        return self._running.acquire(timeout=seconds)

    def _run(self, job: Job) -> None:
        state = self.memory[job.name].begun(self.now())
        self.memory.keep(job.name, state)
        _log.info("%s begins", job.name)
        try:
            message = self._tasks[job.name]()
        except StopRequested:
            self.memory.keep(job.name, state.interrupted())
            _log.info("%s was stopped; it goes on at the next start", job.name)
            raise
        except sync.MirrorBusy as error:
            self.memory.keep(job.name, state.put_off(self.now(), str(error)))
            _log.info("%s waits: %s", job.name, error)
        except Exception as error:
            if self._stop.is_set():  # the org of this machine was stopped under it, say
                self.memory.keep(job.name, state.interrupted())
                raise StopRequested from error
            self._failed(job, state, error)
        else:
            self.memory.keep(job.name, state.succeeded(job, self.now(), message))
            _log.info("%s is done: %s", job.name, message)
            if state.alerted:
                self._alert(f"{job.name} works again", message)

    def _failed(self, job: Job, state: JobState, error: Exception) -> None:
        known = in_words(error)
        text = known or f"{type(error).__name__}: {error}"
        failed = state.failed(self.now(), text, for_a_person=_needs_a_person(error))
        self.memory.keep(job.name, failed)
        _log.error("%s failed: %s", job.name, text, exc_info=None if known else error)
        if failed.alerted and not state.alerted:
            self._alert(f"{job.name} fails", text)


def _needs_a_person(error: Exception) -> bool:
    """Whether no repeat will mend it: settings, permissions, a mass write to confirm, a full disk, a bug of ours."""
    if isinstance(error, Unreachable):  # a night without network looks like a wrong address
        return False
    if isinstance(error, sync.ConfigurationError | MassChangeError):
        return True
    return not isinstance(error, sync.SyncError | SidecarError)
