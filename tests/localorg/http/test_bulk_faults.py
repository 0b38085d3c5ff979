"""Bulk jobs that go wrong: on demand, by time, by rights."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from localorg.http.settings import Settings
from localorg.schema.stored import permission_set_to_json, save
from tests.localorg.http.bulk_jobs import CSV, create_ingest, create_query, ingested, queried, start_ingest, table
from tests.localorg.http.conftest import Caller, Served, close, error_of, serve


def order(served: Served, kind: str, **attributes: object) -> None:
    served.org.faults.order(kind, **attributes)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inner batches of four rows, two a transaction."""
    monkeypatch.setattr("localorg.http.bulk_load.ROWS_AT_ONCE", 2)
    monkeypatch.setattr("localorg.http.bulk_load.BATCH_ROWS", 4)


@pytest.mark.shows("bulk.faults_job")
def test_the_next_job_fails_with_the_message_ordered(served: Served) -> None:
    order(served, "job", message="the moon is full")
    path, job = ingested(served.admin, "Name\na\nb\n")
    assert (job["state"], job["errorMessage"]) == ("Failed", "InternalServerError : the moon is full")
    assert served.admin.get(f"{path}/unprocessedrecords").text == 'Name\n"a"\n"b"\n'
    assert ingested(served.admin, "Name\na\n")[1]["state"] == "JobComplete"


@pytest.mark.shows("bulk.faults_job")
def test_a_query_is_aborted_half_way(served: Served) -> None:
    order(served, "job_abort")
    path = f"jobs/query/{create_query(served.admin, 'SELECT Id FROM User')['id']}"
    assert served.admin.finished(path)["state"] == "Aborted"
    assert error_of(served.admin.get(f"{path}/results"))[0] == "INVALIDJOBSTATE"
    assert served.admin.get(queried(served.admin, "SELECT Id FROM User")).status_code == 200


@pytest.mark.shows("bulk.faults_job", "bulk.ingest_unprocessed")
@pytest.mark.usefixtures("small_batches")
def test_an_ingest_is_aborted_half_way_and_tells_what_was_not_tried(served: Served) -> None:
    order(served, "job_abort")
    path, job = ingested(served.admin, "Name\n" + "".join(f"row {number}\n" for number in range(7)))
    assert (job["state"], job["numberRecordsProcessed"]) == ("Aborted", 3)
    good = [row["Name"] for row in table(served.admin.get(f"{path}/successfulResults").text)]
    left = [row["Name"] for row in table(served.admin.get(f"{path}/unprocessedrecords").text)]
    assert (good, left) == (["row 0", "row 1", "row 2"], ["row 3", "row 4", "row 5", "row 6"])
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 3


@pytest.mark.shows("bulk.contention")
@pytest.mark.usefixtures("small_batches")
def test_rows_whose_account_an_earlier_batch_holds_are_locked_out(served: Served) -> None:
    first, second = served.admin.insert("Account", {"Name": "a"}, {"Name": "b"})
    order(served, "contention")
    parents = [first, first, first, second, first, second, "", first]
    text = "LastName,AccountId\n" + "".join(f"p{place},{parent}\n" for place, parent in enumerate(parents))
    path, job = ingested(served.admin, text, "Contact")
    assert (job["state"], job["numberRecordsFailed"]) == ("JobComplete", 3)
    bad = table(served.admin.get(f"{path}/failedResults").text)
    assert [row["LastName"] for row in bad] == ["p4", "p5", "p7"]
    said = "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: {}:--"
    assert bad[0]["sf__Error"] == said.format(first[:15])
    _, again = ingested(served.admin, text, "Contact")
    assert again["numberRecordsFailed"] == 0


