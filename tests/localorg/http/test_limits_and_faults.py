"""The budget of API calls, ordered faults, the clock."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from pathlib import Path

import pyarrow as pa
import pytest

from localorg.http.limits import CallCounter
from localorg.http.settings import Settings
from localorg.ids import checksum
from tests.localorg.http.conftest import Served, close, error_of, serve

LIMITS = (
    "ActiveScratchOrgs DailyApiRequests DailyAsyncApexExecutions DailyBulkApiBatches DailyBulkV2QueryFileStorageMB "
    "DailyBulkV2QueryJobs DailyDeliveredPlatformEvents DailyDurableStreamingApiEvents DailyStreamingApiEvents "
    "DailyStandardVolumePlatformEvents DailyWorkflowEmails DataStorageMB DurableStreamingApiConcurrentClients "
    "FileStorageMB HourlyPublishedPlatformEvents HourlyPublishedStandardVolumePlatformEvents HourlyTimeBasedWorkflow "
    "MassEmail MonthlyPlatformEventsUsageEntitlement PermissionSets SingleEmail StreamingApiConcurrentClients"
)


def used(served: Served) -> int:
    header = served.admin.get("limits").headers["Sforce-Limit-Info"]
    assert header.startswith("api-usage=")
    return int(header.removeprefix("api-usage=").split("/")[0])


@pytest.mark.shows("rest.limits")
def test_every_call_counts_once_and_is_reported(served: Served) -> None:
    before = used(served)
    served.admin.get("sobjects")
    served.admin.get("query?q=nonsense")
    served.nobody.get("/services/data")
    assert used(served) == before + 3
    limits = served.admin.get("limits").json
    assert limits is not None
    assert limits["DailyApiRequests"] == {"Max": 1_000_000, "Remaining": 1_000_000 - before - 4}
    assert limits["DailyBulkV2QueryJobs"]["Max"] == 10_000


@pytest.mark.shows("rest.limits")
def test_the_last_call_of_the_day_is_the_last(tmp_path: Path, org_file: Path) -> None:
    shutil.copy(org_file, tmp_path / "org.sqlite")
    made = serve(tmp_path, Settings(daily_api_requests=2))
    assert [made.admin.get("limits").status_code for _ in range(2)] == [200, 200]
    code, message = error_of(made.admin.get("limits"), 403)
    assert (code, message) == ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    close(made)
    again = serve(tmp_path, Settings(daily_api_requests=2))
    assert again.admin.get("limits").status_code == 403
    close(again)


def test_calls_older_than_a_day_are_forgotten(tmp_path: Path) -> None:
    hour = int(time.time()) // 3600
    file = tmp_path / "calls.json"
    file.write_text(json.dumps({str(hour - 25): 100, str(hour - 24): 10, str(hour - 22): 5, str(hour): 1}))
    counter = CallCounter(file, 1_000)
    assert counter.used == 6
    counter.count()
    counter.save()
    assert json.loads(file.read_text()) == {str(hour - 22): 5, str(hour): 2}


@pytest.mark.shows("rest.limits")
def test_rows_and_jobs_use_the_limits_up(served: Served) -> None:
    def remaining() -> dict[str, int]:
        found = served.admin.get("limits").json
        assert found is not None
        return {name: limit["Remaining"] for name, limit in found.items()}

    before = remaining()
    assert set(before) == set(LIMITS.split())
    row = {"Id": "", "Name": "a"}
    fresh = [f"001Lo1{number:09d}" for number in range(600)]
    served.org.fill("Account", pa.Table.from_pylist([row | {"Id": each + checksum(each)} for each in fresh]))
    query = served.admin.post("jobs/query", json={"operation": "query", "query": "SELECT Id FROM Account"}).json
    ingest = served.admin.post("jobs/ingest", json={"operation": "insert", "object": "Account"}).json
    assert query is not None and ingest is not None
    path = f"jobs/ingest/{ingest['id']}"
    assert served.admin.put(f"{path}/batches", data="Name\nb\n", content_type="text/csv").status_code == 201
    assert served.admin.patch(path, json={"state": "UploadComplete"}).status_code == 200
    served.admin.finished(path)
    served.admin.finished(f"jobs/query/{query['id']}")
    after = remaining()
    used = {name: before[name] - after[name] for name in before if before[name] != after[name]}
    assert used.pop("DailyApiRequests") > 0
    assert used == {"DataStorageMB": 1, "DailyBulkV2QueryJobs": 1, "DailyBulkApiBatches": 1}


@pytest.mark.shows("rest.limits")
def test_record_counts_are_those_of_live_rows(served: Served) -> None:
    ids = served.admin.insert("Account", {"Name": "a"}, {"Name": "b"})
    served.admin.delete(f"sobjects/Account/{ids[0]}")
    answer = served.admin.get("limits/recordCount?sObjects=Account,Contact,Foo").json
    assert answer == {"sObjects": [{"count": 1, "name": "Account"}, {"count": 0, "name": "Contact"}]}


def order(served: Served, **fault: object) -> None:
    answer = served.admin.post("/local/faults", json=fault)
    assert answer.status_code == 200, answer.text


@pytest.mark.shows("faults.unavailable", "faults.limit")
def test_ordered_failures_come_so_often_and_then_no_more(served: Served) -> None:
    order(served, kind="unavailable", count=2)
    assert [served.admin.get("limits").status_code for _ in range(3)] == [503, 503, 200]
    order(served, kind="limit")
    assert error_of(served.admin.get("limits"), 403)[0] == "REQUEST_LIMIT_EXCEEDED"
    order(served, kind="html")
    page = served.admin.get("limits")
    assert (page.status_code, page.mimetype) == (502, "text/html")
    assert served.admin.get("/local/faults").json == []


@pytest.mark.shows("faults.session_end")
def test_sessions_end_after_the_ordered_number_of_calls(served: Served) -> None:
    order(served, kind="session_end", after=2)
    assert [served.integration.get("limits").status_code for _ in range(4)] == [200, 200, 401, 401]


@pytest.mark.shows("faults.lock")
def test_rows_below_a_locked_parent_cannot_be_written(served: Served) -> None:
    locked, free = served.admin.insert("Account", {"Name": "locked"}, {"Name": "free"})
    values = {"StageName": "Prospecting", "CloseDate": "2026-12-01"}
    deals = served.admin.insert(
        "Opportunity", {"Name": "a", "AccountId": locked, **values}, {"Name": "b", "AccountId": free, **values}
    )
    order(served, kind="lock", count=2, parent=locked)
    records = [{"attributes": {"type": "Opportunity"}, "id": each, "NextStep": "call"} for each in deals]
    for all_or_none, expected in ((False, [False, True]), (True, [False, False])):
        body = {"records": records, "allOrNone": all_or_none}
        found = served.admin.patch("composite/sobjects", json=body).json
        assert found is not None
        assert [each["success"] for each in found] == expected
        assert found[0]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
        assert found[0]["errors"][0]["message"].endswith(f"1 records: {locked}")
    found = served.admin.patch("composite/sobjects", json={"records": records}).json
    assert found is not None and all(each["success"] for each in found)


def test_orders_can_be_withdrawn(served: Served) -> None:
    order(served, kind="html", count=100)
    served.admin.delete("/local/faults")
    assert served.admin.get("limits").status_code == 200


@pytest.mark.shows("faults.clock")
def test_the_clock_can_be_set_and_released(served: Served) -> None:
    served.admin.post("/local/clock", json={"now": "2026-01-02T03:04:05+01:00"})
    account = served.admin.insert("Account", {"Name": "a"})[0]
    row = served.admin.get(f"sobjects/Account/{account}?fields=CreatedDate").json
    assert row is not None and row["CreatedDate"] == "2026-01-02T02:04:05.000+0000"
    assert served.admin.post("/local/clock", json={"now": "2026-01-02"}).status_code == 400
    served.admin.post("/local/clock", json={"now": None})
    assert abs(served.org.clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)


def test_an_unexpected_error_shows_a_number_and_no_trace(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("localorg.http.roots.describe", broken)
    answer = served.admin.get("sobjects/Account/describe")
    code, message = error_of(answer, 500)
    assert code == "UNKNOWN_EXCEPTION"
    assert "ErrorId" in message and "secret detail" not in answer.text
