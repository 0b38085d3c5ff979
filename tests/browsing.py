"""What every browser test needs: Chromium, and the refusal to skip silently on CI."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

REPOSITORY = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")
Open = Callable[..., Page]  # opens an address, as `Visits.open`
LONGEST_MILLISECONDS = 20_000  # to wait for what a click needs
LEFT_BEHIND = "net::ERR_ABORTED"  # by the page itself, mostly because it went on to another one
expect.set_options(timeout=LONGEST_MILLISECONDS)
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Synthetic shadow hides our elements from selectors: of what axe finds on the whole page, that inside ours is kept.
GRAVE_FINDINGS = """async () => {
    const isOurs = (node) => {
        for (let at = node; at; at = at.parentNode ?? at.host) {
            if (at.localName?.startsWith('c-sidecar')) {
                return true;
            }
        }
        return false;
    };
    const { violations } = await axe.run(document, { resultTypes: ['violations'], elementRef: true });
    return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.filter(({ element }) => isOurs(element)).map(({ html }) => `${id}: ${html}`));
}"""


def needed(what: str, present: bool) -> None:
    """Skip a test that lacks something; on CI everything must be there."""
    if present:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI must have it")
    pytest.skip(f"{what} is missing")


def node_modules_needed() -> None:
    """Skip, or fail on CI, where the pages can't be built."""
    needed("node_modules", (REPOSITORY / "node_modules/rollup").is_dir())


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser."""
    needed(str(CHROMIUM), CHROMIUM.exists())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visits:
    """Pages opened in a browser, each in a profile of its own, and what went wrong in them."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def open(self, address: str, width: int = 1440, before: Callable[[Page], None] | None = None) -> Page:
        """A new page at an address; `before` may prepare it before it loads anything."""
        context = self.browser.new_context(viewport={"width": width, "height": 900})
        context.set_default_timeout(LONGEST_MILLISECONDS)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.failures.append(f"script: {error}"))
        page.on("console", self._heard)
        page.on("requestfailed", self._unanswered)
        page.on("response", self._answered)
        if before is not None:
            before(page)
        page.goto(address)
        return page

    def close(self) -> list[str]:
        """Close the pages and return what had failed until then."""
        found = list(self.failures)
        for context in self.contexts:
            context.close()
        return found

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.failures.append(f"console: {message.text}")

    def _unanswered(self, request: Request) -> None:
        if request.failure != LEFT_BEHIND:
            self.failures.append(f"no answer: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.failures.append(f"{response.status}: {response.url}")


def load_axe(page: Page, *, pictures: bool = True) -> None:
    """Make a page ready for the accessibility checker: `axe.run` is there afterwards.

    Args:
        pictures: whether there is a picture behind the page, above which axe can't tell any contrast. It is a pseudo
            element, and hidden.
    """
    file = REPOSITORY / "node_modules/axe-core/axe.min.js"
    needed("axe-core", file.is_file())
    if pictures:
        page.add_style_tag(content="*::before, *::after { display: none !important }")
    page.evaluate(file.read_text())


def requests_of(page: Page) -> Counter[str]:
    """How often components asked for what; what the standard path asks about the object is the page's."""
    asked: list[str] = page.evaluate(
        "window.__dataRequests.filter(({ by }) => by === 'component').map(({ path }) => path.split('?')[0])"
    )
    return Counter(path for path in asked if not path.startswith("/ui-api/object-info"))
