"""Record locks: who waits for whom, who gives up, and that nothing is lost."""

from __future__ import annotations

import pytest

from localorg.store import records as records_module
from tests.localorg.behaviour.conftest import DEAL, Desk, codes, error

CASE = {"Subject": "Broken"}


@pytest.fixture
def busy(desk: Desk) -> tuple[str, str]:
    """An account whose opportunity somebody writes until `faults.release()`, and another account."""
    locked, free = desk.made("Account", Name="locked"), desk.made("Account", Name="free")
    deal = desk.deal(locked)
    desk.org.locks.wait_seconds = 0.05
    desk.org.faults.order("late", object="Opportunity")
    desk.beside(lambda: desk.changed("Opportunity", deal, NextStep="Call"))
    desk.held()
    return locked, free


@pytest.mark.shows("behaviour.locks")
def test_a_write_locks_the_account_of_its_opportunity_and_others_give_up(desk: Desk, busy: tuple[str, str]) -> None:
    locked, free = busy
    assert locked in desk.org.locks.held
    rows = [{**DEAL, "AccountId": account} for account in (free, locked, free)]
    results = desk.records.insert("Opportunity", rows)
    assert codes(results) == [None, "UNABLE_TO_LOCK_ROW", None]
    refusal = error(results[1])
    assert refusal.message == f"unable to obtain exclusive access to this record or 1 records: {locked}"
    assert refusal.fields == ()
    assert desk.rows('SELECT count(*) FROM "Opportunity" WHERE "AccountId" = ?', free) == [(2,)]


def test_all_or_none_writes_nothing_when_one_parent_is_locked(desk: Desk, busy: tuple[str, str]) -> None:
    locked, free = busy
    rows = [{**DEAL, "AccountId": account} for account in (free, locked)]
    results = desk.records.insert("Opportunity", rows, all_or_none=True)
    assert codes(results) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "UNABLE_TO_LOCK_ROW"]
    assert desk.rows('SELECT count(*) FROM "Opportunity" WHERE "AccountId" = ?', free) == [(0,)]


def test_new_cases_and_contacts_lock_their_account_and_changed_ones_only_when_it_changes(
    desk: Desk, busy: tuple[str, str]
) -> None:
    locked, free = busy
    desk.org.locks.wait_seconds = 0.0
    case = desk.made("Case", **CASE, AccountId=free)
    assert codes(desk.records.insert("Case", [{**CASE, "AccountId": locked}])) == ["UNABLE_TO_LOCK_ROW"]
    assert codes(desk.records.insert("Contact", [{"LastName": "L", "AccountId": locked}])) == ["UNABLE_TO_LOCK_ROW"]
    assert desk.changed("Case", case, Subject="Still broken").success
    assert error(desk.changed("Case", case, AccountId=locked)).code == "UNABLE_TO_LOCK_ROW"


def test_the_account_itself_is_locked_and_its_other_children_are_not(desk: Desk, busy: tuple[str, str]) -> None:
    locked, _ = busy
    assert error(desk.changed("Account", locked, Name="new")).code == "UNABLE_TO_LOCK_ROW"
    assert desk.made("Task", Subject="Call", WhatId=locked)


def test_a_line_item_locks_its_opportunity_and_the_account(desk: Desk) -> None:
    account = desk.made("Account", Name="A")
    book = str(desk.rows('SELECT "Id" FROM "Pricebook2"')[0][0])
    product = desk.made("Product2", Name="P", IsActive=True)
    price = desk.made("PricebookEntry", Pricebook2Id=book, Product2Id=product, UnitPrice=10, IsActive=True)
    deal = desk.deal(account, Pricebook2Id=book)
    desk.org.faults.order("late", object="OpportunityLineItem")
    item = {"OpportunityId": deal, "PricebookEntryId": price, "Quantity": 2, "UnitPrice": 10}
    result = desk.beside(lambda: desk.records.insert("OpportunityLineItem", [item])[0])
    desk.held()
    assert {account, deal} <= set(desk.org.locks.held)
    desk.org.faults.release()
    assert result().success
    assert desk.org.locks.held == []


def test_a_waiting_writer_goes_on_when_the_lock_is_free(desk: Desk, busy: tuple[str, str]) -> None:
    locked, _ = busy
    desk.org.locks.wait_seconds = 30.0
    waiting = desk.beside(lambda: desk.changed("Account", locked, Name="new"))
    desk.org.faults.release()
    assert waiting().success
    assert desk.value("Account", "Name", locked) == "new"
    assert desk.org.locks.held == []


@pytest.mark.shows("behaviour.writers")
def test_writers_that_want_the_same_parents_in_another_order_both_end_and_lose_nothing(desk: Desk) -> None:
    first, second = desk.made("Account", Name="1"), desk.made("Account", Name="2")
    desk.org.locks.automation_seconds = 0.02

    def write(accounts: list[str]) -> int:
        written = 0
        for _ in range(4):
            rows = [{**DEAL, "AccountId": account} for account in accounts]
            written += sum(result.success for result in desk.records.insert("Opportunity", rows))
        return written

    both = [desk.beside(lambda order=order: write(order)) for order in ([first, second], [second, first])]
    assert [each() for each in both] == [8, 8]
    assert desk.rows('SELECT count(*), count(DISTINCT "Id") FROM "Opportunity"') == [(16, 16)]
    assert desk.org.locks.held == []


def test_locks_are_gone_after_a_write_that_breaks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account = desk.made("Account", Name="A")
    desk.org.locks.automation_seconds = 0.01

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(records_module, "save_updates", broken)
    with pytest.raises(RuntimeError):
        desk.changed("Account", account, Name="B")
    assert desk.org.locks.held == []


def test_inside_a_larger_transaction_nobody_waits(desk: Desk, busy: tuple[str, str]) -> None:
    locked, free = busy
    desk.org.locks.wait_seconds = 600.0
    with desk.org.database.writer():
        assert error(desk.changed("Account", locked, Name="new")).code == "UNABLE_TO_LOCK_ROW"
        assert desk.changed("Account", free, Name="new").success
        assert free in desk.org.locks.held
    assert free not in desk.org.locks.held


@pytest.mark.shows("faults.late")
def test_a_late_row_is_stamped_at_the_start_and_seen_later_while_others_go_on(desk: Desk) -> None:
    desk.org.faults.order("late", object="Account")
    late = desk.beside(lambda: desk.records.insert("Account", [{"Name": "late"}])[0])
    desk.held()
    desk.org.clock.set(desk.org.clock.now().replace(minute=5))
    quick = desk.made("Account", Name="quick")
    assert desk.rows('SELECT "Name" FROM "Account"') == [("quick",)]
    desk.org.faults.release()
    result = late()
    assert result.success and result.id is not None
    assert str(desk.value("Account", "SystemModstamp", result.id)) < str(desk.value("Account", "SystemModstamp", quick))


def test_a_late_write_goes_on_by_itself_after_its_seconds(desk: Desk) -> None:
    desk.org.faults.order("late", object="Account", seconds=0.01)
    assert desk.made("Account", Name="late")
    assert desk.org.faults.listed() == []


def test_a_late_write_is_judged_by_what_is_there_when_it_commits(packaged: Desk) -> None:
    packaged.org.faults.order("late", object="Plan__c")
    late = packaged.beside(lambda: packaged.records.insert("Plan__c", [{"Key__c": "K"}])[0])
    packaged.held()
    packaged.made("Plan__c", Key__c="k")
    packaged.org.faults.release()
    assert error(late()).code == "DUPLICATE_VALUE"
    assert packaged.rows('SELECT "Key__c" FROM "Plan__c"') == [("k",)]
