"""Formula fields in queries: selected, filtered, sorted, grouped and summed up like any other field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localorg.clock import Clock
from localorg.errors import OrgError
from localorg.org import LocalOrg
from localorg.soql.cursors import Cursors
from localorg.soql.run import Asked, Queries
from tests.localorg.conftest import NOON, field_xml, write_package


def formula_xml(name: str, kind: str, formula: str, **parts: str) -> str:
    text = formula.replace("&", "&amp;").replace("<", "&lt;")
    return field_xml(name, kind, formula=text, **parts)


FIELDS = {
    "objects/Opportunity/fields/Branch__c": formula_xml("Branch__c", "Text", "TEXT(Account.Industry)"),
    "objects/Opportunity/fields/Weighted__c": formula_xml(
        "Weighted__c", "Currency", "Amount * Probability", precision="18", scale="2"
    ),
    "objects/Opportunity/fields/Share__c": formula_xml(
        "Share__c", "Percent", "Amount / 400", precision="18", scale="1", formulaTreatBlanksAs="BlankAsBlank"
    ),
    "objects/Opportunity/fields/Big__c": formula_xml("Big__c", "Checkbox", "Amount > 150"),
    "objects/Opportunity/fields/Mine__c": formula_xml("Mine__c", "Checkbox", "OwnerId = $User.Id"),
    "objects/Opportunity/fields/Code__c": field_xml(
        "Code__c", "Text", length="10", unique="true", caseSensitive="true", externalId="true"
    ),
    "objects/Opportunity/fields/Ends__c": formula_xml("Ends__c", "Date", "ADDMONTHS(CloseDate, 1)"),
}


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrg]:
    """Three deals of two accounts, and one without."""
    folder = tmp_path_factory.mktemp("formulas")
    made = LocalOrg.open(folder / "org.sqlite", write_package(folder / "package", FIELDS), Clock(NOON))
    records = made.records(made.user("admin@local.example"))
    accounts = [
        result.id
        for result in records.insert(
            "Account", [{"Name": "a", "Industry": "Energy"}, {"Name": "b", "Industry": "Media"}]
        )
    ]
    deals = [("x", accounts[0], 100), ("y", accounts[0], 200), ("z", accounts[1], None), ("n", None, 400)]
    rows = [
        {"Name": name, "AccountId": account, "Amount": amount, "StageName": "Prospecting", "CloseDate": "2026-01-31"}
        | {"Code__c": f"{name}B"}
        for name, account, amount in deals
    ]
    records.insert("Opportunity", rows)
    yield made
    made.close()


def records_of(org: LocalOrg, tmp_path: Path, text: str) -> list[dict[str, Any]]:
    asked = Asked(org.user("admin@local.example"), "/services/data/v66.0")
    found: Any = Queries(org, Cursors(tmp_path)).query(asked, text)["records"]
    for record in found:
        del record["attributes"]
    return list(found)


@pytest.mark.shows("formula.parents", "formula.blanks", "formula.user")
def test_formulas_are_selected_filtered_and_sorted(org: LocalOrg, tmp_path: Path) -> None:
    text = "SELECT Name, Branch__c, Weighted__c, Share__c, Big__c, Mine__c, Ends__c FROM Opportunity ORDER BY Share__c"
    shown = [list(each.values()) for each in records_of(org, tmp_path, text)]
    assert shown == [
        ["z", "Media", 0.0, None, False, True, "2026-02-28"],
        ["x", "Energy", 10.0, 25.0, False, True, "2026-02-28"],
        ["y", "Energy", 20.0, 50.0, True, True, "2026-02-28"],
        ["n", None, 40.0, 100.0, True, True, "2026-02-28"],
    ]
    where = "Branch__c = 'energy' AND Big__c = TRUE AND Share__c >= 50 AND Ends__c = 2026-02-28"
    assert records_of(org, tmp_path, f"SELECT Name FROM Opportunity WHERE {where}") == [{"Name": "y"}]
    parents = "SELECT Opportunity.Branch__c FROM OpportunityHistory WHERE Opportunity.Branch__c LIKE 'med%'"
    assert records_of(org, tmp_path, parents)[0]["Opportunity"]["Branch__c"] == "Media"


@pytest.mark.shows("formula.functions")
def test_formulas_are_grouped_and_summed_up(org: LocalOrg, tmp_path: Path) -> None:
    text = (
        "SELECT Big__c, COUNT(Id) n, SUM(Weighted__c) w, MAX(Share__c), MIN(Branch__c) FROM Opportunity "
        "GROUP BY Big__c, Ends__c HAVING SUM(Weighted__c) > 0 ORDER BY SUM(Weighted__c) DESC"
    )
    assert records_of(org, tmp_path, text) == [
        {"Big__c": True, "n": 2, "w": 60.0, "expr0": 100.0, "expr1": "Energy"},
        {"Big__c": False, "n": 2, "w": 10.0, "expr0": 25.0, "expr1": "Energy"},
    ]


@pytest.mark.parametrize("field", ["Branch__c", "Weighted__c", "Share__c"])
def test_formulas_that_are_texts_or_numbers_are_not_grouped(org: LocalOrg, tmp_path: Path, field: str) -> None:
    with pytest.raises(OrgError, match="can not be grouped"):
        records_of(org, tmp_path, f"SELECT {field} FROM Opportunity GROUP BY {field}")


@pytest.mark.shows("soql.where")
def test_case_counts_in_fields_that_are_case_sensitive(org: LocalOrg, tmp_path: Path) -> None:
    for condition, found in (("= 'xB'", 1), ("= 'xb'", 0), ("IN ('XB', 'yB')", 1), ("> 'a'", 4), ("> 'Z'", 4)):
        assert len(records_of(org, tmp_path, f"SELECT Id FROM Opportunity WHERE Code__c {condition}")) == found


@pytest.mark.shows("formula.errors")
def test_a_broken_formula_is_said_when_it_is_deployed(tmp_path: Path) -> None:
    broken = formula_xml("Broken__c", "Number", "1 +\n  Account.Nothing__c", precision="18", scale="0")
    package = write_package(tmp_path / "package", {"objects/Opportunity/fields/Broken__c": broken})
    org = LocalOrg.open(tmp_path / "org.sqlite", clock=Clock(NOON))
    reasons = [refusal.reason for refusal in org.deploy(package).refused]
    org.close()
    assert reasons == ["Field Account.Nothing__c does not exist. Check spelling. (line 2, column 3)"]
