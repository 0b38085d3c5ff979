"""UI API: child records, layouts, defaults, metadata, and writes that meet others."""

from __future__ import annotations

from typing import Any

import pytest

MASTER = "012000000000000AAA"


def refused(answer: Any) -> tuple[int, str]:
    assert isinstance(answer.json, list), answer.text
    return answer.status_code, answer.json[0]["errorCode"]


@pytest.mark.shows("uiapi.children")
def test_children_come_with_their_record(shared: Any, small_book: dict[str, str]) -> None:
    query = {
        "fields": "Account.Name",
        "childRelationships": "Account.Contacts,Account.Opportunities.Name",
        "pageSize": "2",
    }
    found = shared.admin.get(f"ui-api/records/{small_book['account']}", query_string=query).json["childRelationships"]
    assert set(found) == {"Contacts", "Opportunities"}
    assert (found["Contacts"]["count"], found["Opportunities"]["count"]) == (2, 2)
    names = [record["fields"]["Name"]["value"] for record in found["Opportunities"]["records"]]
    assert (names, found["Opportunities"]["nextPageUrl"]) == (["First", "Second"], None)
    rest = shared.admin.get(found["Contacts"]["nextPageUrl"]).json
    assert (rest["count"], rest["nextPageUrl"]) == (1, None)


@pytest.mark.shows("uiapi.children")
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"childRelationships": "Account.Nope"}, 404),
        ({"childRelationships": "Contacts"}, 400),
        ({"childRelationships": "Account.Contacts.Nope"}, 400),
        ({"childRelationships": "Account.Contacts", "pageSize": "0"}, 400),
        ({"pageSize": "²"}, 400),
    ],
)
def test_children_that_are_not_there_are_refused(
    shared: Any, small_book: dict[str, str], query: dict[str, str], status: int
) -> None:
    answer = shared.admin.get(
        f"ui-api/records/{small_book['account']}", query_string={"fields": "Account.Name", **query}
    )
    assert refused(answer)[0] == status


@pytest.mark.shows("uiapi.record")
def test_an_etag_changes_with_what_it_stands_for(served: Any) -> None:
    (account,) = served.admin.insert("Account", {"Name": "A", "Phone": "1"})

    def tag(fields: str = "Account.Name") -> str:
        return str(served.admin.get(f"ui-api/records/{account}", query_string={"fields": fields}).json["eTag"])

    before = tag()
    assert tag() == before
    served.admin.patch(f"ui-api/records/{account}", json={"fields": {"Name": "B"}})
    assert tag() != before


@pytest.mark.shows("uiapi.record")
def test_an_optional_path_that_ends_nowhere_leaves_nothing_behind(shared: Any, small_book: dict[str, str]) -> None:
    query = {"fields": "Contact.Name", "optionalFields": "Contact.Account.Nope,Contact.Owner.Name"}
    found = shared.admin.get(f"ui-api/records/{small_book['contact']}", query_string=query).json["fields"]
    assert set(found) == {"Name", "Owner"}


@pytest.mark.shows("uiapi.locale")
@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("en_US", ("3/31/2026", "$1,234.50", "10%")),
        ("en_GB", ("31/03/2026", "US$1,234.50", "10%")),
        ("de_DE", ("31.03.2026", "1.234,50\u00a0$", "10\u00a0%")),
        ("fr_FR", ("31/03/2026", "1\u202f234,50\u00a0$US", "10\u202f%")),
        ("xx_XX", ("3/31/2026", "$1,234.50", "10%")),
    ],
)
def test_texts_are_those_of_the_users_locale(served: Any, locale: str, texts: tuple[str, str, str]) -> None:
    (deal,) = served.admin.insert(
        "Opportunity", {"Name": "A", "StageName": "Prospecting", "CloseDate": "2026-03-31", "Amount": 1234.5}
    )
    admin = served.org.user("admin@local.example").id
    with served.org.database.writer() as connection:
        connection.execute('UPDATE "User" SET "LocaleSidKey" = ? WHERE "Id" = ?', (locale, admin))
    query = {"fields": "Opportunity.CloseDate,Opportunity.Amount,Opportunity.Probability"}
    found = served.admin.get(f"ui-api/records/{deal}", query_string=query).json["fields"]
    assert tuple(found[name]["displayValue"] for name in ("CloseDate", "Amount", "Probability")) == texts


@pytest.mark.shows("uiapi.batch")
def test_a_batch_may_take_the_layouts_fields(shared: Any, small_book: dict[str, str]) -> None:
    ids = f"{small_book['account']},{small_book['contact']}"
    found = shared.admin.get(f"ui-api/records/batch/{ids}?layoutTypes=Compact").json
    assert [each["result"]["apiName"] for each in found["results"]] == ["Account", "Contact"]
    assert refused(shared.admin.get(f"ui-api/records/batch/{ids}?fields=Case.Subject")) == (400, "INVALID_FIELD")
    assert refused(shared.admin.get(f"ui-api/records/batch/{ids}")) == (400, "ILLEGAL_QUERY_PARAMETER_VALUE")
    assert refused(shared.admin.get("ui-api/records/batch/,?fields=Case.Subject")) == (
        400,
        "ILLEGAL_QUERY_PARAMETER_VALUE",
    )


