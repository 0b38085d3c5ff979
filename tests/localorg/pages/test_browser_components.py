"""What a component gets from the page host: the platform's modules, in the platform's shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

Open = Callable[..., Page]
pytestmark = pytest.mark.browser


@pytest.fixture
def probe(site: Any, open_page: Open) -> Page:
    """The page with the probe, all of its wires answered."""
    page = open_page(site.path("Contact", "contact"))
    expect(page.locator("[data-report]")).to_contain_text('"siblings":["Amundsen","Larsen"]')
    return page


def report(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.locator("[data-report]").inner_text())
    return found


def rename_elsewhere(site: Any) -> None:
    admin = site.org.user("admin@local.example")
    site.org.records(admin).update("Contact", [{"Id": site.ids["contact"], "LastName": "Elsewhere"}])


def said(page: Page, button: str) -> str:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("[data-said]")).not_to_be_empty()
    return page.locator("[data-said]").inner_text()


def test_wires_labels_and_context_have_their_values(site: Any, probe: Page) -> None:
    found = report(probe)
    assert found["greeting"] == "Hello <you>"
    assert found["object"] == "Contact"
    assert (found["name"], found["account"], found["birthday"]) == ("Larsen", "Acme & <Sons>", "2/3/1980")
    assert "hidden" not in found
    assert found["label"] == "Contact"
    assert found["several"] == [200, 404]
    assert found["place"] == {"objectApiName": "Contact", "recordId": site.ids["contact"], "actionName": "view"}
    assert found["older"] == 2
    assert "Dr." in found["salutations"]
    assert found["title"] == "Probe & label"
    assert found["user"] == site.org.user("admin@local.example").id
    assert (found["currency"], found["zone"]) == ("USD", "UTC")


def test_a_wires_error_has_the_platforms_shape(probe: Page) -> None:
    error = report(probe)["refused"]
    assert error["ok"] is False
    assert (error["status"], error["statusText"], error["errorType"]) == (400, "BAD REQUEST", "fetchResponse")
    assert error["body"][0]["errorCode"] == "INVALID_FIELD"


def test_a_refused_write_has_field_errors(probe: Page) -> None:
    error = json.loads(said(probe, "Overlong"))
    assert error["status"] == 400
    assert error["body"]["output"]["fieldErrors"]["LastName"][0]["errorCode"] == "STRING_TOO_LONG"


def test_an_update_refreshes_every_wire_that_shows_the_record(probe: Page) -> None:
    assert said(probe, "Rename") == "renamed"
    expect(probe.locator("[data-report]")).to_contain_text('"siblings":["Amundsen","Renamed"]')
    assert report(probe)["name"] == "Renamed"
    expect(probe.get_by_role("heading", level=1)).to_contain_text("Renamed")


def test_records_are_created_and_deleted(site: Any, probe: Page) -> None:
    assert said(probe, "Create and Delete") == "deleted Contact"
    with site.org.database.reader() as connection:
        row = connection.execute("SELECT IsDeleted FROM Contact WHERE LastName = 'Passing'").fetchone()
    assert row == (1,)


def test_data_is_read_only(probe: Page) -> None:
    assert said(probe, "Scribble") == "TypeError"
    assert report(probe)["name"] == "Larsen"


def test_a_toast_shows_its_parts_as_text_and_links_and_can_be_closed(probe: Page) -> None:
    probe.get_by_role("button", name="Toast").click()
    toast = probe.locator(".slds-notify_toast")
    expect(toast).to_contain_text("See <b>this</b> & home")
    expect(toast.get_by_role("link", name="home")).to_have_attribute("href", "/lightning/page/home")
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)


def test_a_refresh_event_asks_for_everything_again(site: Any, probe: Page) -> None:
    rename_elsewhere(site)
    assert said(probe, "Refresh") == "asked to refresh"
    expect(probe.locator("[data-report]")).to_contain_text('"name":"Elsewhere"')


def test_a_notice_about_a_record_asks_for_it_again(site: Any, probe: Page) -> None:
    rename_elsewhere(site)
    probe.get_by_role("button", name="Notice").click()
    expect(probe.locator("[data-report]")).to_contain_text('"name":"Elsewhere"')


def test_a_query_can_be_asked_again(site: Any, probe: Page) -> None:
    admin = site.org.user("admin@local.example")
    site.org.records(admin).insert("Contact", [{"LastName": "Third", "AccountId": site.ids["account"]}])
    probe.get_by_role("button", name="Ask Again").click()
    expect(probe.locator("[data-report]")).to_contain_text('"older":3')


def test_navigation_opens_the_page_of_a_reference(probe: Page) -> None:
    probe.get_by_role("button", name="Navigate").click()
    expect(probe).to_have_url(re.compile(r"/lightning/o/Contact/list$"))
    expect(probe.get_by_role("link", name="Larsen")).to_be_visible()


def test_fields_on_the_page_stand_in_its_columns(probe: Page) -> None:
    section = probe.locator('[data-component="flexipage:fieldSection"]')
    expect(section.get_by_role("button", name="Who it is")).to_be_visible()
    assert section.locator("[data-field]").evaluate_all("all => all.map((each) => each.dataset.field)") == [
        "LastName",
        "AccountId",
        "Email",
    ]
    expect(section.get_by_role("link", name="i@acme.example")).to_have_attribute("href", "mailto:i@acme.example")


def test_a_component_nobody_knows_is_left_out_with_a_note(site: Any, open_page: Open) -> None:
    page = open_page("/lightning/page/home")
    notes: list[str] = []

    def note(message: ConsoleMessage) -> None:
        notes.append(message.text)

    page.on("console", note)
    page.goto(site.path("Contact", "contact"))
    expect(page.locator('[data-component="c:probeWires"]')).to_be_visible()
    assert 'The page host doesn\'t show "forceChatter:publisher".' in notes
    assert page.locator('[data-component="forceChatter:publisher"]').count() == 0


def test_requests_tell_who_asked(probe: Page) -> None:
    found = probe.evaluate("window.__dataRequests.map(({ method, by }) => `${by} ${method}`)")
    assert set(found) == {"page GET", "component GET", "component POST"}
