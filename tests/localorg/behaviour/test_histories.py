"""Field history, stamps of roll-ups and last activities."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.localorg.behaviour.conftest import ADMIN, Desk

HISTORY = (
    'SELECT "Field", "DataType", "OldValue", "NewValue" FROM "OpportunityFieldHistory" '
    'WHERE "OpportunityId" = ? ORDER BY "Id"'
)


@pytest.mark.shows("behaviour.field_history")
def test_tracked_fields_keep_who_changed_what(desk: Desk) -> None:
    deal = desk.deal()
    assert desk.rows(HISTORY, deal) == [("created", "Text", None, None)]
    desk.changed("Opportunity", deal, StageName="Closed Won", Amount=250.5, NextStep="Call", CloseDate="2026-12-15")
    assert desk.rows(HISTORY, deal)[1:] == [
        ("StageName", "DynamicEnum", "Prospecting", "Closed Won"),
        ("Amount", "Currency", "100.0", "250.5"),
    ]


def test_a_changed_reference_makes_two_rows_with_names_and_with_ids(desk: Desk) -> None:
    other = desk.made("User", Username="o@example.com", LastName="Other", Email="o@example.com", Alias="o")
    deal = desk.deal()
    desk.changed("Opportunity", deal, OwnerId=other)
    admin = desk.org.user(ADMIN).id
    assert desk.rows(HISTORY, deal)[1:] == [
        ("Owner", "Text", "Local Admin", "Other"),
        ("Owner", "EntityId", admin, other),
    ]


def test_what_is_tracked_can_be_chosen(desk: Desk) -> None:
    desk.org.tracking.track(["nextstep", "Description"])
    deal = desk.deal()
    desk.changed("Opportunity", deal, StageName="Closed Won", NextStep="Call", Description="long text")
    assert desk.rows(HISTORY, deal)[1:] == [
        ("NextStep", "Text", None, "Call"),
        ("Description", "MultiLineText", None, None),
    ]
    desk.org.refresh_settings()
    assert desk.org.tracking.fields == ("NextStep", "Description")
    for wrong in (["Foo"], ["IsWon"]):
        with pytest.raises(ValueError, match="cannot track"):
            desk.org.tracking.track(wrong)


@pytest.mark.shows("behaviour.rollup_stamps")
def test_a_roll_up_moves_the_system_stamp_and_is_no_edit(desk: Desk) -> None:
    book = str(desk.rows('SELECT "Id" FROM "Pricebook2"')[0][0])
    product = desk.made("Product2", Name="P", IsActive=True)
    price = desk.made("PricebookEntry", Pricebook2Id=book, Product2Id=product, UnitPrice=10, IsActive=True)
    deal = desk.deal(Pricebook2Id=book)
    before = desk.value("Opportunity", "LastModifiedDate", deal)
    desk.org.clock.advance(timedelta(hours=1))
    desk.made("OpportunityLineItem", OpportunityId=deal, PricebookEntryId=price, Quantity=3, UnitPrice=10)
    assert desk.value("Opportunity", "Amount", deal) == 30
    assert desk.value("Opportunity", "LastModifiedDate", deal) == before
    assert str(desk.value("Opportunity", "SystemModstamp", deal)) > str(before)
    assert desk.changed("Opportunity", deal, Amount=7).success
    assert desk.value("Opportunity", "Amount", deal) == 30, "the products make the amount"


@pytest.mark.shows("behaviour.stamps")
def test_an_update_that_changes_nothing_moves_both_stamps_and_writes_no_history(desk: Desk) -> None:
    deal = desk.deal()
    counts = 'SELECT (SELECT count(*) FROM "OpportunityHistory"), (SELECT count(*) FROM "OpportunityFieldHistory")'
    before = desk.rows(counts)
    desk.org.clock.advance(timedelta(hours=1))
    desk.changed("Opportunity", deal, StageName="Prospecting", Amount=100)
    later = desk.org.clock.stamp()
    for column in ("LastModifiedDate", "SystemModstamp"):
        assert desk.value("Opportunity", column, deal) == later
    assert desk.rows(counts) == before


@pytest.mark.shows("behaviour.last_activity")
def test_the_last_activity_is_the_latest_completed_task_or_event(desk: Desk) -> None:
    account = desk.made("Account", Name="A")
    deal = desk.deal(account)
    edited = desk.value("Account", "LastModifiedDate", account)
    desk.org.clock.advance(timedelta(hours=1))
    open_task = desk.made("Task", Subject="Call", WhatId=deal, ActivityDate="2026-11-30")
    assert desk.value("Opportunity", "LastActivityDate", deal) is None
    desk.made("Task", Subject="Call", WhatId=deal, ActivityDate="2026-11-10", Status="Completed")
    assert desk.value("Opportunity", "LastActivityDate", deal) == "2026-11-10"
    desk.changed("Task", open_task, Status="Completed")
    for sobject, record_id in (("Opportunity", deal), ("Account", account)):
        assert desk.value(sobject, "LastActivityDate", record_id) == "2026-11-30"
    assert desk.value("Account", "LastModifiedDate", account) == edited
    assert desk.value("Account", "SystemModstamp", account) == desk.org.clock.stamp()
    desk.records.delete("Task", [open_task])
    assert desk.value("Account", "LastActivityDate", account) == "2026-11-10"


@pytest.mark.shows("behaviour.history")
def test_opportunity_history_has_one_row_for_each_change_of_what_it_holds(desk: Desk) -> None:
    deal = desk.deal()
    for values in ({"NextStep": "a"}, {"StageName": "Qualification", "Amount": 5}, {"CloseDate": "2027-01-15"}):
        desk.org.clock.advance(timedelta(minutes=1))
        assert desk.changed("Opportunity", deal, **values).success
    rows = desk.rows(
        'SELECT "StageName", "Amount", "CloseDate", "PrevAmount", "PrevCloseDate" FROM "OpportunityHistory" '
        'ORDER BY "Id"'
    )
    assert rows == [
        ("Prospecting", 100, "2026-12-15", None, None),
        ("Qualification", 5, "2026-12-15", 100, "2026-12-15"),
        ("Qualification", 5, "2027-01-15", 5, "2026-12-15"),
    ]