@pytest.mark.shows("uiapi.record_ui")
def test_record_ui_takes_several_records_modes_and_children(shared: Any, small_book: dict[str, str]) -> None:
    ids = f"{small_book['deal']},{small_book['account'][:15]}"
    query = {
        "layoutTypes": "Compact",
        "modes": "View,Edit",
        "childRelationships": "Account.Contacts",
        "formFactor": "Small",
    }
    found = shared.admin.get(f"ui-api/record-ui/{ids}", query_string=query).json
    assert list(found["records"]) == [small_book["deal"], small_book["account"]]
    assert set(found["layouts"]["Account"][MASTER]) == {"Compact"}
    assert set(found["layouts"]["Account"][MASTER]["Compact"]) == {"View", "Edit"}
    assert {"Account", "Opportunity", "User"} <= set(found["objectInfos"])
    assert found["records"][small_book["account"]]["childRelationships"]["Contacts"]["count"] == 3
    assert found["records"][small_book["deal"]]["childRelationships"] == {}


@pytest.mark.shows("uiapi.record_ui")
@pytest.mark.parametrize("query", ["modes=Look", "formFactor=Huge", "layoutTypes=Tiny"])
def test_record_ui_refuses_what_it_does_not_know(shared: Any, small_book: dict[str, str], query: str) -> None:
    answer = shared.admin.get(f"ui-api/record-ui/{small_book['deal']}?{query}")
    assert refused(answer) == (400, "ILLEGAL_QUERY_PARAMETER_VALUE")


@pytest.mark.shows("uiapi.object_info")
def test_object_infos_come_alone_together_and_as_a_directory(shared: Any) -> None:
    both = shared.admin.get("ui-api/object-info/batch/Account,Nope,contact").json["results"]
    assert [each["statusCode"] for each in both] == [200, 404, 200]
    assert both[2]["result"]["nameFields"] == ["FirstName", "LastName", "Name"]
    entries = shared.integration.get("ui-api/object-info").json["objects"]
    assert entries["Account"]["objectInfoUrl"].endswith("/ui-api/object-info/Account")
    admin = shared.admin.get("ui-api/object-info/Account").json
    assert admin["eTag"] != shared.integration.get("ui-api/object-info/Account").json["eTag"]
    assert admin["fields"]["OwnerId"]["referenceToInfos"][0]["nameFields"][-1] == "Name"


@pytest.mark.shows("uiapi.object_info")
def test_a_new_field_is_in_the_info_at_once(served: Any) -> None:
    def fields() -> dict[str, Any]:
        found: dict[str, Any] = served.admin.get("ui-api/object-info/Account").json["fields"]
        return found

    assert "Added__c" not in fields()
    order = {"kind": "field_add", "object": "Account", "field": "Added__c", "type": "string", "length": 20}
    assert served.admin.post("/local/faults", json=order).status_code < 300
    assert fields()["Added__c"]["length"] == 20


@pytest.mark.shows("uiapi.object_info")
def test_object_info_has_every_key_of_a_recorded_one(shared: Any) -> None:
    info = shared.admin.get("ui-api/object-info/Opportunity").json
    assert set(info) == {
        "apiName",
        "associateEntityType",
        "associateParentEntity",
        "childRelationships",
        "compactLayoutable",
        "createable",
        "custom",
        "defaultRecordTypeId",
        "deletable",
        "dependentFields",
        "eTag",
        "feedEnabled",
        "fields",
        "keyPrefix",
        "label",
        "labelPlural",
        "layoutable",
        "mruEnabled",
        "nameFields",
        "queryable",
        "recordTypeInfos",
        "searchLayoutable",
        "searchable",
        "themeInfo",
        "updateable",
    }
    assert set(info["fields"]["Amount"]) == {
        "apiName",
        "calculated",
        "compound",
        "compoundComponentName",
        "compoundFieldName",
        "controllerName",
        "controllingFields",
        "createable",
        "custom",
        "dataType",
        "extraTypeInfo",
        "filterable",
        "filteredLookupInfo",
        "highScaleNumber",
        "htmlFormatted",
        "inlineHelpText",
        "label",
        "length",
        "maskType",
        "nameField",
        "polymorphicForeignKey",
        "precision",
        "reference",
        "referenceTargetField",
        "referenceToInfos",
        "relationshipName",
        "required",
        "scale",
        "searchPrefilterable",
        "sortable",
        "unique",
        "updateable",
    }


@pytest.mark.shows("uiapi.picklists")
def test_picklists_belong_to_the_master_record_type(shared: Any) -> None:
    for record_type in ("012000000000001AAA", "nonsense"):
        for path in ("", "/Industry"):
            answer = shared.admin.get(f"ui-api/object-info/Account/picklist-values/{record_type}{path}")
            assert refused(answer) == (400, "ILLEGAL_QUERY_PARAMETER_VALUE")
    status = shared.admin.get(f"ui-api/object-info/Case/picklist-values/{MASTER}/Status").json
    assert status["defaultValue"] is None or status["defaultValue"] in status["values"]


