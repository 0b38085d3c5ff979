"""`sidecar mirror check` and `sidecar pull --full` from outside."""

from pathlib import Path

import duckdb

from tests.end_to_end.driving import sidecar


def test_a_check_finds_what_differs_and_a_repair_mends_it(demo_copy: Path) -> None:
    assert sidecar("pull", state=demo_copy).code == 0  # what the refresh wrote counts as known from now on
    result = sidecar("mirror", "check", "--json", state=demo_copy)
    assert result.code == 0, result.messages
    assert result.json["equal"]
    with duckdb.connect(str(demo_copy / "mirror.duckdb")) as connection:
        connection.execute("UPDATE Account SET Name = 'other' WHERE Id = (SELECT min(Id) FROM Account)")
        connection.execute('DELETE FROM "User" WHERE Id = (SELECT min(Id) FROM "User")')
    result = sidecar("mirror", "check", state=demo_copy)
    assert result.code == 3
    assert "Name (1)" in result.output and "missing here" in result.output
    repaired = sidecar("mirror", "check", "--repair", state=demo_copy)
    assert repaired.code == 0 and "24 of 26 objects are equal, 2 were made equal" in repaired.output
    assert sidecar("mirror", "check", state=demo_copy).code == 0


def test_a_full_pull_of_an_unchanged_org_changes_nothing(demo_copy: Path) -> None:
    assert sidecar("pull", state=demo_copy).code == 0  # our own writes have moved the dates of their rows
    result = sidecar("pull", "--full", "--json", state=demo_copy)
    assert result.code == 0, result.messages
    assert sum(item["rows_changed"] + item["rows_deleted"] for item in result.json["objects"]) == 0
