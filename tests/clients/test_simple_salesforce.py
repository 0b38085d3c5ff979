"""simple-salesforce against a served org: every call that the sync and its tests make, and the rest of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import simple_salesforce
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce

from .driving import Target


class LoopbackHttp(HTTPAdapter):
    """The client insists on https; the served org speaks http on loopback."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://127.0.0.1", "http://127.0.0.1", 1)
        return super().send(request, *args, **kwargs)


@pytest.fixture(scope="module")
def client(target: Target) -> Iterator[Salesforce]:
    with requests.Session() as session:
        session.mount("https://127.0.0.1", LoopbackHttp())
        yield Salesforce(instance_url=target.url, session_id=target.token(), session=session, version="66.0")


@pytest.fixture(scope="module")
def accounts(client: Salesforce) -> list[str]:
    """Ids of 2,500 accounts, more than a page of a query."""
    made = client.bulk2.Account.insert(records=[{"Name": f"Page {number}"} for number in range(2500)], wait=1)
    assert [(job["numberRecordsTotal"], job["numberRecordsFailed"]) for job in made] == [(2500, 0)]
    found = client.query_all("SELECT Id FROM Account WHERE Name LIKE 'Page %' ORDER BY Id")
    return [record["Id"] for record in found["records"]]


@pytest.mark.shows("clients.simple_queries")
def test_queries_go_over_all_pages(client: Salesforce, accounts: list[str]) -> None:
    soql = "SELECT Id, Name FROM Account WHERE Name LIKE 'Page %' ORDER BY Id"
    first = client.query(soql)
    assert (first["totalSize"], first["done"], len(first["records"])) == (2500, False, 2000)
    second = client.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert (second["done"], len(second["records"])) == (True, 500)
    whole = client.query_all(soql)
    assert [record["Id"] for record in whole["records"]] == accounts
    assert sum(1 for _ in client.query_all_iter(soql)) == len(accounts) == 2500
    assert client.query(soql, include_deleted=True)["totalSize"] == 2500


