"""What Bulk queries hand out: any text exactly, any run of rows, large tables by two processes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localorg.http import bulk_helper
from localorg.http.bulk_csv import DELIMITERS, LINE_ENDS
from tests.localorg.http.bulk_jobs import create_query, queried, table
from tests.localorg.http.conftest import Served, error_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=50)
QUICK = settings(max_examples=8)


@pytest.mark.shows("bulk.query_csv")
@QUICK
@given(
    st.lists(st.tuples(TEXTS, st.none() | st.floats(-1e15, 1e15)), min_size=1, max_size=30),
    st.sampled_from(sorted(DELIMITERS)),
    st.sampled_from(sorted(LINE_ENDS)),
)
def test_any_text_and_number_comes_out_as_the_org_has_it(
    served: Served, values: list[tuple[str, float | None]], delimiter: str, line_end: str
) -> None:
    records = served.org.records(served.org.user("admin@local.example"))
    rows = [{"Name": "x", "Description": text, "AnnualRevenue": number} for text, number in values]
    ids = [result.id for result in records.insert("Account", rows)]
    with served.org.database.reader() as connection:
        query = 'SELECT "Id", "Description", "AnnualRevenue" FROM "Account"'
        stored = {row[0]: row[1:] for row in connection.execute(query)}
    query = "SELECT Id, Description, AnnualRevenue FROM Account"
    path = queried(served.admin, query, columnDelimiter=delimiter, lineEnding=line_end)
    text = served.admin.get(f"{path}/results").text
    assert text.startswith(f'"Id"{DELIMITERS[delimiter]}"Description"') and text.endswith(LINE_ENDS[line_end])
    found = {
        key: (long or None, float(number) if number else None)
        for key, long, number in list(csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[delimiter]))[1:]
    }
    assert found == stored
    assert set(ids) <= set(found)


@pytest.fixture(scope="module")
def numbered(shared: Served) -> Served:
    """Fifty accounts, whose names have line breaks and quotes, in two transactions."""
    names = [f'{number:02d}\n"line", {"x" * number}' for number in range(50)]
    shared.admin.insert("Account", *({"Name": f"n{name[:2]}", "Description": name} for name in names))
    return shared


def pieces_of(text: str) -> list[str]:
    return [row["Description"][:2] for row in table(text)]


@pytest.mark.shows("bulk.query_locators")
@pytest.mark.parametrize("order", ["", " ORDER BY Name"])
@pytest.mark.parametrize("piece", [3, 10_000])
def test_any_run_of_rows_is_served(numbered: Served, order: str, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localorg.http.bulk_part._FEWEST", piece)
    monkeypatch.setattr("localorg.http.bulk_part._MOST", piece)
    monkeypatch.setattr("localorg.http.bulk_export._ROWS_AT_ONCE", piece)
    path = queried(numbered.admin, f"SELECT Description FROM Account{order}")
    for size in (1, 7, 49, 50, 51):
        found: list[str] = []
        locator = None
        while locator != "null":
            where = {"maxRecords": str(size)} | ({"locator": locator} if locator else {})
            answer = numbered.admin.get(f"{path}/results", query_string=where)
            assert int(answer.headers["Content-Length"]) == len(answer.data)
            found += pieces_of(answer.text)
            locator = answer.headers["Sforce-Locator"]
        assert found == [f"{number:02d}" for number in range(50)]


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lets every export of a whole table be the work of two processes, and collects the processes."""
    started: list[int] = []
    begin = bulk_helper.subprocess.Popen

    def noted(*arguments: Any, **options: Any) -> Any:
        process = begin(*arguments, **options)
        started.append(process.pid)
        return process

    monkeypatch.setattr("localorg.http.bulk_export.SPLIT_FROM", 10)
    monkeypatch.setattr("localorg.http.bulk_export.os.cpu_count", lambda: 2)
    monkeypatch.setattr("localorg.http.bulk_helper.subprocess.Popen", noted)
    return started


def exported(served: Served, query: str = "SELECT Description FROM Account") -> list[str]:
    return pieces_of(served.admin.get(f"{queried(served.admin, query)}/results").text)


def test_two_processes_write_a_large_table_in_its_order(numbered: Served, split: list[int]) -> None:
    assert exported(numbered) == [f"{number:02d}" for number in range(50)]
    assert len(split) == 1
    job = numbered.services.jobs.page("query", None, None, 1)[0]
    assert {file.name for file in numbered.services.jobs.folder(job).iterdir()} == {"rows.csv", "rows.index"}


def test_sorted_and_limited_queries_are_the_work_of_one(numbered: Served, split: list[int]) -> None:
    assert exported(numbered, "SELECT Description FROM Account ORDER BY Name DESC")[:2] == ["49", "48"]
    assert exported(numbered, "SELECT Description FROM Account LIMIT 3") == ["00", "01", "02"]
    assert exported(numbered, "SELECT Description FROM Account WHERE Name = 'n07'") == ["07"]
    assert len(split) <= 1  # only the filter by name may read the whole table


