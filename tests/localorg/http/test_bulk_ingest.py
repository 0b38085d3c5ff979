"""Bulk API 2.0 ingest jobs."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from localorg.http.bulk_load import ROWS_AT_ONCE
from localorg.http.settings import Settings
from tests.localorg.http.bulk_jobs import create_ingest as create
from tests.localorg.http.bulk_jobs import ingested as run
from tests.localorg.http.bulk_jobs import start_ingest as start
from tests.localorg.http.bulk_jobs import table
from tests.localorg.http.conftest import Served, close, error_of, serve


@pytest.mark.shows("bulk.ingest_states", "bulk.ingest_operations", "bulk.ingest_failed_results")
def test_a_job_goes_from_open_to_complete_and_tells_each_row(served: Served) -> None:
    made = create(served.admin)
    assert (made["state"], made["contentUrl"]) == ("Open", f"services/data/v66.0/jobs/ingest/{made['id']}/batches")
    path = start(served.admin, made, 'Name,NumberOfEmployees\n"Acme, ""N""",5\n,6\nB,many\n')
    job = served.admin.finished(path)
    assert (job["state"], job["jobType"]) == ("JobComplete", "V2Ingest")
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (3, 2)
    assert "contentUrl" not in job
    good = served.admin.get(f"{path}/successfulResults/")
    assert good.text.splitlines()[0] == '"sf__Id","sf__Created",Name,NumberOfEmployees'
    row = table(good.text)[0]
    assert (row["sf__Created"], row["Name"]) == ("true", 'Acme, "N"')
    assert served.admin.records("SELECT Id, NumberOfEmployees FROM Account") == [
        {"Id": row["sf__Id"], "NumberOfEmployees": 5}
    ]
    bad = table(served.admin.get(f"{path}/failedResults").text)
    assert [each["sf__Id"] for each in bad] == ["", ""]
    assert bad[0]["sf__Error"] == "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --"
    assert bad[1]["sf__Error"].startswith("INVALID_TYPE_ON_FIELD_IN_RECORD:")
    for spelling in ("unprocessedrecords", "unprocessedRecords/"):
        assert served.admin.get(f"{path}/{spelling}").text == "Name,NumberOfEmployees\n"


@pytest.mark.shows("bulk.ingest_operations")
def test_upsert_finds_rows_by_the_key_and_says_which_are_new(served: Served) -> None:
    order = {"operation": "upsert", "externalIdFieldName": "sidecar_key__c"}
    text = "Sidecar_Key__c,Sidecar_Amount__c\nk1,10\nk2,20\n"
    _, first = run(served.admin, text, "Sidecar_Plan__c", **order)
    path, second = run(served.admin, text.replace("k2,20", "k3,30"), "Sidecar_Plan__c", **order)
    assert (first["numberRecordsFailed"], second["externalIdFieldName"]) == (0, "Sidecar_Key__c")
    rows = table(served.admin.get(f"{path}/successfulResults").text)
    assert {row["Sidecar_Key__c"]: row["sf__Created"] for row in rows} == {"k1": "false", "k3": "true"}
    assert served.admin.query("SELECT COUNT() FROM Sidecar_Plan__c")["totalSize"] == 3


