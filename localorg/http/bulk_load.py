"""Executes a Bulk ingest: writes the rows of the uploaded CSV and keeps what became of each."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.bulk_columns import RowMaker, check_columns
from localorg.http.bulk_contention import Contention
from localorg.http.bulk_csv import DELIMITERS
from localorg.http.bulk_outcomes import Outcomes
from localorg.http.bulk_upload import Line, Upload
from localorg.http.jobs import Job, Jobs
from localorg.http.writes import Operation, Writer
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.store.records import RowResult

BATCH_ROWS = 10_000  # an inner batch
ROWS_AT_ONCE = 2_000  # one transaction; inner batches are whole multiples of it
UPLOAD = "upload.csv"


@dataclass(frozen=True)
class Patience:
    """How long an inner batch may take before the rest of it is tried again, and how often that may happen in a job."""

    seconds: float = 300.0
    retries: int = 20


@dataclass(frozen=True)
class Hindrance:
    """What was ordered to go wrong with a job."""

    abort_half_way: bool = False
    contention: bool = False


@dataclass(frozen=True)
class Ingester:
    """Executes ingest jobs. When `stopped` is set, it leaves the rest of a job for the next start."""

    org: LocalOrg
    jobs: Jobs
    writer: Writer
    stopped: threading.Event
    patience: Patience = Patience()

    def execute(self, job: Job, user: User, hindrance: Hindrance = Hindrance()) -> None:
        """Write the rows of a job that are not written yet.

        Raises OrgError when the data as a whole cannot be taken, or when it takes too long.
        """
        sobject = self.org.schema.get(job.text("object"))
        if sobject is None:
            raise OrgError("InvalidJob", f"the object {job.text('object')} is gone")
        upload = upload_of(self.jobs, job)
        if job.state == "UploadComplete":
            check_columns(upload, job, sobject, user)
            rows = upload.check()
            facts = {"contention": hindrance.contention, "abortAfter": rows // 2 if hindrance.abort_half_way else None}
            job = self.jobs.update(job, state="InProgress", progress=facts)
        _Run(self, job, user, sobject, upload).execute()


def upload_of(jobs: Jobs, job: Job) -> Upload:
    """The data of an ingest job."""
    return Upload(jobs.folder(job) / UPLOAD, DELIMITERS[job.text("columnDelimiter")])


class _Run:
    """One job being written."""

    def __init__(self, ingester: Ingester, job: Job, user: User, sobject: SObject, upload: Upload) -> None:
        self._ingester = ingester
        self._job = job
        self._user = user
        self._sobject = sobject
        self._upload = upload
        self._key = job.text("externalIdFieldName") or "Id"
        self._rows = RowMaker(upload.header())
        self._outcomes = Outcomes(ingester.jobs.folder(job), job)
        self._batch_seconds = 0.0

    def execute(self) -> None:
        """Write what is not written yet."""
        jobs, done = self._ingester.jobs, self._job.number("numberRecordsProcessed")
        contention = self._contention(done)
        for lines in self._upload.lines(done, ROWS_AT_ONCE):
            if self._ingester.stopped.is_set() or jobs.state(self._job) == "Aborted":
                return
            last = self._job.progress.get("abortAfter")
            part = lines if not isinstance(last, int) else lines[: max(last - done, 0)]
            began = time.monotonic()
            if part:
                self._write(part, contention, done // BATCH_ROWS)
            done += len(part)
            if len(part) < len(lines):
                self._job = jobs.update(self._job, state="Aborted")
                return
            self._mind_time(time.monotonic() - began, done)
        self._job = jobs.update(self._job, state="JobComplete")

    def _write(self, lines: Sequence[Line], contention: Contention | None, batch: int) -> None:
        """Write rows and note what became of them.

        Both are one transaction: a crash can neither lose nor repeat a row.
        """
        began = time.monotonic()
        job = self._job
        rows = [self._rows.row(line) for line in lines]
        refused = contention.locked(batch, rows) if contention else {}
        free = [row for place, row in enumerate(rows) if place not in refused] if refused else rows

        def note(written: Sequence[RowResult]) -> None:
            rest = iter(written)
            results = [refused[place] if place in refused else next(rest) for place in range(len(rows))]
            progress = {
                "numberRecordsProcessed": job.number("numberRecordsProcessed") + len(lines),
                "numberRecordsFailed": job.number("numberRecordsFailed") + sum(not each.success for each in results),
                **self._outcomes.add(lines, results),
                "totalProcessingTime": job.number("totalProcessingTime") + int((time.monotonic() - began) * 1000),
            }
            self._job = self._ingester.jobs.update(job, progress=progress)

        # The write may have to wait for locks, so the transaction is its own and takes the account along.
        operation = cast(Operation, job.text("operation"))
        self._ingester.writer.write(self._user, operation, self._sobject, free, key=self._key, also=note)

    def _contention(self, done: int) -> Contention | None:
        """Who holds which account, when contention was ordered; after a restart what came before is gone through."""
        if not self._job.progress.get("contention"):
            return None
        contention = Contention(self._ingester.org, self._sobject, self._key)
        place = 0
        for lines in self._upload.lines(0, ROWS_AT_ONCE):
            if place >= done:
                break
            contention.locked(place // BATCH_ROWS, [self._rows.row(line) for line in lines[: done - place]])
            place += len(lines)
        return contention

    def _mind_time(self, seconds: float, done: int) -> None:
        """Count a retry when the rest of an inner batch has to be tried again. Raises OrgError after the last."""
        if done % BATCH_ROWS == 0:
            self._batch_seconds = 0.0
            return
        self._batch_seconds += seconds
        patience = self._ingester.patience
        if self._batch_seconds <= patience.seconds:
            return
        self._batch_seconds = 0.0
        retries = self._job.number("retries") + 1
        if retries > patience.retries:
            raise OrgError("Timeout", f"An inner batch was not done after {patience.retries} retries")
        self._job = self._ingester.jobs.update(self._job, progress={"retries": retries})
