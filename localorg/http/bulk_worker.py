"""Executes Bulk jobs in the background, queries and ingests side by side; a restart goes on with unfinished jobs."""

from __future__ import annotations

import contextlib
import logging
import threading

from localorg.errors import OrgError
from localorg.faults import Faults
from localorg.http.bulk_export import Watch, export
from localorg.http.bulk_load import Hindrance, Ingester, Patience
from localorg.http.jobs import Job, Jobs
from localorg.http.writes import Writer
from localorg.org import LocalOrg

_log = logging.getLogger(__name__)


class BulkWorker:
    """The threads; `start()` them once, `stop()` at the end."""

    def __init__(
        self, org: LocalOrg, jobs: Jobs, writer: Writer, faults: Faults, patience: Patience | None = None
    ) -> None:
        self._org = org
        self._jobs = jobs
        self._faults = faults
        self._stopped = threading.Event()
        self._ingester = Ingester(org, jobs, writer, self._stopped, patience or Patience())
        self._work = {kind: threading.Event() for kind in ("query", "ingest")}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin with the jobs that wait."""
        for kind in self._work:
            thread = threading.Thread(target=self._run, args=(kind,), name=f"bulk-{kind}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def wake(self) -> None:
        """Look for new jobs now."""
        for event in self._work.values():
            event.set()

    def stop(self) -> None:
        """Stop after the rows at hand and wait for it."""
        self._stopped.set()
        self.wake()
        for thread in self._threads:
            thread.join()

    def execute(self, job: Job) -> None:
        """Execute a job to its end, whatever becomes of it."""
        try:
            if failure := self._faults.take("job"):
                message = failure.message or "Internal error encountered while processing the job"
                raise OrgError("InternalServerError", message)
            user = self._org.user(job.user_id)
            if job.kind == "query":
                job = self._jobs.update(job, state="InProgress")
                watch = Watch(self._jobs, job, self._stopped, self._faults.take("job_abort") is not None)
                export(self._org, self._jobs, job, user, watch)
            else:
                self._ingester.execute(job, user, self._hindrance(job))
        except OrgError as error:
            self._fail(job, f"{error.code} : {error.message}")
        except Exception:
            _log.exception("job %s", job.id)
            self._fail(job, "Unknown : an unexpected error occurred; its cause is in the local org's log")

    def _hindrance(self, job: Job) -> Hindrance:
        """What is ordered to go wrong with the next ingest job; a job that goes on has its own already."""
        if job.state != "UploadComplete":
            return Hindrance()
        take = self._faults.take
        return Hindrance(abort_half_way=take("job_abort") is not None, contention=take("contention") is not None)

    def _fail(self, job: Job, message: str) -> None:
        # A job that was aborted and deleted while it ran is gone, and nobody asks for its state any more.
        with contextlib.suppress(OrgError):
            self._jobs.update(job, state="Failed", progress={"errorMessage": message})

    def _run(self, kind: str) -> None:
        while not self._stopped.is_set():
            self._work[kind].clear()
            for job in self._jobs.waiting():
                if job.kind == kind and not self._stopped.is_set():
                    self.execute(job)
            self._work[kind].wait()
