"""The org's API limits: calls of the last 24 hours, `Sforce-Limit-Info`, `/limits` and `/limits/recordCount`."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from pathlib import Path

from flask import Blueprint, Response, request

from localorg.clock import stamp
from localorg.errors import OrgError
from localorg.http.body import json_response
from localorg.http.jobs import Jobs
from localorg.http.session import current_user
from localorg.org import LocalOrg
from localorg.soql.scope import quoted

_HOUR = 3600
_HOURS = 24
_SAVE_EVERY = 2.0  # seconds
_ROW_KILOBYTES = 2  # what a record of nearly any object counts, whatever is in it
_STORAGE_MEGABYTES = 10_240
_JOB_MEGABYTES = 976_562
_MOST_JOBS, _MOST_BATCHES = 10_000, 15_000
_BATCH_ROWS = 10_000
_MEGABYTE = 2**20
# Limits that nothing here uses up.
_UNUSED = {
    "ActiveScratchOrgs": 6,
    "DailyAsyncApexExecutions": 250_000,
    "DailyDeliveredPlatformEvents": 10_000,
    "DailyDurableStreamingApiEvents": 10_000,
    "DailyStandardVolumePlatformEvents": 10_000,
    "DailyStreamingApiEvents": 10_000,
    "DailyWorkflowEmails": 100,
    "DurableStreamingApiConcurrentClients": 20,
    "FileStorageMB": 1_024,
    "HourlyPublishedPlatformEvents": 50_000,
    "HourlyPublishedStandardVolumePlatformEvents": 1_000,
    "HourlyTimeBasedWorkflow": 50,
    "MassEmail": 10,
    "MonthlyPlatformEventsUsageEntitlement": 0,
    "SingleEmail": 15,
    "StreamingApiConcurrentClients": 20,
}


class CallCounter:
    """API calls by the hour; kept in a file, so that a restart does not forget the day."""

    def __init__(self, file: Path, maximum: int) -> None:
        self.maximum = maximum
        self._file = file
        self._lock = threading.Lock()
        self._saved = 0.0
        self._hours: dict[int, int] = {}
        if file.is_file():
            self._hours = {int(hour): calls for hour, calls in json.loads(file.read_text()).items()}

    @property
    def used(self) -> int:
        """Calls of the last 24 hours."""
        oldest = self._hour() - _HOURS
        return sum(calls for hour, calls in list(self._hours.items()) if hour > oldest)

    def count(self) -> None:
        """Take one call into account. Raises OrgError REQUEST_LIMIT_EXCEEDED (403) when none is left."""
        if self.used >= self.maximum:
            raise OrgError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
        with self._lock:
            hour = self._hour()
            self._hours[hour] = self._hours.get(hour, 0) + 1
            if time.monotonic() - self._saved > _SAVE_EVERY:
                self._save()

    def save(self) -> None:
        """Write the counter down."""
        with self._lock:
            self._save()

    def _save(self) -> None:
        oldest = self._hour() - _HOURS
        self._hours = {hour: calls for hour, calls in self._hours.items() if hour > oldest}
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(self._hours))
        part.replace(self._file)
        self._saved = time.monotonic()

    @staticmethod
    def _hour() -> int:
        return int(time.time()) // _HOUR


def blueprint(org: LocalOrg, counter: CallCounter, jobs: Jobs) -> Blueprint:
    """`/limits` and `/limits/recordCount`."""
    pages = Blueprint("limits", __name__)

    @pages.get("/limits")
    def limits() -> Response:
        used = _of_jobs(org, jobs) | {"DailyApiRequests": (counter.maximum, counter.used)}
        used |= {"DataStorageMB": (_STORAGE_MEGABYTES, _stored_kilobytes(org) // 1_024)}
        found: dict[str, object] = {name: _limit(most, count) for name, (most, count) in used.items()}
        found |= {name: _limit(most, 0) for name, most in _UNUSED.items()}
        found["PermissionSets"] = _limit(1_500, 0) | {"CreateCustom": _limit(1_000, _permission_sets(org))}
        return json_response(dict(sorted(found.items())))

    @pages.get("/limits/recordCount")
    def record_count() -> Response:
        user = current_user()
        wanted = [name for name in request.args.get("sObjects", "").split(",") if name] or list(org.schema.objects)
        objects = {found.name: found for name in wanted if (found := org.schema.get(name.strip())) is not None}
        counts = []
        with org.database.reader() as connection:
            for sobject in objects.values():
                if user.may_read_object(sobject.name):
                    sql = f'SELECT count(*) FROM {quoted(sobject.name)} WHERE "IsDeleted" = 0'
                    counts.append({"count": connection.execute(sql).fetchone()[0], "name": sobject.name})
        return json_response({"sObjects": counts})

    return pages


def _limit(most: int, used: int) -> dict[str, object]:
    return {"Max": most, "Remaining": max(0, most - used)}


def _of_jobs(org: LocalOrg, jobs: Jobs) -> dict[str, tuple[int, int]]:
    """What the Bulk jobs of the last 24 hours used: (most, used)."""
    oldest = stamp(org.clock.now() - dt.timedelta(hours=_HOURS))
    queries = [job for job in jobs.page("query", None, None, _MOST_JOBS) if job.created > oldest]
    files = [file for job in queries for file in jobs.folder(job).glob("**/*") if file.is_file()]
    rows = [
        job.number("numberRecordsProcessed")
        for job in jobs.page("ingest", None, None, _MOST_BATCHES)
        if job.created > oldest
    ]
    return {
        "DailyBulkApiBatches": (_MOST_BATCHES, sum(-(-count // _BATCH_ROWS) for count in rows)),
        "DailyBulkV2QueryFileStorageMB": (_JOB_MEGABYTES, sum(file.stat().st_size for file in files) // _MEGABYTE),
        "DailyBulkV2QueryJobs": (_MOST_JOBS, len(queries)),
    }


def _stored_kilobytes(org: LocalOrg) -> int:
    """The rows which count as data: those that clients create, in the recycle bin or not."""
    counted = [each for each in org.schema.objects.values() if each.createable and each.access != "all"]
    with org.database.reader() as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {quoted(each.name)}").fetchone()[0] for each in counted]
    return int(sum(counts)) * _ROW_KILOBYTES


def _permission_sets(org: LocalOrg) -> int:
    with org.database.reader() as connection:
        row: tuple[int] = connection.execute('SELECT count(*) FROM "PermissionSet"').fetchone()
    return row[0]
