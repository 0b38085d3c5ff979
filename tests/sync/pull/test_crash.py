"""A pull that is killed at any commit point, and the run that follows it."""

from __future__ import annotations

import pytest

from sync import CatalogueObject, Mirror, Org, pull

CATALOGUE = (CatalogueObject("Account", ("Name",)), CatalogueObject("Contact", ("LastName",)))


class Killed(BaseException):
    """The process is gone: no handler of the code under test may see it as an error."""


def kill_at(mirror: Mirror, point: str) -> None:
    def check(name: str) -> None:
        if name == point:
            raise Killed

    mirror.at_commit = check


def spare(mirror: Mirror) -> None:
    mirror.at_commit = lambda name: None


POINTS = [
    f"{side} {what}"
    for side in ("before", "after")
    for what in ("query job of Account", "rows of Account", "query job of Contact", "rows of Contact")
]


@pytest.mark.parametrize("point", POINTS)
def test_the_next_pull_ends_where_an_undisturbed_one_does(local, connected: Org, tmp_path, point: str) -> None:
    local.insert("Account", *({"Name": f"A{i}"} for i in range(4)))
    local.insert("Contact", *({"LastName": f"C{i}"} for i in range(4)))
    path = tmp_path / "m.duckdb"
    with Mirror.open(path) as mirror, pytest.raises(Killed):
        kill_at(mirror, point)
        pull(connected, mirror, CATALOGUE, bulk_threshold=1)
    with Mirror.open(path) as mirror:
        pull(connected, mirror, CATALOGUE, bulk_threshold=1)
        for table, field in (("Account", "Name"), ("Contact", "LastName")):
            query = f"SELECT {field} FROM {table} ORDER BY 1"
            assert [name for (name,) in mirror.connection.execute(query).fetchall()] == [
                f"{table[0]}{i}" for i in range(4)
            ]
        assert mirror.connection.execute("SELECT count(*) FROM _sync.query_jobs").fetchall() == [(0,)]


def test_a_restart_goes_on_with_the_running_job(local, connected: Org, mirror: Mirror) -> None:
    local.insert("Account", *({"Name": f"A{i}"} for i in range(4)))
    kill_at(mirror, "after query job of Account")
    with pytest.raises(Killed):
        pull(connected, mirror, CATALOGUE[:1], bulk_threshold=1)
    spare(mirror)
    report = pull(connected, mirror, CATALOGUE[:1], bulk_threshold=1)
    assert report.objects[0].way == "bulk"
    jobs = connected.json("GET", "/jobs/query")["records"]
    assert len(jobs) == 1


def test_changes_made_while_a_job_waited_for_its_restart_are_not_lost(local, connected: Org, mirror: Mirror) -> None:
    ids = local.insert("Account", *({"Name": f"A{i}"} for i in range(4)))
    kill_at(mirror, "before rows of Account")
    with pytest.raises(Killed):
        pull(connected, mirror, CATALOGUE[:1], bulk_threshold=1)
    spare(mirror)
    local.update("Account", {"Id": ids[0], "Name": "changed"})
    pull(connected, mirror, CATALOGUE[:1], bulk_threshold=1)
    pull(connected, mirror, CATALOGUE[:1], bulk_threshold=1)
    assert mirror.connection.execute("SELECT Name FROM Account WHERE Id = ?", [ids[0]]).fetchall() == [("changed",)]
