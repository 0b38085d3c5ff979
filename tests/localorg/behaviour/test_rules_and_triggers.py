"""Validation rules, failing triggers and rows refused on order."""

from __future__ import annotations

from pathlib import Path

import pytest

from localorg.clock import Clock
from localorg.errors import FormulaError
from localorg.org import LocalOrg
from localorg.store.rules import Rule
from tests.localorg.behaviour.conftest import ADMIN, DEAL, Desk, codes, error

BIG = Rule("opportunity", "Small_deals_only", "Amount > 1000", "Too big")
REFUSAL = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
TRIGGER = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


@pytest.mark.shows("behaviour.rules")
def test_a_rule_refuses_new_and_changed_rows_for_which_it_holds(desk: Desk) -> None:
    desk.org.rules.put(BIG)
    results = desk.records.insert("Opportunity", [{**DEAL, "Amount": amount} for amount in (1, 2000, 1000)])
    assert codes(results) == [None, REFUSAL, None]
    assert (error(results[1]).message, error(results[1]).fields) == ("Too big", ())
    deal = str(results[0].id)
    assert error(desk.changed("Opportunity", deal, Amount=1001)).code == REFUSAL
    assert desk.changed("Opportunity", deal, NextStep="Call").success
    assert desk.value("Opportunity", "Amount", deal) == 1


def test_a_rule_may_name_a_field_and_looks_at_what_changes(desk: Desk) -> None:
    formula = 'AND(NOT(ISNEW()), ISCHANGED(StageName), ISPICKVAL(PRIORVALUE(StageName), "Closed Won"))'
    desk.org.rules.put(Rule("Opportunity", "No_way_back", formula, "Stage must not go back", "stagename"))
    deal = desk.deal(StageName="Closed Won")
    assert desk.changed("Opportunity", deal, Amount=5).success
    refusal = error(desk.changed("Opportunity", deal, StageName="Prospecting"))
    assert (refusal.code, refusal.message, refusal.fields) == (REFUSAL, "Stage must not go back", ("StageName",))


def test_a_rule_sees_the_row_as_it_is_about_to_be_saved(desk: Desk) -> None:
    desk.org.rules.put(Rule("Opportunity", "Likely", "Probability = 1", "Probability is set by the stage"))
    assert error(desk.records.insert("Opportunity", [{**DEAL, "StageName": "Closed Won"}])[0]).code == REFUSAL
    assert desk.deal()


def test_all_rules_that_hold_are_told(desk: Desk) -> None:
    desk.org.rules.put(BIG)
    desk.org.rules.put(Rule("Opportunity", "Step", "ISBLANK(NextStep)", "Give a next step", "NextStep"))
    result = desk.records.insert("Opportunity", [{**DEAL, "Amount": 5000}])[0]
    assert [each.message for each in result.errors] == ["Too big", "Give a next step"]


def test_a_rule_that_is_off_or_gone_refuses_nothing(desk: Desk) -> None:
    desk.org.rules.put(Rule("Opportunity", "Off", "TRUE", "Never", active=False))
    desk.org.rules.put(BIG)
    desk.org.rules.remove("opportunity", "Small_deals_only")
    assert desk.deal(Amount=5000)
    with pytest.raises(ValueError, match="has no validation rule 'Small_deals_only'"):
        desk.org.rules.remove("Opportunity", "Small_deals_only")


def test_rules_are_kept_in_the_orgs_file(tmp_path: Path) -> None:
    path = tmp_path / "org.sqlite"
    org = LocalOrg.open(path)
    kept = org.rules.put(BIG)
    org.close()
    again = LocalOrg.open(path, clock=Clock())
    assert again.rules.listed() == [kept]
    assert codes(again.records(again.user(ADMIN)).insert("Opportunity", [{**DEAL, "Amount": 5000}])) == [REFUSAL]
    again.close()


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Rule("Nothing", "A", "TRUE", "m"), "no object 'Nothing'"),
        (Rule("Account", "1 A", "TRUE", "m"), "no name of a rule"),
        (Rule("Account", "A", "TRUE", ""), "needs a message"),
        (Rule("Account", "A", "TRUE", "m" * 256), "at most 255"),
        (Rule("Account", "A", "TRUE", "m", "Foo"), "no field 'Foo'"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(desk: Desk, rule: Rule, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        desk.org.rules.put(rule)
    assert desk.org.rules.listed() == []


@pytest.mark.parametrize("formula", ["Amount >", "Foo__c = 1", "Name"])
def test_a_formula_that_cannot_be_is_refused(desk: Desk, formula: str) -> None:
    with pytest.raises(FormulaError):
        desk.org.rules.put(Rule("Opportunity", "A", formula, "m"))


@pytest.mark.shows("behaviour.trigger")
def test_a_failing_trigger_fails_its_whole_chunk_of_200(desk: Desk) -> None:
    desk.org.faults.order("trigger", object="Account", condition='Name = "bad"', message="System.DmlException: no")
    names = ["bad" if place == 250 else "good" for place in range(450)]
    results = desk.records.insert("Account", [{"Name": name} for name in names])
    assert codes(results) == [None] * 200 + [TRIGGER] * 200 + [None] * 50
    assert error(results[200]).message == (
        "AccountTrigger: execution of BeforeInsert\n\ncaused by: System.DmlException: no\n\n"
        "Trigger.AccountTrigger: line 3, column 1"
    )
    assert desk.made("Account", Name="bad"), "it was ordered once"


def test_a_trigger_can_fail_updates_and_deletions_too(desk: Desk) -> None:
    account = desk.made("Account", Name="A")
    desk.org.faults.order("trigger", object="account", count=2)
    assert "execution of BeforeUpdate" in error(desk.changed("Account", account, Name="B")).message
    assert "execution of BeforeDelete" in error(desk.records.delete("Account", [account])[0]).message
    assert desk.value("Account", "Name", account) == "A"


@pytest.mark.shows("faults.refuse")
def test_rows_are_refused_on_order_with_the_code_and_text_of_ones_choice(desk: Desk) -> None:
    desk.org.faults.order("refuse", object="Case", count=2, after=1, code="ENTITY_IS_LOCKED", message="approval")
    results = desk.records.insert("Case", [{"Subject": str(number)} for number in range(4)])
    assert codes(results) == [None, "ENTITY_IS_LOCKED", "ENTITY_IS_LOCKED", None]
    assert error(results[1]).message == "approval"
    desk.org.faults.order("refuse", object="Case", field="Subject")
    assert desk.made("Account", Name="not concerned")
    refusal = error(desk.records.insert("Case", [{"Subject": "S"}])[0])
    assert (refusal.code, refusal.fields) == (REFUSAL, ("Subject",))


def test_ordered_locks_hit_the_next_rows_that_hang_on_the_parent(desk: Desk) -> None:
    account = desk.made("Account", Name="A")
    deals = [desk.deal(account) for _ in range(3)]
    desk.org.faults.order("lock", parent=account, count=2)
    results = desk.records.update("Opportunity", [{"Id": deal, "NextStep": "Call"} for deal in deals])
    assert codes(results) == ["UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW", None]