@pytest.mark.shows("uiapi.defaults")
def test_defaults_begin_a_new_record(shared: Any) -> None:
    found = shared.admin.get(
        "ui-api/record-defaults/create/Opportunity", query_string={"optionalFields": "Opportunity.Type"}
    ).json
    record = found["record"]
    assert (record["id"], record["apiName"], found["layout"]["mode"]) == (None, "Opportunity", "Create")
    assert record["fields"]["OwnerId"]["value"].startswith("005")
    assert "Type" in record["fields"] and "CreatedDate" not in record["fields"]
    assert {"Opportunity", "User"} <= set(found["objectInfos"])
    template = shared.admin.get("ui-api/record-defaults/template/create/Opportunity").json
    assert set(template) == {"objectInfos", "record"}


@pytest.mark.shows("uiapi.defaults")
def test_a_clone_takes_the_values_along(shared: Any, small_book: dict[str, str]) -> None:
    found = shared.admin.get(f"ui-api/record-defaults/clone/{small_book['deal']}").json["record"]
    assert (found["id"], found["fields"]["Name"]["value"], found["fields"]["Amount"]["value"]) == (None, "First", 5.0)
    assert "CreatedDate" not in found["fields"] and "ExpectedRevenue" not in found["fields"]
    template = shared.admin.get(f"ui-api/record-defaults/template/clone/{small_book['deal']}").json["record"]
    assert template["fields"] == found["fields"]
    assert refused(shared.admin.get("ui-api/record-defaults/clone/006000000000000AAA")) == (404, "NOT_FOUND")
    assert refused(shared.admin.get("ui-api/record-defaults/create/Nope")) == (404, "INVALID_TYPE")


@pytest.mark.shows("uiapi.writes")
def test_written_fields_come_back_when_asked_for(served: Any) -> None:
    body = {
        "apiName": "Account",
        "fields": {"Name": "A", "Jigsaw": "x"},
        "allowSaveOnDuplicate": True,
        "useDefaultRule": True,
    }
    plain = served.admin.post("ui-api/records", json=body)
    assert plain.status_code == 201 and "Jigsaw" not in plain.json["fields"]
    full = served.admin.post("ui-api/records", json={**body, "includeFieldsInBody": True})
    assert full.json["fields"]["Jigsaw"]["value"] == "x"


@pytest.mark.shows("uiapi.writes")
@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"x"', '{"fields": {}, "nope": 1}', '{"fields": 5}', '{"fields": {"Name": NaN}}']
)
def test_a_body_that_cannot_be_read_is_refused(served: Any, body: str) -> None:
    (account,) = served.admin.insert("Account", {"Name": "A"})
    answer = served.admin.patch(f"ui-api/records/{account}", data=body, content_type="application/json")
    assert refused(answer) == (400, "POST_BODY_PARSE_ERROR")


@pytest.mark.shows("uiapi.unmodified_since")
def test_a_lost_update_is_refused(served: Any) -> None:
    (account,) = served.admin.insert("Account", {"Name": "A"})
    url = f"ui-api/records/{account}"
    known = served.admin.get(url, query_string={"fields": "Account.Name"}).json["lastModifiedDate"]
    for old in ("Mon, 01 Jan 2001 00:00:00 GMT", "2001-01-01T00:00:00.000Z"):
        for method, options in (("PATCH", {"json": {"fields": {"Name": "Lost"}}}), ("DELETE", {})):
            answer = served.admin.call(method, url, headers={"If-Unmodified-Since": old}, **options)
            assert (answer.status_code, answer.json["statusCode"]) == (412, 412)
            assert answer.json["output"]["errors"][0]["errorCode"] == "CollisionDetectedException"
    assert served.admin.records("SELECT Name FROM Account") == [{"Name": "A"}]
    kept = served.admin.patch(url, json={"fields": {"Name": "B"}}, headers={"If-Unmodified-Since": known})
    assert kept.status_code == 200
    wrong = served.admin.patch(url, json={"fields": {"Name": "C"}}, headers={"If-Unmodified-Since": "yesterday"})
    assert refused(wrong) == (400, "INVALID_HEADER")


@pytest.mark.shows("uiapi.writes")
def test_an_id_among_the_fields_changes_no_other_record(served: Any) -> None:
    one, other = served.admin.insert("Account", {"Name": "One"}, {"Name": "Other"})
    answer = served.admin.patch(f"ui-api/records/{one}", json={"fields": {"id": other, "Name": "Changed"}})
    assert answer.json["id"] == one
    assert served.admin.records("SELECT Name FROM Account ORDER BY Name") == [{"Name": "Changed"}, {"Name": "Other"}]


@pytest.mark.shows("uiapi.actions")
@pytest.mark.parametrize(
    "path", ["actions/record/{account}", "favorites", "lookups/Contact/AccountId", "nav-items", "x"]
)
def test_what_is_not_there_is_not_found(shared: Any, small_book: dict[str, str], path: str) -> None:
    assert refused(shared.admin.get(f"ui-api/{path.format(**small_book)}")) == (404, "NOT_FOUND")
