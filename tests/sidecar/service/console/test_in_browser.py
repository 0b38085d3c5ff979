"""The console in a browser: readable for everybody, on a narrow screen too, and alive where it should be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from sidecar.backtest.replayed import summary
from sidecar.service.operations import slot
from tests.browsing import Visits, load_axe
from tests.served import listening
from tests.sidecar.service.conftest import ACCOUNT, NOW, Desk
from tests.sidecar.test_backtest import done

pytestmark = pytest.mark.browser

LONG = "A customer with a name that goes on and on and has no end at all, Incorporated"
ROW = {"name": LONG, "field": "Sidecar_Health__c", "old": "50.0", "new": "62.0"}
BIGGEST = {"object": "Account", "record_id": ACCOUNT, "name": LONG, "field": "F__c", "old": 1.0, "new": 9.5}
MORE = {
    "objects": [{"object": "Account", "updates": 1, "inserts": 0, "fields": {"Sidecar_Health__c": 1}}],
    "biggest_changes": [{**BIGGEST, "difference": 8.5}],
    "refused": 1,
    "refused_values": [{"object": "Account", "key": ACCOUNT, "field": "F__c", "reason": "too long"}],
    "set_aside": [{"object": "Account", "key": ACCOUNT, "since": "2026-11-01 07:00:00", "code": "X", "message": "no"}],
}
KEPT = {"object": "Account", "record_id": ACCOUNT, "name": LONG, "field": "F__c", "before": "1", "written": "2"}
PLACES = (
    *("/", "/plan", "/runs", "/runs/r1", "/runs/r1/undo", f"/records?id={ACCOUNT}"),
    *("/model", "/health", "/settings", "/log", "/nowhere"),
)
VIOLATIONS = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}"""
FAINT = VIOLATIONS.replace("resultTypes", "runOnly: ['color-contrast'], resultTypes")


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    """The login page of a service that has something to show on every page."""
    desk.wrote("r1", "Sidecar_Health__c", "50", "62")
    desk.shows(ROW, reason="This run would replace values of 900 records", **MORE)
    kept = [{**KEPT, "now": "3", "reason": "changed in the org since"}]
    desk.shows(ROW, run="r1", kept=kept, kept_count=1, already=2, **MORE)
    desk.tasks.backtests.keep(NOW.date(), summary(done("R1")))
    (desk.state.service_folder / "service.log").write_text("2026-11-23 07:00:00,000 WARNING sidecar: hm\n")
    visits = Visits(browser)
    with listening(desk.app) as url:
        try:
            yield visits.open(f"{url}/login", width=320)
        finally:
            visits.close()


def entered(page: Page) -> str:
    """Log in with the keyboard alone; returns where the service is."""
    expect(page.locator("#token")).to_be_focused()
    page.keyboard.type("right")
    page.keyboard.press("Enter")
    page.wait_for_selector("nav")
    return page.url.rstrip("/")


def test_every_page_passes_the_accessibility_checker_in_light_and_dark_and_fits_320_pixels(
    page: Page, desk: Desk
) -> None:
    found = {}
    load_axe(page, pictures=False)
    found["/login"] = page.evaluate(VIOLATIONS)
    url = entered(page)
    for place in PLACES:
        page.goto(f"{url}{place}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        load_axe(page, pictures=False)
        found[place] = page.evaluate(VIOLATIONS)
        width = page.evaluate("document.documentElement.scrollWidth")
        found[place] += [f"{width} pixels wide"] if width > 320 else []
        page.emulate_media(color_scheme="dark")
        found[place] += [f"in the dark: {problem}" for problem in page.evaluate(FAINT)]
        page.emulate_media(color_scheme="light")
    assert {place: problems for place, problems in found.items() if problems} == {}


def test_one_can_skip_to_the_content_and_confirm_by_keyboard(page: Page, desk: Desk) -> None:
    url = entered(page)
    page.goto(f"{url}/plan")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    button = page.get_by_role("button", name="Write 1 values")
    for _ in range(5):
        page.keyboard.press("Tab")
        if button.evaluate("(each) => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Writing the plan: waiting")
    last = desk.tasks.operations.last
    assert last is not None and last.kind == slot.WRITE


def test_an_operation_is_followed_to_its_end_and_the_log_grows(page: Page, desk: Desk) -> None:
    url = entered(page)
    page.goto(f"{url}/plan")
    page.get_by_role("button", name="Look again").click()
    desk.tasks.operations.take()
    desk.tasks.operations.at("Score")
    expect(page.get_by_role("status")).to_contain_text("Looking what would be written: Score")
    desk.tasks.operations.end(slot.FAILED, "the org is down")
    expect(page.get_by_role("alert").first).to_contain_text("the org is down")

    page.goto(f"{url}/log")
    with (desk.state.service_folder / "service.log").open("a") as log:
        log.write("2026-11-23 07:00:01,000 ERROR sidecar: <b>bad</b>\n")
    expect(page.locator(".log .error")).to_have_text("2026-11-23 07:00:01,000 ERROR sidecar: <b>bad</b>")