@pytest.mark.shows("bulk.ingest_values")
def test_an_empty_value_changes_nothing_and_na_clears(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a", "Industry": "Energy", "Phone": "1"})[0]
    _, job = run(served.admin, f"Id,Industry,Phone\n{account},,#N/A\n", operation="update")
    assert job["numberRecordsFailed"] == 0
    assert served.admin.records("SELECT Name, Industry, Phone FROM Account") == [
        {"Name": "a", "Industry": "Energy", "Phone": None}
    ]


@pytest.mark.shows("bulk.ingest_parents")
def test_parents_are_named_by_their_external_id(served: Served) -> None:
    plan = served.admin.patch("sobjects/Sidecar_Plan__c/Sidecar_Key__c/p", json={}).json
    assert plan is not None
    account = served.admin.insert("Account", {"Name": "a"})[0]
    text = f"Sidecar_Key__c,Sidecar_Account__r.Id\np,{account}\nq,#N/A\n"
    path, job = run(served.admin, text, "Sidecar_Plan__c", "upsert", externalIdFieldName="Sidecar_Key__c")
    assert job["numberRecordsFailed"] == 0, served.admin.get(f"{path}/failedResults").text
    found = served.admin.records("SELECT Sidecar_Account__c FROM Sidecar_Plan__c ORDER BY Sidecar_Key__c")
    assert [each["Sidecar_Account__c"] for each in found] == [account, None]


@pytest.mark.shows("bulk.ingest_operations")
def test_rows_are_deleted_by_id(served: Served) -> None:
    ids = served.admin.insert("Account", {"Name": "a"}, {"Name": "b"})
    path, job = run(served.admin, f"Id\n{ids[0]}\n001Lo0zzzzzzzzz\n", operation="delete")
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (2, 1)
    assert served.admin.records("SELECT Id FROM Account") == [{"Id": ids[1]}]
    assert "INVALID_CROSS_REFERENCE_KEY:" in served.admin.get(f"{path}/failedResults").text


@pytest.mark.shows("bulk.ingest_csv")
def test_other_delimiters_and_line_ends_are_kept_in_the_results(served: Served) -> None:
    order = {"columnDelimiter": "SEMICOLON", "lineEnding": "CRLF"}
    path, job = run(served.admin, "Name;Phone\r\na,b;1\r\n", **order)
    assert job["state"] == "JobComplete"
    text = served.admin.get(f"{path}/successfulResults").text
    assert text.startswith('"sf__Id";"sf__Created";Name;Phone\r\n')
    assert table(text, ";")[0]["Name"] == "a,b"


@pytest.mark.shows("bulk.ingest_bad_csv")
@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("Name,Foo\na,b\n", "InvalidBatch : Field name not found : Foo"),
        ("\ufeffName\na\n", "InvalidBatch : Field name not found : \ufeffName"),
        ("Name,Owner.Foo.Bar\na,b\n", "InvalidBatch : Field name not found : Owner.Foo.Bar"),
        ("Name,Phone\na\n", "InvalidBatch : Failed to parse CSV. A row has 1 fields, the header has 2"),
        ('Name\n"a"b\n', "InvalidBatch : Failed to parse CSV."),
        ('Name\n"a\n', "InvalidBatch : Failed to parse CSV."),
        (b"Name\n\xff\n", "InvalidBatch : Failed to parse CSV."),
        ("Name\r\na\r\n", "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF"),
        ("Name\n" + "x" * 140_000 + "\n", "InvalidBatch : Failed to parse CSV."),
    ],
)
def test_data_that_cannot_be_read_fails_the_job_before_any_row(served: Served, data: str | bytes, message: str) -> None:
    path, job = run(served.admin, data)
    assert job["state"] == "Failed"
    assert job["errorMessage"].startswith(message)
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0
    for kind in ("successfulResults", "failedResults", "unprocessedrecords"):
        assert served.admin.get(f"{path}/{kind}").status_code == 200


@pytest.mark.shows("bulk.ingest_unprocessed")
def test_rows_of_a_failed_job_are_unprocessed(served: Served) -> None:
    path, _ = run(served.admin, "Name,Foo\na,1\nb,2\n")
    assert served.admin.get(f"{path}/unprocessedrecords").text == 'Name,Foo\n"a","1"\n"b","2"\n'


def test_an_empty_upload_is_a_job_without_rows(served: Served) -> None:
    path, job = run(served.admin, "")
    assert (job["state"], job["numberRecordsProcessed"]) == ("JobComplete", 0)
    assert served.admin.get(f"{path}/successfulResults").text == '"sf__Id","sf__Created"\n'


@pytest.mark.shows("bulk.ingest_multipart")
def test_job_and_data_can_come_in_one_request(served: Served) -> None:
    job = json.dumps({"object": "Account", "operation": "insert"})
    data = {
        "job": (io.BytesIO(job.encode()), "job", "application/json"),
        "content": (io.BytesIO(b"Name\na\n"), "content", "text/csv"),
    }
    made = served.admin.post("jobs/ingest", data=data, content_type="multipart/form-data").json
    assert made is not None and made["state"] == "UploadComplete"
    assert served.admin.finished(f"jobs/ingest/{made['id']}")["numberRecordsProcessed"] == 1


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"object": "Foo", "operation": "insert"}, "INVALIDJOB"),
        ({"object": "Account", "operation": "upsert"}, "INVALIDJOB"),
        ({"object": "Account", "operation": "upsert", "externalIdFieldName": "Phone"}, "INVALIDJOB"),
        ({"object": "Account", "operation": "merge"}, "API_ERROR"),
        ({"object": "Account", "operation": "insert", "contentType": "XML"}, "API_ERROR"),
        ({"object": "Account", "operation": "insert", "speed": "high"}, "JSON_PARSER_ERROR"),
    ],
)
def test_a_wrong_order_is_refused(shared: Served, spec: dict[str, str], code: str) -> None:
    assert error_of(shared.admin.post("jobs/ingest", json=spec))[0] == code


