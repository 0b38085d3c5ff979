"""What a page costs: bytes of our own components, requests for data, and the time from data to paint.

- `own_gzip_kb`: our components of the page with all that they import of ours, minified and gzipped.
- `data_requests`: what our components ask of the org until the page stands still. What the path asks about the object
  is the platform's.
- `paint_vs_empty_card`: milliseconds from the last answer to the last paint, beside those of a page with one empty
  lightning-card (a list card without rows), opened in turns in the same run; medians.

The org is a demo's, the browser's cache is warm: everything but the data is there when the page opens.
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from benchmarks.report import arguments, publish, table
from localorg import server
from localorg.org import LocalOrg
from localorg.pages import ensure_built

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "lwc_components"
FLEXIPAGES = PACKAGE / "main" / "default" / "flexipages"
SIDECAR = Path(sys.executable).parent / "sidecar"
CHROMIUM = Path("/usr/bin/chromium")
PAGES = {
    "home": "Sidecar_Home",
    "account": "Sidecar_Account_Record_Page",
    "opportunity": "Sidecar_Opportunity_Record_Page",
}
ACCOUNT = """
    SELECT Id FROM Account WHERE Sidecar_Health_Technical__c IS NOT NULL
    ORDER BY Sidecar_Quarter_Open__c DESC, Id LIMIT 1
"""
DEAL = """
    SELECT Id FROM Opportunity WHERE IsClosed = 0
    ORDER BY json_array_length(Sidecar_Score_Detail__c, '$.factors') DESC, Id LIMIT 1
"""
EMPTY_HOME = """<?xml version="1.0" encoding="UTF-8"?>
<FlexiPage xmlns="http://soap.sforce.com/2006/04/metadata">
    <flexiPageRegions>
        <itemInstances><componentInstance>
            <componentInstanceProperties><name>entityName</name><value>Sidecar_Request__c</value>
            </componentInstanceProperties>
            <componentInstanceProperties><name>filterName</name><value>All</value></componentInstanceProperties>
            <componentName>flexipage:filterListCard</componentName><identifier>empty</identifier>
        </componentInstance></itemInstances>
        <name>top</name><type>Region</type>
    </flexiPageRegions>
    <masterLabel>Empty</masterLabel>
    <template><name>home:desktopTemplate</name></template>
    <type>HomePage</type>
</FlexiPage>
"""
# The last change of the document, seen in the frame that paints it.
WATCH = """
    new MutationObserver(() => requestAnimationFrame(() => (window.__painted = performance.now())))
        .observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""
FROM_DATA_TO_PAINT = """() => {
    const answers = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/services/data/'));
    return window.__painted - Math.max(...answers.map(({ responseEnd }) => responseEnd));
}"""
REQUESTS = """window.__dataRequests
    .filter(({ by, path }) => by === 'component' && !path.startsWith('/ui-api/object-info')).length"""
STILL_MILLISECONDS = 400


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = arguments("screens", "Bytes, requests and time to paint of the home, account and deal pages.")
    options = parser.parse_args(command_line)
    ensure_built(REPOSITORY)
    with tempfile.TemporaryDirectory(prefix="screens-") as folder:
        requests, times = _measured(Path(folder), 3 if options.quick else 15)
    empty = statistics.median(times.pop("empty"))
    bytes_of = _own_bytes()
    figures: dict[str, object] = {"empty_card_ms": round(empty, 1)}
    rows = []
    for page in PAGES:
        paint = statistics.median(times[page])
        row = (round(bytes_of[page] / 1000, 1), requests[page], round(paint / empty, 2))
        rows.append([page, *row, round(paint, 1)])
        names = ("own_gzip_kb", "data_requests", "paint_vs_empty_card", "paint_ms")
        figures |= {f"{page}_{name}": value for name, value in zip(names, (*row, round(paint, 1)), strict=True)}
    print(table(("page", "own_gzip_kb", "data_requests", "paint_vs_empty_card", "paint_ms"), rows))
    publish("screens", quick=options.quick, figures=figures, path=options.json)
    return 0


def _own_bytes() -> dict[str, int]:
    """Gzipped bytes of our components by page."""
    names = {page: _components(FLEXIPAGES / f"{file}.flexipage-meta.xml") for page, file in PAGES.items()}
    command = ["node", "benchmarks/screens_bytes.mjs", *(f"{page}={','.join(found)}" for page, found in names.items())]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


def _components(flexipage: Path) -> list[str]:
    return re.findall(r"<componentName>(sidecar\w+)</componentName>", flexipage.read_text(encoding="utf-8"))


def _measured(folder: Path, rounds: int) -> tuple[dict[str, int], dict[str, list[float]]]:
    """Requests by page, and milliseconds from data to paint of each visit by page."""
    state, bare = folder / "state", folder / "bare"
    subprocess.run([SIDECAR, "--state", state, "demo", "--once"], cwd=folder, capture_output=True, check=True)
    shutil.copytree(state, bare)
    empty_package = folder / "package"
    shutil.copytree(PACKAGE, empty_package)
    (empty_package / "main/default/flexipages/Sidecar_Home.flexipage-meta.xml").write_text(EMPTY_HOME, "utf-8")
    account, deal = _chosen(state)
    with _served(state, PACKAGE) as url, _served(bare, empty_package) as empty, _browser() as context:
        addresses = {
            "empty": f"{empty}/lightning/page/home",
            "home": f"{url}/lightning/page/home",
            "account": f"{url}/lightning/r/Account/{account}/view",
            "opportunity": f"{url}/lightning/r/Opportunity/{deal}/view",
        }
        for address in addresses.values():
            _visit(context, address)  # fills the browser's cache
        requests: dict[str, int] = {}
        times: dict[str, list[float]] = {page: [] for page in addresses}
        for _ in range(rounds):
            for page, address in addresses.items():
                requests[page], milliseconds = _visit(context, address)
                times[page].append(milliseconds)
    return requests, times


def _chosen(state: Path) -> tuple[str, str]:
    """An account and a deal with much to show."""
    org = LocalOrg.open(state / "org" / "org.sqlite")
    try:
        with org.database.reader() as connection:
            (account,), (deal,) = (connection.execute(query).fetchone() for query in (ACCOUNT, DEAL))
    finally:
        org.close()
    return account, deal


@contextmanager
def _served(state: Path, package: Path) -> Iterator[str]:
    info = server.start(state, package=package)
    try:
        yield info.url
    finally:
        server.stop(info)


@contextmanager
def _browser() -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_init_script(WATCH)
            yield context
        finally:
            browser.close()


def _visit(context: BrowserContext, address: str) -> tuple[int, float]:
    """(requests of our components, milliseconds from the last answer to the last paint) of one visit."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(STILL_MILLISECONDS)
    found: tuple[int, float] = (page.evaluate(REQUESTS), page.evaluate(FROM_DATA_TO_PAINT))
    page.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
