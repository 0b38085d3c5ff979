"""UI API: records as components read and write them."""

from __future__ import annotations

from typing import Any

import pytest

MISSING_ACCOUNT = "001000000000000AAA"


@pytest.fixture(scope="module")
def ids(shared: Any) -> dict[str, str]:
    """An account, a deal of it, and one that has next to nothing."""
    account = shared.admin.insert("Account", {"Name": "Acme & <Sons>", "Industry": "Banking", "AnnualRevenue": 1234567})
    deals = shared.admin.insert(
        "Opportunity",
        {
            "Name": "Renewal",
            "AccountId": account[0],
            "StageName": "Prospecting",
            "CloseDate": "2026-03-31",
            "Amount": 1200,
            "IsPrivate": True,
            "Sidecar_Win_Probability__c": 75,
            "Sidecar_Risk_Tags__c": "Slipping;Stalled",
            "Sidecar_Scored_At__c": "2026-01-02T15:04:05.000+0000",
        },
        {"Name": "Bare", "StageName": "Prospecting", "CloseDate": "2026-12-01"},
    )
    return {"account": account[0], "deal": deals[0], "bare": deals[1]}


def fields_of(caller: Any, record_id: str, *names: str, optional: str = "") -> dict[str, Any]:
    query = {"fields": ",".join(names), "optionalFields": optional}
    answer = caller.get(f"ui-api/records/{record_id}", query_string=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json["fields"]
    return found


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Name", "Renewal", None),
        ("Amount", 1200.0, "$1,200.00"),
        ("CloseDate", "2026-03-31", "3/31/2026"),
        ("StageName", "Prospecting", "Prospecting"),
        ("Sidecar_Win_Probability__c", 75.0, "75.0%"),
        ("Probability", 10.0, "10%"),
        ("IsPrivate", True, None),
        ("NextStep", None, None),
        ("Sidecar_Scored_At__c", "2026-01-02T15:04:05.000Z", "1/2/2026, 3:04 PM"),
    ],
)
def test_a_field_has_its_value_and_the_text_a_user_reads(
    shared: Any, ids: dict[str, str], name: str, value: object, shown: str | None
) -> None:
    found = fields_of(shared.admin, ids["deal"], f"Opportunity.{name}")
    assert found == {name: {"displayValue": shown, "value": value}}


def test_a_record_carries_its_object_and_stamps(shared: Any, ids: dict[str, str]) -> None:
    answer = shared.admin.get(f"ui-api/records/{ids['deal'][:15]}?fields=Opportunity.Name").json
    assert answer["apiName"] == "Opportunity"
    assert answer["id"] == ids["deal"]
    assert answer["recordTypeId"] == "012000000000000AAA"
    assert answer["systemModstamp"].endswith(".000Z")
    assert isinstance(answer["weakEtag"], int)
    assert answer["childRelationships"] == {}


def test_parents_are_records_inside_the_record(shared: Any, ids: dict[str, str]) -> None:
    found = fields_of(shared.admin, ids["deal"], "Opportunity.Account.Name", "Opportunity.Account.Owner.Name")
    account = found["Account"]
    assert account["displayValue"] == "Acme & <Sons>"
    assert account["value"]["id"] == ids["account"]
    assert account["value"]["fields"]["Owner"]["value"]["apiName"] == "User"
    assert account["value"]["fields"]["Owner"]["value"]["fields"]["Name"]["value"] == "Local Admin"


def test_a_missing_parent_is_null(shared: Any, ids: dict[str, str]) -> None:
    found = fields_of(shared.admin, ids["bare"], "Opportunity.Account.Name")
    assert found == {"Account": {"displayValue": None, "value": None}}


@pytest.mark.parametrize("name", ["Opportunity.Nope", "Opportunity.Nope.Name", "Account.Name", "Name", "Opportunity."])
def test_a_required_field_that_does_not_exist_is_an_error(shared: Any, ids: dict[str, str], name: str) -> None:
    answer = shared.admin.get(f"ui-api/records/{ids['deal']}", query_string={"fields": name})
    assert answer.status_code == 400
    assert answer.json[0]["errorCode"] == "INVALID_FIELD"


