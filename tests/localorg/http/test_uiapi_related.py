"""UI API: related lists, their counts and metadata, list views."""

from __future__ import annotations

from typing import Any

import pytest


def refused(answer: Any) -> tuple[int, str]:
    assert isinstance(answer.json, list), answer.text
    return answer.status_code, answer.json[0]["errorCode"]


@pytest.mark.shows("uiapi.related_lists")
def test_related_records_are_filtered_by_get_and_post(shared: Any, small_book: dict[str, str]) -> None:
    url = f"ui-api/related-list-records/{small_book['account']}/Contacts"
    where = '{or: [{LastName: {like: "t%"}}, {Email: {eq: "ONE@a.b"}}], Account: {Name: {eq: "Acme"}}}'
    asked = {"fields": "Contact.LastName", "where": where, "sortBy": "-Contact.LastName", "pageSize": "2"}
    first = shared.admin.get(url, query_string=asked).json
    body = {**asked, "fields": ["Contact.LastName"], "sortBy": ["-Contact.LastName"], "pageSize": 2}
    assert shared.admin.post(url, json=body).json == first
    names = [record["fields"]["LastName"]["value"] for record in first["records"]]
    assert (names, first["count"], first["where"]) == (["Two", "Three"], 2, where)
    second = shared.admin.get(first["nextPageUrl"]).json
    assert [record["fields"]["LastName"]["value"] for record in second["records"]] == ["One"]
    assert (second["nextPageUrl"], second["previousPageUrl"]) == (None, first["currentPageUrl"])


@pytest.mark.shows("uiapi.related_lists")
def test_a_lists_columns_come_along(shared: Any, small_book: dict[str, str]) -> None:
    page = shared.admin.get(f"ui-api/related-list-records/{small_book['account']}/Opportunities?pageSize=1").json
    columns = shared.admin.get("ui-api/related-list-info/Account/Opportunities").json["displayColumns"]
    assert {column["fieldApiName"].split(".")[0] for column in columns} == set(page["records"][0]["fields"])
    assert page["fields"] == []


@pytest.mark.shows("uiapi.related_lists")
@pytest.mark.parametrize(
    "where",
    [
        "{",
        "5",
        '{Nope: {eq: "x"}}',
        "{LastName: {eq: 5}}",
        "{LastName: $x}",
        "{}) { totalCount } } } } #",
        "{not: {Phone: 1}}",
    ],
)
def test_a_wrong_filter_is_refused(shared: Any, small_book: dict[str, str], where: str) -> None:
    answer = shared.admin.get(
        f"ui-api/related-list-records/{small_book['account']}/Contacts", query_string={"where": where}
    )
    assert refused(answer) == (400, "ILLEGAL_QUERY_PARAMETER_VALUE")


@pytest.mark.shows("uiapi.related_lists")
def test_hidden_fields_filter_nothing(shared: Any, small_book: dict[str, str]) -> None:
    url = f"ui-api/related-list-records/{small_book['account']}/Opportunities"
    for query in ({"where": '{LeadSource: {eq: "x"}}'}, {"sortBy": "Opportunity.LeadSource"}):
        assert shared.admin.get(url, query_string=query).status_code == 200
        assert shared.integration.get(url, query_string=query).status_code == 400


@pytest.mark.shows("uiapi.related_lists")
def test_lists_are_counted_and_batched(shared: Any, small_book: dict[str, str]) -> None:
    account = small_book["account"]
    count = shared.admin.get(f"ui-api/related-list-count/{account}/Contacts").json
    assert (count["count"], count["hasMore"], count["listReference"]["relatedListId"]) == (3, False, "Contacts")
    counts = shared.admin.get(f"ui-api/related-list-count/batch/{account}/Contacts,Opportunities,Nope").json
    assert [each["statusCode"] for each in counts["results"]] == [200, 200, 404]
    pages = shared.admin.get(f"ui-api/related-list-records/batch/{account}/Contacts,Opportunities?pageSize=1").json
    assert [each["result"]["count"] for each in pages["results"]] == [1, 1]
    parameters = [
        {"relatedListId": "Contacts", "fields": ["Contact.Name"]},
        {"relatedListId": "Contacts", "fields": ["X.Y"]},
    ]
    posted = shared.admin.post(
        f"ui-api/related-list-records/batch/{account}", json={"relatedListParameters": parameters}
    )
    assert [each["statusCode"] for each in posted.json["results"]] == [200, 400]


@pytest.mark.shows("uiapi.related_lists")
@pytest.mark.parametrize(
    "body",
    [
        {"pageSize": "2"},
        {"pageSize": True},
        {"fields": 5},
        {"fields": [5]},
        {"where": {}},
        {"pageToken": 1},
        {"nope": 1},
    ],
)
def test_a_body_of_the_wrong_kind_is_refused(shared: Any, small_book: dict[str, str], body: dict[str, object]) -> None:
    answer = shared.admin.post(f"ui-api/related-list-records/{small_book['account']}/Contacts", json=body)
    assert refused(answer) == (400, "POST_BODY_PARSE_ERROR")


@pytest.mark.shows("uiapi.related_list_info")
def test_related_lists_tell_what_they_show(shared: Any) -> None:
    info = shared.admin.get(
        "ui-api/related-list-info/Account/Contacts", query_string={"fields": "Contact.Birthdate"}
    ).json
    columns = {column["fieldApiName"]: column for column in info["displayColumns"]}
    assert columns["Name"]["label"] == "Contact Name" and "Birthdate" in columns
    assert (info["fieldApiName"], info["objectApiNames"]) == ("AccountId", ["Contact"])
    lists = shared.admin.get("ui-api/related-list-info/Account").json["relatedLists"]
    assert {"Contacts", "Opportunities"} <= {each["relatedListId"] for each in lists}
    several = shared.admin.get("ui-api/related-list-info/batch/Account/Contacts,Nope").json["results"]
    assert [each["statusCode"] for each in several] == [200, 404]
    hidden = shared.integration.get("ui-api/related-list-info/Account/Opportunities?fields=Opportunity.LeadSource")
    assert refused(hidden) == (400, "INVALID_FIELD")


@pytest.mark.shows("uiapi.lists")
def test_list_views_have_records_and_metadata(shared: Any, small_book: dict[str, str]) -> None:
    page = shared.admin.post(
        "ui-api/list-records/Contact/__all", json={"fields": ["Contact.LastName"], "pageSize": 1}
    ).json
    assert (page["count"], page["listReference"]["listViewApiName"]) == (1, "__all")
    assert shared.admin.get(page["nextPageUrl"]).json["count"] == 1
    info = shared.admin.get("ui-api/list-info/Contact/__all").json
    assert (info["label"], info["scope"]["apiName"]) == ("All Contacts", "everything")
    assert shared.admin.get("ui-api/list-info/Contact").json["objectApiName"] == "Contact"
    assert refused(shared.admin.post("ui-api/list-records/Contact/__all", json={"searchTerm": 5})) == (
        400,
        "POST_BODY_PARSE_ERROR",
    )
