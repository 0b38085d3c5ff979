"""A seller's home page in Chromium: what is shown is what the org holds, and what is decided stays decided."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from simple_salesforce.api import Salesforce

from localorg import server
from localorg.org import LocalOrg
from tests.browsing import GRAVE_FINDINGS, REPOSITORY, Open, load_axe, requests_of
from tests.end_to_end.driving import plain_client, sidecar

pytestmark = pytest.mark.browser

ROW = """
    SELECT Sidecar_Plan__c, Sidecar_Booked__c, Sidecar_Commit__c, Sidecar_Detail__c FROM Sidecar_Projection__c
    WHERE Sidecar_Scope__c = '{}' AND Sidecar_Rep__c = '{}' AND Sidecar_Segment__c = 'All'
"""
ACTIONS = "SELECT Id, Sidecar_Status__c, Sidecar_Status_Reason__c FROM Sidecar_Action__c WHERE Id IN ('{}', '{}')"
OPEN_ACTIONS = """
    SELECT Id, Sidecar_Subject__c FROM Sidecar_Action__c
    WHERE Sidecar_Is_Open__c = TRUE AND Sidecar_Assignee__c = '{}' ORDER BY Sidecar_Order__c
"""
SEEN = "localStorage.setItem('sidecar-guide-seen:{}', '1')"


@dataclass(frozen=True)
class Home:
    """An org that is served, with the rep as whom its pages open."""

    state: Path
    url: str
    org: Salesforce
    rep: str

    @property
    def again(self) -> Callable[[Page], None]:
        """Prepares a page as one that has been visited before."""
        return lambda page: page.add_init_script(SEEN.format(self.rep))

    def row(self, scope: str) -> dict[str, float | str | None]:
        """Numbers of the rep, or of the rep's team."""
        (found,) = self.org.query(ROW.format(scope, self.rep))["records"]
        return dict(found)