def test_an_optional_field_that_does_not_exist_is_left_out(shared: Any, ids: dict[str, str]) -> None:
    found = fields_of(shared.admin, ids["deal"], "Opportunity.Name", optional="Opportunity.Nope,Opportunity.Amount")
    assert set(found) == {"Name", "Amount"}


def test_a_field_hidden_by_security_does_not_exist(shared: Any, ids: dict[str, str]) -> None:
    url = f"ui-api/records/{ids['account']}"
    hidden = shared.integration.get(url, query_string={"fields": "Account.Name,Account.Phone"})
    assert (hidden.status_code, hidden.json[0]["errorCode"]) == (400, "INVALID_FIELD")
    found = fields_of(shared.integration, ids["account"], "Account.Name", optional="Account.Phone,Account.Industry")
    assert set(found) == {"Name", "Industry"}


@pytest.mark.parametrize("record_id", ["nonsense", "00100000000000", "zzz000000000000AAA", "'; DROP TABLE Account"])
def test_what_is_no_record_id_is_named(shared: Any, record_id: str) -> None:
    answer = shared.admin.get(f"ui-api/records/{record_id}?fields=Account.Name")
    assert answer.status_code == 400
    assert answer.json == [
        {"message": f"recordId should be a valid record ID: {record_id}", "errorCode": "ILLEGAL_QUERY_PARAMETER_VALUE"}
    ]


def test_a_record_that_does_not_exist_is_not_found(shared: Any) -> None:
    answer = shared.admin.get(f"ui-api/records/{MISSING_ACCOUNT}?fields=Account.Name")
    assert (answer.status_code, answer.json[0]["errorCode"]) == (404, "NOT_FOUND")


def test_a_request_must_say_what_it_wants(shared: Any, ids: dict[str, str]) -> None:
    answer = shared.admin.get(f"ui-api/records/{ids['deal']}")
    assert (answer.status_code, answer.json[0]["errorCode"]) == (400, "ILLEGAL_QUERY_PARAMETER_VALUE")