def test_both_processes_see_one_state_of_the_org(
    served: Served, split: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    served.admin.insert("Account", *({"Name": "a", "Description": f"{number:02d}"} for number in range(20)))
    records = served.org.records(served.org.user("admin@local.example"))
    first = exported(served)
    take_hold, held = bulk_helper.take_hold, 0

    def written_between(connection: Any) -> None:
        nonlocal held
        take_hold(connection)
        held += 1
        if held == 1:
            records.insert("Account", [{"Name": "b", "Description": "20"}])
            records.delete("Account", [served.admin.records("SELECT Id FROM Account ORDER BY Id")[0]["Id"]])

    monkeypatch.setattr("localorg.http.bulk_helper.take_hold", written_between)
    assert exported(served) == first[1:]
    assert held == 2


@pytest.mark.parametrize("command", ["/bin/false", "/bin/cat"])
def test_an_export_outlives_its_helper(
    served: Served, split: list[int], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.admin.insert("Account", *({"Name": "a", "Description": f"{number:02d}"} for number in range(20)))
    begin: Callable[..., Any] = bulk_helper.subprocess.Popen
    monkeypatch.setattr("localorg.http.bulk_helper.subprocess.Popen", lambda _, **options: begin([command], **options))
    assert exported(served) == [f"{number:02d}" for number in range(20)]
    assert len(split) == 1


@pytest.mark.shows("bulk.query_list")
def test_jobs_are_listed_by_page_and_filter(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localorg.http.bulk_common.JOBS_AT_ONCE", 2)
    made = [create_query(served.admin, "SELECT Id FROM User")["id"] for _ in range(5)]
    other = create_query(served.integration, "SELECT Id FROM User")["id"]
    url, seen, pages = "jobs/query?jobType=V2Query&concurrencyMode=parallel&isPkChunkingEnabled=false", [], 0
    while url:
        page = served.admin.get(url).json
        assert page is not None and page["done"] == (page["nextRecordsUrl"] is None)
        assert all(each["jobType"] == "V2Query" for each in page["records"])
        seen += [each["id"] for each in page["records"]]
        url, pages = page["nextRecordsUrl"], pages + 1
    assert (seen, pages) == ([other, *reversed(made)], 3)
    own = served.integration.get("jobs/query").json
    assert own is not None and [each["id"] for each in own["records"]] == [other]
    for nothing in ("isPkChunkingEnabled=true", "jobType=Classic", "concurrencyMode=Serial"):
        empty = served.admin.get(f"jobs/query?{nothing}").json
        assert empty == {"done": True, "records": [], "nextRecordsUrl": None}
    for wrong in ("isPkChunkingEnabled=maybe", "jobType=V3", "concurrencyMode=Fast"):
        assert error_of(served.admin.get(f"jobs/query?{wrong}"))[0] == "API_ERROR"
    assert error_of(served.admin.get("jobs/query?queryLocator=%C3%BC"))[0] == "INVALID_QUERY_LOCATOR"


@pytest.mark.shows("bulk.query_refused")
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT FIELDS(ALL) FROM Account LIMIT 200", "FIELDS(ALL)"),
        ("SELECT fields( custom ) FROM Account LIMIT 200", "FIELDS(CUSTOM)"),
        ("SELECT TYPEOF What WHEN Account THEN Phone END FROM Task", "TYPEOF"),
    ],
)
def test_words_that_bulk_does_not_know_are_refused(shared: Served, query: str, said: str) -> None:
    code, message = error_of(shared.admin.post("jobs/query", json={"operation": "query", "query": query}))
    assert (code, said in message) == ("FUNCTIONALITY_NOT_ENABLED", True)


def test_the_same_words_in_a_text_are_none(served: Served) -> None:
    served.admin.insert("Account", {"Name": "TYPEOF FIELDS(ALL)"})
    path = queried(served.admin, "SELECT Name FROM Account WHERE Name = 'TYPEOF FIELDS(ALL)'")
    assert served.admin.get(f"{path}/results").text == '"Name"\n"TYPEOF FIELDS(ALL)"\n'
    path = queried(served.admin, "SELECT FIELDS(STANDARD) FROM UserRole")
    assert served.admin.get(f"{path}/results").text.startswith('"Id",')


@pytest.mark.shows("bulk.query_pages")
def test_paths_are_known_in_any_case_and_others_are_not(numbered: Served) -> None:
    path = queried(numbered.admin, "SELECT Description FROM Account")
    for spelling in ("results", "RESULTS", "results/", "resultPages", "resultpages", "RESULTPAGES/"):
        assert numbered.admin.get(f"{path}/{spelling}").status_code == 200, spelling
    assert error_of(numbered.admin.get(f"{path}/rows"), 404)[0] == "NOT_FOUND"
    assert numbered.admin.get(f"/services/data/v65.0/{path}/resultPages").status_code == 409


def test_a_sorted_or_limited_query_cannot_be_chunked_by_key(numbered: Served) -> None:
    for query, chunked in (("SELECT Id FROM User", True), ("SELECT Id FROM User ORDER BY Id", False)):
        job = numbered.admin.get(queried(numbered.admin, query)).json
        assert job is not None and job["isPkChunkingSupported"] is chunked


@pytest.mark.shows("bulk.query_limits")
def test_the_query_jobs_of_a_day_are_told_by_the_limits(numbered: Served) -> None:
    def left() -> int:
        limits = numbered.admin.get("limits").json
        assert limits is not None
        return int(limits["DailyBulkV2QueryJobs"]["Remaining"])

    before = left()
    queried(numbered.admin, "SELECT Id FROM User")
    assert left() == before - 1
