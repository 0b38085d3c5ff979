"""The check of the mirror against the local org."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync import CatalogueObject, ConfigurationError, Mirror, Org, check, pull

CATALOGUE = (CatalogueObject("Account", ("Name", "Industry")), CatalogueObject("Contact", ("LastName",)))
DAY = datetime(2026, 3, 1, 10, tzinfo=UTC)
BOTH_WAYS = pytest.mark.parametrize("threshold", [2000, 5], ids=["rest", "bulk"])


@pytest.fixture
def pulled(local, connected: Org, mirror: Mirror) -> list[str]:
    """Sixty accounts and a contact in org and mirror; the accounts' ids."""
    local.inside.clock.set(DAY)
    ids = local.insert("Account", *({"Name": f"A{i:02}", "Industry": "Banking"} for i in range(60)))
    local.insert("Contact", {"LastName": "C"})
    local.inside.clock.set(DAY + timedelta(hours=1))
    pull(connected, mirror, CATALOGUE)
    return ids


def content(mirror: Mirror) -> list[tuple[object, ...]]:
    return mirror.connection.execute("SELECT * FROM Account ORDER BY Id").fetchall()


@BOTH_WAYS
def test_an_untouched_mirror_is_equal_and_a_check_leaves_no_trace(
    connected: Org, mirror: Mirror, pulled: list[str], threshold: int
) -> None:
    before = content(mirror)
    report = check(connected, mirror, CATALOGUE, bulk_threshold=threshold)
    assert report.equal
    assert [(item.name, item.rows_here, item.rows_there) for item in report.objects] == [
        ("Account", 60, 60),
        ("Contact", 1, 1),
    ]
    assert content(mirror) == before
    assert mirror.table_names() == ("Account", "Contact")
    assert mirror.connection.execute("SELECT count(*) FROM _sync.query_jobs").fetchall() == [(0,)]


@BOTH_WAYS
def test_every_kind_of_difference_is_found_and_mended(
    connected: Org, mirror: Mirror, pulled: list[str], threshold: int
) -> None:
    before = content(mirror)
    mirror.connection.execute("DELETE FROM Account WHERE Name = 'A07'")
    mirror.connection.execute("UPDATE Account SET Industry = NULL WHERE Name IN ('A01', 'A02')")
    mirror.connection.execute("UPDATE Account SET Name = 'B02' WHERE Name = 'A02'")
    mirror.connection.execute("INSERT INTO Account (Id, Name) VALUES ('001000000000000AAA', 'ghost')")
    report = check(connected, mirror, CATALOGUE, bulk_threshold=threshold)
    found, contacts = report.objects
    assert not report.equal and contacts.equal
    assert (found.missing_here.count, found.missing_here.ids) == (1, (pulled[7],))
    assert (found.missing_there.count, found.missing_there.ids) == (1, ("001000000000000AAA",))
    assert (found.different.count, found.different.ids) == (2, tuple(pulled[1:3]))
    assert found.fields == {"Name": 1, "Industry": 2}
    assert content(mirror) != before, "a check alone mends nothing"
    assert check(connected, mirror, CATALOGUE, bulk_threshold=threshold, mend=True).objects[0].repaired == 4
    assert content(mirror) == before
    assert check(connected, mirror, CATALOGUE).equal


def test_what_changed_after_the_last_pull_is_no_difference(
    local, connected: Org, mirror: Mirror, pulled: list[str]
) -> None:
    local.inside.clock.set(DAY + timedelta(hours=2))
    local.update("Account", {"Id": pulled[0], "Name": "changed"})
    local.insert("Account", {"Name": "new"})
    local.delete("Account", pulled[1])
    report = check(connected, mirror, CATALOGUE)
    assert report.equal
    assert report.objects[0].not_pulled_yet == 3
    pull(connected, mirror, CATALOGUE)
    local.inside.clock.set(DAY + timedelta(hours=3))
    pull(connected, mirror, CATALOGUE)
    assert check(connected, mirror, CATALOGUE).objects[0].not_pulled_yet == 0


def test_only_the_first_ids_are_named(connected: Org, mirror: Mirror, pulled: list[str]) -> None:
    mirror.connection.execute("UPDATE Account SET Name = Name || '!'")
    different = check(connected, mirror, CATALOGUE).objects[0].different
    assert (different.count, different.ids) == (60, tuple(sorted(pulled)[:20]))


def test_a_repair_does_not_remove_rows_in_great_number_unasked(
    local, connected: Org, mirror: Mirror, pulled: list[str]
) -> None:
    with local.inside.database.writer() as connection:
        connection.execute("DELETE FROM Account WHERE \"Name\" < 'A30'")
    found = check(connected, mirror, CATALOGUE, mend=True).objects[0]
    assert (found.kept, found.repaired, len(content(mirror))) == (30, 0, 60)
    found = check(connected, mirror, CATALOGUE, mend=True, accept_missing=True).objects[0]
    assert (found.kept, found.repaired, len(content(mirror))) == (0, 30, 30)


def test_objects_that_were_never_pulled_are_told_so(connected: Org, mirror: Mirror, pulled: list[str]) -> None:
    more = (*CATALOGUE, CatalogueObject("Opportunity", ("Name",)), CatalogueObject("Nix__c", (), needed=False))
    report = check(connected, mirror, more)
    assert "never pulled" in report.objects[2].problem and len(report.objects) == 3


def test_an_empty_mirror_is_refused(connected: Org, mirror: Mirror) -> None:
    with pytest.raises(ConfigurationError, match="Remedy: run `sidecar pull`"):
        check(connected, mirror, CATALOGUE)


def test_a_repair_that_is_killed_leaves_the_object_as_it_was(connected: Org, mirror: Mirror, pulled: list[str]) -> None:
    class Killed(BaseException):
        """No handler of the code under test may see it as an error."""

    def die(point: str) -> None:
        if point == "before repair of Account":
            raise Killed

    mirror.connection.execute("UPDATE Account SET Name = 'x'")
    broken = content(mirror)
    mirror.at_commit = die
    with pytest.raises(Killed):
        check(connected, mirror, CATALOGUE, mend=True)
    assert content(mirror) == broken
