"""The account page and the deal page in Chromium, as somebody sees them who has the permission set Sidecar User."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from simple_salesforce.api import Salesforce

from localorg import server
from localorg.org import LocalOrg
from localorg.store.records import Records
from tests.browsing import GRAVE_FINDINGS, REPOSITORY, Open, load_axe, requests_of
from tests.end_to_end.driving import plain_client

pytestmark = pytest.mark.browser

ACCOUNT_PANELS = (
    *("c-sidecar-health-panel", "c-sidecar-account-deals", "c-sidecar-renewal-calendar"),
    *("c-sidecar-quarter-snapshot", "c-sidecar-record-actions"),
)
DEAL_PANELS = ("c-sidecar-deal-score", "c-sidecar-record-actions")
ACCOUNT = """
    SELECT Id, Name, Sidecar_Health_Detail__c FROM Account
    WHERE Sidecar_Health_Technical__c != NULL AND Sidecar_Health_Deployment__c != NULL
          AND Sidecar_Health_Adoption__c != NULL AND Sidecar_Quarter_Open__c > 0
    ORDER BY Sidecar_Quarter_Open__c DESC LIMIT 1
"""
DEAL = """
    SELECT Id, AccountId FROM Opportunity
    WHERE IsClosed = FALSE AND NextStep = NULL AND AccountId != NULL AND Sidecar_Risk_Tags__c INCLUDES ('No next step')
    ORDER BY Sidecar_Forecast_ARR__c DESC NULLS LAST LIMIT 1
"""
ACTIONS = """
    SELECT Id, Sidecar_Subject__c FROM Sidecar_Action__c
    WHERE Sidecar_Account__c = '{}' AND Sidecar_Is_Open__c = TRUE ORDER BY Sidecar_Order__c
"""
HOSTILE = """<img src=x onerror="window.hacked=1"> ‏عقد التجديد‏ 🚀"""
MANY = 2000
REQUEST = "Sidecar_Request__c"


@dataclass(frozen=True)
class Site:
    """A served org of this module's own. account: the one with most to show; deal: one without a next step."""

    inside: LocalOrg
    url: str
    client: Salesforce
    account: dict[str, Any]
    deal: str

    def path(self, sobject: str, record_id: str) -> str:
        return f"{self.url}/lightning/r/{sobject}/{record_id}/view"

    @property
    def admin(self) -> Records:
        """Writes as the administrator."""
        return self.inside.records(self.inside.user("admin@local.example"))

    def value(self, sobject: str, record_id: str, field: str) -> object:
        """What the org holds in one field."""
        found = self.client.query(f"SELECT {field} FROM {sobject} WHERE Id = '{record_id}'")["records"]
        value: object = found[0][field]
        return value

    @property
    def account_page(self) -> str:
        return self.path("Account", self.account["Id"])

    @property
    def deal_page(self) -> str:
        return self.path("Opportunity", self.deal)


