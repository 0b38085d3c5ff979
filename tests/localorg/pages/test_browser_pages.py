"""The pages in Chromium: what a user sees and can do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import load_axe

Open = Callable[..., Page]
OBJECTS = {"account": "Account", "deal": "Opportunity"}
pytestmark = pytest.mark.browser


def test_an_account_page_shows_header_tabs_and_the_packages_components(site: Any, open_page: Open) -> None:
    page = open_page(site.path("Account", "account"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Acme & <Sons>")
    expect(page).to_have_title("Acme & <Sons> | Account | Salesforce")
    expect(page.locator('[data-component="sidecarHealthPanel"] c-sidecar-health-panel')).to_be_visible()
    expect(page.locator('[data-component="sidecarQuarterSnapshot"] c-sidecar-quarter-snapshot')).to_be_visible()
    expect(page.get_by_role("navigation", name="Global").get_by_role("link", name="Accounts")).to_have_attribute(
        "aria-current", "page"
    )


def test_details_show_the_layout_with_formatted_values(site: Any, open_page: Open) -> None:
    page = open_page(site.path("Opportunity", "deal"))
    page.get_by_role("tab", name="Details").click()
    details = page.locator('[data-component="force:detailPanel"]')
    expect(details.locator('[data-field="Amount"] dd')).to_have_text("$120,000.00")
    expect(details.locator('[data-field="CloseDate"] dd')).to_have_text("12/20/2026")
    account = details.locator('[data-field="AccountId"]').get_by_role("link")
    expect(account).to_have_text("Acme & <Sons>")
    expect(account).to_have_attribute("href", site.path("Account", "account"))
    details.get_by_role("button", name="Opportunity Information").click()
    expect(details.locator('[data-field="Amount"]')).to_have_count(0)


def test_related_lists_are_fetched_when_their_tab_is_opened(site: Any, open_page: Open) -> None:
    page = open_page(site.path("Account", "account"))
    expect(page.get_by_role("tab", name="Related")).to_be_visible()
    assert not [path for path in requests_of(page) if "related-list" in path]
    page.get_by_role("tab", name="Related").click()
    deals = page.get_by_role("article").filter(has_text="Opportunities (1)")
    expect(deals.get_by_role("link", name="Acme renewal")).to_have_attribute("href", site.path("Opportunity", "deal"))
    expect(page.get_by_role("heading", name="Contacts (2)")).to_be_visible()


def test_standard_parts_share_one_request_for_the_record(site: Any, open_page: Open) -> None:
    page = open_page(site.path("Account", "account"))
    page.get_by_role("tab", name="Details").click()
    expect(page.locator('[data-field="Industry"]')).to_be_visible()
    assert len([path for path in requests_of(page) if "/record-ui/" in path]) == 1


def test_the_path_moves_a_deal_to_its_next_stage(site: Any, open_page: Open) -> None:
    page = open_page(site.path("Opportunity", "deal"))
    current = page.locator('[data-component="runtime_sales_pathassistant:pathAssistant"] [aria-current="step"]')
    expect(current).to_contain_text("Prospecting")
    page.get_by_role("button", name="Mark Stage as Complete").click()
    expect(current).to_contain_text("Qualification")
    expect(page.get_by_role("heading", name="Stage changed successfully.")).to_be_visible()
    assert stage_of(site) == "Qualification"


def test_a_closed_deal_ends_the_path_with_its_outcome(site: Any, open_page: Open) -> None:
    admin = site.org.user("admin@local.example")
    site.org.records(admin).update("Opportunity", [{"Id": site.ids["deal"], "StageName": "Closed Lost"}])
    page = open_page(site.path("Opportunity", "deal"))
    expect(page.locator("li.slds-is-lost")).to_contain_text("Closed Lost")
    expect(page.get_by_role("button", name="Mark Stage as Complete")).to_have_count(0)


def test_editing_saves_and_shows_the_new_value_everywhere(site: Any, open_page: Open) -> None:
    page = open_page(site.path("Opportunity", "deal"))
    page.get_by_role("button", name="Edit").click()
    editor = page.get_by_role("dialog", name="Edit Acme renewal")
    editor.get_by_label("Next Step").fill("Send contract")
    editor.get_by_label("Opportunity Name").fill("Acme renewal 2027")
    editor.get_by_role("button", name="Save").click()
    expect(editor).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Acme renewal 2027")
    page.get_by_role("tab", name="Details").click()
    expect(page.locator('[data-field="NextStep"] dd')).to_have_text("Send contract")


def test_a_refused_edit_says_why_and_keeps_the_window(site: Any, open_page: Open) -> None:
    page = open_page(site.path("Opportunity", "deal").replace("/view", "/edit"))
    editor = page.get_by_role("dialog", name="Edit Acme renewal")
    editor.get_by_label("Opportunity Name").fill("x" * 121)
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("alert")).to_contain_text("data value too large")
    editor.press("Escape")
    expect(editor).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/view$"))


def test_search_finds_accounts_and_deals_and_enter_opens_one(site: Any, open_page: Open) -> None:
    page = open_page("/lightning/page/home")
    search = page.get_by_role("combobox", name="Search accounts and opportunities")
    search.fill("acme")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_contain_text("Acme & <Sons>")
    search.press("ArrowDown")
    search.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    search.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Acme renewal")


def test_search_takes_signs_of_patterns_as_they_are(site: Any, open_page: Open) -> None:
    page = open_page("/lightning/page/home")
    page.get_by_role("combobox", name="Search accounts and opportunities").fill("%%")
    expect(page.get_by_text('No results for "%%"')).to_be_visible()


def test_home_shows_its_lists_with_links(site: Any, open_page: Open) -> None:
    page = open_page("/lightning/page/home")
    card = page.get_by_role("article").filter(has_text="Likely This Quarter (1)")
    expect(card.get_by_role("link", name="Acme renewal")).to_have_attribute("href", site.path("Opportunity", "deal"))
    card.get_by_role("link", name="View All").click()
    expect(page.get_by_role("combobox", name="Select a List View")).to_have_value("Sidecar_Likely_This_Quarter")
    expect(page.get_by_role("table").get_by_role("link", name="Acme renewal")).to_be_visible()


def test_a_list_loads_more_and_can_be_searched(site: Any, open_page: Open) -> None:
    admin = site.org.user("admin@local.example")
    site.org.records(admin).insert("Account", [{"Name": f"Bulk {n:03d}"} for n in range(120)])
    page = open_page("/lightning/o/Account/list")
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(50)
    expect(page.get_by_text("50+ of 121 items")).to_be_visible()
    page.get_by_role("button", name="Load More").click()
    expect(rows).to_have_count(100)
    page.get_by_label("Search this list").fill("bulk 07")
    expect(rows).to_have_count(10)


def test_a_record_that_does_not_exist_has_salesforces_page(site: Any, open_page: Open) -> None:
    page = open_page("/lightning/r/Account/001000000000000AAA/view")
    expect(page.get_by_role("heading", name="Page doesn't exist")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/lightning/page/home", "/lightning/o/Opportunity/list", "account", "deal"], ids=lambda path: path
)
def test_a_narrow_screen_stacks_columns_and_never_scrolls_sideways(site: Any, open_page: Open, path: str) -> None:
    page = open_page(site.path(OBJECTS[path], path) if path in OBJECTS else path, width=320, height=640)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    if path in OBJECTS:
        main = page.locator(".region-main").bounding_box()
        sidebar = page.locator(".region-sidebar").bounding_box()
        assert main and sidebar
        assert sidebar["y"] >= main["y"] + main["height"]


@pytest.mark.parametrize(
    ("path", "tab"),
    [("account", "Related"), ("deal", "Details"), ("/lightning/page/home", ""), ("/lightning/o/Account/list", "")],
)
def test_the_hosts_own_parts_are_accessible(site: Any, open_page: Open, path: str, tab: str) -> None:
    page = open_page(site.path(OBJECTS[path], path) if path in OBJECTS else path)
    if tab:
        page.get_by_role("tab", name=tab).click()
    page.wait_for_load_state("networkidle")
    load_axe(page)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    # the package's components have tests of their own
    ours = {
        rule["id"] for rule in found for node in rule["nodes"] if " c-" not in f" {node['target']}".replace("'", "")
    }
    assert ours == set()


def requests_of(page: Page) -> list[str]:
    """Paths of the requests for data that the page has sent."""
    found: list[str] = page.evaluate("window.__dataRequests.map((request) => request.path)")
    return found


def stage_of(site: Any) -> str:
    with site.org.database.reader() as connection:
        row = connection.execute('SELECT "StageName" FROM "Opportunity" WHERE "Id" = ?', (site.ids["deal"],)).fetchone()
    return str(row[0])
