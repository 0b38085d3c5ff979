"""`/query`, `/queryAll`, pages and their locators."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from localorg.http.settings import Settings
from localorg.soql.cursors import LIFE_SECONDS
from tests.localorg.http.conftest import Served, close, error_of, serve

ROWS = 2_501
TEXT = "SELECT Id, Name FROM Account ORDER BY Name DESC"


def fill(served: Served) -> None:
    admin = served.org.records(served.org.user("admin@local.example"))
    admin.insert("Account", [{"Name": f"Account {number:05d}"} for number in range(ROWS)])


@pytest.fixture(scope="module")
def big(shared: Served) -> Iterator[Served]:
    """An org with more accounts than a page holds."""
    fill(shared)
    yield shared


def all_pages(served: Served, first: dict[str, object]) -> list[dict[str, object]]:
    pages = [first]
    while not pages[-1]["done"]:
        answer = served.admin.get(str(pages[-1]["nextRecordsUrl"])).json
        assert answer is not None
        pages.append(answer)
    return pages


def names(pages: list[dict[str, object]]) -> list[str]:
    return [record["Name"] for page in pages for record in page["records"]]  # type: ignore[attr-defined]  # JSON


@pytest.mark.shows("query.pages")
def test_pages_follow_one_another_in_order_and_complete(big: Served) -> None:
    pages = all_pages(big, big.admin.query(TEXT))
    assert [len(page["records"]) for page in pages] == [2_000, 501]  # type: ignore[arg-type]  # JSON
    assert {page["totalSize"] for page in pages} == {ROWS}
    assert str(pages[0]["nextRecordsUrl"]).startswith("/services/data/v66.0/query/01g")
    assert str(pages[0]["nextRecordsUrl"]).endswith("-2000")
    assert "nextRecordsUrl" not in pages[1]
    assert names(pages) == sorted(names(pages), reverse=True)
    assert len(set(names(pages))) == ROWS


@pytest.mark.shows("query.batch_size")
@pytest.mark.parametrize(("asked", "given"), [("200", 200), ("1", 200), ("900", 900), ("5000", 2_000)])
def test_the_batch_size_is_kept_within_bounds(big: Served, asked: str, given: int) -> None:
    answer = big.admin.query(TEXT, headers={"Sforce-Query-Options": f"batchSize={asked}"})
    assert len(answer["records"]) == given


@pytest.mark.shows("query.batch_size")
@pytest.mark.parametrize("header", ["x", "batchSize=x", "batchSize=0", "batchSize=-5", "size=200", ""])
def test_a_batch_size_that_is_no_number_is_refused(big: Served, header: str) -> None:
    answer = big.admin.get("query", query_string={"q": TEXT}, headers={"Sforce-Query-Options": header})
    assert error_of(answer)[0] == "INVALID_BATCH_SIZE"


@pytest.mark.shows("query.batch_size")
def test_two_long_texts_make_small_pages(big: Served) -> None:
    text = "SELECT Id, Sidecar_Health_Detail__c, Sidecar_Projection_Detail__c FROM Account"
    assert len(big.admin.query(text)["records"]) == 200


def test_a_limit_within_a_page_needs_no_locator(big: Served) -> None:
    answer = big.admin.query("SELECT Id FROM Account LIMIT 2000")
    assert (answer["totalSize"], answer["done"]) == (2_000, True)


@pytest.mark.shows("query.locators")
def test_a_locator_survives_a_restart_and_rows_that_went_away(tmp_path: Path, org_file: Path) -> None:
    shutil.copy(org_file, tmp_path / "org.sqlite")
    first = serve(tmp_path)
    fill(first)
    page = first.admin.query(TEXT)
    last = first.admin.query("SELECT Id FROM Account ORDER BY Name LIMIT 1")["records"][0]["Id"]
    first.org.records(first.org.user("admin@local.example")).delete("Account", [last])
    with first.org.database.writer() as connection:
        connection.execute('DELETE FROM "Account" WHERE "Id" = ?', (last,))
    close(first)
    second = serve(tmp_path)
    pages = all_pages(second, page)
    close(second)
    assert len(names(pages)) == ROWS - 1


@pytest.mark.shows("query.locators")
@pytest.mark.parametrize("locator", ["01g000000000000AAA-2000", "nonsense", "01g-1", "../../org-1", "x-"])
def test_an_unknown_locator_is_refused(big: Served, locator: str) -> None:
    status = 404 if "/" in locator else 400
    code, _ = error_of(big.admin.get(f"query/{locator}"), status)
    assert code == ("NOT_FOUND" if status == 404 else "INVALID_QUERY_LOCATOR")


@pytest.mark.shows("query.locators")
def test_a_locator_is_for_its_user_its_rows_and_two_days(served: Served, tmp_path: Path) -> None:
    fill(served)
    url = served.admin.query(TEXT)["nextRecordsUrl"]
    assert error_of(served.integration.get(url))[0] == "INVALID_QUERY_LOCATOR"
    assert error_of(served.admin.get(url.replace("-2000", "-9999")))[0] == "INVALID_QUERY_LOCATOR"
    cursor = next((tmp_path / "spool" / "cursors").iterdir())
    old = time.time() - LIFE_SECONDS - 60
    os.utime(cursor, (old, old))
    assert error_of(served.admin.get(url))[0] == "INVALID_QUERY_LOCATOR"
    served.services.cursors.drop_expired()
    assert not cursor.exists()


@pytest.mark.shows("query.child_pages")
def test_a_subquery_with_more_rows_than_a_page_has_a_locator_of_its_own(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "big"})[0]
    admin = served.org.records(served.org.user("admin@local.example"))
    admin.insert("Contact", [{"LastName": f"c{number:03d}", "AccountId": account} for number in range(250)])
    text = "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account"
    children = served.admin.query(text, headers={"Sforce-Query-Options": "batchSize=200"})["records"][0]["Contacts"]
    assert (children["totalSize"], children["done"], len(children["records"])) == (250, False, 200)
    rest = served.admin.get(children["nextRecordsUrl"]).json
    assert rest is not None
    assert [each["LastName"] for each in rest["records"]] == [f"c{number:03d}" for number in range(200, 250)]
    assert rest["records"][0]["attributes"]["type"] == "Contact"


def test_the_resource_takes_get_and_a_query_only(shared: Served) -> None:
    code, message = error_of(shared.admin.post("query", json={}), 405)
    assert (code, message) == ("METHOD_NOT_ALLOWED", "HTTP Method 'POST' not allowed. Allowed are HEAD,GET")
    assert error_of(shared.admin.get("query"))[0] == "MALFORMED_QUERY"
    long_query = "SELECT Id FROM Account WHERE Name = '" + "x" * 17_000 + "'"
    assert shared.admin.get("query", query_string={"q": long_query}).status_code == 414


def test_the_settings_may_put_the_spool_elsewhere(tmp_path: Path, org_file: Path) -> None:
    shutil.copy(org_file, tmp_path / "org.sqlite")
    made = serve(tmp_path, Settings(spool=tmp_path / "elsewhere"))
    fill(made)
    made.admin.query(TEXT)
    close(made)
    assert len(list((tmp_path / "elsewhere" / "cursors").iterdir())) == 1


@pytest.mark.shows("query.columns")
def test_columns_tells_the_columns_of_a_query(shared: Served) -> None:
    text = "SELECT Id, Name, Amount, Account.Owner.Name, (SELECT Quantity FROM OpportunityLineItems) FROM Opportunity"
    answer = shared.admin.get("query", query_string={"q": text, "columns": "true"})
    assert answer.json is not None
    columns = {column["columnName"]: column for column in answer.json["columnMetadata"]}
    assert list(columns) == ["Id", "Name", "Amount", "Account", "OpportunityLineItems"]
    assert columns["Amount"] == {
        "aggregate": False,
        "apexType": "Decimal",
        "booleanType": False,
        "columnName": "Amount",
        "custom": False,
        "displayName": "Amount",
        "foreignKeyName": None,
        "insertable": True,
        "joinColumns": [],
        "numberType": True,
        "textType": False,
        "updatable": True,
    }
    owner = columns["Account"]["joinColumns"][0]
    assert (owner["columnName"], owner["joinColumns"][0]["columnName"]) == ("Owner", "Name")
    assert columns["OpportunityLineItems"]["aggregate"] is True
    assert columns["OpportunityLineItems"]["joinColumns"][0]["columnName"] == "Quantity"
    facts = {key: value for key, value in answer.json.items() if key != "columnMetadata"}
    assert facts == {"entityName": "Opportunity", "groupBy": False, "idSelected": True, "keyPrefix": "006"}


@pytest.mark.shows("query.columns")
def test_columns_of_groups_name_their_functions(shared: Served) -> None:
    text = "SELECT StageName, AVG(Amount), COUNT(Id) n FROM Opportunity GROUP BY StageName"
    answer = shared.admin.get("query", query_string={"q": text, "columns": "true"}).json
    assert answer is not None and answer["groupBy"] is True
    shown = [(each["columnName"], each["displayName"], each["aggregate"]) for each in answer["columnMetadata"]]
    assert shown == [("StageName", "StageName", False), ("expr0", "avg(Amount)", True), ("n", "count(Id)", True)]
    kinds = "SELECT TYPEOF What WHEN Account THEN Phone ELSE Name END FROM Task"
    answer = shared.admin.get("query", query_string={"q": kinds, "columns": "true"}).json
    assert answer is not None
    assert [each["columnName"] for each in answer["columnMetadata"][0]["joinColumns"]] == ["Phone", "Name"]
    answer = shared.admin.get("query", query_string={"q": "SELECT COUNT() FROM Task", "columns": "true"}).json
    assert answer is not None and answer["columnMetadata"] == []


@pytest.mark.shows("query.explain")
def test_explain_tells_how_a_query_would_be_answered(served: Served) -> None:
    served.admin.insert("Account", *({"Name": f"a{number}", "Industry": "Energy"} for number in range(10)))
    text = "SELECT Id FROM Account WHERE Name = 'a1' AND Industry = 'Energy'"
    answer = served.admin.get("query", query_string={"explain": text}).json
    assert answer is not None and answer["sourceQuery"] == text
    best, scan = answer["plans"]
    assert (best["leadingOperationType"], best["fields"], best["relativeCost"]) == ("Index", ["Name"], 0.1)
    assert (best["cardinality"], best["sobjectCardinality"], best["sobjectType"]) == (1, 10, "Account")
    assert scan["leadingOperationType"] == "TableScan"
    assert best["notes"][0]["fields"] == ["Industry"]
    assert error_of(served.admin.get("query", query_string={"explain": "SELECT"}))[0] == "MALFORMED_QUERY"
    grouped = "SELECT COUNT(Id) FROM Account WHERE NOT CALENDAR_YEAR(CreatedDate) = 2020"
    assert served.admin.get("query", query_string={"explain": grouped}).status_code == 200


def test_a_page_reads_as_the_records_do_one_by_one(served: Served) -> None:
    names = ['"quotes" \\ and % signs', "line\nbreak \u2028 \x7f", "emoji \U0001f600", "</script>"]
    ids = served.admin.insert("Account", *({"Name": name, "BillingCity": name, "AnnualRevenue": 0.1} for name in names))
    fields = "Id, Name, BillingAddress, AnnualRevenue, IsDeleted, ParentId, Owner.Name, Parent.Name"
    for number, record in enumerate(served.admin.query(f"SELECT {fields} FROM Account ORDER BY Id")["records"]):
        assert record["Name"] == record["BillingAddress"]["city"] == names[number]
        single = served.admin.get(f"sobjects/Account/{ids[number]}").json
        assert single is not None
        assert {key: record[key] for key in ("Id", "AnnualRevenue", "IsDeleted", "ParentId")} == {
            key: single[key] for key in ("Id", "AnnualRevenue", "IsDeleted", "ParentId")
        }
        assert record["attributes"] == single["attributes"]
        assert record["Parent"] is None and record["Owner"]["attributes"]["type"] == "User"
