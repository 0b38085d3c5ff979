"""The org's API limits: calls of the last 24 hours, `Sforce-Limit-Info`, `/limits` and `/limits/recordCount`."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

from flask import Blueprint, Response, request

from localorg.errors import OrgError
from localorg.http.body import json_response
from localorg.http.session import current_user
from localorg.org import LocalOrg
from localorg.soql.scope import quoted

_HOUR = 3600
_HOURS = 24
_SAVE_EVERY = 2.0  # seconds
# Limits that nothing here uses up, as a Developer Edition org shows them.
_UNUSED = {
    "DailyAsyncApexExecutions": 250_000,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DailyBulkV2QueryJobs": 10_000,
    "DailyDeliveredPlatformEvents": 10_000,
    "DailyDurableStreamingApiEvents": 10_000,
    "DailyStandardVolumePlatformEvents": 10_000,
    "DailyStreamingApiEvents": 10_000,
    "DailyWorkflowEmails": 100,
    "DataStorageMB": 1_024,
    "DurableStreamingApiConcurrentClients": 20,
    "FileStorageMB": 1_024,
    "HourlyPublishedPlatformEvents": 50_000,
    "HourlyPublishedStandardVolumePlatformEvents": 1_000,
    "HourlyTimeBasedWorkflow": 50,
    "MassEmail": 10,
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


def blueprint(org: LocalOrg, counter: CallCounter) -> Blueprint:
    """`/limits` and `/limits/recordCount`."""
    pages = Blueprint("limits", __name__)

    @pages.get("/limits")
    def limits() -> Response:
        found = {"DailyApiRequests": {"Max": counter.maximum, "Remaining": counter.maximum - counter.used}}
        found |= {name: {"Max": most, "Remaining": most} for name, most in _UNUSED.items()}
        return json_response(found)

    @pages.get("/limits/recordCount")
    def record_count() -> Response:
        user = current_user()
        wanted = [name for name in request.args.get("sObjects", "").split(",") if name] or list(org.schema.objects)
        objects = [found for name in wanted if (found := org.schema.get(name.strip())) is not None]
        counts = []
        with org.database.reader() as connection:
            for sobject in objects:
                if user.may_read_object(sobject.name):
                    sql = f'SELECT count(*) FROM {quoted(sobject.name)} WHERE "IsDeleted" = 0'
                    counts.append({"count": connection.execute(sql).fetchone()[0], "name": sobject.name})
        return json_response({"sObjects": counts})

    return pages
