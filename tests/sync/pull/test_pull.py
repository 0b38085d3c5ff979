"""The pull against the local org, at the wire."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sync import CatalogueObject, Mirror, MissingField, MissingPackage, Org, PullReport, pull

HEALTH = "Sidecar_Health__c"
ACCOUNT = CatalogueObject("Account", ("Name", HEALTH), ("Industry", "NumberOfEmployees", "AnnualRevenue"))
DEAL = CatalogueObject("Opportunity", ("Name", "StageName", "Amount", "CloseDate", "IsWon", "CreatedDate"))


@pytest.fixture
def day(local) -> datetime:
    """The org's clock stands at a known moment."""
    moment = datetime(2026, 3, 1, 10, tzinfo=UTC)
    local.inside.clock.set(moment)
    return moment


def names(mirror: Mirror) -> list[str]:
    return [name for (name,) in mirror.connection.execute("SELECT Name FROM Account ORDER BY Name").fetchall()]


def figures(report: PullReport) -> tuple[str, int, int, int]:
    item = report.objects[0]
    return item.way, item.rows_read, item.rows_changed, item.rows_deleted


@pytest.mark.parametrize(("threshold", "way"), [(2000, "rest"), (0, "bulk")])
def test_both_ways_bring_the_same_values(local, connected: Org, mirror: Mirror, day, threshold: int, way: str) -> None:
    name = 'Acme, "North"\n😀 é'
    [account] = local.insert("Account", {"Name": name, "NumberOfEmployees": 12, "AnnualRevenue": 1234567.0})
    [deal] = local.insert(
        "Opportunity",
        {"Name": "D", "StageName": "Prospecting", "CloseDate": "2026-03-31", "Amount": 0.1, "AccountId": account},
    )
    report = pull(connected, mirror, (ACCOUNT, DEAL), bulk_threshold=threshold)
    assert {item.way for item in report.objects} == {way}
    columns = f'SELECT Id, Name, "{HEALTH}", Industry, NumberOfEmployees, AnnualRevenue, SystemModstamp FROM Account'
    stamp = day.replace(tzinfo=None)
    assert mirror.connection.execute(columns).fetchall() == [(account, name, None, None, 12, 1234567.0, stamp)]
    assert mirror.connection.execute(
        "SELECT Id, StageName, Amount, CloseDate, IsWon, CreatedDate FROM Opportunity"
    ).fetchall() == [(deal, "Prospecting", 0.1, date(2026, 3, 31), False, stamp)]
    assert mirror.columns("Account")["NumberOfEmployees"] == "BIGINT"


def test_the_next_pull_reads_only_what_changed(local, connected: Org, mirror: Mirror, day) -> None:
    ids = local.insert("Account", *({"Name": f"A{i}"} for i in range(5)))
    pull(connected, mirror, (ACCOUNT,))
    local.inside.clock.set(day + timedelta(hours=1))
    assert figures(pull(connected, mirror, (ACCOUNT,))) == ("rest", 5, 0, 0), "within the overlap of the first pull"
    local.inside.clock.set(day + timedelta(hours=2))
    local.update("Account", {"Id": ids[3], "Name": "A3 changed"})
    local.insert("Account", {"Name": "A5"})
    assert figures(pull(connected, mirror, (ACCOUNT,))) == ("rest", 2, 2, 0)
    local.inside.clock.set(day + timedelta(hours=3))
    assert figures(pull(connected, mirror, (ACCOUNT,))) == ("rest", 2, 0, 0)
    local.inside.clock.set(day + timedelta(hours=4))
    assert figures(pull(connected, mirror, (ACCOUNT,))) == ("rest", 0, 0, 0)
    assert names(mirror) == ["A0", "A1", "A2", "A3 changed", "A4", "A5"]