@pytest.fixture(scope="module")
def home(demo_made: Path, pages: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A demo of this module's own: its tests decide about actions."""
    state = tmp_path_factory.mktemp("home") / "state"
    shutil.copytree(demo_made, state)
    org = LocalOrg.open(state / "org" / "org.sqlite")
    rep = org.page_viewer().id
    org.close()
    info = server.start(state, package=REPOSITORY / "lwc_components")
    with plain_client(state) as client:
        yield Home(state, info.url, client, rep)
    server.stop(info)


def card(page: Page) -> Locator:
    """The home page's panel, with its numbers."""
    panel = page.locator("c-sidecar-home")
    expect(panel.get_by_text(re.compile(r"^Scored "))).to_be_visible()
    return panel


def share_of(row: dict[str, float | str | None]) -> str:
    return f"{float(row['Sidecar_Booked__c'] or 0) / float(row['Sidecar_Plan__c'] or 0):.0%} of plan booked"


def test_the_guide_greets_once_and_comes_back_on_request(home: Home, open_page: Open) -> None:
    page = open_page(f"{home.url}/lightning/page/home")
    guide = page.locator("c-sidecar-guide")
    expect(guide.get_by_role("heading", level=4)).to_have_text(["Renew", "Upsell", "Net New"])
    example = guide.get_by_role("link").first
    expect(example).to_be_visible()
    deal = str(example.get_attribute("href")).split("/")[-2]
    assert home.org.Opportunity.get(deal)["OwnerId"] == home.rep
    guide.get_by_role("button", name="Got it").click()
    page.reload()
    panel = card(page)
    expect(guide.get_by_role("heading")).to_have_count(0)
    panel.get_by_role("button", name="What do these mean?").click()
    expect(guide.get_by_role("button", name="Got it")).to_be_focused()


def test_numbers_are_those_of_the_org_and_change_with_whose_they_are(home: Home, open_page: Open) -> None:
    page = open_page(f"{home.url}/lightning/page/home", before=home.again)
    panel = card(page)
    mine = home.row("Rep")
    expect(panel.locator(".callout__headline")).to_contain_text(share_of(mine))
    detail = json.loads(str(mine["Sidecar_Detail__c"]))
    expect(panel.locator("c-sidecar-thermometers").get_by_role("listitem")).to_have_count(
        sum(1 for part in detail["segments"] if part["plan"] or part["best"])
    )
    expect(panel.locator("c-sidecar-pillar-table").get_by_role("button")).to_have_count(len(detail["pillars"]))
    assert requests_of(page)["/graphql"] == 3, "one each of the quarter and the two lists beside it"
    panel.get_by_role("combobox", name="Whose numbers").click()
    page.get_by_role("option", name="My team", exact=True).click()
    expect(panel.locator(".callout__headline")).to_contain_text(share_of(home.row("Team")))
    expect(panel.get_by_role("heading", name="What to do next")).to_be_visible()


def test_what_is_decided_is_written_and_stays_decided(home: Home, open_page: Open) -> None:
    found = home.org.query(OPEN_ACTIONS.format(home.rep))["records"]
    done, dismissed = found[0], found[1]
    page = open_page(f"{home.url}/lightning/page/home", before=home.again)
    items = card(page).locator("c-sidecar-action-item")
    items.nth(0).get_by_role("button", name="Complete").click()
    expect(items.nth(0)).to_contain_text("Completed:")
    items.nth(1).get_by_role("button", name="Dismiss").click()
    items.nth(1).get_by_text("The data behind it is wrong").click()
    items.nth(1).get_by_role("button", name="Dismiss").click()
    expect(items.nth(1)).to_contain_text("Dismissed:")
    assert sidecar("refresh", state=home.state).code == 0
    records = home.org.query(ACTIONS.format(done["Id"], dismissed["Id"]))["records"]
    now = {record["Id"]: record for record in records}
    assert now[done["Id"]]["Sidecar_Status__c"] == "Completed"
    assert now[dismissed["Id"]]["Sidecar_Status__c"] == "Dismissed"
    assert now[dismissed["Id"]]["Sidecar_Status_Reason__c"] == "The data behind it is wrong"
    left = [record["Id"] for record in home.org.query(OPEN_ACTIONS.format(home.rep))["records"]]
    assert not {done["Id"], dismissed["Id"]} & set(left)
    page.reload()
    first = home.org.Sidecar_Action__c.get(left[0])["Sidecar_Subject__c"]
    words = " ".join(first.split()[:3])  # days and percentages further on are written as the reader does
    expect(card(page).locator("c-sidecar-action-item").first).to_contain_text(words)


def test_a_pillar_opens_to_its_deals_by_keyboard_alone(home: Home, open_page: Open) -> None:
    page = open_page(f"{home.url}/lightning/page/home", before=home.again)
    table = card(page).locator("c-sidecar-pillar-table")
    toggle = table.get_by_role("button").first
    page.locator("c-sidecar-waterfall").get_by_role("button").focus()
    for _ in range(10):
        page.keyboard.press("Tab")
        if toggle.evaluate("(button) => button.matches(':focus-visible')"):
            break
    page.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    link = table.get_by_role("link").first
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/lightning/r/Opportunity/\w{18}/view$"))
    deal = home.org.Opportunity.get(page.url.split("/")[-2])
    assert (deal["OwnerId"], deal["IsClosed"]) == (home.rep, False)


@pytest.mark.parametrize("width", [320, 1440])
def test_everything_opened_is_accessible_and_fits(home: Home, open_page: Open, width: int) -> None:
    page = open_page(f"{home.url}/lightning/page/home", width=width)
    panel = card(page)
    panel.locator("c-sidecar-pillar-table").get_by_role("button").first.click()
    expect(panel.locator("c-sidecar-deals-of").get_by_role("link").first).to_be_visible()
    panel.locator("c-sidecar-waterfall").get_by_role("button").click()
    panel.locator("c-sidecar-proof").get_by_role("button").click()
    proof = panel.get_by_role("dialog")
    expect(proof.get_by_role("img")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in (panel, proof):
        box = part.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
    load_axe(page)
    assert page.evaluate(GRAVE_FINDINGS) == []
    page.keyboard.press("Escape")
    expect(proof).to_have_count(0)
    expect(panel.locator("c-sidecar-proof").get_by_role("button")).to_be_focused()
