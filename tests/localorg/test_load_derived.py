"""What follows from a folder's rows and columns: stages, references, people, history, settings, prefixes."""

from __future__ import annotations

from pathlib import Path

import pytest

from localorg.ids import id18
from localorg.org import LocalOrg
from tests.localorg.csv_folders import (
    ACCOUNTS,
    DEAL_HEADER,
    DEALS,
    deal_row,
    rows,
    write,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "export"


STAGE_HEADER = (
    "Id",
    "MasterLabel",
    "SortOrder",
    "IsClosed",
    "IsWon",
    "DefaultProbability",
    "ForecastCategory",
    "IsActive",
)


def test_the_stages_of_the_folder_replace_the_orgs(plain_org: LocalOrg, folder: Path) -> None:
    stages = [
        [id18("01J8d0000000000"), "Talking", "1", "FALSE", "0", "35", "BestCase", "1"],
        [id18("01J8d0000000001"), "Signed", "2", "True", "true", "100", "Closed", "True"],
    ]
    write(folder, "OpportunityStage.csv", STAGE_HEADER, stages)
    write(folder, "Opportunity.csv", DEAL_HEADER, [deal_row(0, StageName="Talking"), deal_row(1, StageName="Signed")])
    report = plain_org.load(folder)
    assert report.problems == []
    assert rows(plain_org, "SELECT ApiName, ForecastCategoryName FROM OpportunityStage ORDER BY SortOrder") == [
        ("Talking", "Best Case"),
        ("Signed", "Closed"),
    ]
    assert rows(plain_org, "SELECT Probability, IsWon, ForecastCategoryName FROM Opportunity ORDER BY Id") == [
        (35.0, 0, "Best Case"),
        (100.0, 1, "Closed"),
    ]
    values = plain_org.schema.objects["Opportunity"].fields["StageName"].picklist_values
    assert values == (("Talking", "Talking"), ("Signed", "Signed"))
    assert plain_org.load(folder).unchanged == 4


@pytest.mark.shows("load.derived")
def test_a_stage_the_org_does_not_know_is_added_and_told(plain_org: LocalOrg, folder: Path) -> None:
    header = (*DEAL_HEADER, "IsClosed", "IsWon")
    deals = [[*deal_row(0, StageName="Verbal"), "false", "false"], [*deal_row(1, StageName="Done"), "true", "true"]]
    write(folder, "Opportunity.csv", header, deals)
    report = plain_org.load(folder)
    assert [problem.reason for problem in report.problems] == [
        "the org had no stage 'Verbal': added as open, 50 %",
        "the org had no stage 'Done': added as won, 100 %",
    ]
    assert rows(plain_org, "SELECT StageName, Probability, IsWon FROM Opportunity ORDER BY Id") == [
        ("Verbal", 50.0, 0),
        ("Done", 100.0, 1),
    ]
    assert plain_org.load(folder).problems == []


@pytest.mark.shows("load.references")
def test_references_that_lead_nowhere_are_kept_counted_and_told(plain_org: LocalOrg, folder: Path) -> None:
    write(folder, "Account.csv", ("Id", "Name"), [[ACCOUNTS[0], "A"]])
    deals = [deal_row(0, AccountId=ACCOUNTS[0]), deal_row(1, AccountId=ACCOUNTS[1]), deal_row(2)]
    write(folder, "Opportunity.csv", DEAL_HEADER, deals)
    quote = id18("0Q08d0000000000")
    write(folder, "Task.csv", ("Id", "WhatId", "Status"), [[id18("00T8d0000000000"), quote, "Completed"]])
    report = plain_org.load(folder)
    assert [(p.file, p.column, p.reason[:6], p.refused) for p in report.problems] == [
        ("Opportunity.csv", "AccountId", "1 rows", False),
        ("Task.csv", "WhatId", "1 rows", False),
    ]
    assert rows(plain_org, "SELECT AccountId FROM Opportunity ORDER BY Id")[1] == (ACCOUNTS[1],)


@pytest.mark.shows("load.derived")
def test_people_activities_and_products_are_completed(plain_org: LocalOrg, folder: Path) -> None:
    user, task, event = id18("0058d0000000000"), id18("00T8d0000000000"), id18("00U8d0000000000")
    write(folder, "User.csv", ("Id", "Name"), [[user, "Mary Ann Roe"]])
    write(folder, "Account.csv", ("Id", "Name", "OwnerId"), [[ACCOUNTS[0], "A", user]])
    write(folder, "Opportunity.csv", DEAL_HEADER, [deal_row(0, AccountId=ACCOUNTS[0]), deal_row(1)])
    write(folder, "Contact.csv", ("Id", "FirstName", "LastName"), [[id18("0038d0000000000"), "", "Roe"]])
    write(folder, "Task.csv", ("Id", "WhatId", "Status", "Priority"), [[task, DEALS[0], "Completed", "High"]])
    write(folder, "Event.csv", ("Id", "WhatId"), [[event, ACCOUNTS[0]]])
    write(folder, "Case.csv", ("Id", "Status", "CaseNumber"), [[id18("5008d0000000000"), "Closed", "00000041"]])
    write(
        folder,
        "OpportunityLineItem.csv",
        ("Id", "OpportunityId", "Quantity"),
        [[id18("00k8d0000000000"), DEALS[1], "2"]],
    )
    assert plain_org.load(folder).problems == []
    person = rows(plain_org, f"SELECT FirstName, LastName, IsActive, Username FROM User WHERE Id = '{user}'")
    assert person == [("Mary Ann", "Roe", 1, f"{user.lower()}@loaded.example")]
    assert plain_org.user(user).profile == "Standard User"
    assert rows(plain_org, "SELECT Name FROM Contact") == [("Roe",)]
    assert rows(plain_org, "SELECT AccountId, IsClosed, IsHighPriority FROM Task") == [(ACCOUNTS[0], 1, 1)]
    assert rows(plain_org, "SELECT AccountId FROM Event") == [(ACCOUNTS[0],)]
    assert rows(plain_org, "SELECT IsClosed FROM 'Case'") == [(1,)]
    assert rows(plain_org, "SELECT HasOpportunityLineItem FROM Opportunity ORDER BY Id") == [(0,), (1,)]
    admin = plain_org.records(plain_org.user("admin@local.example"))
    admin.insert("Case", [{"Subject": "next"}])
    assert rows(plain_org, "SELECT CaseNumber FROM 'Case' ORDER BY 1") == [("00000041",), ("00000042",)]
    assert plain_org.load(folder).updated == 0


@pytest.mark.shows("load.folder")
def test_history_is_kept_and_tells_the_last_stage_change(plain_org: LocalOrg, folder: Path) -> None:
    write(folder, "Opportunity.csv", DEAL_HEADER, [deal_row(0), deal_row(1)])
    steps = [("Prospecting", "01"), ("Qualification", "02"), ("Qualification", "03"), ("Prospecting", "04")]
    history = [
        [id18(f"0088d000000000{number}"), DEALS[0], stage, "50", f"2026-01-{day}T00:00:00Z"]
        for number, (stage, day) in enumerate(steps)
    ]
    write(folder, "OpportunityHistory.csv", ("Id", "OpportunityId", "StageName", "Amount", "CreatedDate"), history)
    assert plain_org.load(folder).problems == []
    assert rows(plain_org, "SELECT StageName, Probability, ExpectedRevenue FROM OpportunityHistory ORDER BY Id")[
        :2
    ] == [
        ("Prospecting", 10.0, 5.0),
        ("Qualification", 10.0, 5.0),
    ]
    assert rows(plain_org, "SELECT LastStageChangeDate FROM Opportunity ORDER BY Id") == [
        ("2026-01-04T00:00:00.000Z",),
        (None,),
    ]


def test_an_organizations_settings_are_taken_but_not_its_id(plain_org: LocalOrg, folder: Path) -> None:
    header = ("Id", "Name", "FiscalYearStartMonth", "TimeZoneSidKey")
    write(folder, "Organization.csv", header, [[id18("00D8d0000000000"), "Acme", "2", "Europe/Berlin"]])
    write(folder, "Opportunity.csv", DEAL_HEADER, [deal_row(0, CloseDate="2027-01-31")])
    plain_org.load(folder)
    assert rows(plain_org, "SELECT Id, Name FROM Organization") == [(plain_org.org_id, "Acme")]
    assert rows(plain_org, "SELECT Fiscal FROM Opportunity") == [("2027 4",)]
    assert ("2026-02-01",) in rows(plain_org, "SELECT StartDate FROM Period WHERE Type = 'Year'")


def test_an_empty_custom_object_takes_over_the_exports_key_prefix(packaged_org: LocalOrg, folder: Path) -> None:
    plan = id18("aB58d0000000000")
    write(folder, "Plan__c.csv", ("Id", "Key__c", "Active__c"), [[plan, "k", "0"]])
    report = packaged_org.load(folder)
    assert (report.inserted, report.problems) == (1, [])
    assert rows(packaged_org, "SELECT Id, Name, Active__c FROM Plan__c") == [(plan, "PLAN-00001", 0)]
    found = packaged_org.schema.by_prefix("aB5")
    assert found is not None
    assert found.name == "Plan__c"
    admin = packaged_org.records(packaged_org.user("admin@local.example"))
    assert str(admin.insert("Plan__c", [{"Key__c": "new"}])[0].id).startswith("aB5")
    other = id18("aC58d0000000000")
    write(folder, "Plan__c.csv", ("Id", "Key__c"), [[other, "x"]])
    assert packaged_org.load(folder).refused == 1


@pytest.mark.shows("load.derived")
def test_formula_columns_are_left_out_with_a_word(packaged_org: LocalOrg, folder: Path) -> None:
    write(folder, "Opportunity.csv", (*DEAL_HEADER, "Age__c", "Tags__c"), [[*deal_row(0), "5", "Pushed;Stalled"]])
    report = packaged_org.load(folder)
    assert [(p.column, p.refused) for p in report.problems] == [("Age__c", False)]
    assert rows(packaged_org, "SELECT Tags__c FROM Opportunity") == [("Stalled;Pushed",)]
