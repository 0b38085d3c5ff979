"""The pages of a refreshed org in Chromium: what a seller sees is what the org holds, and nothing else happens."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from simple_salesforce.api import Salesforce

from localorg import server
from tests.browsing import GRAVE_FINDINGS, REPOSITORY, Open, Visits, load_axe, requests_of
from tests.end_to_end.driving import plain_client

Record = dict[str, Any]
pytestmark = pytest.mark.browser

HOSTILE = """<img src=x onerror="window.hacked=1">"'&lt; {0}"""
PANELS = {
    "Account": ("c-sidecar-health-panel", "c-sidecar-quarter-snapshot"),
    "Opportunity": ("c-sidecar-deal-score",),
}
ACCOUNT = """
    SELECT Id, Name, Sidecar_Health__c, Sidecar_Health_Technical__c, Sidecar_Health_Deployment__c,
           Sidecar_Health_Adoption__c, Sidecar_Health_Detail__c, Sidecar_Quarter_Plan__c, Sidecar_Quarter_Booked__c,
           Sidecar_Quarter_Open__c, Sidecar_Quarter_Worst__c, Sidecar_Quarter_Commit__c, Sidecar_Quarter_Best__c
    FROM Account
    WHERE Sidecar_Health_Technical__c != NULL AND Sidecar_Health_Deployment__c != NULL
          AND Sidecar_Health_Adoption__c != NULL AND Sidecar_Quarter_Plan__c > 0 AND Sidecar_Quarter_Open__c > 0
    ORDER BY Sidecar_Quarter_Open__c DESC LIMIT 1
"""
DEAL = """
    SELECT Id, Name, StageName, Sidecar_Win_Probability__c, Sidecar_Stage_Age__c, Sidecar_Typical_Stage_Age__c,
           Sidecar_Risk_Tags__c, Sidecar_Suggested_Action__c, Sidecar_Score_Detail__c
    FROM Opportunity
    WHERE IsClosed = FALSE AND Sidecar_Suggested_Action__c LIKE 'Get the deal moving%' AND Sidecar_Risk_Tags__c != NULL
          AND Sidecar_Typical_Stage_Age__c != NULL
    ORDER BY Sidecar_Forecast_ARR__c DESC NULLS LAST LIMIT 1
"""

OPEN_DEAL = """
    SELECT Id, AccountId FROM Opportunity WHERE IsClosed = FALSE AND AccountId != NULL ORDER BY AccountId {} LIMIT 1
"""


def first(client: Salesforce, query: str) -> Record:
    record: Record = client.query(query)["records"][0]
    return record


def path_of(sobject: str, record_id: str) -> str:
    return f"/lightning/r/{sobject}/{record_id}/view"


