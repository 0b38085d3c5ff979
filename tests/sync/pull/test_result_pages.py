"""Result pages of a job, several at once: whole, in any order, in bounded memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from sync import CatalogueObject, Mirror, Org, OrgUnavailable, pull
from sync.pull import results
from sync.pull.ahead import together

DETAIL = "Sidecar_Health_Detail__c"
CATALOGUE = (CatalogueObject("Account", ("Name", DETAIL)),)
TEXT = 'He said: "a, b"\r\nand\n\n😀 é ' * 20


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows a page on both sides, so that a few rows are many pages."""
    monkeypatch.setattr("localorg.http.bulk_query.CHUNK_RECORDS", 3)
    monkeypatch.setattr(results, "CHUNK_ROWS", 3)


@pytest.fixture
def many(local, small_pages: None):
    """As many rows as thirteen pages hold: three lists of pages."""
    local.insert("Account", *({"Name": f"A{i:02}", DETAIL: f"{i} {TEXT}"} for i in range(38)))
    return local


def check(mirror: Mirror) -> None:
    found = mirror.connection.execute(f"SELECT Name, {DETAIL} FROM Account ORDER BY Name").fetchall()
    assert found == [(f"A{i:02}", f"{i} {TEXT}") for i in range(38)]


def test_all_pages_of_all_lists_are_read_once(many, connected: Org, mirror: Mirror) -> None:
    [item] = pull(connected, mirror, CATALOGUE, bulk_threshold=5).objects
    assert (item.way, item.rows_read, item.rows_changed) == ("bulk", 38, 38)
    check(mirror)


def test_pages_that_are_cut_come_again_and_nothing_is_doubled(many, connected: Org, mirror: Mirror) -> None:
    connected.session.pause = lambda seconds: None
    many.faults.order("cut", bytes=700, after=3, count=6)
    [item] = pull(connected, mirror, CATALOGUE, bulk_threshold=5).objects
    assert item.rows_changed == 38 and many.faults.listed() == []
    check(mirror)


def test_a_list_of_pages_that_is_cut_is_asked_for_again(many, connected: Org, mirror: Mirror) -> None:
    connected.session.pause = lambda seconds: None
    many.faults.order("cut", bytes=20, after=1)  # behind the probe comes the list
    pull(connected, mirror, CATALOGUE, bulk_threshold=5)
    check(mirror)


def test_pages_that_never_come_whole_leave_the_mirror_as_it_was_and_the_job_to_the_next_run(
    many, connected: Org, mirror: Mirror
) -> None:
    connected.session.pause = lambda seconds: None
    many.faults.order("cut", bytes=700, after=4, count=200)
    with pytest.raises(OrgUnavailable, match=r"in \d attempts"):
        pull(connected, mirror, CATALOGUE, bulk_threshold=5)
    assert mirror.table_names() == ()
    many.faults.clear()
    pull(connected, mirror, CATALOGUE, bulk_threshold=5)
    check(mirror)
    assert len(connected.json("GET", "/jobs/query")["records"]) == 1


def test_an_ended_session_is_renewed_once_for_all_pages(many, connected: Org, mirror: Mirror) -> None:
    many.faults.order("session_end", after=6)
    pull(connected, mirror, CATALOGUE, bulk_threshold=5)
    check(mirror)


def test_an_org_without_result_pages_is_read_chunk_by_chunk(
    org: Org, mirror: Mirror, script, small_pages: None
) -> None:
    script.describe("Account", Name="string")
    script.on_query(lambda soql: script.page({"Id": "1"}))
    script.query_job(rows=4)
    script.wire.get(f"{script.root}/jobs/query/750/resultPages", status=404, json=[{"errorCode": "NOT_FOUND"}])
    line = '"{0}","n{0}","2026-01-02T03:04:05.000Z"\n'
    header = '"Id","Name","SystemModstamp"\n'
    script.results(header + "".join(line.format(i) for i in range(3)), rows=3, locator="abc")
    script.results(header + line.format(3), rows=1)
    assert pull(org, mirror, (CatalogueObject("Account", ("Name",)),)).rows_changed == 4


def test_lists_of_pages_in_a_circle_are_noticed(org: Org, mirror: Mirror, script, small_pages: None) -> None:
    script.describe("Account", Name="string")
    script.on_query(lambda soql: script.page({"Id": "1"}))
    script.query_job(rows=4)
    path = "/services/data/v66.0/jobs/query/750/resultPages?locator=x"
    endless = {"resultPages": [], "done": False, "nextRecordsUrl": path}
    script.wire.get(f"{script.root}/jobs/query/750/resultPages", json=endless)
    [item] = pull(org, mirror, (CatalogueObject("Account", ("Name",)),)).stopped
    assert "circle" in item.problem


def test_sources_never_run_far_ahead_of_the_consumer() -> None:
    made = [0]
    lock = threading.Lock()

    def source() -> Iterator[int]:
        for number in range(500):
            with lock:
                made[0] += 1
            yield number

    taken = 0
    for _ in together([source() for _ in range(4)], workers=4, depth=3):
        taken += 1
        assert made[0] - taken <= 3 + 4 + 4, "the queue, one in each hand, one being made"
    assert taken == made[0] == 2000


def test_an_error_of_any_source_reaches_the_consumer_and_ends_all_threads() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise LookupError

    def endless() -> Iterator[int]:
        while True:
            yield 2

    with pytest.raises(LookupError):
        list(together([failing(), endless()], workers=2))
    assert not [thread for thread in threading.enumerate() if thread.name == "fetch-ahead"]


def test_a_consumer_that_stops_ends_the_threads() -> None:
    stream = together([iter(range(10_000)), iter(range(10_000))], workers=2)
    next(stream)
    stream.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "fetch-ahead"]
