"""Bulk API 2.0 query jobs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localorg.http.bulk_query import CHUNK_RECORDS
from localorg.http.settings import Settings
from tests.localorg.http.bulk_jobs import create_query, queried, table
from tests.localorg.http.conftest import Caller, Served, close, error_of, serve

COLUMNS = ["Id", "Name", "NumberOfEmployees", "AnnualRevenue", "CreatedDate", "IsDeleted", "Parent.Name"]
TEXT = f"SELECT {', '.join(COLUMNS)} FROM Account ORDER BY Name"
AWKWARD = ['quote "x"', "comma, here", "line\nbreak", "ümlaut ✓", "semi;colon", "'", "%s {0}"]


@pytest.fixture(scope="module")
def book(shared: Served) -> Iterator[Served]:
    """Accounts whose names are hard to write as CSV."""
    first = shared.admin.insert("Account", {"Name": "AAA", "NumberOfEmployees": 7, "AnnualRevenue": 1234567.0})[0]
    shared.admin.insert("Account", *({"Name": name, "ParentId": first} for name in AWKWARD))
    yield shared


def create(caller: Caller, query: str = TEXT, **spec: object) -> Any:
    return create_query(caller, query, **spec)


def done(caller: Caller, query: str = TEXT, **spec: object) -> str:
    return queried(caller, query, **spec)


@pytest.mark.shows("bulk.query_job")
def test_a_job_answers_what_salesforce_answers(book: Served) -> None:
    made = create(book.admin)
    assert list(made) == [
        "id",
        "operation",
        "object",
        "createdById",
        "createdDate",
        "systemModstamp",
        "state",
        "concurrencyMode",
        "contentType",
        "apiVersion",
        "lineEnding",
        "columnDelimiter",
    ]
    assert made["id"].startswith("750") and len(made["id"]) == 18
    assert (made["object"], made["state"], made["apiVersion"]) == ("Account", "UploadComplete", 66.0)
    job = book.admin.finished(f"jobs/query/{made['id'][:15]}")
    assert (job["jobType"], job["numberRecordsProcessed"]) == ("V2Query", 8)
    listed = book.admin.get("jobs/query").json
    assert listed is not None and made["id"] in [each["id"] for each in listed["records"]]


@pytest.mark.shows("bulk.query_csv")
def test_values_come_back_as_they_were_written(book: Served) -> None:
    answer = book.admin.get(f"{done(book.admin)}/results")
    assert answer.content_type == "text/csv"
    assert (answer.headers["Sforce-Locator"], answer.headers["Sforce-NumberOfRecords"]) == ("null", "8")
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    rows = table(answer.text)
    assert sorted(row["Name"] for row in rows) == sorted(["AAA", *AWKWARD])
    first = next(row for row in rows if row["Name"] == "AAA")
    assert list(first) == COLUMNS
    assert (first["NumberOfEmployees"], first["AnnualRevenue"]) == ("7", "1234567.0")
    assert first["CreatedDate"].endswith(".000Z")
    assert (first["IsDeleted"], first["Parent.Name"]) == ("false", "")
    assert f'"{first["Id"]}","AAA","7","1234567.0",' in answer.text


def test_numbers_keep_every_digit(served: Served) -> None:
    amounts = [0.1, 1e15 + 0.3, 123456789012.34, 1.0, 99999.99]
    values = {"StageName": "Prospecting", "CloseDate": "2026-12-01"}
    served.admin.insert("Opportunity", *({"Name": "x", "Amount": each, **values} for each in amounts))
    stored = [each["Amount"] for each in served.admin.records("SELECT Amount FROM Opportunity ORDER BY Id")]
    answer = served.admin.get(f"{done(served.admin, 'SELECT Amount FROM Opportunity ORDER BY Id')}/results")
    assert [float(row["Amount"]) for row in table(answer.text)] == stored


@pytest.mark.shows("bulk.query_csv")
@pytest.mark.parametrize(("name", "sign"), [("PIPE", "|"), ("TAB", "\t"), ("SEMICOLON", ";"), ("CARET", "^")])
def test_delimiter_and_line_end_are_as_ordered(book: Served, name: str, sign: str) -> None:
    path = done(book.admin, columnDelimiter=name, lineEnding="CRLF")
    text = book.admin.get(f"{path}/results").text
    assert text.startswith(f'"Id"{sign}"Name"{sign}')
    assert text.count("\r\n") == 9
    assert sorted(row["Name"] for row in table(text, sign)) == sorted(["AAA", *AWKWARD])


@pytest.mark.shows("bulk.query_locators")
def test_chunks_repeat_the_header_and_end_with_the_word_null(book: Served) -> None:
    path = done(book.admin)
    rows, locator, sizes = [], None, []
    while locator != "null":
        where = {"maxRecords": "3"} | ({"locator": locator} if locator else {})
        answer = book.admin.get(f"{path}/results", query_string=where)
        rows += table(answer.text)
        sizes.append(answer.headers["Sforce-NumberOfRecords"])
        locator = answer.headers["Sforce-Locator"]
    assert sizes == ["3", "3", "2"]
    assert [row["Name"] for row in rows] == [each["Name"] for each in book.admin.records(TEXT)]
    again = book.admin.get(f"{path}/results?locator=Mw&maxRecords=3")  # base64 of 3: a locator may be used again
    assert table(again.text) == rows[3:6]


def test_an_empty_result_is_a_header(book: Served) -> None:
    path = done(book.admin, "SELECT Id FROM Account WHERE Name = 'none'")
    answer = book.admin.get(f"{path}/results")
    assert (answer.text, answer.headers["Sforce-Locator"]) == ('"Id"\n', "null")
    pages = book.admin.get(f"{path}/resultPages").json
    assert pages is not None and (len(pages["resultPages"]), pages["done"]) == (1, True)


@pytest.mark.shows("bulk.query_pages")
def test_result_pages_list_chunks_five_at_a_time(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localorg.http.bulk_query.CHUNK_RECORDS", 2)
    served.admin.insert("Account", *({"Name": f"a{number:02d}"} for number in range(13)))
    path = done(served.admin, "SELECT Name FROM Account ORDER BY Name")
    first = served.admin.get(f"{path}/resultPages").json
    assert first is not None and (len(first["resultPages"]), first["done"]) == (5, False)
    rest = served.admin.get(first["nextRecordsUrl"]).json
    assert rest is not None and (len(rest["resultPages"]), rest["done"]) == (2, True)
    urls = [page["resultUrl"] for page in first["resultPages"] + rest["resultPages"]]
    names = [row["Name"] for url in urls for row in table(served.admin.get(url).text)]
    assert names == [f"a{number:02d}" for number in range(13)]
    assert CHUNK_RECORDS == 50_000


@pytest.mark.shows("bulk.query_job")
def test_query_all_has_deleted_rows(served: Served) -> None:
    gone = served.admin.insert("Account", {"Name": "gone"}, {"Name": "kept"})[0]
    served.admin.delete(f"sobjects/Account/{gone}")
    path = done(served.admin, "SELECT Name, IsDeleted FROM Account ORDER BY Name", operation="queryAll")
    assert served.admin.get(f"{path}/results").text == '"Name","IsDeleted"\n"gone","true"\n"kept","false"\n'


@pytest.mark.shows("bulk.query_version", "bulk.other_user")
def test_results_are_for_the_jobs_own_version_and_user(book: Served) -> None:
    path = done(book.admin)
    assert book.admin.get(f"/services/data/v65.0/{path}/results").status_code == 409
    assert error_of(book.integration.get(path))[0] == "INVALIDUSER"
    assert error_of(book.integration.get(f"{path}/results"))[0] == "INVALIDUSER"


@pytest.mark.shows("bulk.query_refused")
@pytest.mark.parametrize(
    ("query", "code", "text"),
    [
        ("SELECT COUNT() FROM Account", "FUNCTIONALITY_NOT_ENABLED", "Aggregate Relationships not supported"),
        ("SELECT Name, COUNT(Id) FROM Account GROUP BY Name", "FUNCTIONALITY_NOT_ENABLED", "Aggregate"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "FUNCTIONALITY_NOT_ENABLED", "Aggregate Rel"),
        ("SELECT BillingAddress FROM Account", "FUNCTIONALITY_NOT_ENABLED", "compound data not supported"),
        ("SELECT Id FROM Account OFFSET 5", "FUNCTIONALITY_NOT_ENABLED", "OFFSET"),
        ("SELECT Foo FROM Account", "INVALID_FIELD", "No such column 'Foo'"),
        ("SELECT Id FROM", "MALFORMED_QUERY", "unexpected token"),
        ("", "API_ERROR", "query"),
    ],
)
def test_what_cannot_be_had_in_bulk_is_refused_at_creation(shared: Served, query: str, code: str, text: str) -> None:
    found = error_of(shared.admin.post("jobs/query", json={"operation": "query", "query": query}))
    assert found[0] == code
    assert text in found[1]


@pytest.mark.parametrize(
    "spec",
    [
        {"operation": "insert"},
        {"contentType": "JSON"},
        {"columnDelimiter": "DOT"},
        {"lineEnding": "CR"},
        {"object": "Account"},
    ],
)
def test_a_wrong_order_is_refused(shared: Served, spec: dict[str, str]) -> None:
    answer = shared.admin.post("jobs/query", json={"operation": "query", "query": "SELECT Id FROM Account", **spec})
    assert answer.status_code == 400


@pytest.mark.parametrize("query", ["locator=zzz", "locator=OTk5", "maxRecords=0", "maxRecords=many"])
def test_a_wrong_place_in_the_results_is_refused(book: Served, query: str) -> None:
    assert book.admin.get(f"{done(book.admin)}/results?{query}").status_code == 400


@pytest.mark.shows("bulk.query_job")
def test_a_job_is_deleted_once_it_has_ended(tmp_path: Path, org_file: Path) -> None:
    shutil.copy(org_file, tmp_path / "org.sqlite")
    made = serve(tmp_path, Settings(worker=False))
    path = f"jobs/query/{create(made.admin)['id']}"
    assert error_of(made.admin.get(f"{path}/results"))[0] == "INVALIDJOBSTATE"
    assert error_of(made.admin.delete(path))[0] == "API_ERROR"
    assert error_of(made.admin.patch(path, json={"state": "JobComplete"}))[0] == "INVALIDJOBSTATE"
    aborted = made.admin.patch(path, json={"state": "Aborted"}).json
    assert aborted is not None and aborted["state"] == "Aborted"
    assert error_of(made.admin.patch(path, json={"state": "Aborted"}))[0] == "INVALIDJOBSTATE"
    assert made.admin.delete(path).status_code == 204
    for each in (path, f"{path}/results", "jobs/query/nonsense"):
        assert error_of(made.admin.get(each), 404)[0] == "NOT_FOUND"
    assert not any((tmp_path / "spool" / "jobs").iterdir())
    close(made)


@pytest.mark.shows("bulk.restart")
def test_a_restart_executes_what_was_waiting(tmp_path: Path, org_file: Path) -> None:
    shutil.copy(org_file, tmp_path / "org.sqlite")
    first = serve(tmp_path, Settings(worker=False))
    path = f"jobs/query/{create(first.admin, 'SELECT Username FROM User')['id']}"
    close(first)
    second = serve(tmp_path)
    assert second.admin.finished(path)["state"] == "JobComplete"
    assert "admin@local.example" in second.admin.get(f"{path}/results").text
    close(second)


@pytest.mark.shows("bulk.faults_job")
def test_an_ordered_fault_fails_the_job(served: Served) -> None:
    served.admin.post("/local/faults", json={"kind": "job"})
    job = served.admin.finished(f"jobs/query/{create(served.admin)['id']}")
    assert job["state"] == "Failed"
    assert job["errorMessage"].startswith("InternalServerError : ")