@pytest.fixture(scope="module")
def state(demo_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo of this module's own: the one that others share is served without pages."""
    state = tmp_path_factory.mktemp("pages") / "state"
    shutil.copytree(demo_made, state)
    return state


@pytest.fixture(scope="module")
def url(state: Path, pages: None) -> Iterator[str]:
    """Address of the refreshed org."""
    info = server.start(state, package=REPOSITORY / "lwc_components")
    yield info.url
    server.stop(info)


@pytest.fixture(scope="module")
def org(state: Path, url: str) -> Iterator[Salesforce]:
    """Another client than the pages, in the same org."""
    with plain_client(state) as client:
        yield client


@pytest.fixture(scope="module")
def account(org: Salesforce) -> Record:
    """The account with the largest pipeline and all three dimensions of health."""
    return first(org, ACCOUNT)


@pytest.fixture(scope="module")
def deal(org: Salesforce) -> Record:
    """A large deal with risks that has been in its stage for too long."""
    return first(org, DEAL)


@pytest.fixture(scope="module")
def unscored_org(unscored_state: Path, pages: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Salesforce]:
    """A never refreshed org of this module's own, served, with an administrator logged in."""
    state = tmp_path_factory.mktemp("unscored-pages") / "state"
    shutil.copytree(unscored_state, state)
    info = server.start(state, package=REPOSITORY / "lwc_components")
    with plain_client(state, "admin@local.example") as client:
        yield client
    server.stop(info)


@pytest.fixture
def open_failing_page(browser: Browser) -> Iterator[Open]:
    """Opens an address where something is going to fail."""
    visits = Visits(browser)
    yield visits.open
    assert visits.close() != []


def labelled(panel: Locator, name: str) -> Locator:
    """The entry of a list of terms whose term has this name."""
    return panel.locator("dl > div").filter(has=panel.page.locator("dt", has_text=re.compile(f"^{name}$")))


def amount(short: str) -> float:
    """`$1.34M` as 1340000.0."""
    found = re.fullmatch(r"\$([\d,.]+)([KMB]?)", short.strip())
    assert found, short
    return float(found[1].replace(",", "")) * {"": 1, "K": 1e3, "M": 1e6, "B": 1e9}[found[2]]


def numbers(texts: list[str]) -> list[float]:
    """The number each text begins with."""
    return [float(re.findall(r"[-+]?\d+(?:\.\d+)?", text.replace("\N{MINUS SIGN}", "-"))[0]) for text in texts]


def assert_shows(entry: Locator, *values: float) -> None:
    """The entry shows these amounts in short, and to the dollar when pointed at."""
    value = entry.locator("dd").first
    shorts = value.inner_text().split(" to ")
    assert [amount(short) for short in shorts] == [pytest.approx(value, rel=0.01, abs=0.5) for value in values]
    expect(value).to_have_attribute("title", " to ".join(f"${value:,.0f}" for value in values))


def open_dimensions(page: Page) -> None:
    """Open every dimension of health that the page shows."""
    for toggle in page.locator("c-sidecar-health-dimension button").all():
        toggle.click()


def test_the_account_page_shows_the_health_that_the_org_holds(url: str, account: Record, open_page: Open) -> None:
    panel = open_page(url + path_of("Account", account["Id"])).locator("c-sidecar-health-panel")
    total = round(account["Sidecar_Health__c"])
    expect(panel.get_by_role("img", name=re.compile(rf"^Customer health: {total} of 100"))).to_be_visible()
    for name in ("Technical", "Deployment", "Adoption"):
        score = round(account[f"Sidecar_Health_{name}__c"])
        expect(panel.get_by_role("button", name=re.compile(rf"^{name}\s*{score}$"))).to_be_visible()
    reasons = json.loads(account["Sidecar_Health_Detail__c"])["reasons"]
    shown = panel.locator("c-sidecar-reason-list").last.locator("li.reason")
    expect(shown).to_have_count(min(len(reasons), 5))
    heaviest = max(reasons, key=lambda reason: abs(reason["points"]))
    expect(shown.first).to_contain_text(heaviest["text"].replace(" %", "%"))
    assert numbers([shown.first.inner_text()]) == [heaviest["points"]]


def test_the_account_page_shows_the_quarter_that_the_org_holds(url: str, account: Record, open_page: Open) -> None:
    page = open_page(url + path_of("Account", account["Id"]))
    panel = page.locator("c-sidecar-quarter-snapshot")
    expect(panel.get_by_role("heading", level=2)).to_contain_text("Snapshot")
    expect(labelled(panel, "Booked")).to_be_visible()
    assert_shows(labelled(panel, "Booked"), account["Sidecar_Quarter_Booked__c"])
    assert_shows(labelled(panel, "Commit"), account["Sidecar_Quarter_Commit__c"])
    assert_shows(labelled(panel, "Plan"), account["Sidecar_Quarter_Plan__c"])
    assert_shows(labelled(panel, "Open pipeline"), account["Sidecar_Quarter_Open__c"])
    assert_shows(
        labelled(panel, "Worst to best"), account["Sidecar_Quarter_Worst__c"], account["Sidecar_Quarter_Best__c"]
    )
    expect(page.locator("c-sidecar-health-panel").get_by_role("img").first).to_be_visible()
    assert requests_of(page) == {"/graphql": 3, f"/ui-api/records/{account['Id']}": 2}


def test_a_dimension_opens_by_keyboard_alone(url: str, account: Record, open_page: Open) -> None:
    page = open_page(url + path_of("Account", account["Id"]))
    toggle = page.locator("c-sidecar-health-dimension").first.get_by_role("button").first
    expect(toggle).to_have_attribute("aria-expanded", "false")
    for _ in range(60):
        page.keyboard.press("Tab")
        if toggle.evaluate("(button) => button.matches(':focus-visible')"):
            break
    page.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    measures = json.loads(account["Sidecar_Health_Detail__c"])["dimensions"][0]["measures"]
    shown = page.locator("c-sidecar-health-dimension").first.locator("li.measure")
    expect(shown).to_have_count(len(measures))
    for measure in measures:
        text = measure["text"].replace(" %", "%")  # as the reader's locale writes it
        expect(shown.filter(has_text=text)).to_contain_text(f"{round(measure['score'])} of 100")
    page.keyboard.press("Enter")
    expect(shown).to_have_count(0)


def test_the_deal_page_shows_the_score_and_what_it_rests_on(url: str, deal: Record, open_page: Open) -> None:
    page = open_page(url + path_of("Opportunity", deal["Id"]))
    panel = page.locator("c-sidecar-deal-score")
    chance = deal["Sidecar_Win_Probability__c"]
    expect(panel.locator("c-sidecar-win-probability")).to_contain_text(re.compile(rf"Win probability\s*{chance:.0f}%"))
    rows = panel.locator("c-sidecar-factor-chart").get_by_role("listitem")
    points = numbers(rows.locator(".factor__points").all_inner_texts())
    assert len(points) >= len(json.loads(deal["Sidecar_Score_Detail__c"])["factors"]) + 2
    assert points[-1] == pytest.approx(chance, abs=0.051)
    assert sum(points[:-1]) == pytest.approx(points[-1], abs=0.051 * len(points))
    stage = panel.locator("c-sidecar-stage-scale")
    expect(stage).to_contain_text(f"{deal['Sidecar_Stage_Age__c']:.0f} days in {deal['StageName']}")
    expect(stage).to_contain_text(f"Won deals typically took {deal['Sidecar_Typical_Stage_Age__c']:.0f} days.")
    action = deal["Sidecar_Suggested_Action__c"].split(" since ")[0]
    expect(panel.locator("c-sidecar-action-callout")).to_contain_text(action)
    tags = panel.get_by_role("list").filter(has=page.locator(".tag")).get_by_role("listitem").all_inner_texts()
    assert {tag.strip() for tag in tags} == set(deal["Sidecar_Risk_Tags__c"].split(";"))
    assert not re.search(r"\d{4}-\d\d-\d\d", panel.inner_text())
    assert requests_of(page) == {"/graphql": 1, f"/ui-api/records/{deal['Id']}": 1}


def test_links_lead_to_the_records(url: str, org: Salesforce, account: Record, open_page: Open) -> None:
    page = open_page(url + path_of("Account", account["Id"]))
    link = page.locator("c-sidecar-account-deals").get_by_role("link").first
    name = link.inner_text()
    link.click()
    expect(page).to_have_url(re.compile(r"/lightning/r/Opportunity/\w{18}/view$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.locator("c-sidecar-win-probability")).to_be_visible()
    owner = org.Opportunity.get(page.url.split("/")[-2])["AccountId"]
    assert owner == account["Id"]
    page.go_back()
    evidence = page.locator("c-sidecar-reason-list").get_by_role("link").first
    target = evidence.get_attribute("href")
    evidence.click()
    expect(page).to_have_url(f"{url}{target}")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Page doesn't exist")


def test_home_shows_its_lists(url: str, org: Salesforce, open_page: Open) -> None:
    likely = "SELECT COUNT() FROM Opportunity WHERE IsClosed = FALSE AND Sidecar_Quarter_Probability__c >= 50"
    risky = "SELECT COUNT() FROM Account WHERE Sidecar_Health_Band__c = 'Red'"
    count = org.query(likely)["totalSize"]
    assert count > 5
    page = open_page(f"{url}/lightning/page/home")
    card = page.get_by_role("article").filter(has_text=f"Likely This Quarter ({count})")
    expect(card.get_by_role("listitem")).to_have_count(5)
    dearest = org.query(likely.replace("COUNT()", "Name") + " ORDER BY Sidecar_Forecast_ARR__c DESC NULLS LAST LIMIT 1")
    expect(card.get_by_role("link").first).to_have_text(dearest["records"][0]["Name"])
    expect(page.get_by_text(f"At Risk Customers ({org.query(risky)['totalSize']})")).to_be_visible()
    card.get_by_role("link", name="View all").click()
    expect(page.get_by_role("combobox", name="Select a List View")).to_have_value("Sidecar_Likely_This_Quarter")
    page.go_back()
    card.get_by_role("link").first.click()
    expect(page.locator("c-sidecar-deal-score").get_by_text("Win this quarter")).to_be_visible()


def test_a_closed_deal_says_that_it_is_not_scored(url: str, org: Salesforce, open_page: Open) -> None:
    won = first(org, "SELECT Id FROM Opportunity WHERE IsWon = TRUE LIMIT 1")
    panel = open_page(url + path_of("Opportunity", won["Id"])).locator("c-sidecar-deal-score")
    expect(panel.get_by_role("heading", name="This deal is closed")).to_be_visible()
    expect(panel).to_contain_text("Closed deals are not scored")
    expect(panel).not_to_contain_text("%")


def test_what_was_never_scored_is_empty_and_not_zero(unscored_org: Salesforce, open_page: Open) -> None:
    base = f"http://{unscored_org.sf_instance}"
    deal = first(unscored_org, OPEN_DEAL.format("ASC"))
    page = open_page(base + path_of("Account", deal["AccountId"]))
    expect(page.locator("c-sidecar-health-panel").get_by_role("heading", name="Not scored yet")).to_be_visible()
    expect(page.locator("c-sidecar-quarter-snapshot").get_by_role("heading", name="Not projected yet")).to_be_visible()
    texts = page.locator("c-sidecar-health-panel, c-sidecar-quarter-snapshot").all_inner_texts()
    page = open_page(base + path_of("Opportunity", deal["Id"]))
    panel = page.locator("c-sidecar-deal-score")
    expect(panel.get_by_role("heading", name="Not scored yet")).to_be_visible()
    assert not re.search(r"\d", " ".join([*texts, panel.inner_text()]))


def test_hostile_text_is_shown_as_text(unscored_org: Salesforce, open_page: Open) -> None:
    found = first(unscored_org, OPEN_DEAL.format("DESC"))  # of another account than the test above
    reason = {"dimension": HOSTILE, "points": -3, "text": HOSTILE, "record_ids": ["javascript:alert(1)", HOSTILE]}
    measure = {"key": HOSTILE, "label": HOSTILE, "value": HOSTILE, "unit": HOSTILE, "score": 10, "text": HOSTILE}
    health = {
        "v": 1,
        "dimensions": [
            {"key": "technical", "label": HOSTILE, "score": 10, "measures": [measure], "missing": [HOSTILE]}
        ],
        "reasons": [reason],
        "action": {"text": HOSTILE, "owner": HOSTILE},
    }
    score = {
        "v": 1,
        "base": {"rate": 0.5, "n": 9},
        "factors": [{"label": HOSTILE, "points": 1.0, "text": HOSTILE}],
        "missing": [HOSTILE],
        "action": {"text": HOSTILE, "why": HOSTILE},
    }
    unscored_org.Account.update(
        found["AccountId"],
        {"Name": HOSTILE, "Sidecar_Health__c": 10, "Sidecar_Health_Detail__c": json.dumps(health)},
    )
    unscored_org.Opportunity.update(
        found["Id"],
        {
            "Name": HOSTILE,
            "Sidecar_Win_Probability__c": 51,
            "Sidecar_Suggested_Action__c": HOSTILE,
            "Sidecar_Score_Detail__c": json.dumps(score),
        },
    )
    base = f"http://{unscored_org.sf_instance}"
    for sobject, record_id in (("Account", found["AccountId"]), ("Opportunity", found["Id"])):
        page = open_page(base + path_of(sobject, record_id))
        expect(page.get_by_role("heading", level=1)).to_contain_text(HOSTILE)
        panel = page.locator(PANELS[sobject][0])
        expect(panel.locator("c-sidecar-action-callout")).to_contain_text(HOSTILE)
        open_dimensions(page)
        assert panel.inner_text().count(HOSTILE) >= 5
        assert page.locator("img[src=x]").count() == 0
        assert panel.locator("a[href^='javascript:']").count() == 0
        assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("sobject", ["Account", "Opportunity", None])
def test_a_phone_needs_no_sideways_scrolling(
    url: str, account: Record, deal: Record, open_page: Open, sobject: str | None
) -> None:
    ids = {"Account": account["Id"], "Opportunity": deal["Id"]}
    page = open_page(url + (path_of(sobject, ids[sobject]) if sobject else "/lightning/page/home"), width=320)
    page.wait_for_load_state("networkidle")
    open_dimensions(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for panel in PANELS.get(sobject or "", ()):
        box = page.locator(panel).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 320


def test_a_panel_that_cannot_load_says_so_and_tries_again(
    url: str, account: Record, deal: Record, open_failing_page: Open
) -> None:
    def fail_once(page: Page) -> None:
        failed: set[str] = set()

        def answer(route: Route) -> None:
            request = route.request
            ours = "sidecarQuarter" in (request.post_data or "") or "/ui-api/records/" in request.url
            if ours and request.url not in failed:
                failed.add(request.url)
                route.abort()
            else:
                route.continue_()

        page.route("**/services/data/**", answer)

    for sobject, record_id in (("Account", account["Id"]), ("Opportunity", deal["Id"])):
        page = open_failing_page(url + path_of(sobject, record_id), before=fail_once)
        for name in PANELS[sobject]:
            panel = page.locator(name)
            expect(panel.get_by_role("alert")).to_contain_text("This could not be loaded.")
            panel.get_by_role("button", name="Try again").click()
            expect(panel.get_by_text(re.compile(r"^Scored "))).to_be_visible()
            expect(panel.get_by_role("alert")).to_have_count(0)


def test_our_panels_are_accessible(url: str, account: Record, deal: Record, open_page: Open) -> None:
    for sobject, record_id in (("Account", account["Id"]), ("Opportunity", deal["Id"])):
        page = open_page(url + path_of(sobject, record_id))
        for panel in PANELS[sobject]:
            expect(page.locator(panel).get_by_text(re.compile(r"^Scored "))).to_be_visible()
        open_dimensions(page)
        load_axe(page)
        assert page.evaluate(GRAVE_FINDINGS) == []