@pytest.mark.shows("bulk.contention")
@pytest.mark.usefixtures("small_batches")
def test_contention_knows_the_accounts_of_rows_that_are_changed(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    people = served.admin.insert("Contact", *({"LastName": f"p{n}", "AccountId": account} for n in range(6)))
    order(served, "contention")
    text = "Id,Phone\n" + "".join(f"{person},1\n" for person in people)
    path, job = ingested(served.admin, text, "Contact", "update")
    assert job["numberRecordsFailed"] == 2
    assert [row["sf__Id"] for row in table(served.admin.get(f"{path}/failedResults").text)] == people[4:]


@pytest.mark.shows("bulk.contention")
def test_a_restart_remembers_who_holds_what(
    tmp_path: Path, org_file: Path, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(org_file, tmp_path / "org.sqlite")
    first = serve(tmp_path, Settings(worker=False))
    account = first.admin.insert("Account", {"Name": "a"})[0]
    order(first, "contention")
    text = "LastName,AccountId\n" + f"p,{account}\n" * 6
    path = start_ingest(first.admin, create_ingest(first.admin, "Contact"), text)
    write, calls = first.services.writer.write, 0

    def dies(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return write(*arguments, **options)

    monkeypatch.setattr(first.services.writer, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        first.services.worker.execute(first.services.jobs.waiting()[0])
    close(first)
    second = serve(tmp_path)
    job = second.admin.finished(path)
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (6, 2)
    close(second)


@pytest.mark.shows("bulk.ingest_failed_results")
def test_locked_and_refused_rows_are_told_one_by_one(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    order(served, "lock", parent=account, count=1)
    order(served, "refuse", object="Contact", code="ENTITY_IS_LOCKED", message="the entity is locked for editing")
    path, job = ingested(served.admin, f"LastName,AccountId\np,{account}\nq,\nr,\n", "Contact")
    assert (job["state"], job["numberRecordsFailed"]) == ("JobComplete", 2)
    errors = {row["LastName"]: row["sf__Error"] for row in table(served.admin.get(f"{path}/failedResults").text)}
    assert sorted(error.partition(":")[0] for error in errors.values()) == ["ENTITY_IS_LOCKED", "UNABLE_TO_LOCK_ROW"]
    assert all(error.endswith(":--") for error in errors.values())


@pytest.mark.shows("bulk.faults_download")
def test_a_cut_download_is_shorter_than_it_says_and_may_be_repeated(served: Served) -> None:
    path = queried(served.admin, "SELECT Id, Name FROM User")
    whole = served.admin.get(f"{path}/results")
    order(served, "cut", bytes=20)
    cut = served.admin.get(f"{path}/results")
    assert cut.data == whole.data[:20]
    assert int(cut.headers["Content-Length"]) == len(whole.data)
    assert served.admin.get(f"{path}/results").data == whole.data


@pytest.mark.shows("bulk.patience")
def test_a_batch_that_takes_too_long_is_tried_again_and_then_fails_the_job(
    tmp_path: Path, org_file: Path, small_batches: None
) -> None:
    shutil.copy(org_file, tmp_path / "org.sqlite")
    made = serve(tmp_path, Settings(bulk_batch_seconds=0.0, bulk_retries=1))
    path, job = ingested(made.admin, "Name\n" + "x\n" * 12)
    # Of each four rows the first two take too long; the second time it is once too often.
    assert (job["state"], job["retries"], job["numberRecordsProcessed"]) == ("Failed", 1, 6)
    assert job["errorMessage"].startswith("Timeout : ")
    assert len(table(made.admin.get(f"{path}/unprocessedrecords").text)) == 6
    assert made.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 6
    close(made)
    assert (Settings().bulk_batch_seconds, Settings().bulk_retries) == (300.0, 20)


@pytest.fixture
def remover(served: Served) -> Iterator[Caller]:
    """The integration user with the permission Bulk API Hard Delete and the right to delete plans."""
    with served.org.database.writer() as connection:
        kept = served.org._permission_sets["Sidecar_Integration"]
        grown = {**permission_set_to_json(kept), "user_permissions": ["BulkApiHardDelete"]}
        grown["objects"]["Sidecar_Plan__c"]["delete"] = True
        save(connection, "permission set", kept.name, grown)
    served.org.refresh_settings()
    yield served.caller("integration@local.example")


@pytest.mark.shows("bulk.hard_delete")
def test_hard_delete_needs_its_permission_and_leaves_nothing(served: Served, remover: Caller) -> None:
    for operation in ("delete", "hardDelete"):
        plans = served.admin.insert("Sidecar_Plan__c", *({"Sidecar_Key__c": f"{operation} {n}"} for n in range(2)))
        _, job = ingested(remover, f"Id\n{plans[0]}\n", "Sidecar_Plan__c", operation)
        assert (job["state"], job["numberRecordsFailed"]) == ("JobComplete", 0)
    answer = served.admin.get("queryAll", query_string={"q": "SELECT Sidecar_Key__c, IsDeleted FROM Sidecar_Plan__c"})
    assert answer.json is not None
    found = {row["Sidecar_Key__c"]: row["IsDeleted"] for row in answer.json["records"]}
    assert found == {"delete 0": True, "delete 1": False, "hardDelete 1": False}
    spec = {"object": "Sidecar_Plan__c", "operation": "hardDelete"}
    assert error_of(served.admin.post("jobs/ingest", json=spec))[0] == "FEATURENOTENABLED"


@pytest.mark.shows("bulk.expiry")
def test_open_jobs_end_after_a_day_and_results_after_a_week(served: Served) -> None:
    left_open, done = create_ingest(served.admin)["id"], queried(served.admin, "SELECT Id FROM User")
    folder = served.services.jobs.folder(served.services.jobs.get(done.rpartition("/")[2]))
    served.org.clock.advance(timedelta(days=1, seconds=1))
    create_ingest(served.admin)
    job = served.admin.get(f"jobs/ingest/{left_open}").json
    assert job is not None and job["state"] == "Aborted"
    assert served.admin.get(f"{done}/results").status_code == 200
    served.org.clock.advance(timedelta(days=6))
    create_ingest(served.admin)
    assert served.caller("admin@local.example").get(f"{done}/results").status_code == 404
    assert not folder.exists()


@pytest.mark.shows("bulk.other_user")
def test_a_job_is_its_makers_and_the_administrators(served: Served) -> None:
    theirs = f"jobs/ingest/{create_ingest(served.admin)['id']}"
    for method, path, body in (
        ("GET", theirs, None),
        ("PATCH", theirs, {"state": "Aborted"}),
        ("DELETE", theirs, None),
        ("GET", f"{theirs}/failedResults", None),
    ):
        refused = served.integration.call(method, path, json=body)
        assert error_of(refused)[0] == "INVALIDUSER", (method, path)
    assert error_of(served.integration.put(f"{theirs}/batches", data="Name\n", headers=CSV))[0] == "INVALIDUSER"
    own = f"jobs/ingest/{create_ingest(served.integration)['id']}"
    assert served.admin.get(own).status_code == 200


@pytest.mark.shows("bulk.ingest_multipart")
@pytest.mark.parametrize(
    ("job", "content", "code"),
    [
        (None, "Name\na\n", "JSON_PARSER_ERROR"),
        ("{", "Name\na\n", "JSON_PARSER_ERROR"),
        ("[]", "Name\na\n", "JSON_PARSER_ERROR"),
        ('{"object": "Account", "operation": "insert"}', "Name\n" + "x" * 100_000, "API_ERROR"),
        ('{"object": "Account", "operation": "insert"}', None, "API_ERROR"),
        ('{"object": "Foo", "operation": "insert"}', "Name\na\n", "INVALIDJOB"),
    ],
)
def test_a_creation_in_parts_that_is_none_leaves_no_job(
    served: Served, job: str | None, content: str | None, code: str
) -> None:
    parts = {name: (io.BytesIO(text.encode()), name) for name, text in (("job", job), ("content", content)) if text}
    answer = served.admin.post("jobs/ingest", data=parts, content_type="multipart/form-data")
    assert error_of(answer)[0] == code
    assert served.services.jobs.page("ingest", None, None, 10) == []


@pytest.mark.shows("bulk.ingest_states")
def test_data_that_was_uploaded_twice_is_refused(served: Served) -> None:
    job = create_ingest(served.admin)
    for expected in (201, 400):
        answer = served.admin.put(f"/{job['contentUrl']}", data="Name\na\n", headers=CSV)
        assert answer.status_code == expected
    assert f"Found multiple contents for job: <{job['id']}>" in error_of(answer)[1]
    path = start_again(served, job)
    assert served.admin.finished(path)["numberRecordsProcessed"] == 1
    assert error_of(served.admin.put(f"/{job['contentUrl']}", data="Name\n", headers=CSV))[0] == "INVALIDJOB"
    assert error_of(served.admin.patch(path, json={"state": "UploadComplete"}))[0] == "INVALIDJOBSTATE"
    assert error_of(served.admin.patch(path, json={"state": "Aborted"}))[0] == "INVALIDJOBSTATE"


def start_again(served: Served, job: dict[str, Any]) -> str:
    path = f"jobs/ingest/{job['id']}"
    assert served.admin.patch(path, json={"state": "UploadComplete"}).status_code == 200
    return path


@pytest.mark.shows("bulk.assignment_rule")
def test_an_assignment_rule_is_taken_and_shown(served: Served) -> None:
    rule = "01Q5e000000AbCd"
    job = create_ingest(served.admin, "Case", assignmentRuleId=rule)
    assert job["assignmentRuleId"].startswith(rule)
    spec = {"object": "Case", "operation": "insert", "assignmentRuleId": "rule one"}
    assert error_of(served.admin.post("jobs/ingest", json=spec))[0] == "INVALIDJOB"


@pytest.mark.shows("bulk.ingest_parents")
def test_a_parent_of_several_objects_is_named_with_its_object(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    deal = {"Name": "d", "StageName": "Prospecting", "CloseDate": "2031-01-01"}
    opportunity = served.admin.insert("Opportunity", deal)[0]
    _, job = ingested(served.admin, f"Subject,Account:What.Id\nx,{account}\n", "Task")
    _, other = ingested(served.admin, f"Subject,Opportunity:What.Id\ny,{opportunity}\n", "Task")
    assert (job["numberRecordsFailed"], other["numberRecordsFailed"]) == (0, 0)
    found = served.admin.records("SELECT Subject, WhatId FROM Task ORDER BY Subject")
    assert [row["WhatId"] for row in found] == [account, opportunity]
    for header in ("Lead:What.Id", "What.Foo__c", "Account:Foo.Id"):
        _, job = ingested(served.admin, f"Subject,{header}\nx,{account}\n", "Task")
        assert job["errorMessage"] == f"InvalidBatch : Field name not found : {header}"
