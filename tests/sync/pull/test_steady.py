"""What a pull costs in API calls, by the org's own count, and how a budget holds it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync import (
    Budget,
    CatalogueObject,
    ConfigurationError,
    Mirror,
    ObjectStopped,
    Org,
    PullReport,
    make_plan,
    pull,
    write_back,
)
from sync.pull import results

CATALOGUE = tuple(
    CatalogueObject(name, ("Id",), needed=name != "Case")
    for name in ("Account", "Contact", "Opportunity", "OpportunityStage", "Organization", "User", "Case", "Task")
)
DAY = datetime(2027, 3, 1, 10, tzinfo=UTC)
"""After the org was made, so that its own rows are old."""


def used(org: Org) -> int:
    """The org's own count, without the question for it."""
    limits = org.json("GET", "/limits")["DailyApiRequests"]
    return int(limits["Max"] - limits["Remaining"]) - 1


@pytest.fixture
def filled(local):
    """An org at a known moment with some rows."""
    local.inside.clock.set(DAY)
    local.insert("Account", *({"Name": f"A{i}"} for i in range(30)))
    local.insert("Contact", *({"LastName": f"C{i}"} for i in range(3)))
    return local


@pytest.mark.parametrize("threshold", [2000, 10])
def test_an_unchanged_pull_makes_one_call_per_object_and_one_for_all_describes(
    filled, connected: Org, mirror: Mirror, threshold: int
) -> None:
    pull(connected, mirror, CATALOGUE, bulk_threshold=threshold)
    filled.inside.clock.set(DAY + timedelta(hours=1))
    pull(connected, mirror, CATALOGUE, bulk_threshold=threshold)
    filled.inside.clock.set(DAY + timedelta(hours=2))
    before = used(connected) + 1
    report = pull(connected, mirror, CATALOGUE, bulk_threshold=threshold)
    plan = make_plan(mirror, (), {})
    write_back(connected, mirror, plan, run_id="nothing")
    assert used(connected) - before == len(CATALOGUE) + 1 == report.calls
    assert (report.rows_read, report.rows_changed, report.rows_deleted) == (0, 0, 0)


def test_more_objects_than_one_request_describes_take_two(local, connected: Org, mirror: Mirror) -> None:
    catalogue = tuple(CatalogueObject(f"Nix{i}__c", ("A__c",), needed=False) for i in range(26))
    assert pull(connected, mirror, catalogue).calls == 2


def test_changed_and_deleted_rows_come_with_the_same_call(filled, connected: Org, mirror: Mirror) -> None:
    catalogue = CATALOGUE[1:2]
    pull(connected, mirror, catalogue)
    filled.inside.clock.set(DAY + timedelta(hours=1))
    rows = filled.rows('SELECT "Id" FROM Contact ORDER BY "LastName"')
    filled.delete("Contact", rows[0][0])
    filled.update("Contact", {"Id": rows[1][0], "LastName": "changed"})
    report = pull(connected, mirror, catalogue)
    assert (report.calls, report.rows_changed, report.rows_deleted) == (2, 1, 1)


def test_many_changed_and_deleted_rows_come_with_one_job(filled, connected: Org, mirror: Mirror) -> None:
    catalogue = CATALOGUE[:1]
    pull(connected, mirror, catalogue)
    filled.inside.clock.set(DAY + timedelta(hours=1))
    ids = [row[0] for row in filled.rows('SELECT "Id" FROM Account ORDER BY "Name"')]
    filled.delete("Account", *ids[:15])
    filled.update("Account", *({"Id": each, "Name": "changed"} for each in ids[15:]))
    report = pull(connected, mirror, catalogue, bulk_threshold=10)
    [item] = report.objects
    assert (item.way, item.rows_changed, item.rows_deleted) == ("bulk", 15, 15)


def limited(filled, connected: Org, mirror: Mirror, budget: Budget, threshold: int = 2000) -> PullReport:
    connected.json("GET", "/limits")  # so that the org has told its limit
    return pull(connected, mirror, CATALOGUE[:2], budget=budget, bulk_threshold=threshold)


def test_what_does_not_fit_into_the_runs_share_waits_whole_and_is_reported(
    filled, connected: Org, mirror: Mirror
) -> None:
    maximum = connected.json("GET", "/limits")["DailyApiRequests"]["Max"]
    report = limited(filled, connected, mirror, Budget(run_share=10 / maximum, day_share=1.0), threshold=10)
    large, small = report.objects
    assert (large.outcome, large.needed, small.outcome) == ("waiting", True, "done")
    assert "waits for the next run" in large.problem and "budget_run" in large.problem
    assert (report.waiting, report.stopped, report.complete) == ((large,), (), False)
    assert mirror.table_names() == ("Contact",), "never half an object"
    with pytest.raises(ObjectStopped, match="Account"):
        report.check_needed()
    assert pull(connected, mirror, CATALOGUE[:2], bulk_threshold=10).complete


def test_nothing_is_begun_above_the_share_of_the_day(filled, connected: Org, mirror: Mirror) -> None:
    usage = connected.json("GET", "/limits")["DailyApiRequests"]
    share = (usage["Max"] - usage["Remaining"]) / usage["Max"]
    report = limited(filled, connected, mirror, Budget(run_share=1.0, day_share=share))
    assert {item.outcome for item in report.objects} == {"waiting"}
    assert report.calls == 1, "the describes alone"


def test_a_finished_job_whose_results_did_not_fit_is_gone_on_with(
    filled, connected: Org, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(results, "calls_of_results", lambda job: 1_000_000)
        assert pull(connected, mirror, CATALOGUE[:1], bulk_threshold=10).waiting
    assert pull(connected, mirror, CATALOGUE[:1], bulk_threshold=10).complete
    assert len(connected.json("GET", "/jobs/query")["records"]) == 1


def test_the_settings_of_another_org_are_refused_before_anything_is_read(
    filled, connected: Org, mirror: Mirror
) -> None:
    mirror.connection.execute("INSERT INTO _sync.properties VALUES ('org', '00D000000000009')")
    with pytest.raises(ConfigurationError, match="another state directory"):
        pull(connected, mirror, CATALOGUE)
    assert mirror.table_names() == ()
