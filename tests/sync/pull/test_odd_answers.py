"""The pull against answers that only a script gives: loops, cuts, lost jobs, odd values."""

from collections.abc import Iterator

import pytest
import responses

from sync import (
    CatalogueObject,
    Mirror,
    Org,
    OrgUnavailable,
    PullReport,
    RequestLimitReached,
    pull,
)

CATALOGUE = (CatalogueObject("Account", ("Name",)),)
HEADER = '"Id","Name","SystemModstamp"\n'
ROWS = [f'"{i}","n{i}","2026-01-02T03:04:05.000Z"\n' for i in range(4)]


@pytest.fixture
def large(script) -> Iterator[object]:
    """An org whose Account is too large for REST."""
    script.describe("Account", Name="string")
    script.on_query(lambda soql: script.page({"Id": "1"}))
    return script


def stopped(report: PullReport) -> str:
    """The problem of the one object, which was stopped."""
    [item] = report.stopped
    assert not report.complete and "Remedy: " in item.problem
    return item.problem


def names(mirror: Mirror) -> list[str]:
    return [name for (name,) in mirror.connection.execute("SELECT Name FROM Account ORDER BY Id").fetchall()]


def test_chunks_are_followed_to_the_null_locator_not_counted(org: Org, mirror: Mirror, large) -> None:
    large.query_job()
    large.results(HEADER + ROWS[0] + ROWS[1], rows=2, locator="abc")
    large.results(HEADER, rows=0, locator="def")
    large.results(HEADER + ROWS[2], rows=1)
    report = pull(org, mirror, CATALOGUE)
    assert (report.objects[0].way, report.rows_read, names(mirror)) == ("bulk", 3, ["n0", "n1", "n2"])


def test_the_same_locator_twice_ends_the_pull(org: Org, mirror: Mirror, large) -> None:
    large.query_job()
    large.results(HEADER + ROWS[0], rows=1, locator="abc")
    assert "abc twice" in stopped(pull(org, mirror, CATALOGUE))
    assert mirror.table_names() == ()


def test_a_missing_locator_header_is_not_taken_for_the_end(org: Org, mirror: Mirror, large, wire) -> None:
    large.query_job()
    wire.get(f"{large.root}/jobs/query/750/results", body=HEADER + ROWS[0])
    assert "no Sforce-Locator" in stopped(pull(org, mirror, CATALOGUE))


def test_a_chunk_that_was_cut_is_read_again_and_nothing_is_doubled(org: Org, mirror: Mirror, large, waits) -> None:
    large.query_job()
    large.results(HEADER + ROWS[0] + ROWS[1], rows=3, locator="abc")
    large.results(HEADER + ROWS[0] + ROWS[1] + ROWS[2], rows=3, locator="abc")
    large.results(HEADER + ROWS[3], rows=1)
    report = pull(org, mirror, CATALOGUE)
    assert names(mirror) == ["n0", "n1", "n2", "n3"]
    assert (report.rows_read, report.rows_changed, len(waits)) == (6, 4, 1)


def test_a_body_shorter_than_its_length_counts_as_cut(org: Org, mirror: Mirror, large, wire) -> None:
    large.query_job()
    body = HEADER + ROWS[0]
    headers = {"Sforce-Locator": "null", "Content-Length": str(len(body) + 50)}
    wire.add(
        responses.Response(
            "GET",
            f"{large.root}/jobs/query/750/results",
            body=body,
            headers=headers,
            auto_calculate_content_length=False,
        )
    )
    with pytest.raises(OrgUnavailable, match="could not be read"):
        pull(org, mirror, CATALOGUE)


def test_a_chunk_that_is_always_cut_leaves_the_job_for_the_next_run(org: Org, mirror: Mirror, large, wire) -> None:
    large.query_job("750")
    large.results(HEADER + ROWS[0], rows=5)
    with pytest.raises(OrgUnavailable, match="the next run goes on with this job"):
        pull(org, mirror, CATALOGUE)
    assert mirror.table_names() == ()
    wire.remove(responses.POST, f"{large.root}/jobs/query")  # a second job would be an error now
    wire.remove(responses.GET, f"{large.root}/jobs/query/750/results")
    large.results(HEADER + ROWS[0], rows=1)
    pull(org, mirror, CATALOGUE)
    assert names(mirror) == ["n0"]


