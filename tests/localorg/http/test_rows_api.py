"""Single rows by id and by external id; changed and deleted ids."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

import pytest

from tests.localorg.http.conftest import Served, error_of


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


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "fields"),
    [
        ("POST", "sobjects/Account", {}, 400, "REQUIRED_FIELD_MISSING", ["Name"]),
        ("POST", "sobjects/Account", {"Name": "a", "Foo": 1}, 400, "INVALID_FIELD", []),
        ("POST", "sobjects/Account", {"Name": "x" * 256}, 400, "STRING_TOO_LONG", ["Name"]),
        ("POST", "sobjects/Foo", {"Name": "a"}, 404, "NOT_FOUND", None),
        ("GET", "sobjects/Account/001Lo0zzzzzzzzz", None, 404, "NOT_FOUND", None),
        ("GET", "sobjects/Account/nonsense", None, 404, "NOT_FOUND", None),
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


def test_the_id_as_key_inserts_and_updates(served: Served) -> None:
    made = served.admin.post("sobjects/Account/Id", json={"Name": "a"})
    assert made.status_code == 201 and made.json is not None
    changed = served.admin.patch(f"sobjects/Account/Id/{made.json['id']}", json={"Name": "b"})
    assert (changed.status_code, changed.json and changed.json["created"]) == (200, False)


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


def test_a_write_to_a_field_without_the_right_is_refused(served: Served) -> None:
    account = served.admin.insert("Account", {"Name": "Acme"})[0]
    path = f"sobjects/Account/{account}"
    assert served.integration.patch(path, json={"Sidecar_Health__c": 70}).status_code == 204
    answer = served.integration.patch(path, json={"Industry": "Energy"})
    assert error_of(answer)[0] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert served.admin.records("SELECT Industry, Sidecar_Health__c FROM Account") == [
        {"Industry": None, "Sidecar_Health__c": 70.0}
    ]


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
