"""The control over HTTP: faults, clock, writes, rules, history, recycle bin; and downloads that break off or crawl."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from localorg.http import download
from tests.localorg.http.conftest import BASE, Served, close, error_of, serve
from tests.served import listening

TIER = {"object": "Account", "field": "Tier__c"}


def order(served: Served, **fault: object) -> None:
    answer = served.admin.post("/local/faults", json=fault)
    assert answer.status_code == 200, answer.text


def named(served: Served, name: str) -> list[dict[str, Any]]:
    return served.admin.records(f"SELECT Id FROM Account WHERE Name = '{name}'")


def until_withheld(served: Served) -> None:
    """Wait until the control tells that a late write waits."""
    deadline = time.monotonic() + 30
    while (state := served.admin.get("/local/writes").json) is None or not state["withheld"]:
        assert time.monotonic() < deadline, "no write is withheld"
        time.sleep(0.01)


@pytest.mark.shows("faults.control")
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({}, "unknown fault"),
        ({"kind": "flood"}, "expected one of session_end"),
        ({"kind": "html", "count": 0}, "count must be a whole number of at least 1"),
        ({"kind": "html", "count": True}, "count must be a whole number"),
        ({"kind": "html", "after": -1}, "after must be a whole number of at least 0"),
        ({"kind": "html", "rate": 5}, "html does not take rate: expected after, count"),
        ({"kind": "cut"}, "cut needs bytes"),
        ({"kind": "slow", "rate": 0}, "rate must be a whole number of at least 1"),
        ({"kind": "lock", "parent": ""}, "lock needs parent"),
        ({"kind": "late", "object": "Account", "seconds": "soon"}, "seconds must be a number"),
        ({"kind": "refuse", "object": 5}, "object must be a text"),
        ({"kind": "field_add", **TIER}, "field_add needs type"),
        ({"kind": "field_add", "object": "Foo", "field": "A__c", "type": "string"}, "no object 'Foo'"),
        (
            {"kind": "field_add", "object": "Account", "field": "Tier", "type": "string"},
            "no name for a new custom field",
        ),
        ({"kind": "field_add", **TIER, "type": "money"}, "type must be one of"),
        ({"kind": "field_add", **TIER, "type": "picklist"}, "needs values"),
        ({"kind": "field_add", **TIER, "type": "double", "precision": 30}, "no field has"),
        ({"kind": "field_add", **TIER, "type": "string", "grant": "Nobody"}, "no permission set 'Nobody'"),
        ({"kind": "field_remove", **TIER}, "no custom field of Account"),
        ({"kind": "field_remove", "object": "Account", "field": "Industry"}, "no custom field of Account"),
    ],
)
def test_a_bad_order_is_refused_with_what_is_wrong(shared: Served, fault: dict[str, object], reason: str) -> None:
    code, message = error_of(shared.admin.post("/local/faults", json=fault))
    assert code == "JSON_PARSER_ERROR"
    assert reason in message
    assert shared.admin.get("/local/faults").json == []
    assert shared.org.schema.objects["Account"].field("Tier__c") is None


@pytest.mark.shows("faults.control")
def test_orders_are_listed_and_forgotten(served: Served) -> None:
    order(served, kind="cut", bytes=10, after=2)
    order(served, kind="refuse", object="Case", code="X", message="m", field="Subject", count=3)
    assert served.admin.get("/local/faults").json == [
        {"kind": "cut", "count": 1, "after": 2, "bytes": 10},
        {"kind": "refuse", "count": 3, "after": 0, "object": "Case", "code": "X", "message": "m", "field": "Subject"},
    ]
    assert served.admin.delete("/local/faults").json == []
    assert served.org.faults.listed() == []


@pytest.mark.parametrize("path", ["faults", "clock", "writes", "rules", "history"])
def test_the_control_is_for_administrators_on_this_machine(shared: Served, path: str) -> None:
    assert shared.admin.get(f"/local/{path}").status_code == 200
    assert shared.nobody.get(f"/local/{path}").status_code == 401
    assert error_of(shared.integration.get(f"/local/{path}"), 403)[0].startswith("INSUFFICIENT_ACCESS")
    elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
    assert error_of(shared.admin.get(f"/local/{path}", environ_base=elsewhere), 403)[0] == "INSUFFICIENT_ACCESS"
    assert shared.nobody.get("/local/org", environ_base=elsewhere).status_code == 403


@pytest.mark.shows("faults.clock")
def test_the_clock_is_set_advanced_and_released(served: Served) -> None:
    def now(order: dict[str, object]) -> Any:
        answer = served.admin.post("/local/clock", json=order)
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return answer.json["now"]

    assert now({"now": "2026-01-02T03:04:05+01:00"}) == "2026-01-02T02:04:05+00:00"
    assert now({"advance": 86400}) == "2026-01-03T02:04:05+00:00"
    assert now({"advance": -0.5}) == "2026-01-03T02:04:04.500000+00:00"
    assert not now({"now": None}).startswith("2026-01-0")


@pytest.mark.shows("faults.clock")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": "2026-01-02"},
        {"now": 5},
        {"advance": "1"},
        {"advance": True},
        {"advance": 1e300},
        {"advance": 1, "now": None},
        {"speed": 2},
    ],
)
def test_a_bad_order_leaves_the_clock_alone(served: Served, body: dict[str, object]) -> None:
    served.admin.post("/local/clock", json={"now": "2026-01-02T03:04:05Z"})
    assert error_of(served.admin.post("/local/clock", json=body))[0] == "JSON_PARSER_ERROR"
    assert served.org.clock.stamp() == "2026-01-02T03:04:05.000Z"


def test_writes_take_and_wait_for_as_long_as_was_set(served: Served) -> None:
    answer = served.admin.post("/local/writes", json={"wait_seconds": 0.5, "automation_seconds": 0.01})
    assert answer.json == {"wait_seconds": 0.5, "automation_seconds": 0.01, "locked": [], "withheld": 0}
    assert served.admin.insert("Account", {"Name": "a"})
    for body in ({}, {"wait_seconds": -1}, {"wait_seconds": "1"}, {"patience": 1}, {"automation_seconds": 601}):
        assert error_of(served.admin.post("/local/writes", json=body))[0] == "JSON_PARSER_ERROR"
    assert served.org.locks.wait_seconds == 0.5


@pytest.mark.shows("faults.late")
@pytest.mark.parametrize("way", ["release", "clear"])
def test_a_late_collection_is_answered_after_its_commit(served: Served, way: str) -> None:
    order(served, kind="late", object="Account")
    answers: list[Any] = []
    rows = {"allOrNone": True, "records": [{"attributes": {"type": "Account"}, "Name": "late"}]}
    write = threading.Thread(
        daemon=True, target=lambda: answers.append(served.admin.post("composite/sobjects", json=rows).json)
    )
    write.start()
    until_withheld(served)
    assert answers == [] and named(served, "late") == []
    assert served.admin.insert("Account", {"Name": "quick"})
    if way == "release":
        served.admin.post("/local/writes/release")
    else:
        served.admin.delete("/local/faults")
    write.join(30)
    assert answers[0][0]["success"]
    assert len(named(served, "late")) == 1


@pytest.mark.shows("behaviour.rules")
def test_a_rule_put_by_http_refuses_a_row_as_salesforce_does(served: Served) -> None:
    rule = {"object": "Account", "name": "No_X", "formula": 'Name = "X"', "message": "No X", "field": "Name"}
    assert served.admin.post("/local/rules", json=rule).status_code == 200
    answer = served.admin.post("sobjects/Account", json={"Name": "X"})
    assert (answer.status_code, answer.json) == (
        400,
        [{"message": "No X", "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "fields": ["Name"]}],
    )
    assert error_of(served.admin.delete("/local/rules?object=Account&name=Other"), 404)[0] == "NOT_FOUND"
    assert served.admin.delete("/local/rules?object=Account&name=No_X").json == []
    assert served.admin.insert("Account", {"Name": "X"})


@pytest.mark.parametrize(
    "change", [{"formula": "Name ="}, {"name": ""}, {"active": 1}, {"field": 7}, {"colour": "red"}, {"object": "Foo"}]
)
def test_a_bad_rule_is_refused(shared: Served, change: dict[str, object]) -> None:
    rule = {"object": "Account", "name": "No_X", "formula": 'Name = "X"', "message": "No X"}
    assert error_of(shared.admin.post("/local/rules", json=rule | change))[0] == "JSON_PARSER_ERROR"
    assert shared.admin.get("/local/rules").json == []


def test_the_tracked_fields_are_told_and_set(served: Served) -> None:
    assert served.admin.put("/local/history", json={"fields": ["NextStep"]}).json == {"fields": ["NextStep"]}
    assert error_of(served.admin.put("/local/history", json={"fields": ["Foo"]}))[0] == "JSON_PARSER_ERROR"
    assert error_of(served.admin.put("/local/history", json={"fields": "Name"}))[0] == "JSON_PARSER_ERROR"
    assert served.admin.get("/local/history").json == {"fields": ["NextStep"]}
    deal = {"Name": "D", "StageName": "Prospecting", "CloseDate": "2026-12-01"}
    served.admin.insert("Opportunity", deal)
    query = "SELECT Name, (SELECT Field, OldValue FROM Histories) FROM Opportunity"
    assert served.admin.records(query)[0]["Histories"]["records"] == [{"Field": "created", "OldValue": None}]
    code, message = served.admin.refused("SELECT Id FROM OpportunityFieldHistory WHERE NewValue = 'x'")
    assert (code, message.count("can not be filtered")) == ("INVALID_FIELD", 1)


@pytest.mark.shows("behaviour.recycle_bin")
def test_rows_are_undeleted_and_purged_by_http(served: Served) -> None:
    first, second = served.admin.insert("Account", {"Name": "a"}, {"Name": "b"})
    for each in (first, second):
        served.admin.delete(f"sobjects/Account/{each}")
    assert served.admin.post("/local/recycle-bin", json={"undelete": [first]}).json == [
        {"id": first, "success": True, "errors": []}
    ]
    refused = served.admin.post("/local/recycle-bin", json={"undelete": [first]}).json
    assert refused is not None and refused[0]["errors"][0]["statusCode"] == "UNDELETE_FAILED"
    assert served.admin.post("/local/recycle-bin", json={"purge": [first, second]}).json == {"purged": 1}
    assert served.admin.delete("/local/recycle-bin").json == {"purged": 0}
    assert error_of(served.admin.post("/local/recycle-bin", json={"undelete": "all"}))[0] == "JSON_PARSER_ERROR"
    assert error_of(served.admin.post("/local/recycle-bin", json={}))[0] == "JSON_PARSER_ERROR"
    assert [each["Name"] for each in served.admin.records("SELECT Name FROM Account")] == ["a"]


@pytest.mark.shows("faults.field_change")
def test_a_field_is_there_for_those_who_may_see_it_once_it_is_added(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "a"})[0]
    order(served, kind="field_add", **TIER, type="string", length=10, label="Tier")
    described = served.admin.get("sobjects/Account/describe").json
    assert described is not None
    (tier,) = [each for each in described["fields"] if each["name"] == "Tier__c"]
    assert (tier["type"], tier["length"], tier["label"], tier["custom"]) == ("string", 10, "Tier", True)
    assert served.admin.patch(f"sobjects/Account/{account}", json={"Tier__c": "gold"}).status_code == 204
    assert served.admin.records("SELECT Tier__c FROM Account WHERE Tier__c = 'gold'") == [{"Tier__c": "gold"}]
    assert served.integration.refused("SELECT Tier__c FROM Account")[0] == "INVALID_FIELD"
    order(
        served,
        kind="field_add",
        object="Account",
        field="Rank__c",
        type="picklist",
        values=["A", "B"],
        grant="Sidecar_Integration",
    )
    assert served.integration.records("SELECT Rank__c FROM Account") == [{"Rank__c": None}]


@pytest.mark.shows("faults.field_change")
def test_a_removed_field_is_unknown_to_everything_at_once(served: Served) -> None:
    order(served, kind="field_add", **TIER, type="string", grant="Sidecar_Integration")
    account = served.admin.insert("Account", {"Name": "a", "Tier__c": "x"})[0]
    order(served, kind="field_remove", **TIER)
    assert served.admin.refused("SELECT Tier__c FROM Account")[0] == "INVALID_FIELD"
    assert error_of(served.admin.patch(f"sobjects/Account/{account}", json={"Tier__c": "y"}))[0] == "INVALID_FIELD"
    described = served.admin.get("sobjects/Account/describe").json
    assert described is not None and "Tier__c" not in {each["name"] for each in described["fields"]}
    order(served, kind="field_add", **TIER, type="string")
    assert served.admin.records("SELECT Tier__c FROM Account") == [{"Tier__c": None}], "its values are gone"
    assert served.integration.refused("SELECT Tier__c FROM Account")[0] == "INVALID_FIELD", "its grants are gone"


@pytest.mark.shows("faults.field_change")
def test_a_retyped_field_keeps_what_its_new_type_can_hold(served: Served) -> None:
    order(served, kind="field_add", **TIER, type="string")
    served.admin.insert("Account", {"Name": "a", "Tier__c": "12"}, {"Name": "b", "Tier__c": "x"}, {"Name": "c"})
    order(served, kind="field_retype", **TIER, type="double", precision=6, scale=1)
    query = "SELECT Tier__c FROM Account ORDER BY Name"
    assert [each["Tier__c"] for each in served.admin.records(query)] == [12.0, None, None]
    assert served.admin.records("SELECT Name FROM Account WHERE Tier__c > 11") == [{"Name": "a"}]
    order(served, kind="field_retype", **TIER, type="string", length=5)
    assert [each["Tier__c"] for each in served.admin.records(query)] == ["12", None, None]


def test_a_field_that_a_rule_needs_stays(served: Served) -> None:
    order(served, kind="field_add", **TIER, type="string")
    rule = {"object": "Account", "name": "R", "formula": "ISBLANK(Tier__c)", "message": "m"}
    served.admin.post("/local/rules", json=rule)
    message = error_of(served.admin.post("/local/faults", json={"kind": "field_remove", **TIER}))[1]
    assert "validation rule Account.R" in message
    assert served.admin.records("SELECT Tier__c FROM Account") == []


def test_a_changed_schema_is_there_again_after_a_restart(served: Served) -> None:
    order(served, kind="field_add", **TIER, type="int")
    again = type(served.org).open(served.org.database.path)
    field = again.schema.objects["Account"].fields["Tier__c"]
    again.close()
    assert (field.type, field.digits) == ("int", 9)


def test_rows_are_written_while_a_field_comes_goes_and_changes(served: Served) -> None:
    ended = threading.Event()
    results: list[bool] = []

    def write() -> None:
        records = served.org.records(served.org.user("admin@local.example"))
        while not ended.is_set():
            results.extend(each.success for each in records.insert("Account", [{"Name": "w", "Industry": "Banking"}]))

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        for _ in range(5):
            order(served, kind="field_add", **TIER, type="string")
            order(served, kind="field_retype", **TIER, type="double")
            order(served, kind="field_remove", **TIER)
    finally:
        ended.set()
        writer.join(30)
    assert results and all(results)
    assert len(named(served, "w")) == len(results)


def test_a_server_stops_while_a_job_waits_for_its_late_rows(tmp_path: Path, org_file: Path) -> None:
    shutil.copy(org_file, tmp_path / "org.sqlite")
    made = serve(tmp_path)
    order(made, kind="late", object="Account")
    job = made.admin.post("jobs/ingest", json={"object": "Account", "operation": "insert"}).json
    assert job is not None
    path = f"jobs/ingest/{job['id']}"
    made.admin.put(f"{path}/batches", data="Name\nlate\n", headers={"Content-Type": "text/csv"})
    made.admin.patch(path, json={"state": "UploadComplete"})
    until_withheld(made)
    assert named(made, "late") == []
    close(made)
    again = serve(tmp_path)
    assert len(named(again, "late")) == 1
    close(again)


@pytest.fixture
def address(served: Served) -> Iterator[str]:
    """The org behind its real server."""
    with listening(served.app) as url:
        yield url


def read(served: Served, address: str, path: str, **options: Any) -> requests.Response:
    return requests.get(f"{address}{BASE}/{path}", headers=served.admin.headers, timeout=30, **options)


@pytest.mark.shows("faults.cut")
def test_a_cut_download_ends_early_and_its_connection_is_closed(served: Served, address: str) -> None:
    served.admin.insert("Account", *({"Name": f"account {number}"} for number in range(50)))
    order(served, kind="cut", bytes=100, after=1)
    path = "query?q=SELECT+Id,Name+FROM+Account"
    whole = read(served, address, path)
    assert whole.json()["totalSize"] == 50
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        read(served, address, path)
    assert read(served, address, path).content == whole.content


def test_a_cut_hits_downloads_only(served: Served, address: str) -> None:
    order(served, kind="cut", bytes=0)
    assert read(served, address, "sobjects/Account/describe").status_code == 200
    assert read(served, address, "query?q=nonsense").status_code == 400
    with pytest.raises(requests.exceptions.RequestException):
        read(served, address, "query?q=SELECT+Id+FROM+Account")


@pytest.mark.shows("faults.slow")
def test_a_slow_download_comes_whole_at_its_rate(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(download.time, "sleep", waits.append)
    quick = served.admin.get("query?q=SELECT+Id+FROM+User").data
    order(served, kind="slow", rate=100)
    assert served.admin.get("query?q=SELECT+Id+FROM+User").data == quick
    assert sum(waits) == pytest.approx(len(quick) / 100)


@pytest.mark.shows("behaviour.currencies")
def test_clients_meet_the_currency_of_rows_once_there_are_several(served: Served) -> None:
    assert served.admin.refused("SELECT CurrencyIsoCode FROM Account")[0] == "INVALID_FIELD"
    served.admin.insert("CurrencyType", {"IsoCode": "EUR", "ConversionRate": 0.9, "DecimalPlaces": 2, "IsActive": True})
    served.admin.insert("Account", {"Name": "a", "CurrencyIsoCode": "EUR"}, {"Name": "b"})
    query = "SELECT Name, CurrencyIsoCode FROM Account WHERE CurrencyIsoCode = 'EUR'"
    assert served.integration.records(query) == [{"Name": "a", "CurrencyIsoCode": "EUR"}]
    described = served.admin.get("sobjects/Opportunity/describe").json
    assert described is not None
    (field,) = [each for each in described["fields"] if each["name"] == "CurrencyIsoCode"]
    assert (field["type"], [each["value"] for each in field["picklistValues"]]) == ("picklist", ["USD", "EUR"])
