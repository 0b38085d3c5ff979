"""What was deleted can be taken back for fifteen days."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from localorg.ids import id18
from localorg.org import LocalOrg
from tests.localorg.behaviour.conftest import ADMIN, Desk, error
from tests.localorg.conftest import field_xml, write_package


def undelete(desk: Desk, record_id: str) -> str | None:
    """Take one row back; returns the error code, None if it is back."""
    refusal = desk.org.bin.undelete(desk.org.user(ADMIN), [record_id])[record_id]
    return refusal.code if refusal is not None else None


def is_deleted(desk: Desk, sobject: str, record_id: str) -> bool:
    return bool(desk.value(sobject, "IsDeleted", record_id))


@pytest.mark.shows("behaviour.recycle_bin")
def test_a_row_comes_back_with_what_went_with_it(desk: Desk) -> None:
    account = desk.made("Account", Name="A")
    kept, deal = desk.deal(account), desk.deal(account)
    assert desk.records.delete("Opportunity", [kept])[0].success
    assert desk.records.delete("Account", [account])[0].success
    assert is_deleted(desk, "Opportunity", deal)
    desk.org.clock.advance(timedelta(days=1))
    assert undelete(desk, account) is None
    assert not is_deleted(desk, "Account", account)
    assert not is_deleted(desk, "Opportunity", deal)
    assert is_deleted(desk, "Opportunity", kept), "it was deleted before, by itself"
    assert str(desk.value("Opportunity", "SystemModstamp", deal)).startswith("2026-11-23")


def test_cleared_references_come_back_unless_they_were_set_anew(packaged: Desk) -> None:
    account, other = packaged.made("Account", Name="A"), packaged.made("Account", Name="B")
    plan, moved = packaged.made("Plan__c", Account__c=account), packaged.made("Plan__c", Account__c=account)
    packaged.records.delete("Account", [account])
    assert packaged.value("Plan__c", "Account__c", plan) is None
    packaged.changed("Plan__c", moved, Account__c=other)
    assert undelete(packaged, account) is None
    assert packaged.value("Plan__c", "Account__c", plan) == account
    assert packaged.value("Plan__c", "Account__c", moved) == other


def test_what_cannot_come_back_says_why(packaged: Desk) -> None:
    account = packaged.made("Account", Name="A")
    assert undelete(packaged, account) == "UNDELETE_FAILED"
    assert undelete(packaged, "001") == "MALFORMED_ID"
    assert undelete(packaged, id18("00k000000000001")) == "INSUFFICIENT_ACCESS_OR_READONLY"
    plan = packaged.made("Plan__c", Key__c="K")
    packaged.records.delete("Plan__c", [plan])
    packaged.made("Plan__c", Key__c="k")
    assert undelete(packaged, plan) == "DUPLICATE_VALUE"
    assert is_deleted(packaged, "Plan__c", plan)


@pytest.mark.shows("behaviour.hard_delete")
def test_a_hard_deletion_leaves_nothing(desk: Desk) -> None:
    account = desk.made("Account", Name="A")
    desk.deal(account)
    assert desk.records.delete("Account", [account], hard=True)[0].success
    for table in ("Account", "Opportunity", "OpportunityHistory", "OpportunityFieldHistory", "_bin"):
        assert desk.rows(f'SELECT count(*) FROM "{table}"') == [(0,)]
    assert undelete(desk, account) == "UNDELETE_FAILED"


def test_purging_takes_only_what_is_in_the_bin(desk: Desk) -> None:
    gone, deleted, live = (desk.made("Account", Name=name) for name in "abc")
    desk.records.delete("Account", [gone, deleted])
    assert desk.org.bin.purge([gone, live]) == 1
    assert desk.rows('SELECT "Id" FROM "Account" ORDER BY "Name"') == [(deleted,), (live,)]
    assert desk.org.bin.empty() == 1
    assert desk.rows('SELECT "Id" FROM "Account"') == [(live,)]


@pytest.mark.shows("behaviour.recycle_bin")
def test_after_fifteen_days_of_the_orgs_clock_it_is_gone(desk: Desk) -> None:
    early, late = desk.made("Account", Name="early"), desk.made("Account", Name="late")
    desk.records.delete("Account", [early])
    desk.org.clock.advance(timedelta(days=10))
    desk.records.delete("Account", [late])
    desk.org.clock.advance(timedelta(days=5, hours=1))
    desk.made("Account", Name="new")
    assert desk.rows('SELECT "Name" FROM "Account" ORDER BY "Name"') == [("late",), ("new",)]


def test_a_restored_row_that_fails_leaves_its_neighbours_alone(desk: Desk) -> None:
    account = desk.made("Account", Name="A")
    desk.records.delete("Account", [account])
    answers = desk.org.bin.undelete(desk.org.user(ADMIN), ["nonsense", account])
    assert [refusal is None for refusal in answers.values()] == [False, True]
    assert error(desk.records.delete("Account", ["nonsense"])[0]).code == "MALFORMED_ID"


@pytest.mark.shows("behaviour.delete_refused")
def test_a_parent_whose_children_forbid_it_is_not_deleted(tmp_path: Path) -> None:
    kept = field_xml(
        "Account__c", "Lookup", referenceTo="Account", relationshipName="Plans", deleteConstraint="Restrict"
    )
    package = write_package(tmp_path / "package", {"objects/Plan__c/fields/Account__c": kept})
    org = LocalOrg.open(tmp_path / "org.sqlite", package)
    desk = Desk(org, org.records(org.user(ADMIN)))
    held, free = desk.made("Account", Name="held"), desk.made("Account", Name="free")
    plan = desk.made("Plan__c", Account__c=held)
    results = desk.records.delete("Account", [held, free])
    assert [result.success for result in results] == [False, True]
    assert error(results[0]).code == "DELETE_FAILED"
    assert held in error(results[0]).message
    desk.records.delete("Plan__c", [plan])
    assert desk.records.delete("Account", [held])[0].success
    org.close()