def test_data_comes_once_as_csv_and_to_an_open_job(served: Served) -> None:
    job = create(served.admin)
    url, csv_type = f"/{job['contentUrl']}", {"Content-Type": "text/csv"}
    wrong = served.admin.put(url, data="Name\na\n", headers={"Content-Type": "application/json"})
    assert error_of(wrong, 415)[0] == "UNSUPPORTED_MEDIA_TYPE"
    assert served.admin.put(url, data="Name\na\n", headers=csv_type).status_code == 201
    assert error_of(served.admin.put(url, data="Name\nb\n", headers=csv_type))[0] == "INVALIDJOB"
    assert error_of(served.admin.get(f"jobs/ingest/{job['id']}/successfulResults"))[0] == "INVALIDJOBSTATE"
    assert error_of(served.admin.get(f"jobs/ingest/{job['id']}/allResults"), 404)[0] == "NOT_FOUND"


@pytest.mark.shows("bulk.ingest_states")
def test_an_aborted_job_stays_aborted_and_can_be_deleted(served: Served) -> None:
    path = f"jobs/ingest/{create(served.admin)['id']}"
    assert served.admin.patch(path, json={"state": "Aborted"}).status_code == 200
    assert error_of(served.admin.patch(path, json={"state": "UploadComplete"}))[0] == "INVALIDJOBSTATE"
    assert error_of(served.admin.patch(path, json={"state": "Paused"}))[0] == "API_ERROR"
    assert served.admin.delete(path).status_code == 204
    assert served.admin.get(path).status_code == 404


@pytest.mark.shows("bulk.restart")
def test_a_restart_goes_on_after_the_last_finished_rows(tmp_path: Path, org_file: Path) -> None:
    """The process dies after a chunk whose results are half written: no row is lost, none is doubled."""
    shutil.copy(org_file, tmp_path / "org.sqlite")
    first = serve(tmp_path, Settings(worker=False))
    count = 2 * ROWS_AT_ONCE + 10
    text = "Name\n" + "".join(f"row {number:05d}\n" for number in range(count))
    path = start(first.admin, create(first.admin), text)
    job = first.services.jobs.waiting()[0]
    calls = 0
    write = first.services.writer.write

    def dies_later(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        results = write(*args, **options)
        if calls == 2:
            file = first.services.jobs.folder(job) / "successful.csv"
            file.write_bytes(file.read_bytes() + b'"half a li')
            raise KeyboardInterrupt
        return results

    first.services.writer.write = dies_later  # type: ignore[method-assign]  # the process "dies" inside a chunk
    with pytest.raises(KeyboardInterrupt):
        first.services.worker.execute(job)
    close(first)
    second = serve(tmp_path)
    done = second.admin.finished(path)
    assert (done["state"], done["numberRecordsProcessed"], done["numberRecordsFailed"]) == ("JobComplete", count, 0)
    names = [row["Name"] for row in table(second.admin.get(f"{path}/successfulResults").text)]
    assert names == [f"row {number:05d}" for number in range(count)]
    assert second.admin.query("SELECT COUNT() FROM Account")["totalSize"] == count
    close(second)


@pytest.mark.shows("bulk.rights")
def test_the_user_sees_and_writes_only_what_is_granted(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    path, job = run(served.integration, f"Id,Sidecar_Health__c\n{account},70\n", operation="update")
    assert job["numberRecordsFailed"] == 0, served.integration.get(f"{path}/failedResults").text
    assert served.admin.get(path).status_code == 200
    other = f"jobs/ingest/{create(served.admin)['id']}"
    assert error_of(served.integration.get(other))[0] == "INVALIDUSER"
    path, job = run(served.integration, f"Id,Industry\n{account},Energy\n", operation="update")
    assert job["numberRecordsFailed"] == 1
    assert "INVALID_FIELD_FOR_INSERT_UPDATE:" in served.integration.get(f"{path}/failedResults").text