@pytest.mark.shows("clients.simple_rows")
def test_rows_are_created_read_changed_upserted_and_deleted(client: Salesforce, target: Target) -> None:
    made = client.Account.create({"Name": "Zoë", "Industry": "Energy"})
    assert made["success"] is True
    assert client.Account.get(made["id"])["Name"] == "Zoë"
    assert client.Account.update(made["id"], {"Industry": "Media"}) == 204
    assert client.Sidecar_Plan__c.upsert("Sidecar_Key__c/ss-1", {"Sidecar_Amount__c": 5}) == 201
    assert client.Sidecar_Plan__c.upsert("Sidecar_Key__c/ss-1", {"Sidecar_Amount__c": 6}) in (200, 204)
    assert client.Sidecar_Plan__c.get_by_custom_id("Sidecar_Key__c", "ss-1")["Sidecar_Amount__c"] == 6
    assert target.query(f"SELECT Industry FROM Account WHERE Id = '{made['id']}'") == [{"Industry": "Media"}]
    assert client.Account.delete(made["id"]) == 204
    with pytest.raises(simple_salesforce.SalesforceResourceNotFound, match="ENTITY_IS_DELETED"):
        client.Account.get(made["id"])
    with pytest.raises(simple_salesforce.SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING"):
        client.Account.create({})


@pytest.mark.shows("clients.simple_changes")
def test_changed_and_deleted_ids_are_told(client: Salesforce) -> None:
    kept, gone = (client.Account.create({"Name": name})["id"] for name in ("Kept", "Gone"))
    client.Account.delete(gone)
    end = datetime.now(UTC) + timedelta(minutes=1)
    start = end - timedelta(minutes=10)
    assert kept in client.Account.updated(start, end)["ids"]
    assert gone in [each["id"] for each in client.Account.deleted(start, end)["deletedRecords"]]


@pytest.mark.shows("clients.simple_bulk")
def test_bulk_inserts_updates_upserts_and_deletes(client: Salesforce, target: Target) -> None:
    plans = client.bulk2.Sidecar_Plan__c
    rows = [{"Sidecar_Key__c": f"bulk-{number}", "Sidecar_Amount__c": str(number)} for number in range(20)]
    (job,) = plans.insert(records=rows, wait=1)
    assert (job["numberRecordsTotal"], job["numberRecordsFailed"]) == (20, 0)
    changed = [{**row, "Sidecar_Amount__c": "7"} for row in rows] + [
        {"Sidecar_Key__c": "bulk-new", "Sidecar_Amount__c": "x"}
    ]
    (job,) = plans.upsert(records=changed, external_id_field="Sidecar_Key__c", wait=1)
    assert (job["numberRecordsTotal"], job["numberRecordsFailed"]) == (21, 1)
    assert "sf__Error" in plans.get_failed_records(job["job_id"])
    assert plans.get_successful_records(job["job_id"]).count("bulk-") == 20
    assert plans.get_unprocessed_records(job["job_id"]).count("bulk-") == 0
    where = "FROM Sidecar_Plan__c WHERE Sidecar_Key__c LIKE 'bulk-%'"
    assert {each["Sidecar_Amount__c"] for each in target.query(f"SELECT Sidecar_Amount__c {where}")} == {7.0}
    ids = [{"Id": each["Id"]} for each in target.query(f"SELECT Id {where}")]
    (job,) = plans.update(records=[{**each, "Sidecar_Amount__c": "8"} for each in ids], wait=1)
    assert job["numberRecordsFailed"] == 0
    pages = list(plans.query(f"SELECT Sidecar_Key__c, Sidecar_Amount__c {where}", max_records=8, wait=1))
    assert [page.count("bulk-") for page in pages] == [8, 8, 4]
    assert all('"8' in page or ",8" in page for page in pages)
    (job,) = plans.delete(records=ids, wait=1)
    assert job["numberRecordsFailed"] == 0
    assert target.query(f"SELECT Id {where}") == []


@pytest.mark.shows("clients.simple_describe")
def test_describes_and_limits_are_read(client: Salesforce) -> None:
    names = {each["name"] for each in client.describe()["sobjects"]}
    assert {"Account", "Sidecar_Plan__c"} <= names
    described = client.Sidecar_Plan__c.describe()
    assert {"Sidecar_Key__c", "SystemModstamp"} <= {field["name"] for field in described["fields"]}
    limits = client.limits()
    assert 0 < limits["DailyApiRequests"]["Remaining"] < limits["DailyApiRequests"]["Max"]
    assert client.api_usage["api-usage"].total == limits["DailyApiRequests"]["Max"]


@pytest.mark.shows("clients.simple_composite")
def test_composite_and_collections_write_together(client: Salesforce, target: Target) -> None:
    requests_ = [
        {
            "method": "POST",
            "url": "/services/data/v66.0/sobjects/Account",
            "referenceId": "a",
            "body": {"Name": "Made"},
        },
        {
            "method": "PATCH",
            "url": "/services/data/v66.0/sobjects/Account/@{a.id}",
            "referenceId": "b",
            "body": {"Industry": "Media"},
        },
    ]
    body = {"allOrNone": True, "compositeRequest": requests_}
    answer = client.restful("composite", method="POST", data=json.dumps(body))
    assert [each["httpStatusCode"] for each in answer["compositeResponse"]] == [201, 204]
    made = answer["compositeResponse"][0]["body"]["id"]
    assert target.query(f"SELECT Industry FROM Account WHERE Id = '{made}'") == [{"Industry": "Media"}]
    rows = [
        {"attributes": {"type": "Account"}, "id": made, "Industry": "Energy"},
        {"attributes": {"type": "Account"}, "id": made[:-3], "Name": ""},
    ]
    together = {"allOrNone": False, "records": rows}
    results = client.restful("composite/sobjects", method="PATCH", data=json.dumps(together))
    assert [each["success"] for each in results] == [True, False]
    assert client.restful("limits/recordCount", params={"sObjects": "Account"})["sObjects"][0]["name"] == "Account"


@pytest.mark.shows("clients.simple_errors")
def test_mistakes_are_the_clients_own_errors(client: Salesforce, target: Target) -> None:
    with pytest.raises(simple_salesforce.SalesforceMalformedRequest, match="No such column 'Nonsense'"):
        client.query("SELECT Nonsense FROM Account")
    with pytest.raises(simple_salesforce.SalesforceResourceNotFound):
        client.Nonsense.describe()
    stranger = Salesforce(instance_url=target.url, session_id="00D!no", session=client.session, version="66.0")
    with pytest.raises(simple_salesforce.SalesforceExpiredSession):
        stranger.query("SELECT Id FROM Account")
