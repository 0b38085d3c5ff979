"""The org's schema changes between the describe and the rows, or during a job; objects that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from localorg.access import PermissionSet
from sync import CatalogueObject, Mirror, Org, PullReport, check, pull

TIER = "Tier__c"
GRANT = "Sidecar_Integration"
OPTIONAL = (CatalogueObject("Account", ("Name",), (TIER,)), CatalogueObject("Contact", ("LastName",)))
REQUIRED = (CatalogueObject("Account", ("Name", TIER)), OPTIONAL[1])
BOTH_WAYS = pytest.mark.parametrize("threshold", [2000, 0], ids=["rest", "bulk"])


@pytest.fixture
def tiers(local):
    """Accounts with a field of the customer's own."""
    local.faults.order("field_add", object="Account", field=TIER, type="string", length=20, grant=GRANT)
    local.insert("Account", {"Name": "A", TIER: "7"}, {"Name": "B", TIER: "8"})
    local.insert("Contact", {"LastName": "C"})
    return local


def after_the_describe(org: Org, monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Let something happen between the describe of all objects and the first row."""
    describe_all = org.describe_all

    def described(names):
        found = describe_all(names)
        monkeypatch.undo()
        change()
        return found

    monkeypatch.setattr(org, "describe_all", described)


def rows(mirror: Mirror, query: str) -> list[tuple[object, ...]]:
    return mirror.connection.execute(query).fetchall()


@BOTH_WAYS
def test_an_optional_field_that_vanishes_is_left_out_and_reported(
    tiers, connected: Org, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, threshold: int
) -> None:
    pull(connected, mirror, OPTIONAL, bulk_threshold=threshold)
    remove = {"object": "Account", "field": TIER}
    after_the_describe(connected, monkeypatch, lambda: tiers.faults.order("field_remove", **remove))
    tiers.update("Account", {"Id": rows(mirror, "SELECT Id FROM Account WHERE Name = 'A'")[0][0], "Name": "A2"})
    report = pull(connected, mirror, OPTIONAL, bulk_threshold=threshold)
    assert report.complete
    assert report.objects[0].missing_fields == (TIER,)
    assert rows(mirror, "SELECT Name FROM Account ORDER BY 1") == [("A2",), ("B",)]
    assert TIER not in mirror.columns("Account")


@BOTH_WAYS
def test_a_required_field_that_vanishes_stops_its_object_and_no_other(
    tiers, connected: Org, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, threshold: int
) -> None:
    remove = {"object": "Account", "field": TIER}
    after_the_describe(connected, monkeypatch, lambda: tiers.faults.order("field_remove", **remove))
    report = pull(connected, mirror, REQUIRED, bulk_threshold=threshold)
    [stopped] = report.stopped
    assert stopped.name == "Account" and stopped.needed
    assert f"Account.{TIER}" in stopped.problem and "Remedy: " in stopped.problem
    assert mirror.table_names() == ("Contact",)


def test_a_field_that_vanishes_while_a_job_runs_costs_that_job_only(tiers, connected: Org, mirror: Mirror) -> None:
    def change(point: str) -> None:
        if point == "before query job of Account":
            mirror.at_commit = lambda name: None
            tiers.faults.order("field_remove", object="Account", field=TIER)

    mirror.at_commit = change
    tiers.faults.order("job", message=f"INVALID_FIELD: No such column '{TIER}' on entity 'Account'")
    report = pull(connected, mirror, OPTIONAL[:1], bulk_threshold=0)
    assert (report.complete, report.objects[0].missing_fields) == (True, (TIER,))
    assert rows(mirror, "SELECT Name FROM Account ORDER BY 1") == [("A",), ("B",)]


@BOTH_WAYS
def test_a_field_that_gets_another_type_meanwhile_is_read_as_that(
    tiers, connected: Org, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, threshold: int
) -> None:
    retype = {"object": "Account", "field": TIER, "type": "double", "precision": 18, "grant": GRANT}
    after_the_describe(connected, monkeypatch, lambda: tiers.faults.order("field_retype", **retype))
    assert pull(connected, mirror, OPTIONAL, bulk_threshold=threshold).complete
    assert pull(connected, mirror, OPTIONAL, bulk_threshold=threshold).complete
    assert mirror.columns("Account")[TIER] == "DOUBLE"
    assert rows(mirror, f"SELECT {TIER} FROM Account ORDER BY 1") == [(7.0,), (8.0,)]


@BOTH_WAYS
def test_numbers_that_become_texts_meanwhile_are_read_as_texts(
    local, connected: Org, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, threshold: int
) -> None:
    local.faults.order("field_add", object="Account", field=TIER, type="double", precision=18, grant=GRANT)
    [record] = local.insert("Account", {"Name": "A", TIER: 7})

    def change() -> None:
        retype = {"object": "Account", "field": TIER, "type": "string", "length": 20, "grant": GRANT}
        local.faults.order("field_retype", **retype)
        local.update("Account", {"Id": record, TIER: "seven"})

    after_the_describe(connected, monkeypatch, change)
    connected.session.pause = lambda seconds: None
    assert pull(connected, mirror, OPTIONAL[:1], bulk_threshold=threshold).complete
    assert rows(mirror, f"SELECT {TIER} FROM Account") == [("seven",)]


def without(tiers, sobject: str) -> PermissionSet:
    """Take an object out of the permission set; returns the set as it was."""
    grants = tiers.inside._permission_sets[GRANT]
    kept = {name: rights for name, rights in grants.objects.items() if name != sobject}
    tiers.inside._permission_sets[GRANT] = replace(grants, objects=kept)
    return grants


def test_rows_of_an_optional_object_that_is_hidden_later_are_told_of_and_go_when_a_person_says_so(
    tiers, connected: Org, mirror: Mirror
) -> None:
    optional = (OPTIONAL[0], CatalogueObject("Contact", ("LastName",), needed=False))
    pull(connected, mirror, optional)
    granted = without(tiers, "Contact")
    for full in (False, True):
        report = pull(connected, mirror, optional, full=full)
        told = report.objects[1]
        assert (report.complete, told.rows_kept, told.rows_deleted, mirror.count("Contact")) == (False, 1, 0, 1)
        assert "does not show Contact" in told.problem and "--accept-missing" in told.problem
    [_, compared] = check(connected, mirror, optional).objects
    assert (compared.equal, compared.rows_here, compared.problem) == (False, 1, told.problem)
    report = pull(connected, mirror, optional, full=True, accept_missing=True)
    assert (report.complete, report.rows_deleted, mirror.count("Contact")) == (True, 1, 0)
    assert pull(connected, mirror, optional).complete
    tiers.inside._permission_sets[GRANT] = granted
    assert pull(connected, mirror, optional).objects[1].rows_changed == 1, "all rows come, however old"
    assert mirror.count("Contact") == 1


def test_an_object_that_loses_its_permission_meanwhile_stops_alone(
    tiers, connected: Org, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_the_describe(connected, monkeypatch, lambda: without(tiers, "Account"))
    report = pull(connected, mirror, OPTIONAL)
    [stopped] = report.stopped
    assert (stopped.name, mirror.table_names()) == ("Account", ("Contact",))
    assert "does not show Account" in stopped.problem


def test_an_object_whose_query_takes_too_long_is_read_by_a_job(
    local, connected: Org, mirror: Mirror, script, org: Org
) -> None:
    script.describe("Account", Name="string")
    timeout = [{"errorCode": "QUERY_TIMEOUT", "message": "Your query request was running for too long."}]
    script.wire.get(f"{script.root}/query", status=400, json=timeout)
    script.query_job(rows=1)
    script.results('"Id","Name","SystemModstamp"\n"1","n","2026-01-02T03:04:05.000Z"\n', rows=1)
    assert pull(org, mirror, (CatalogueObject("Account", ("Name",)),)).objects[0].way == "bulk"


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        (403, "INSUFFICIENT_ACCESS", "permission set"),
        (400, "BRAND_NEW_CODE", "report it"),
        (400, "INVALID_TYPE", "schema"),
    ],
)
def test_an_object_that_is_refused_stops_alone_with_a_remedy(
    org: Org, mirror: Mirror, script, status: int, code: str, remedy: str
) -> None:
    for name in ("Account", "Contact"):
        script.describe(name, Name="string")
    refusal = [{"errorCode": code, "message": "no"}]
    script.wire.get(f"{script.root}/query", status=status, json=refusal)
    report: PullReport = pull(org, mirror, tuple(CatalogueObject(name, ("Name",)) for name in ("Account", "Contact")))
    assert [item.name for item in report.stopped] == ["Account", "Contact"]
    assert all(code in item.problem and remedy in item.problem for item in report.stopped)


def test_fewer_rows_than_were_promised_are_not_kept(org: Org, mirror: Mirror, script) -> None:
    script.describe("Account", Name="string")
    many = [{"Id": str(i), "Name": f"n{i}", "SystemModstamp": script.stamp} for i in range(3)]
    answers = [script.page(*many), script.page(*many[:1], total=3), script.page(*many[:1])]
    script.on_query(lambda soql: script.page() if "OFFSET" in soql else answers[0])
    catalogue = (CatalogueObject("Account", ("Name",)),)
    pull(org, mirror, catalogue)
    for full in (True, False):
        answers[0] = script.page(*many[:1], total=3)
        [item] = pull(org, mirror, catalogue, full=full).stopped
        assert "spoke of 3 rows of Account, 1 came" in item.problem
        assert rows(mirror, "SELECT count(*) FROM Account") == [(3,)]
    answers[0] = script.page(*many[:1])
    assert pull(org, mirror, catalogue, full=True).rows_deleted == 2