def test_a_job_that_the_org_forgot_is_asked_for_anew(org: Org, mirror: Mirror, large, wire) -> None:
    large.query_job("750", "InProgress", "Failed")
    assert "ended as Failed" in stopped(pull(org, mirror, CATALOGUE))
    mirror.connection.execute(
        "INSERT INTO _sync.query_jobs VALUES ('Account', 'SELECT Id, Name, SystemModstamp FROM Account', '66.0', '749')"
    )
    wire.get(f"{large.root}/jobs/query/749", status=404, json=[{"errorCode": "NOT_FOUND", "message": "gone"}])
    wire.upsert(responses.POST, f"{large.root}/jobs/query", json={"id": "751"})
    wire.get(f"{large.root}/jobs/query/751", json=large.job("751", "JobComplete"))
    large.results(HEADER + ROWS[1], rows=1, job_id="751")
    pull(org, mirror, CATALOGUE)
    assert names(mirror) == ["n1"]


def test_an_object_that_has_no_bulk_is_read_by_rest(org: Org, mirror: Mirror, script, wire) -> None:
    script.describe("Account", Name="string")
    row = {"Id": "1", "Name": "n", "SystemModstamp": script.stamp}
    script.on_query(lambda soql: script.page({"Id": "1"}) if "OFFSET" in soql else script.page(row))
    refusal = [{"errorCode": "INVALIDENTITY", "message": "Entity 'Account' is not supported by the Bulk API."}]
    wire.post(f"{script.root}/jobs/query", status=400, json=refusal)
    assert pull(org, mirror, CATALOGUE).objects[0].way == "rest"
    assert names(mirror) == ["n"]


def test_pages_are_followed_by_their_address_and_a_circle_is_noticed(org: Org, mirror: Mirror, script, wire) -> None:
    script.describe("Account", Name="string")
    rows = [{"Id": str(i), "Name": f"n{i}", "SystemModstamp": script.stamp} for i in range(3)]
    path = "/services/data/v66.0/query/01g-2000"
    script.on_query(lambda soql: script.page() if "OFFSET" in soql else script.page(rows[0], total=3, following=path))
    wire.get(f"https://org.example{path}", json=script.page(rows[1], total=3, following=path + "x"))
    wire.get(f"https://org.example{path}x", json=script.page(rows[2], total=3))
    pull(org, mirror, CATALOGUE)
    assert names(mirror) == ["n0", "n1", "n2"]
    wire.upsert(responses.GET, f"https://org.example{path}x", json=script.page(rows[2], total=3, following=path + "x"))
    assert "same locator twice" in stopped(pull(org, mirror, CATALOGUE, full=True))
    assert names(mirror) == ["n0", "n1", "n2"]


def test_a_row_that_comes_twice_is_kept_once_with_its_newest_stamp(org: Org, mirror: Mirror, script) -> None:
    script.describe("Account", Name="string")
    new = {"Id": "1", "Name": "new", "SystemModstamp": "2026-01-02T03:04:06.000+0000"}
    old = {"Id": "1", "Name": "old", "SystemModstamp": "2026-01-02T03:04:05.000+0000"}
    script.on_query(lambda soql: script.page() if "OFFSET" in soql else script.page(new, old, total=1))
    pull(org, mirror, CATALOGUE)
    assert names(mirror) == ["new"]


def test_an_answer_that_is_no_query_result_is_told(org: Org, mirror: Mirror, script, wire) -> None:
    script.describe("Account", Name="string")
    script.on_query(lambda soql: {"totalSize": 1, "done": False, "records": []})
    assert "no address of the next page" in stopped(pull(org, mirror, CATALOGUE))


def test_the_requests_limit_ends_the_pull_and_keeps_what_came_before(org: Org, mirror: Mirror, script, wire) -> None:
    for name in ("Account", "Contact"):
        script.describe(name, Name="string")
    row = {"Id": "1", "Name": "n", "SystemModstamp": script.stamp}

    def answer(soql: str) -> dict[str, object]:
        if "FROM Contact" in soql:
            limit = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
            wire.get(f"{script.root}/query", status=403, json=limit)
            raise RequestLimitReached
        return script.page() if "OFFSET" in soql else script.page(row)

    script.on_query(answer)
    with pytest.raises(RequestLimitReached):
        pull(org, mirror, (*CATALOGUE, CatalogueObject("Contact", ("Name",))))
    assert mirror.table_names() == ("Account",)
