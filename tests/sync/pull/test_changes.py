"""What changes in an org besides plain updates: late commits, the recycle bin, vanished rows, formulas, clocks."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from sync import CatalogueObject, ConfigurationError, Mirror, Org, pull

ACCOUNT = (CatalogueObject("Account", ("Name",)),)
DAY = datetime(2026, 3, 1, 10, tzinfo=UTC)


def names(mirror: Mirror) -> list[str]:
    return [name for (name,) in mirror.connection.execute("SELECT Name FROM Account ORDER BY Name").fetchall()]


def at(local, **after: float) -> None:
    """The org's clock stands so long after the day."""
    local.inside.clock.set(DAY + timedelta(**after))


def purge(local, ids: list[str]) -> None:
    """Rows vanish without a trace, as after a hard deletion or behind a changed sharing rule."""
    with local.inside.database.writer() as connection:
        connection.executemany('DELETE FROM Account WHERE "Id" = ?', [(each,) for each in ids])


@pytest.fixture
def accounts(local) -> list[str]:
    """Sixty accounts of a known moment."""
    at(local)
    return local.insert("Account", *({"Name": f"A{i:02}"} for i in range(60)))


def test_a_write_that_is_committed_after_later_ones_is_not_missed(local, connected: Org, mirror: Mirror) -> None:
    at(local)
    [slow, quick] = local.insert("Account", {"Name": "slow"}, {"Name": "quick"})
    pull(connected, mirror, ACCOUNT)
    at(local, minutes=30)
    local.faults.order("late", object="Account")
    writer = threading.Thread(target=local.update, args=("Account", {"Id": slow, "Name": "slow changed"}))
    writer.start()
    while not local.inside.faults.withheld:
        pass
    at(local, minutes=33)
    local.update("Account", {"Id": quick, "Name": "quick changed"})
    pull(connected, mirror, ACCOUNT)
    assert names(mirror) == ["quick changed", "slow"], "stamped already, not committed yet"
    local.inside.faults.release()
    writer.join()
    at(local, minutes=36)
    pull(connected, mirror, ACCOUNT)
    assert names(mirror) == ["quick changed", "slow changed"]


@pytest.mark.parametrize("threshold", [2000, 0])
def test_a_row_that_comes_back_from_the_recycle_bin_is_there_again(
    local, connected: Org, mirror: Mirror, accounts: list[str], threshold: int
) -> None:
    pull(connected, mirror, ACCOUNT, bulk_threshold=threshold)
    at(local, hours=1)
    local.delete("Account", accounts[0])
    assert pull(connected, mirror, ACCOUNT, bulk_threshold=threshold).rows_deleted == 1
    assert "A00" not in names(mirror)
    at(local, hours=2)
    assert local.inside.bin.undelete(local.inside.user("admin@local.example"), accounts[:1]) == {accounts[0]: None}
    pull(connected, mirror, ACCOUNT, bulk_threshold=threshold)
    assert "A00" in names(mirror)


def test_many_rows_deleted_by_people_are_taken_at_their_word(
    local, connected: Org, mirror: Mirror, accounts: list[str]
) -> None:
    pull(connected, mirror, ACCOUNT)
    at(local, hours=1)
    local.delete("Account", *accounts[:50])
    report = pull(connected, mirror, ACCOUNT)
    assert (report.rows_deleted, report.complete) == (50, True)


def test_rows_that_vanish_in_great_number_are_kept_until_somebody_confirms(
    local, connected: Org, mirror: Mirror, accounts: list[str]
) -> None:
    pull(connected, mirror, ACCOUNT)
    at(local, hours=1)
    purge(local, accounts[:25])
    local.update("Account", {"Id": accounts[40], "Name": "changed"})
    report = pull(connected, mirror, ACCOUNT, full=True)
    [item] = report.objects
    assert (item.rows_kept, item.rows_deleted, item.rows_changed, report.complete) == (25, 0, 1, False)
    assert "--accept-missing" in item.problem
    assert len(names(mirror)) == 60 and "changed" in names(mirror)
    report = pull(connected, mirror, ACCOUNT, full=True, accept_missing=True)
    assert (report.rows_deleted, len(names(mirror)), report.complete) == (25, 35, True)