def test_without_a_session_nothing_is_shown(shared: Any, ids: dict[str, str]) -> None:
    answer = shared.nobody.get(f"ui-api/records/{ids['deal']}?fields=Opportunity.Name")
    assert (answer.status_code, answer.json[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_layout_types_bring_the_layouts_fields(shared: Any, ids: dict[str, str]) -> None:
    answer = shared.admin.get(f"ui-api/records/{ids['deal']}?layoutTypes=Full")
    assert answer.status_code == 200
    assert {"Name", "StageName", "Account", "Owner"} <= set(answer.json["fields"])


def test_a_batch_answers_for_each_record(shared: Any, ids: dict[str, str]) -> None:
    wanted = f"{ids['deal']},{MISSING_ACCOUNT},broken,{ids['account']}"
    answer = shared.admin.get(f"ui-api/records/batch/{wanted}?fields=Opportunity.Name,Account.Name")
    assert answer.json["hasErrors"] is True
    assert [each["statusCode"] for each in answer.json["results"]] == [200, 404, 400, 200]
    assert answer.json["results"][3]["result"]["fields"]["Name"]["value"] == "Acme & <Sons>"


def test_a_batch_holds_at_most_200_records(shared: Any) -> None:
    ids = ",".join([MISSING_ACCOUNT] * 201)
    answer = shared.admin.get(f"ui-api/records/batch/{ids}?fields=Account.Name")
    assert (answer.status_code, answer.json[0]["errorCode"]) == (400, "ILLEGAL_QUERY_PARAMETER_VALUE")


def test_record_ui_brings_record_info_and_layouts(shared: Any, ids: dict[str, str]) -> None:
    answer = shared.admin.get(f"ui-api/record-ui/{ids['deal']}").json
    assert set(answer["records"]) == {ids["deal"]}
    assert answer["objectInfos"]["Opportunity"]["label"] == "Opportunity"
    layouts = answer["layouts"]["Opportunity"]["012000000000000AAA"]
    items = [
        item["layoutComponents"][0]["apiName"]
        for section in layouts["Full"]["View"]["sections"]
        for row in section["layoutRows"]
        for item in row["layoutItems"]
    ]
    assert items.index("OwnerId") < items.index("Amount") < items.index("StageName")
    assert set(items) <= set(answer["records"][ids["deal"]]["fields"])
    compact = layouts["Compact"]["View"]["sections"][0]["layoutRows"]
    assert compact[0]["layoutItems"][0]["layoutComponents"][0]["apiName"] == "Name"


@pytest.mark.parametrize("sobject", ["Case", "Task", "Sidecar_Deployment__c"])
def test_an_owner_of_one_of_several_objects_is_shown_by_name(shared: Any, ids: dict[str, str], sobject: str) -> None:
    (record,) = shared.admin.insert(sobject, {"Subject": "Down"} if sobject in ("Case", "Task") else {})
    answer = shared.admin.get(f"ui-api/record-ui/{record}?layoutTypes=Compact,Full&modes=View")
    assert answer.status_code == 200, answer.text
    owner = answer.json["records"][record]["fields"]["Owner"]
    assert owner["displayValue"] == owner["value"]["fields"]["Name"]["value"] == "Local Admin"
    assert owner["value"]["apiName"] == "User"


def test_record_ui_refuses_an_unknown_layout(shared: Any, ids: dict[str, str]) -> None:
    answer = shared.admin.get(f"ui-api/record-ui/{ids['deal']}?layoutTypes=Tiny")
    assert (answer.status_code, answer.json[0]["errorCode"]) == (400, "ILLEGAL_QUERY_PARAMETER_VALUE")
    assert "Tiny" in answer.json[0]["message"]


def test_a_record_is_created_changed_and_deleted(served: Any) -> None:
    body = {"apiName": "Account", "fields": {"Name": "New", "AnnualRevenue": 5}}
    made = served.admin.post("ui-api/records", json=body)
    assert made.status_code == 201
    record_id = made.json["id"]
    changed = served.admin.patch(f"ui-api/records/{record_id}", json={"fields": {"AnnualRevenue": None, "Name": "Old"}})
    assert changed.status_code == 200
    assert changed.json["fields"]["Name"]["value"] == "Old"
    assert changed.json["fields"]["AnnualRevenue"] == {"displayValue": None, "value": None}
    assert served.admin.delete(f"ui-api/records/{record_id}").status_code == 204
    assert served.admin.get(f"ui-api/records/{record_id}?fields=Account.Name").status_code == 404


def test_a_refused_write_names_the_field(served: Any) -> None:
    body = {"apiName": "Account", "fields": {"Name": "x" * 256}}
    answer = served.admin.post("ui-api/records", json=body)
    assert answer.status_code == 400
    assert answer.json["enhancedErrorType"] == "RecordError"
    assert answer.json["statusCode"] == 400
    assert answer.json["output"]["errors"] == []
    (problem,) = answer.json["output"]["fieldErrors"]["Name"]
    assert problem["errorCode"] == "STRING_TOO_LONG"
    assert problem["fieldLabel"] == "Account Name"


def test_a_write_without_rights_is_refused_in_the_same_shape(served: Any) -> None:
    (record_id,) = served.admin.insert("Account", {"Name": "Theirs", "Phone": "1"})
    answer = served.integration.patch(f"ui-api/records/{record_id}", json={"fields": {"Phone": "2"}})
    assert answer.status_code == 400
    assert answer.json["enhancedErrorType"] == "RecordError"
    assert answer.json["output"]["fieldErrors"] or answer.json["output"]["errors"]
    assert served.admin.records("SELECT Phone FROM Account") == [{"Phone": "1"}]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"apiName": "Nope", "fields": {}}, 404, "INVALID_TYPE"),
        ({"fields": {}}, 404, "INVALID_TYPE"),
        ({"apiName": "Account"}, 400, "POST_BODY_PARSE_ERROR"),
        ({"apiName": "Account", "fields": ["Name"]}, 400, "POST_BODY_PARSE_ERROR"),
    ],
)
def test_a_malformed_write_says_what_was_expected(shared: Any, body: dict[str, object], status: int, code: str) -> None:
    answer = shared.admin.post("ui-api/records", json=body)
    assert (answer.status_code, answer.json[0]["errorCode"]) == (status, code)
