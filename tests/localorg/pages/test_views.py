"""What the server answers at the pages' addresses, before any script runs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse


def client_of(site: Any) -> Client:
    client: Client = site.app.test_client()
    return client


def context_of(answer: TestResponse) -> Any:
    found = re.search(r'<script type="application/json" id="lightning-page">(.*?)</script>', answer.text, re.DOTALL)
    assert found, answer.text[:500]
    return json.loads(found[1])


def test_a_record_page_is_described_in_the_document(unbuilt_site: Any) -> None:
    answer = client_of(unbuilt_site).get(unbuilt_site.path("Account", "account"))
    context = context_of(answer)
    assert answer.status_code == 200
    assert context["user"]["username"] == "admin@local.example"
    assert (context["currency"], context["timeZone"]) == ("USD", "UTC")
    assert context["page"]["recordId"] == unbuilt_site.ids["account"]
    assert context["page"]["flexiPage"]["name"] == "Sidecar_Account_Record_Page"
    assert [tab["label"] for tab in context["app"]["tabs"] if tab["active"]] == ["Accounts"]


def test_related_lists_include_the_packages_own(unbuilt_site: Any) -> None:
    page = context_of(client_of(unbuilt_site).get(unbuilt_site.path("Account", "account")))["page"]
    lists = {entry["id"]: entry for entry in page["relatedLists"]}
    assert {"Opportunities", "Contacts", "Sidecar_Actions__r", "Sidecar_Plans__r"} <= set(lists)
    assert lists["Opportunities"]["columns"][0]["link"] == "self"


def test_any_object_has_a_plain_record_page(unbuilt_site: Any) -> None:
    user = unbuilt_site.org.user("admin@local.example")
    page = context_of(client_of(unbuilt_site).get(f"/lightning/r/{user.id}/view"))["page"]
    assert page["objectApiName"] == "User"
    assert [region["name"] for region in page["flexiPage"]["regions"]] == ["header", "main"]


def test_the_home_page_brings_its_lists(unbuilt_site: Any) -> None:
    page = context_of(client_of(unbuilt_site).get("/lightning/page/home"))["page"]
    (sidebar,) = [region for region in page["flexiPage"]["regions"] if region["name"] == "sidebar"]
    cards = [item["list"] for item in sidebar["items"] if "list" in item]
    assert ("Opportunity", "Likely This Quarter") in [(card["objectApiName"], card["list"]["label"]) for card in cards]


def test_a_list_page_offers_all_records_first(unbuilt_site: Any) -> None:
    page = context_of(client_of(unbuilt_site).get("/lightning/o/Opportunity/list"))["page"]
    assert [view["label"] for view in page["views"]] == ["All Opportunities", "Likely This Quarter"]
    assert page["views"][0]["columns"][1] == {
        "label": "Account Name",
        "field": "Opportunity.Account.Name",
        "fields": ["Opportunity.Account.Name"],
        "link": "parent",
        "number": False,
    }


@pytest.mark.parametrize("path", ["/", "/lightning"])
def test_the_root_leads_home(unbuilt_site: Any, path: str) -> None:
    answer = client_of(unbuilt_site).get(path)
    assert (answer.status_code, answer.location) == (302, "/lightning/page/home")


@pytest.mark.parametrize(
    "path",
    [
        "/lightning/r/Account/001000000000000AAA/view",
        "/lightning/r/Account/nonsense/view",
        "/lightning/r/Nope/{account}/view",
        "/lightning/o/Nope__c/list",
        "/lightning/n/Nope",
        "/lightning/r/Account/%3Cscript%3E/view",
    ],
)
def test_an_address_without_a_page_says_so(unbuilt_site: Any, path: str) -> None:
    answer = client_of(unbuilt_site).get(path.format(**unbuilt_site.ids))
    assert answer.status_code == 404
    assert context_of(answer)["page"] == {"kind": "missing", "title": "Page doesn't exist"}
    assert "<script>" not in answer.text


def test_opening_a_page_signs_the_browser_in(unbuilt_site: Any) -> None:
    client = client_of(unbuilt_site)
    url = f"/services/data/v66.0/ui-api/records/{unbuilt_site.ids['account']}?fields=Account.Name"
    assert client.get(url).status_code == 401
    opened = client.get("/lightning/page/home")
    cookie = opened.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert client.get(url).status_code == 200
    assert "Set-Cookie" not in client.get("/lightning/page/home").headers


def test_the_pages_session_opens_no_other_resource(unbuilt_site: Any) -> None:
    client = client_of(unbuilt_site)
    client.get("/lightning/page/home")
    assert client.get("/services/data/v66.0/query?q=SELECT+Id+FROM+Account").status_code == 401


@pytest.mark.parametrize(
    ("address", "host"), [("10.0.0.7", "127.0.0.1"), ("127.0.0.1", "rebound.example"), ("10.0.0.7", "org.example")]
)
def test_only_a_browser_on_this_machine_is_signed_in(unbuilt_site: Any, address: str, host: str) -> None:
    answer = client_of(unbuilt_site).get(
        "/lightning/page/home", environ_overrides={"REMOTE_ADDR": address}, headers={"Host": host}
    )
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert "admin@local.example" not in answer.text


def test_pages_may_not_be_framed_and_run_only_own_scripts(unbuilt_site: Any) -> None:
    headers = client_of(unbuilt_site).get("/lightning/page/home").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", "<!--<script>", "{title}"])
def test_no_name_in_the_org_can_leave_the_data_block(unbuilt_site: Any, name: str) -> None:
    admin = unbuilt_site.org.user("admin@local.example")
    changed = unbuilt_site.org.records(admin).update("User", [{"Id": admin.id, "LastName": name}])
    assert changed[0].success, changed
    answer = client_of(unbuilt_site).get("/lightning/page/home")
    assert name in context_of(answer)["user"]["name"]
    assert answer.text.count("<script") == 2


@pytest.mark.parametrize(
    "path",
    [
        "/pages/../org.sqlite",
        "/pages/%2e%2e/org.sqlite",
        "/pages/..%2forg.sqlite",
        "/slds/assets/../package.json",
        "/slds/assets/%2e%2e/package.json",
        "/slds/package.json",
        "/slds/assets//etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_files_that_are_served(unbuilt_site: Any, path: str) -> None:
    assert client_of(unbuilt_site).get(path).status_code in (404, 308)


def test_pages_that_are_not_built_name_the_remedy(unbuilt_site: Any, tmp_path: Any) -> None:
    (tmp_path / "built/main.js").unlink()
    answer = client_of(unbuilt_site).get("/lightning/page/home")
    assert answer.status_code == 503
    assert "make demo" in answer.text


def test_pages_open_as_the_user_who_was_chosen(unbuilt_site: Any) -> None:
    org = unbuilt_site.org
    person = {"Username": "zoe@vendor.example", "LastName": "Grimton", "Email": "zoe@vendor.example"}
    (made,) = org.records(org.user("admin@local.example")).insert("User", [person])
    zoe = org.user(str(made.id))
    org.assign("Sidecar_User", zoe.username)
    org.open_pages_as(zoe)
    context = context_of(client_of(unbuilt_site).get(unbuilt_site.path("Account", "account")))
    assert context["user"]["username"] == zoe.username
    assert org.page_viewer().permission_sets == ("Sidecar_User",)