def test_a_row_committed_late_is_caught_by_the_overlap(local, connected: Org, mirror: Mirror, day) -> None:
    pull(connected, mirror, (ACCOUNT,))
    local.inside.clock.set(day - timedelta(minutes=9))
    local.insert("Account", {"Name": "late"})
    local.inside.clock.set(day + timedelta(hours=1))
    assert figures(pull(connected, mirror, (ACCOUNT,), overlap=timedelta(minutes=10))) == ("rest", 1, 1, 0)


def test_deleted_rows_leave_the_mirror_and_come_back_when_undeleted(local, connected: Org, mirror: Mirror, day) -> None:
    ids = local.insert("Account", {"Name": "A"}, {"Name": "B"})
    pull(connected, mirror, (ACCOUNT,))
    local.delete("Account", ids[0])
    report = pull(connected, mirror, (ACCOUNT,))
    assert (report.rows_deleted, names(mirror)) == (1, ["B"])
    assert pull(connected, mirror, (ACCOUNT,)).rows_deleted == 0


def test_a_full_pull_finds_rows_that_vanished_without_a_trace(local, connected: Org, mirror: Mirror, day) -> None:
    ids = local.insert("Account", {"Name": "A"}, {"Name": "B"})
    pull(connected, mirror, (ACCOUNT,))
    with local.inside.database.writer() as connection:
        connection.execute('DELETE FROM Account WHERE "Id" = ?', (ids[0],))
    assert pull(connected, mirror, (ACCOUNT,)).rows_deleted == 0
    assert figures(pull(connected, mirror, (ACCOUNT,), full=True)) == ("rest", 1, 0, 1)
    assert names(mirror) == ["B"]


def test_many_changes_are_read_in_bulk(local, connected: Org, mirror: Mirror, day) -> None:
    pull(connected, mirror, (ACCOUNT,))
    local.insert("Account", *({"Name": f"A{i}"} for i in range(6)))
    assert figures(pull(connected, mirror, (ACCOUNT,), bulk_threshold=5)) == ("bulk", 6, 6, 0)
    assert mirror.connection.execute("SELECT count(*) FROM _sync.query_jobs").fetchall() == [(0,)]


def test_a_new_field_is_filled_for_all_rows_without_reading_the_rest_again(
    local, connected: Org, mirror: Mirror, day
) -> None:
    local.insert("Account", {"Name": "A", "Industry": "Banking"}, {"Name": "B"})
    pull(connected, mirror, (CatalogueObject("Account", ("Name",)),))
    local.inside.clock.set(day + timedelta(days=1))
    pull(connected, mirror, (CatalogueObject("Account", ("Name",)),))
    report = pull(connected, mirror, (CatalogueObject("Account", ("Name", "Industry")),))
    assert (report.rows_read, report.rows_changed) == (2, 0)
    assert mirror.connection.execute("SELECT Name, Industry FROM Account ORDER BY Name").fetchall() == [
        ("A", "Banking"),
        ("B", None),
    ]


def test_a_field_that_changed_its_type_is_taken_in_anew(local, connected: Org, mirror: Mirror, day) -> None:
    local.insert("Account", {"Name": "A", "NumberOfEmployees": 7})
    pull(connected, mirror, (ACCOUNT,))
    mirror.connection.execute("ALTER TABLE Account ALTER NumberOfEmployees TYPE VARCHAR")
    local.inside.clock.set(day + timedelta(days=1))
    pull(connected, mirror, (ACCOUNT,))
    assert mirror.columns("Account")["NumberOfEmployees"] == "BIGINT"
    assert mirror.connection.execute("SELECT NumberOfEmployees FROM Account").fetchall() == [(7,)]


def test_a_field_that_is_gone_is_reported_and_leaves_no_stale_column(local, connected: Org, mirror: Mirror) -> None:
    local.insert("Account", {"Name": "A"})
    pull(connected, mirror, (ACCOUNT,))
    report = pull(connected, mirror, (CatalogueObject("Account", ("Name",), ("Nope__c",)),))
    assert report.objects[0].missing_fields == ("Nope__c",)
    assert "Industry" not in mirror.columns("Account")


