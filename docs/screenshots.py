"""Takes the pictures of the pages, on a desk, a tablet and a phone: `docs/screenshots/PAGE-WIDTH.png`.

    .venv/bin/python docs/screenshots.py

Makes a local org with a generated book in a temporary folder, through the command line as anybody would, scores it as
of the book's last day, and opens in Chromium, as the rep with most open deals, the home page and the pages of the
account and of the deal that have most to show. Seed and last day are fixed, the browser's clock stands in the afternoon
of that day: the pictures change only when the product does. Then the console of the service, on the Monday after. The
state of `make demo` is not touched.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path

import click
import console_pictures
from playwright.sync_api import Browser, Page, sync_playwright

from localorg import server
from localorg.org import LocalOrg
from localorg.pages import ensure_built
from sidecar.org.lead import appoint

REPOSITORY = Path(__file__).resolve().parents[1]
IMAGES = REPOSITORY / "docs" / "screenshots"
PACKAGE = REPOSITORY / "lwc_components"
SIDECAR = Path(sys.executable).parent / "sidecar"
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-lcd-text",
    "--disable-font-subpixel-positioning",
)
LAST_DAY = "2026-11-20"
SEED = "7"
CONSOLE_WIDTH = 1200
LETTER_WIDTHS, LETTER_HEIGHT = (700, 320), 1200
HEIGHTS = {1440: 1200, 768: 1200, 320: 1200}
LARGEST_BYTES = 280_000

ACCOUNT = """
    SELECT Id FROM Account
    WHERE Sidecar_Health_Technical__c + Sidecar_Health_Deployment__c + Sidecar_Health_Adoption__c IS NOT NULL
    ORDER BY Sidecar_Quarter_Booked__c > 0 AND Sidecar_Quarter_Gap__c > 0 DESC, Sidecar_Quarter_Open__c DESC, Id
"""
# A deal that has come through stages says more than more factors, and these more than more money.
DEAL = """
    SELECT Id FROM Opportunity
    WHERE IsClosed = 0 AND AccountId = ? AND Sidecar_Suggested_Action__c IS NOT NULL
    ORDER BY min(json_array_length(Sidecar_Score_Detail__c, '$.path'), 3) DESC,
        json_array_length(Sidecar_Score_Detail__c, '$.factors') DESC, Sidecar_Forecast_ARR__c DESC, Id
"""


@click.command(help=(__doc__ or "").partition("\n")[0])
def main() -> None:
    """Make the org, serve it, take the pictures."""
    ensure_built(REPOSITORY)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sidecar-pictures-") as folder:
        state = Path(folder) / "state"
        make_org(state)
        letter = leader_s_digest(state)
        account, deal = chosen(state)
        with served(state) as url, chromium() as browser:
            pages = {
                "home": "page/home",
                "account": f"r/Account/{account}/view",
                "opportunity": f"r/Opportunity/{deal}/view",
            }
            for name, path in pages.items():
                for width in HEIGHTS:
                    take(browser, f"{url}/lightning/{path}", IMAGES / f"{name}-{width}.png", width)
            for width in LETTER_WIDTHS:
                take_letter(browser, letter, IMAGES / f"digest-{width}.png", width)
        with console_pictures.console(state) as console, chromium() as browser:
            take_console(browser, console)


def make_org(state: Path) -> None:
    """Generate and score the book; pages open as a rep who leads a team."""
    run(state, "org", "book", "--end", LAST_DAY, "--seed", SEED)
    with opened(state) as org:
        appoint(org)
    run(state, "refresh", "--as-of", LAST_DAY)


def leader_s_digest(state: Path) -> Path:
    """The weekly mail of the first leader, as a file."""
    file = state.parent / "digest.html"
    leader = next(found for found in json.loads(run(state, "digest", "--json")) if found["team"])
    run(state, "digest", "--user", leader["username"], "--html", str(file))
    return file


def run(state: Path, *arguments: str) -> str:
    """Run the command line on the state, from an empty folder: a sidecar.toml of the checkout names another org.

    Returns:
        What it printed.
    """
    command = [str(SIDECAR), "--state", str(state), *arguments]
    done = subprocess.run(command, cwd=state.parent, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        raise click.ClickException(f"`sidecar {' '.join(arguments)}` ended with {done.returncode}\n{done.stderr}")
    return done.stdout


@contextmanager
def opened(state: Path) -> Iterator[LocalOrg]:
    """The org of the state, while nothing serves it."""
    org = LocalOrg.open(state / "org" / "org.sqlite")
    try:
        yield org
    finally:
        org.close()


def chosen(state: Path) -> tuple[str, str]:
    """The account with the largest pipeline whose health is known in all dimensions, and a deal of it to act on."""
    with opened(state) as org, org.database.reader() as connection:
        (account,) = connection.execute(ACCOUNT).fetchone()
        (deal,) = connection.execute(DEAL, (account,)).fetchone()
    return account, deal


@contextmanager
def served(state: Path) -> Iterator[str]:
    """The address of the org while the block lasts."""
    info = server.start(state, package=PACKAGE)
    try:
        yield info.url
    finally:
        server.stop(info)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser."""
    if not CHROMIUM.exists():
        raise click.ClickException(f"{CHROMIUM} is missing: `apt install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def take(browser: Browser, address: str, file: Path, width: int) -> None:
    """Write the picture of a page once everything on it has loaded."""
    page = browser.new_page(viewport={"width": width, "height": HEIGHTS[width]}, timezone_id="UTC", locale="en-US")
    page.clock.set_fixed_time(datetime.combine(datetime.fromisoformat(LAST_DAY), time(15), UTC))
    page.goto(address)
    page.get_by_text("Scored ").first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    shoot(page, file)


def take_letter(browser: Browser, letter: Path, file: Path, width: int) -> None:
    """Write the picture of a mail down to its segments."""
    page = browser.new_page(viewport={"width": width, "height": LETTER_HEIGHT})
    page.goto(letter.as_uri())
    page.wait_for_load_state("networkidle")
    shoot(page, file)


def take_console(browser: Browser, console: console_pictures.Console) -> None:
    """Write the pictures of the console's pages."""
    for name, path in console.pages().items():
        take_page_of(browser, console, name, path)
    console.let_a_plan_wait()
    take_page_of(browser, console, "plan", "/plan")


def take_page_of(browser: Browser, console: console_pictures.Console, name: str, path: str) -> None:
    """Write the picture of a page of the console."""
    page = browser.new_page(viewport={"width": CONSOLE_WIDTH, "height": console_pictures.HEIGHTS[name]})
    console.enter(page)
    page.goto(f"{console.url}{path}")
    page.wait_for_load_state("networkidle")
    shoot(page, IMAGES / f"console-{name}-{CONSOLE_WIDTH}.png")


def shoot(page: Page, file: Path) -> None:
    """Write the picture of what is open, and close it."""
    page.screenshot(path=file, animations="disabled")
    page.close()
    size = file.stat().st_size
    click.echo(f"{file.relative_to(REPOSITORY)}: {size / 1000:.0f} kB")
    if size > LARGEST_BYTES:
        raise click.ClickException(f"{file} has {size} bytes: too many, lower the viewport")


if __name__ == "__main__":
    main()
