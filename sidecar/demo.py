"""`sidecar demo`: the main job on a generated book, and its pages."""

from dataclasses import dataclass
from datetime import UTC, datetime

import click

from localorg.book import BookSettings, fill, make_world
from sidecar import refresh as flow
from sidecar import terminal
from sidecar.configuration import Configuration
from sidecar.desired import Desired
from sidecar.options import Setting, common
from sidecar.org import embedded
from sidecar.org.books import filling
from sidecar.org.lead import appoint
from sidecar.report import refresh_report
from sidecar.state import State
from sync import Mirror, Org, in_memory

SHOWCASE = """
    SELECT accounts.Id, arg_max(deals.Id, (deals.Sidecar_Suggested_Action__c IS NOT NULL,
                                           coalesce(deals.Sidecar_Forecast_ARR__c, 0), deals.Id))
    FROM accounts JOIN deals ON deals.account_id = accounts.Id
    GROUP BY ALL
    ORDER BY count(Sidecar_Health_Technical__c + Sidecar_Health_Deployment__c + Sidecar_Health_Adoption__c) > 0
             DESC,
             any_value(Sidecar_Quarter_Gap__c) > 0 DESC, any_value(Sidecar_Quarter_Open__c) DESC NULLS LAST, 1
    LIMIT 1
"""


@dataclass(frozen=True)
class Showcase:
    """The records whose pages show most."""

    account_id: str
    opportunity_id: str


@click.command()
@common
@click.option("--once", is_flag=True, help="End after the refresh, with nothing served.")
@click.option("--port", default=8765, show_default=True, help="Port of the local org on loopback.")
def demo(setting: Setting, once: bool, port: int) -> int:
    """Make a local org with a generated book, refresh it once, and serve the pages."""
    state, configuration = setting.state, setting.configuration
    with terminal.progress_bars() as bars:
        _prepare(state, bars)
        with_pages = not once and embedded.build_pages(bars)
    with embedded.served(state, port=0 if once else port) as info:
        done = _refresh(state, configuration)
        refresh_report(done)
        if not once:
            terminal.output.print()
            terminal.facts(_places(info.url, done.scored.desired) if with_pages else {"org": info.url})
            embedded.wait_until_stopped(state)
    return 3 if done.written.rows_refused else 0


def _prepare(state: State, bars: terminal.Bars) -> None:
    """Make the org with package and book, unless it is there already."""
    if state.org_file.exists():
        return
    bars.stage("Make the local org")
    with embedded.opened(state) as org:
        bars.stage("Generate book")
        fill(org, make_world(BookSettings(end=datetime.now(UTC).date())), filling(bars))
        appoint(org)


def _refresh(state: State, configuration: Configuration) -> flow.Refresh:
    with (
        Mirror.open(state.mirror_file) as mirror,
        Org.connect(embedded.settings(state)) as org,
        terminal.progress_bars() as bars,
    ):
        return flow.refresh(org, mirror, configuration, None, bars, always=True)


def _places(url: str, desired: Desired) -> dict[str, str]:
    """Where the pages are."""
    places = {"home": embedded.home(url)}
    if (chosen := showcase(desired)) is not None:
        places["account"] = f"{url}/lightning/r/Account/{chosen.account_id}/view"
        places["opportunity"] = f"{url}/lightning/r/Opportunity/{chosen.opportunity_id}/view"
    return places


def showcase(desired: Desired) -> Showcase | None:
    """The account that has most to show, and its largest open deal; None when no account has an open deal.

    Preferred are accounts with all three health dimensions known, then those with the largest open pipeline.
    """
    with in_memory() as connection:
        connection.register("accounts", desired.tables["Account"])
        connection.register("deals", desired.tables["Opportunity"])
        row = connection.execute(SHOWCASE).fetchone()
    return Showcase(*row) if row else None
