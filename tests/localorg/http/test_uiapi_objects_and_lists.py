"""UI API: object infos, picklists, related lists and list views."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="module")
def book(shared: Any) -> dict[str, str]:
    """Two accounts; the first has five deals."""
    accounts = shared.admin.insert("Account", {"Name": "50% off_Shop"}, {"Name": "500 offXShop"})
    shared.admin.insert(
        "Opportunity",
        *(
            {"Name": f"Deal {n}", "AccountId": accounts[0], "StageName": "Prospecting", "CloseDate": f"2026-12-0{n}"}
            for n in range(1, 6)
        ),
    )
    return {"shop": accounts[0], "other": accounts[1]}


def test_object_info_describes_fields_in_its_own_words(shared: Any) -> None:
    info = shared.admin.get("ui-api/object-info/opportunity").json
    assert info["apiName"] == "Opportunity"
    assert info["keyPrefix"] == "006"
    assert info["nameFields"] == ["Name"]
    assert set(info["recordTypeInfos"]) == {"012000000000000AAA"}
    assert info["fields"]["Amount"]["dataType"] == "Currency"
    assert info["fields"]["StageName"]["required"] is True
    assert info["fields"]["AccountId"]["referenceToInfos"] == [{"apiName": "Account", "nameFields": ["Name"]}]
    assert info["fields"]["Sidecar_Stage_Age__c"]["updateable"] is False


def test_object_info_leaves_out_what_security_hides(shared: Any) -> None:
    info = shared.integration.get("ui-api/object-info/Account").json
    assert "Phone" not in info["fields"]
    assert "Sidecar_Health__c" in info["fields"]
    assert info["deletable"] is False


def test_an_unknown_object_has_no_info(shared: Any) -> None:
    answer = shared.admin.get("ui-api/object-info/Nope__c")
    assert (answer.status_code, answer.json[0]["errorCode"]) == (404, "INVALID_TYPE")


def test_stages_come_from_the_org_with_their_meaning(shared: Any) -> None:
    answer = shared.admin.get("ui-api/object-info/Opportunity/picklist-values/012000000000000AAA/StageName").json
    won = next(value for value in answer["values"] if value["value"] == "Closed Won")
    assert answer["values"][0]["value"] == "Prospecting"
    assert won["attributes"] == {
        "picklistAtrributesValueType": "OpportunityStage",
        "closed": True,
        "defaultProbability": 100.0,
        "forecastCategoryName": "Closed",
        "won": True,
    }
    assert answer["url"].endswith("/StageName")


def test_all_picklists_of_an_object_come_at_once(shared: Any) -> None:
    answer = shared.admin.get("ui-api/object-info/Account/picklist-values/012000000000000AAA").json
    bands = answer["picklistFieldValues"]["Sidecar_Health_Band__c"]["values"]
    assert [band["value"] for band in bands] == ["Green", "Yellow", "Red", "Unknown"]
    assert bands[0]["attributes"] is None


@pytest.mark.parametrize("field", ["Name", "Nope"])
def test_a_field_that_is_no_picklist_has_no_values(shared: Any, field: str) -> None:
    answer = shared.admin.get(f"ui-api/object-info/Account/picklist-values/012000000000000AAA/{field}")
    assert (answer.status_code, answer.json[0]["errorCode"]) == (400, "INVALID_FIELD")


def test_related_records_come_page_by_page(shared: Any, book: dict[str, str]) -> None:
    url = f"ui-api/related-list-records/{book['shop']}/Opportunities"
    query = {"fields": "Opportunity.Name", "pageSize": "2", "sortBy": "-Opportunity.CloseDate"}
    seen: list[str] = []
    token: str | None = ""
    while token is not None:
        page = shared.admin.get(url, query_string={**query, "pageToken": token}).json
        assert page["count"] == len(page["records"]) <= 2
        seen += [record["fields"]["Name"]["value"] for record in page["records"]]
        token = page["nextPageToken"]
    assert seen == ["Deal 5", "Deal 4", "Deal 3", "Deal 2", "Deal 1"]
    assert page["listReference"]["relatedListId"] == "Opportunities"


def test_a_parent_without_children_has_an_empty_list(shared: Any, book: dict[str, str]) -> None:
    page = shared.admin.get(f"ui-api/related-list-records/{book['other']}/Opportunities").json
    assert (page["records"], page["nextPageToken"]) == ([], None)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("{shop}/Nope", {}, 404),
        ("001000000000000AAA/Opportunities", {}, 404),
        ("broken/Opportunities", {}, 400),
        ("{shop}/Opportunities", {"pageSize": "0"}, 400),
        ("{shop}/Opportunities", {"pageSize": "many"}, 400),
        ("{shop}/Opportunities", {"pageToken": "???"}, 400),
        ("{shop}/Opportunities", {"sortBy": "Name"}, 400),
        ("{shop}/Opportunities", {"fields": "Opportunity.Nope"}, 400),
    ],
)
def test_a_wrong_request_for_related_records_is_refused(
    shared: Any, book: dict[str, str], path: str, query: dict[str, str], status: int
) -> None:
    answer = shared.admin.get(f"ui-api/related-list-records/{path.format(**book)}", query_string=query)
    assert answer.status_code == status
    assert isinstance(answer.json, list)


def test_signs_of_patterns_mean_themselves_in_a_search(shared: Any, book: dict[str, str]) -> None:
    query = {"fields": "Account.Name", "searchTerm": "0% off_"}
    page = shared.admin.get("ui-api/list-records/Account/__all", query_string=query).json
    assert [record["id"] for record in page["records"]] == [book["shop"]]
    assert page["totalCount"] == 1


def test_an_unknown_list_view_is_not_found(shared: Any) -> None:
    assert shared.admin.get("ui-api/list-records/Account/Nope").status_code == 404