def test_a_few_vanished_rows_leave_with_the_next_full_pull_which_writes_nothing_equal(
    local, connected: Org, mirror: Mirror, accounts: list[str]
) -> None:
    pull(connected, mirror, ACCOUNT)
    at(local, hours=1)
    purge(local, accounts[:3])
    assert pull(connected, mirror, ACCOUNT).rows_deleted == 0
    report = pull(connected, mirror, ACCOUNT, full=True)
    assert (report.rows_read, report.rows_changed, report.rows_deleted) == (57, 0, 3)


def test_a_formula_that_changed_by_itself_is_found_by_the_full_pull(local, connected: Org, mirror: Mirror) -> None:
    at(local)
    deal = {
        "Name": "D",
        "StageName": "Prospecting",
        "CloseDate": "2026-03-31",
        "Sidecar_Stage_Entered__c": "2026-02-28",
    }
    local.insert("Opportunity", deal)
    catalogue = (CatalogueObject("Opportunity", ("Name", "Sidecar_Stage_Age__c")),)
    pull(connected, mirror, catalogue)
    at(local, days=1)
    pull(connected, mirror, catalogue)
    at(local, days=3)
    assert pull(connected, mirror, catalogue).rows_changed == 0
    assert pull(connected, mirror, catalogue, full=True).rows_changed == 1
    assert mirror.connection.execute("SELECT Sidecar_Stage_Age__c FROM Opportunity").fetchall() == [(4.0,)]


def test_after_a_pause_longer_than_the_recycle_bin_every_row_is_compared(
    local, connected: Org, mirror: Mirror, accounts: list[str]
) -> None:
    pull(connected, mirror, ACCOUNT)
    purge(local, accounts[:2])
    at(local, days=13)
    report = pull(connected, mirror, ACCOUNT)
    assert (report.rows_deleted, report.objects[0].note) == (0, "")
    at(local, days=28)
    report = pull(connected, mirror, ACCOUNT)
    assert (report.rows_deleted, report.complete) == (2, True)
    assert "last pulled at 2026-03-14 10:00 UTC" in report.objects[0].note
    assert "every row was read and compared" in report.objects[0].note
    at(local, days=60)
    assert pull(connected, mirror, ACCOUNT, full=True).objects[0].note == "", "somebody asked for it"


def test_a_clock_that_went_back_is_refused_until_every_row_is_compared(
    local, connected: Org, mirror: Mirror, accounts: list[str]
) -> None:
    pull(connected, mirror, ACCOUNT)
    at(local, minutes=-5)
    pull(connected, mirror, ACCOUNT)
    at(local, hours=-3)
    local.update("Account", {"Id": accounts[0], "Name": "in the past"})
    with pytest.raises(ConfigurationError, match=r"last pulled at 2026-03-01 .*Remedy: .*pull --full"):
        pull(connected, mirror, ACCOUNT)
    assert "in the past" not in names(mirror)
    pull(connected, mirror, ACCOUNT, full=True)
    assert "in the past" in names(mirror)
    assert pull(connected, mirror, ACCOUNT).complete


def last_pulled(mirror: Mirror, change: str) -> None:
    """Move the moment at which this machine pulled last."""
    mirror.connection.execute(f"UPDATE _sync.objects SET pulled_at = pulled_at {change}")


def test_this_machines_clock_that_went_back_is_refused_until_every_row_is_compared(
    local, connected: Org, mirror: Mirror, accounts: list[str]
) -> None:
    pull(connected, mirror, ACCOUNT)
    last_pulled(mirror, "+ INTERVAL 5 MINUTE")
    pull(connected, mirror, ACCOUNT)
    last_pulled(mirror, "+ INTERVAL 3 HOUR")
    local.update("Account", {"Id": accounts[0], "Name": "after the clock was set"})
    with pytest.raises(ConfigurationError, match=r"by this machine's clock, .*Remedy: set this machine's clock"):
        pull(connected, mirror, ACCOUNT)
    assert "after the clock was set" not in names(mirror)
    pull(connected, mirror, ACCOUNT, full=True)
    assert "after the clock was set" in names(mirror)
    assert pull(connected, mirror, ACCOUNT).complete


def test_an_object_that_is_read_no_more_does_not_hold_the_clocks_back(local, connected: Org, mirror: Mirror) -> None:
    at(local, days=2)
    pull(connected, mirror, (*ACCOUNT, CatalogueObject("Contact", ("LastName",))))
    at(local)
    last_pulled(mirror, "+ INTERVAL 3 HOUR")
    pull(connected, mirror, ACCOUNT, full=True)
    assert pull(connected, mirror, ACCOUNT).complete