def test_names_are_found_in_any_case_and_kept_in_the_orgs(local, connected: Org, mirror: Mirror) -> None:
    local.insert("Account", {"Name": "A"})
    report = pull(connected, mirror, (CatalogueObject("account", ("NAME", "name")),))
    assert report.objects[0].name == "Account"
    assert list(mirror.columns("Account")) == ["Id", "Name", "SystemModstamp"]


def test_required_gaps_are_told_together_before_anything_is_written(connected: Org, mirror: Mirror) -> None:
    catalogue = (ACCOUNT, CatalogueObject("Opportunity", ("Nope__c", "Sidecar_Nope__c")), CatalogueObject("Nix__c", ()))
    with pytest.raises(MissingField) as caught:
        pull(connected, mirror, catalogue)
    assert caught.value.names == ("Opportunity.Nope__c", "Opportunity.Sidecar_Nope__c", "Nix__c")
    assert not isinstance(caught.value, MissingPackage)
    assert "Sidecar_Integration" in str(caught.value)
    assert mirror.table_names() == ()


def test_an_object_that_is_not_needed_may_be_missing(local, connected: Org, mirror: Mirror) -> None:
    report = pull(connected, mirror, (CatalogueObject("Nix__c", ("A__c",), needed=False),))
    assert (report.objects[0].way, report.objects[0].missing_fields) == ("none", ("Id", "A__c"))


def test_an_org_without_our_package_is_told_so_and_nothing_is_written(org: Org, mirror: Mirror, script) -> None:
    script.describe("Account", Name="string")
    script.wire.get(f"{script.root}/sobjects/Sidecar_Plan__c/describe", status=404, json=[{"errorCode": "NOT_FOUND"}])
    with pytest.raises(MissingPackage, match="Remedy: deploy lwc_components"):
        pull(org, mirror, (ACCOUNT, CatalogueObject("Sidecar_Plan__c", ("Sidecar_Key__c",))))
    assert mirror.table_names() == ()


@pytest.mark.parametrize("kind", ["session_end", "unavailable", "html"])
@pytest.mark.parametrize("after", [0, 2, 5])
def test_passing_faults_do_not_show(local, connected: Org, mirror: Mirror, kind: str, after: int) -> None:
    connected.session.pause = lambda seconds: None
    local.insert("Account", *({"Name": f"A{i}"} for i in range(6)))
    local.faults.order(kind, after=after, count=2 if kind != "session_end" else 1)
    pull(connected, mirror, (ACCOUNT,), bulk_threshold=5)
    assert len(names(mirror)) == 6


def test_objects_without_a_stamp_are_read_whole_and_replaced(org: Org, mirror: Mirror, script) -> None:
    described = {"name": "Plain", "label": "Plain", "keyPrefix": "x", "fields": []}
    described["fields"] = [{"name": n, "label": n, "type": "string", "length": 18} for n in ("Id", "Name")]
    script.wire.get(f"{script.root}/sobjects/Plain/describe", json=described)
    rows = [{"Id": "1", "Name": "a"}, {"Id": "2", "Name": "b"}]
    script.on_query(lambda soql: script.page() if "OFFSET" in soql else script.page(*rows))
    catalogue = (CatalogueObject("Plain", ("Name",)),)
    pull(org, mirror, catalogue)
    del rows[0]
    assert figures(pull(org, mirror, catalogue)) == ("rest", 1, 0, 1)
    assert not any("WHERE" in query for query in script.queries)


def test_progress_hears_of_every_stage_and_row(local, connected: Org, mirror: Mirror) -> None:
    heard: list[object] = []

    class Listener:
        def stage(self, name: str, total: int | None = None) -> None:
            heard.append((name, total))

        def advance(self, rows: int = 1) -> None:
            heard.append(rows)

        def end(self) -> None:
            heard.append("end")

    local.insert("Account", {"Name": "A"}, {"Name": "B"})
    pull(connected, mirror, (ACCOUNT,), progress=Listener())
    assert heard == [("Account", 2), 2, "end"]
