"""Executes a Bulk ingest: reads the uploaded CSV, writes its rows, and keeps what became of each."""

from __future__ import annotations

import csv
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.bulk_csv import DELIMITERS, LINE_ENDS
from localorg.http.jobs import Job, Jobs
from localorg.http.writes import Operation, Writer
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.store.records import RowResult

ROWS_AT_ONCE = 2_000
NULL = "#N/A"
UPLOAD = "upload.csv"
SUCCESSFUL, FAILED = "successful.csv", "failed.csv"

Line = list[str]


@dataclass(frozen=True)
class Upload:
    """The CSV a client sent: its column names, and its rows one after the other."""

    file: Path
    delimiter: str

    def lines(self) -> Iterator[Line]:
        """All lines, the header first. Raises OrgError InvalidBatch for what is no CSV."""
        try:
            with self.file.open(encoding="utf-8", newline="") as file:
                yield from csv.reader(file, delimiter=self.delimiter, strict=True)
        except (csv.Error, UnicodeDecodeError) as error:
            raise OrgError("InvalidBatch", f"Failed to parse CSV. {error}") from error

    def header(self) -> Line:
        """The column names, none for an empty upload."""
        return next(self.lines(), [])

    def rows(self, first: int = 0) -> Iterator[Line]:
        """The rows from number `first` on."""
        return itertools.islice((line for line in self.lines() if line), first + 1, None)


def upload_of(jobs: Jobs, job: Job) -> Upload:
    """The data of an ingest job."""
    return Upload(jobs.folder(job) / UPLOAD, DELIMITERS[job.text("columnDelimiter")])


def ingest(org: LocalOrg, jobs: Jobs, writer: Writer, job: Job, user: User, stopped: threading.Event) -> None:
    """Write the rows of a job that are not written yet; when `stopped` is set, leave the rest for the next start.

    Raises OrgError when the data as a whole cannot be taken.
    """
    sobject = org.schema.get(job.text("object"))
    if sobject is None:
        raise OrgError("InvalidJob", f"the object {job.text('object')} is gone")
    upload = upload_of(jobs, job)
    if job.state == "UploadComplete":
        _check(upload, job, sobject, user)
        job = jobs.update(job, state="InProgress")
    results = _Results(jobs.folder(job), job)
    began, spent = time.monotonic(), job.number("totalProcessingTime")
    rows = upload.rows(first=job.number("numberRecordsProcessed"))
    header = upload.header()
    while chunk := list(itertools.islice(rows, ROWS_AT_ONCE)):
        if stopped.is_set() or jobs.state(job) == "Aborted":
            return
        # The rows and the job's account of them are one transaction: a crash can neither lose nor repeat a row.
        with org.database.writer():
            written = writer.write(
                user,
                cast(Operation, job.text("operation")),
                sobject,
                [_row(header, line) for line in chunk],
                key=job.text("externalIdFieldName") or "Id",
            )
            results.add(chunk, written)
            failed = sum(not each.success for each in written)
            progress = {
                "numberRecordsProcessed": job.number("numberRecordsProcessed") + len(chunk),
                "numberRecordsFailed": job.number("numberRecordsFailed") + failed,
                "totalProcessingTime": spent + int((time.monotonic() - began) * 1000),
            }
            job = jobs.update(job, progress=progress | results.sizes())
    jobs.update(job, state="JobComplete")


def _check(upload: Upload, job: Job, sobject: SObject, user: User) -> None:
    """Read the whole upload once. Raises OrgError InvalidBatch for an unknown column or a broken line."""
    header = upload.header()
    with upload.file.open("rb") as file:
        ends_with_crlf = file.readline().endswith(b"\r\n")
    if header and ends_with_crlf != (job.text("lineEnding") == "CRLF"):
        setting = job.text("lineEnding")
        raise OrgError(
            "ClientInputError", f"LineEnding is invalid on user data. Current LineEnding setting is {setting}"
        )
    for name in header:
        if not _is_column(name, sobject, user):
            raise OrgError("InvalidBatch", f"Field name not found : {name}")
    for number, line in enumerate(upload.rows(), start=2):
        if len(line) != len(header):
            message = f"Failed to parse CSV. Line {number} has {len(line)} fields, the header has {len(header)}"
            raise OrgError("InvalidBatch", message)


def _is_column(name: str, sobject: SObject, user: User) -> bool:
    parent, dot, _ = name.rpartition(".")
    if dot:  # Account.Key__c, or Lead:Owner.Key__c
        reference = sobject.relationship(parent.rpartition(":")[2])
        return reference is not None and user.may_read(sobject.name, reference.name)
    field = sobject.field(name)
    return field is not None and user.may_read(sobject.name, field.name)


def _row(header: Line, line: Line) -> dict[str, object]:
    """A line as a record: an empty value says nothing, #N/A clears, a dotted column names a parent by its key."""
    row: dict[str, object] = {}
    for name, value in zip(header, line, strict=True):
        if value == "":
            continue
        given = None if value == NULL else value
        parent, dot, key = name.rpartition(".")
        if dot:
            row[parent.rpartition(":")[2]] = None if given is None else {key: given}
        else:
            row[name] = given
    return row


class _Results:
    """The files of a job's successful and failed rows, without header."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._files = {name: folder / name for name in (SUCCESSFUL, FAILED)}
        self._delimiter = DELIMITERS[job.text("columnDelimiter")]
        self._line_end = LINE_ENDS[job.text("lineEnding")]
        for name, file in self._files.items():  # what was written after the last finished transaction is void
            file.touch()
            with file.open("r+b") as opened:
                opened.truncate(job.number(_size_key(name)))

    def add(self, lines: Sequence[Line], results: Sequence[RowResult]) -> None:
        """Note what became of each line."""
        by_file: dict[str, list[Line]] = {SUCCESSFUL: [], FAILED: []}
        for line, result in zip(lines, results, strict=True):
            if result.success:
                by_file[SUCCESSFUL].append([result.id or "", "true" if result.created else "false", *line])
            else:
                by_file[FAILED].append([result.id or "", _error_text(result.errors), *line])
        for name, noted in by_file.items():
            with self._files[name].open("a", encoding="utf-8", newline="") as file:
                written = csv.writer(
                    file, quoting=csv.QUOTE_ALL, delimiter=self._delimiter, lineterminator=self._line_end
                )
                written.writerows(noted)

    def sizes(self) -> dict[str, int]:
        """The files' lengths in bytes, for the job's account."""
        return {_size_key(name): file.stat().st_size for name, file in self._files.items()}


def _size_key(name: str) -> str:
    return f"bytes {name}"


def _error_text(errors: Sequence[OrgError]) -> str:
    """`CODE:message:fields--`, one after the other."""
    return ";".join(
        f"{error.code}:{error.message}:{', '.join(error.fields)}{' ' if error.fields else ''}--" for error in errors
    )