@pytest.fixture(scope="module")
def site(demo_made: Path, pages: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo, copied: these tests write."""
    state = tmp_path_factory.mktemp("record-pages") / "state"
    shutil.copytree(demo_made, state)
    inside = LocalOrg.open(state / "org" / "org.sqlite")
    info = server.start(state, package=REPOSITORY / "lwc_components")
    with plain_client(state, "admin@local.example") as client:
        account = client.query(ACCOUNT)["records"][0]
        deal = client.query(DEAL)["records"][0]["Id"]
        yield Site(inside, info.url, client, account, deal)
    server.stop(info)
    inside.close()


def scored(page: Page, panels: tuple[str, ...]) -> None:
    """Wait until every panel has its data."""
    for name in panels:
        expect(page.locator(name).get_by_role("status").filter(has_text="Loading")).to_have_count(0)
        expect(page.locator(name).get_by_role("heading").first).to_be_visible()


def press_until_focused(page: Page, target: Locator) -> None:
    """Move the keyboard to an element by the tab key alone."""
    for _ in range(120):
        if target.evaluate("(element) => element.matches(':focus-within')"):
            return
        page.keyboard.press("Tab")
    pytest.fail("the keyboard does not get there")


def test_whoever_has_the_permission_set_sees_every_panel_with_one_request_each(site: Site, open_page: Open) -> None:
    viewer = site.inside.page_viewer()
    held = f"SELECT PermissionSet.Name FROM PermissionSetAssignment WHERE AssigneeId = '{viewer.id}'"
    assert [row["PermissionSet"]["Name"] for row in site.client.query(held)["records"]] == ["Sidecar_User"]
    page = open_page(site.account_page)
    scored(page, ACCOUNT_PANELS)
    for name in ACCOUNT_PANELS:
        expect(page.locator(name)).not_to_contain_text("permission")
    assert requests_of(page) == {"/graphql": 3, f"/ui-api/records/{site.account['Id']}": 2}
    page = open_page(site.deal_page)
    scored(page, DEAL_PANELS)
    for name in DEAL_PANELS:
        expect(page.locator(name)).not_to_contain_text("permission")
    assert requests_of(page) == {"/graphql": 1, f"/ui-api/records/{site.deal}": 1}


def test_whoever_lacks_it_is_told_so(site: Site, open_page: Open) -> None:
    viewer = site.inside.page_viewer()
    other = next(user for user in site.inside.users() if not user.may_read_object("Sidecar_Action__c"))
    site.inside.open_pages_as(other)
    try:
        page = open_page(site.account_page)
        for name in ACCOUNT_PANELS:
            expect(page.locator(name)).to_contain_text("Sidecar User")
    finally:
        site.inside.open_pages_as(viewer)


def test_health_opens_from_the_dimension_to_the_record_by_keyboard(site: Site, open_page: Open) -> None:
    dimensions = json.loads(site.account["Sidecar_Health_Detail__c"])["dimensions"]
    place, measures = next(
        (place, dimension["measures"])
        for place, dimension in enumerate(dimensions)
        if any(measure["products"] and measure["record_ids"] for measure in dimension["measures"])
    )
    measure = next(entry for entry in measures if entry["products"] and entry["record_ids"])
    page = open_page(site.account_page)
    dimension = page.locator("c-sidecar-health-dimension").nth(place)
    press_until_focused(page, dimension.get_by_role("button").first)
    page.keyboard.press("Enter")
    shown = dimension.locator("c-sidecar-health-measure").nth(measures.index(measure))
    press_until_focused(page, shown.get_by_role("button"))
    page.keyboard.press("Enter")
    rows = shown.get_by_role("row")
    expect(rows).to_have_count(1 + len(measure["products"]))
    expect(rows.nth(1)).to_contain_text(measure["products"][0]["product"])
    link = shown.get_by_role("link").first
    press_until_focused(page, link)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(measure["record_ids"][0]))
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Page doesn't exist")


def test_an_action_is_completed_and_taken_back_by_keyboard(site: Site, open_page: Open) -> None:
    first = site.client.query(ACTIONS.format(site.account["Id"]))["records"][0]
    page = open_page(site.account_page)
    item = page.locator("c-sidecar-action-item").first
    press_until_focused(page, item.get_by_role("button", name="Complete"))
    page.keyboard.press("Enter")
    expect(item).to_contain_text("Completed:")
    assert site.value("Sidecar_Action__c", first["Id"], "Sidecar_Status__c") == "Completed"
    expect(item.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(item.get_by_role("button", name="Complete")).to_be_focused()
    assert site.value("Sidecar_Action__c", first["Id"], "Sidecar_Status__c") == "Open"


def test_what_a_deal_lacks_is_filled_in_on_the_spot(site: Site, open_page: Open) -> None:
    page = open_page(site.deal_page)
    missing = page.locator("c-sidecar-missing-data")
    missing.get_by_role("button", name="Fill in here").click()
    missing.get_by_label("Next step").fill("Call the sponsor")
    missing.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The score takes it in at the next refresh.")).to_be_visible()
    expect(page.locator("c-sidecar-missing-data").filter(has_text="Next step")).to_have_count(0)
    assert site.value("Opportunity", site.deal, "NextStep") == "Call the sponsor"
    site.admin.update("Opportunity", [{"Id": site.deal, "NextStep": None}])


@pytest.mark.parametrize("width", [1440, 320])
def test_pages_with_everything_open_are_accessible_and_fit(site: Site, open_page: Open, width: int) -> None:
    page = open_page(site.account_page, width=width)
    scored(page, ACCOUNT_PANELS)
    for name in ("c-sidecar-health-dimension", "c-sidecar-health-measure"):
        for toggle in reversed(page.locator(name).get_by_role("button", expanded=False).all()):
            toggle.click()
    page.locator("c-sidecar-renewal-calendar").get_by_role("button", expanded=False).first.click()
    page.locator("c-sidecar-action-item").first.get_by_role("button", name="Dismiss").click()
    page.locator("c-sidecar-trend").get_by_role("button").click()
    found = [fits_and_findings(page)]
    page = open_page(site.deal_page, width=width)
    scored(page, DEAL_PANELS)
    page.get_by_role("button", name="Fill in here").click()
    expect(page.locator("c-sidecar-missing-data").get_by_label("Next step")).to_be_focused()
    page.locator("c-sidecar-proof").get_by_role("button").first.click()
    found.append(fits_and_findings(page))
    assert found == [(width, []), (width, [])]


def fits_and_findings(page: Page) -> tuple[int, list[str]]:
    """The width that the page takes, and what axe finds in our panels."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    load_axe(page)
    findings: list[str] = page.evaluate(GRAVE_FINDINGS)
    return width, findings


def test_an_account_with_thousands_of_deals_stays_usable(site: Site, open_page: Open) -> None:
    (account,) = site.admin.insert("Account", [{"Name": HOSTILE}])
    common = {"AccountId": account.id, "StageName": "1 Tech Discovery", "CloseDate": "2027-01-31"}
    rows = [{**common, "Name": f"{HOSTILE} - {number:04}", "Amount": number} for number in range(MANY)]
    assert all(result.success for result in site.admin.insert("Opportunity", rows))
    page = open_page(site.path("Account", str(account.id)), width=320)
    panel = page.locator("c-sidecar-account-deals")
    expect(panel.get_by_text("Open Deals (2,000)")).to_be_visible()
    expect(panel.locator("tbody tr")).to_have_count(10)
    panel.get_by_role("button", name="Show more").click()
    expect(panel.locator("tbody tr")).to_have_count(60)
    panel.get_by_role("button", name="Value").focus()
    page.keyboard.press("Enter")
    expect(panel.locator("tbody tr").first).to_contain_text("$1,999")
    expect(panel.locator("tbody tr").first.get_by_role("link")).to_have_text("1999")
    assert page.evaluate("[document.documentElement.scrollWidth, window.hacked]") == [320, None]


def test_new_numbers_are_asked_for_and_shown_when_they_are_there(site: Site, open_page: Open) -> None:
    page = open_page(site.account_page)
    panel = page.locator("c-sidecar-health-panel")
    scored(page, ("c-sidecar-health-panel",))
    press_until_focused(page, panel.get_by_role("button", name="Recalculate"))
    page.keyboard.press("Enter")
    expect(panel.get_by_text("Queued at")).to_be_visible()
    asked = site.client.query(f"SELECT Id, Sidecar_Kind__c, Sidecar_Record_Id__c, CreatedById FROM {REQUEST}")[
        "records"
    ]
    assert [(row["Sidecar_Kind__c"], row["Sidecar_Record_Id__c"], row["CreatedById"]) for row in asked] == [
        ("Recalculate account", site.account["Id"], site.inside.page_viewer().id)
    ]
    before = site.value("Account", site.account["Id"], "Sidecar_Health__c")
    answer = {"Sidecar_Status__c": "Done", "Sidecar_Response__c": "Recalculated: 1 value is new."}
    site.admin.update("Account", [{"Id": site.account["Id"], "Sidecar_Health__c": 7}])
    site.admin.update(REQUEST, [{"Id": asked[0]["Id"], **answer, "Sidecar_Finished_At__c": "2026-11-20T15:00:00.000Z"}])
    expect(panel.get_by_text("Recalculated: 1 value is new.")).to_be_visible(timeout=15_000)
    expect(panel.locator("c-sidecar-score-badge")).to_contain_text("7")
    site.admin.update("Account", [{"Id": site.account["Id"], "Sidecar_Health__c": before}])


def test_a_score_says_how_good_it_was(site: Site, open_page: Open) -> None:
    page = open_page(site.account_page)
    panel = page.locator("c-sidecar-health-panel")
    panel.get_by_role("button", name="How good is this? Churn risk").click()
    expect(panel.get_by_role("dialog")).to_contain_text("past renewal")
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel.get_by_role("dialog")).to_have_count(0)
