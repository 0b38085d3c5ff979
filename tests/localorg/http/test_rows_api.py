"""Single rows by id and by external id; changed and deleted ids."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime
from pathlib import Path

import pytest

from localorg.org import LocalOrg
from tests.localorg.conftest import field_xml, write_package
from tests.localorg.http.conftest import Served, close, error_of, serve


@pytest.mark.shows("rest.rows")
def test_a_row_lives_from_post_to_delete(served: Served) -> None:
    made = served.admin.post("sobjects/Account", json={"Name": "Acme", "NumberOfEmployees": 5})
    assert made.status_code == 201 and made.json is not None
    path = f"sobjects/Account/{made.json['id']}"
    assert made.json == {"id": made.json["id"], "success": True, "errors": []}
    assert made.headers["Location"].endswith(path)
    assert served.admin.patch(path, json={"NumberOfEmployees": None, "Industry": "Energy"}).status_code == 204
    row = served.admin.get(path).json
    assert row is not None
    assert (row["Name"], row["NumberOfEmployees"], row["Industry"]) == ("Acme", None, "Energy")
    assert served.admin.delete(path).status_code == 204
    assert error_of(served.admin.get(path), 404) == ("ENTITY_IS_DELETED", "entity is deleted")
    assert error_of(served.admin.patch(path, json={"Name": "x"}), 404)[0] == "ENTITY_IS_DELETED"


@pytest.mark.shows("rest.relationships")
def test_fields_and_parents_are_chosen_by_name(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "Acme"})[0]
    row = served.admin.get(f"sobjects/account/{account[:15]}?fields=name,Owner.Name").json
    assert row is not None
    assert list(row) == ["attributes", "Name", "Owner"]
    assert row["Owner"]["Name"] == "Local Admin"
    code, message = error_of(served.admin.get(f"sobjects/Account/{account}?fields=Foo"))
    assert (code, message) == ("INVALID_FIELD", "No such column 'Foo' on sobject of type Account")
    owner = served.admin.get(f"sobjects/Account/{account}/Owner?fields=Username").json
    assert owner is not None and owner["Username"] == "admin@local.example"


@pytest.mark.shows("rest.errors")
@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "fields"),
    [
        ("POST", "sobjects/Account", {}, 400, "REQUIRED_FIELD_MISSING", ["Name"]),
        ("POST", "sobjects/Account", {"Name": "a", "Foo": 1}, 400, "INVALID_FIELD", []),
        ("POST", "sobjects/Account", {"Name": "x" * 256}, 400, "STRING_TOO_LONG", ["Name"]),
        ("POST", "sobjects/Foo", {"Name": "a"}, 404, "NOT_FOUND", None),
        ("GET", "sobjects/Account/001Lo0zzzzzzzzz", None, 404, "NOT_FOUND", None),
        ("GET", "sobjects/Account/nonsense", None, 404, "NOT_FOUND", None),
        ("GET", "sobjects/Account/003Lo0zzzzzzzzz", None, 404, "NOT_FOUND", None),
        ("PATCH", "sobjects/Account/003Lo0zzzzzzzzz", {"Name": "a"}, 400, "MALFORMED_ID", ["Id"]),
        ("DELETE", "sobjects/Account/003Lo0zzzzzzzzz", None, 400, "MALFORMED_ID", ["Id"]),
        ("PATCH", "sobjects/Account/Id/003Lo0zzzzzzzzz", {"Name": "a"}, 400, "MALFORMED_ID", ["Id"]),
        ("PATCH", "sobjects/Account/001Lo0zzzzzzzzzAAB", {"Name": "a"}, 404, "NOT_FOUND", None),
        (
            "POST",
            "sobjects/Account",
            {"Name": "a", "Id": "001Lo0zzzzzzzzz"},
            400,
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            ["Id"],
        ),
        ("POST", "sobjects/Account", {"Name": "a", "ParentId": "001"}, 400, "MALFORMED_ID", ["ParentId"]),
        ("POST", "sobjects/Account", {"Name": "a", "ParentId": "003Lo0zzzzzzzzz"}, 400, "MALFORMED_ID", ["ParentId"]),
        ("GET", "sobjects/Account/describe/layouts", None, 404, "NOT_FOUND", None),
        ("GET", "actions/standard", None, 404, "NOT_FOUND", None),
        ("GET", "//sobjects", None, 404, "NOT_FOUND", None),
        ("PATCH", "sobjects/Account/001Lo0zzzzzzzzz", {"Name": "a"}, 404, "INVALID_CROSS_REFERENCE_KEY", []),
        ("PATCH", "sobjects/Account/001Lo0zzzzzzzzz", {"id": "a"}, 400, "INVALID_FIELD", ["Id"]),
        ("PATCH", "sobjects/Account/Name/x", {}, 404, "NOT_FOUND", None),
        ("PATCH", "sobjects/Sidecar_Plan__c/Sidecar_Key__c/k", {"Sidecar_Key__c": "k"}, 400, "INVALID_FIELD", None),
        ("PATCH", "sobjects/Sidecar_Plan__c/Sidecar_Key__c/k?updateOnly=true", {}, 404, "NOT_FOUND", None),
    ],
)
def test_refusals_name_code_and_fields(
    shared: Served, method: str, path: str, body: object, status: int, code: str, fields: list[str] | None
) -> None:
    answer = shared.admin.call(method, path, json=body)
    assert error_of(answer, status)[0] == code
    if fields is not None:
        assert answer.json is not None and answer.json[0]["fields"] == fields


@pytest.mark.shows("rest.malformed")
@pytest.mark.parametrize(
    ("data", "content_type", "status", "code"),
    [
        ("{x", "application/json", 400, "JSON_PARSER_ERROR"),
        ("", "application/json", 400, "JSON_PARSER_ERROR"),
        ("[]", "application/json", 400, "JSON_PARSER_ERROR"),
        ('{"Name": NaN}', "application/json", 400, "JSON_PARSER_ERROR"),
        (b"\xff\xfe", "application/json", 400, "JSON_PARSER_ERROR"),
        ("[" * 100_000, "application/json", 400, "JSON_PARSER_ERROR"),
        ("Name=x", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    shared: Served, data: str | bytes, content_type: str, status: int, code: str
) -> None:
    answer = shared.admin.post("sobjects/Account", data=data, content_type=content_type)
    assert error_of(answer, status)[0] == code


@pytest.mark.shows("rest.external_ids")
def test_an_external_id_inserts_once_and_then_updates(served: Served) -> None:
    path = "sobjects/Sidecar_Plan__c/Sidecar_Key__c/2026-q4%2Fann"
    first = served.admin.patch(path, json={"Sidecar_Amount__c": 10})
    second = served.admin.patch(path, json={"Sidecar_Amount__c": 12.5})
    assert first.json is not None and second.json is not None
    assert (first.status_code, first.json["created"]) == (201, True)
    assert (second.status_code, second.json["created"]) == (200, False)
    assert first.json["id"] == second.json["id"]
    row = served.admin.get(path).json
    assert row is not None
    assert (row["Sidecar_Amount__c"], row["Sidecar_Key__c"]) == (12.5, "2026-q4/ann")
    assert served.admin.delete(path).status_code == 204
    assert error_of(served.admin.get(path), 404)[0] == "NOT_FOUND"


@pytest.mark.shows("rest.external_ids")
def test_the_id_as_key_inserts_and_updates(served: Served) -> None:
    made = served.admin.post("sobjects/Account/Id", json={"Name": "a"})
    assert made.status_code == 201 and made.json is not None
    assert made.json["created"] is True
    changed = served.admin.patch(f"sobjects/Account/Id/{made.json['id']}", json={"Name": "b"})
    assert (changed.status_code, changed.json and changed.json["created"]) == (200, False)


@pytest.mark.shows("rest.external_ids")
def test_an_ambiguous_external_id_answers_300_with_the_addresses(served: Served) -> None:
    with served.org.database.writer() as connection:
        ids = [
            each.id
            for each in served.org.records(served.org.user("admin@local.example")).insert(
                "Sidecar_Plan__c", [{"Sidecar_Key__c": "a"}, {"Sidecar_Key__c": "b"}]
            )
        ]
        connection.execute('UPDATE "Sidecar_Plan__c" SET "Sidecar_Key__c" = ?', ("same",))
    for answer in (
        served.admin.get("sobjects/Sidecar_Plan__c/Sidecar_Key__c/same"),
        served.admin.patch("sobjects/Sidecar_Plan__c/Sidecar_Key__c/same", json={}),
        served.admin.delete("sobjects/Sidecar_Plan__c/Sidecar_Key__c/same"),
    ):
        assert answer.status_code == 300
        assert answer.json == [f"/services/data/v66.0/sobjects/Sidecar_Plan__c/{each}" for each in ids]


@pytest.mark.shows("rest.field_security")
def test_a_write_to_a_field_without_the_right_is_refused(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "Acme"})[0]
    path = f"sobjects/Account/{account}"
    assert served.integration.patch(path, json={"Sidecar_Health__c": 70}).status_code == 204
    answer = served.integration.patch(path, json={"Industry": "Energy"})
    assert error_of(answer)[0] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert served.admin.records("SELECT Industry, Sidecar_Health__c FROM Account") == [
        {"Industry": None, "Sidecar_Health__c": 70.0}
    ]


@pytest.mark.shows("rest.relationships")
def test_a_row_leads_to_its_parent_and_its_children(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "Acme"})[0]
    contact, other = served.admin.insert("Contact", {"LastName": "a", "AccountId": account}, {"LastName": "b"})
    parent = served.admin.get(f"sobjects/Contact/{contact}/account").json
    assert parent is not None and (parent["attributes"]["type"], parent["Id"]) == ("Account", account)
    assert served.admin.patch(f"sobjects/Contact/{contact}/Account", json={"Name": "Better"}).status_code == 204
    assert served.admin.records("SELECT Name FROM Account") == [{"Name": "Better"}]
    below = served.admin.get(f"sobjects/Account/{account[:15]}/Contacts?fields=LastName").json
    assert below is not None and (below["totalSize"], below["done"]) == (1, True)
    assert below["records"][0]["LastName"] == "a"
    whole = served.admin.get(f"sobjects/Account/{account}/Contacts").json
    assert whole is not None and whole["records"][0]["Id"] == contact
    for path in (f"Contact/{other}/Account", f"Contact/{contact}/Nothing", "Account/001Lo0zzzzzzzzz/Contacts"):
        assert error_of(served.admin.get(f"sobjects/{path}"), 404)[0] == "NOT_FOUND"
    assert error_of(served.admin.get(f"sobjects/Account/{account}/Contacts?fields=Id,Foo"))[0] == "INVALID_FIELD"
    assert served.admin.delete(f"sobjects/Contact/{contact}/Account").status_code == 204
    assert served.admin.query("SELECT COUNT() FROM Account")["totalSize"] == 0


@pytest.mark.shows("rest.parent_key")
def test_a_parent_is_set_by_its_external_id(tmp_path: Path) -> None:
    extra = {"objects/Account/fields/Ext__c": field_xml("Ext__c", "Text", length="20", externalId="true")}
    LocalOrg.open(tmp_path / "org.sqlite", write_package(tmp_path / "package", extra)).close()
    served = serve(tmp_path)
    first, _, _ = served.admin.insert("Account", *({"Name": key, "Ext__c": key} for key in ("A-17", "twice", "Twice")))
    made = served.admin.post("sobjects/Contact", json={"LastName": "a", "Account": {"Ext__c": "a-17"}})
    assert made.status_code == 201
    again = {"records": [{"attributes": {"type": "Contact"}, "LastName": "b", "Account": {"Ext__c": "A-18"}}]}
    row = served.admin.post("composite/sobjects", json=again).json
    assert row is not None and row[0]["errors"][0]["statusCode"] == "INVALID_FIELD"
    assert (
        row[0]["errors"][0]["message"] == "Foreign key external ID: a-18 not found for field Ext__c in entity Account"
    )
    for parent in ({"Nope__c": "x"}, {"Ext__c": "A-17", "Name": "A-17"}, {}, {"Ext__c": None}, {"Ext__c": {}}):
        answer = served.admin.post("sobjects/Contact", json={"LastName": "c", "Account": parent})
        assert answer.status_code == 400, parent
    twice = served.admin.post("sobjects/Contact", json={"LastName": "c", "Account": {"Ext__c": "TWICE"}})
    assert error_of(twice)[0] == "DUPLICATE_EXTERNAL_ID"
    assert served.admin.records("SELECT LastName, AccountId FROM Contact") == [{"LastName": "a", "AccountId": first}]
    close(served)


@pytest.mark.shows("rest.method_override")
def test_a_post_may_mean_another_method(served: Served) -> None:
    path = f"sobjects/Account/{served.admin.insert('Account', {'Name': 'a'})[0]}"
    assert served.admin.post(f"{path}?_HttpMethod=PATCH", json={"Name": "b"}).status_code == 204
    assert served.admin.records("SELECT Name FROM Account") == [{"Name": "b"}]
    code, message = error_of(served.admin.post(f"{path}?_HttpMethod=BREW", json={"Name": "c"}), 405)
    assert (code, message) == (
        "METHOD_NOT_ALLOWED",
        "HTTP Method 'POST' not allowed. Allowed are HEAD,GET,PATCH,DELETE",
    )
    assert served.admin.post(f"{path}?_HttpMethod=DELETE").status_code == 204
    assert served.admin.post("ui-api/records/001Lo0zzzzzzzzz?_HttpMethod=DELETE").status_code == 405


@pytest.mark.shows("rest.json_types")
@pytest.mark.parametrize(
    ("text", "kind", "token"),
    [
        ('{"AnnualRevenue": "much"}', "currency", "VALUE_STRING value much"),
        ('{"AnnualRevenue": true}', "currency", "VALUE_TRUE value true"),
        ('{"AnnualRevenue": ""}', "currency", "VALUE_STRING value "),
        ('{"AnnualRevenue": "1_0"}', "currency", "VALUE_STRING value 1_0"),
        ('{"NumberOfEmployees": 1.5}', "int", "VALUE_NUMBER_FLOAT value 1.5"),
        ('{"Description": {"a": 1}}', "string", "START_OBJECT value {"),
        ('{"Description": false}', "string", "VALUE_FALSE value false"),
        ('{"Sidecar_Scored_At__c": "2026-01-01"}', "datetime", "VALUE_STRING value 2026-01-01"),
    ],
)
def test_a_value_of_another_json_type_is_named_with_its_place(shared: Served, text: str, kind: str, token: str) -> None:
    path = "sobjects/Account"
    body = text.replace("{", '{"Name": "a", ', 1)
    code, message = error_of(shared.admin.post(path, data=body, content_type="application/json"))
    column = body.index(": ", 14) + 3
    expected = f"Cannot deserialize instance of {kind} from {token} or request may be missing a required field"
    assert (code, message) == ("JSON_PARSER_ERROR", f"{expected} at [line:1, column:{column}]")


@pytest.mark.shows("rest.json_types")
def test_numbers_as_texts_and_the_reverse_are_taken(served: Served) -> None:
    row = {"Name": 7, "AnnualRevenue": "12", "NumberOfEmployees": "3", "Description": None}
    assert served.admin.post("sobjects/Account", json=row).status_code == 201
    found = served.admin.records("SELECT Name, AnnualRevenue, NumberOfEmployees FROM Account")
    assert found == [{"Name": "7", "AnnualRevenue": 12.0, "NumberOfEmployees": 3}]


def test_a_body_that_is_too_large_is_refused_before_it_is_read(shared: Served) -> None:
    announced = {"CONTENT_LENGTH": str(51 * 2**20)}
    answer = shared.admin.post(
        "sobjects/Account", data=b"{}", content_type="application/json", environ_overrides=announced
    )
    assert error_of(answer, 413)[0] == "REQUEST_TOO_LARGE"


@pytest.mark.shows("rest.headers")
def test_headers_about_rules_which_no_org_here_has_change_nothing(served: Served) -> None:
    headers = {
        "Sforce-Auto-Assign": "FALSE",
        "Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=true",
        "Sforce-Call-Options": "client=Sidecar, defaultNamespace=ns",
        "x-sfdc-packageversion-ns": "1.0",
    }
    for name in ("same", "same"):
        assert served.admin.post("sobjects/Account", json={"Name": name}, headers=headers).status_code == 201
    owners = served.admin.records("SELECT Owner.Username FROM Account")
    assert owners == [{"Owner": {"Username": "admin@local.example"}}] * 2


@pytest.mark.shows("rest.gzip")
def test_a_packed_body_is_unpacked_within_bounds(served: Served) -> None:
    packed = gzip.compress(json.dumps({"Name": "packed"}).encode())
    options = {"content_type": "application/json", "headers": {"Content-Encoding": "gzip"}}
    assert served.admin.post("sobjects/Account", data=packed, **options).status_code == 201
    bomb = gzip.compress(b" " * (60 * 2**20))
    assert error_of(served.admin.post("sobjects/Account", data=bomb, **options))[0] == "JSON_PARSER_ERROR"


@pytest.mark.shows("rest.etag")
def test_only_accounts_have_an_etag(served: Served) -> None:
    path = f"sobjects/Account/{served.admin.insert('Account', {'Name': 'a'})[0]}"
    tag = served.admin.get(path).headers["ETag"]
    assert served.admin.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert served.admin.patch(path, json={"Name": "b"}, headers={"If-Match": tag}).status_code == 204
    late = served.admin.patch(path, json={"Name": "c"}, headers={"If-Match": tag})
    assert error_of(late, 412)[0] == "PRECONDITION_FAILED"
    assert served.admin.get(path, headers={"If-Match": tag}).status_code == 412
    assert served.admin.get(path, headers={"If-None-Match": f'"x", {tag}'}).status_code == 200
    assert served.admin.get(path, headers={"If-Match": "*"}).status_code == 200
    contact = f"sobjects/Contact/{served.admin.insert('Contact', {'LastName': 'a'})[0]}"
    assert "ETag" not in served.admin.get(contact).headers
    assert served.admin.patch(contact, json={"LastName": "b"}, headers={"If-Match": '"x"'}).status_code == 204
    assert served.admin.records("SELECT Name FROM Account") == [{"Name": "b"}]


@pytest.mark.shows("rest.etag")
def test_of_two_writers_with_the_same_etag_one_comes_through(served: Served) -> None:
    path = f"sobjects/Account/{served.admin.insert('Account', {'Name': 'a'})[0]}"
    tag = served.admin.get(path).headers["ETag"]

    def write(name: str) -> int:
        return served.admin.patch(path, json={"Name": name}, headers={"If-Match": tag}).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(write, [f"n{number}" for number in range(8)]))
    assert sorted(statuses) == [204] + [412] * 7
    assert served.admin.records("SELECT Name FROM Account") == [{"Name": f"n{statuses.index(204)}"}]


@pytest.mark.shows("rest.recent")
def test_rows_used_with_the_header_are_the_recent_ones(served: Served) -> None:
    first, second = served.admin.insert("Account", {"Name": "a"}, {"Name": "b"})
    contact = served.admin.insert("Contact", {"LastName": "c"})[0]
    mru = {"Sforce-Mru": "updateMru=true"}
    served.admin.get(f"sobjects/Account/{second}")
    for path in (f"Account/{first}", f"Contact/{contact}", f"Account/{first}"):
        served.admin.get(f"sobjects/{path}", headers=mru)
    recent = served.admin.get("recent").json
    assert recent is not None and [each["Id"] for each in recent] == [first, contact]
    assert served.admin.get("recent?limit=1").json == recent[:1]
    basic = served.admin.get("sobjects/Account").json
    assert basic is not None and basic["recentItems"] == recent[:1]
    assert served.integration.get("recent").json == []
    served.admin.delete(f"sobjects/Account/{first}")
    assert [each["Id"] for each in served.admin.get("recent").json or []] == [contact]
    assert served.admin.get("recent?limit=0").status_code == 400


@pytest.mark.shows("rest.conditional")
def test_conditional_requests_compare_to_the_second(served: Served) -> None:
    moment = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    served.org.clock.set(moment)
    path = f"sobjects/Account/{served.admin.insert('Account', {'Name': 'a'})[0]}"
    same, before = format_datetime(moment, usegmt=True), format_datetime(moment - dt.timedelta(seconds=1), usegmt=True)
    assert served.admin.get(path, headers={"If-Modified-Since": same}).status_code == 304
    assert served.admin.get(path, headers={"If-Modified-Since": before}).status_code == 200
    refused = served.admin.patch(path, json={"Name": "b"}, headers={"If-Unmodified-Since": before})
    assert error_of(refused, 412)[0] == "PRECONDITION_FAILED"
    allowed = served.admin.patch(path, json={"Name": "c"}, headers={"If-Unmodified-Since": same})
    assert allowed.status_code == 204
    assert served.admin.patch(path, json={}, headers={"If-Unmodified-Since": "soon"}).status_code == 400


@pytest.mark.shows("rest.changes")
def test_updated_and_deleted_ids_of_a_span(served: Served) -> None:
    served.org.clock.set(dt.datetime(2026, 3, 1, 11, 59, 30, tzinfo=dt.UTC))
    old = served.admin.insert("Account", {"Name": "old"})[0]
    served.org.clock.set(dt.datetime(2026, 3, 1, 12, 10, 5, tzinfo=dt.UTC))
    new, gone = served.admin.insert("Account", {"Name": "new"}, {"Name": "gone"})
    served.admin.delete(f"sobjects/Account/{gone}")
    served.org.clock.set(dt.datetime(2026, 3, 1, 12, 30, 45, tzinfo=dt.UTC))
    span = {"start": "2026-03-01T12:00:00+00:00", "end": "2026-03-01T13:00:00+00:00"}
    updated = served.admin.get("sobjects/Account/updated/", query_string=span).json
    deleted = served.admin.get("sobjects/Account/deleted", query_string=span).json
    assert updated is not None and deleted is not None
    assert updated == {"ids": [new], "latestDateCovered": "2026-03-01T12:30:00.000+0000"}
    assert deleted["deletedRecords"] == [{"id": gone, "deletedDate": "2026-03-01T12:10:05.000+0000"}]
    assert old not in updated["ids"]


@pytest.mark.shows("rest.changes")
def test_rows_removed_for_good_are_still_told_as_deleted(served: Served) -> None:
    served.org.clock.set(dt.datetime(2026, 3, 1, 12, 0, 30, tzinfo=dt.UTC))
    purged, binned = served.admin.insert("Account", {"Name": "a"}, {"Name": "b"})
    child = served.admin.insert("Contact", {"LastName": "c", "AccountId": purged})[0]
    served.admin.delete(f"composite/sobjects?ids={purged},{binned}")
    assert served.org.bin.purge([purged]) == 2
    served.org.clock.set(dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.UTC))
    span = {"start": "2026-03-01T12:00:00Z", "end": "2026-03-01T12:30:00Z"}

    def deleted(sobject: str) -> list[str]:
        found = served.admin.get(f"sobjects/{sobject}/deleted", query_string=span).json
        assert found is not None
        assert {each["deletedDate"] for each in found["deletedRecords"]} <= {"2026-03-01T12:00:30.000+0000"}
        return sorted(each["id"] for each in found["deletedRecords"])

    assert (deleted("Account"), deleted("Contact")) == (sorted([purged, binned]), [child])
    served.org.clock.set(dt.datetime(2026, 3, 20, tzinfo=dt.UTC))
    served.org.bin.expire()
    with served.org.database.reader() as connection:
        assert connection.execute('SELECT count(*) FROM "_purged"').fetchone()[0] == 0


@pytest.mark.shows("rest.changes")
def test_what_is_covered_ends_before_a_write_that_is_still_open(served: Served) -> None:
    served.org.clock.set(dt.datetime(2026, 3, 1, 12, 5, 30, tzinfo=dt.UTC))
    account = served.admin.insert("Account", {"Name": "old"})[0]
    served.admin.post("/local/faults", json={"kind": "late", "object": "Account"})
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(served.admin.patch, f"sobjects/Account/{account}", json={"Name": "late"})
        deadline = time.monotonic() + 20
        while not served.org.locks.held and time.monotonic() < deadline:
            time.sleep(0.01)
        served.org.clock.set(dt.datetime(2026, 3, 1, 12, 20, tzinfo=dt.UTC))
        span = {"start": "2026-03-01T12:00:00Z", "end": "2026-03-01T12:30:00Z"}
        during = served.admin.get("sobjects/Account/updated", query_string=span).json
        served.admin.post("/local/writes/release")
        assert writing.result().status_code == 204
    after = served.admin.get("sobjects/Account/updated", query_string=span).json
    assert during is not None and during["latestDateCovered"] == "2026-03-01T12:05:00.000+0000"
    assert after is not None and after["latestDateCovered"] == "2026-03-01T12:20:00.000+0000"


@pytest.mark.shows("rest.changes")
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:59Z"),
        ("2026-03-01T12:00:00Z", "2026-03-01T11:00:00Z"),
        ("2001-01-01T00:00:00Z", "2026-03-01T11:00:00Z"),
        ("2026-03-01T12:00:00", "2026-03-01T13:00:00"),
        ("yesterday", "today"),
        ("", ""),
    ],
)
def test_a_span_that_cannot_be_is_refused(shared: Served, start: str, end: str) -> None:
    answer = shared.admin.get("sobjects/Account/updated", query_string={"start": start, "end": end})
    assert error_of(answer)[0] == "INVALID_REPLICATION_DATE"
