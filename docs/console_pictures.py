"""A morning of the service, for the pictures of its console: refreshed, proved, and with a plan that waits.

Its clock stands on the Monday after the book's last day, and its runs are given the moments that they would have had.
The model card and *Scored At* among the values bear the moment in which the pictures were taken.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from playwright.sync_api import Page
from werkzeug.serving import make_server

from localorg.org import LocalOrg
from localorg.store.birth import ADMIN_USERNAME
from sidecar.configuration import Configuration, ServiceSection
from sidecar.service.app import create_app
from sidecar.service.operations import slot
from sidecar.service.operations.slot import Operation
from sidecar.service.operations.work import perform
from sidecar.service.process import make_runner
from sidecar.service.runner import Runner
from sidecar.service.tasks import RECONCILE, REFRESH, Tasks
from sidecar.service.token import Token
from sidecar.state import State
from sync import Mirror

KEY = "for the pictures"
NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
RUNS = {
    "20261120T170208-5c1e": datetime.fromisoformat("2026-11-20T17:02:08"),
    "20261123T094002-a07d": datetime.fromisoformat("2026-11-23T09:40:02"),
}
NEWEST = list(RUNS)[-1]
SLIP = timedelta(days=60)
# The largest open deals slip: the next plan has something to tell.
LARGEST = """
    SELECT "Id", "CloseDate" FROM "Opportunity" WHERE "IsClosed" = 0 AND "IsDeleted" = 0
    ORDER BY "Amount" DESC, "Id" LIMIT 6
"""
REAL_RUNS = "SELECT run_id FROM _sync.runs WHERE rows_planned > 0 AND NOT ends_with(run_id, '-log') ORDER BY started_at"
MOVED_MOST = """
    SELECT record_id FROM _sync.ledger
    WHERE run_id = ? AND field = 'Sidecar_Win_Probability__c' AND old_value IS NOT NULL
    ORDER BY abs(new_value::DOUBLE - old_value::DOUBLE) DESC, record_id LIMIT 1
"""
HEIGHTS = {"status": 620, "plan": 1000, "run": 720, "record": 1400, "model": 1790}


@dataclass(frozen=True)
class Console:
    """A console with something to show.

    Attributes:
        url: where it answers.
        tasks, runner: what stands behind it.
    """

    url: str
    tasks: Tasks
    runner: Runner

    def enter(self, page: Page) -> None:
        """Log in."""
        page.goto(f"{self.url}/login")
        page.fill("#token", KEY)
        page.keyboard.press("Enter")
        page.wait_for_selector("nav")

    def pages(self) -> dict[str, str]:
        """Path by name, of what is to be seen while all is well."""
        with Mirror.open(self.tasks.state.mirror_file) as mirror:
            ((deal,),) = mirror.connection.execute(MOVED_MOST, [NEWEST]).fetchall()
        return {"status": "/", "run": f"/runs/{NEWEST}", "record": f"/records?id={deal}", "model": "/model"}

    def let_a_plan_wait(self) -> None:
        """Deals slip, and the next refresh leaves its plan to a person."""
        org = LocalOrg.open(self.tasks.state.org_file)
        try:
            with org.database.reader() as connection:
                deals = connection.execute(LARGEST).fetchall()
            later = [{"Id": deal, "CloseDate": str(date.fromisoformat(day) + SLIP)} for deal, day in deals]
            org.records(org.user(ADMIN_USERNAME)).update("Opportunity", later)
        finally:
            org.close()
        self.tasks.configuration = Configuration(service=ServiceSection(confirm_writes=True))
        self.runner.want(REFRESH)
        self.runner.run_due()
        plan = self.tasks.previews.plan()
        if plan is None:
            raise LookupError(f"no plan waits: {self.runner.memory[REFRESH].message}")
        self.tasks.previews.keep(replace(plan, made_at=NOW))


@contextmanager
def console(state: Path) -> Iterator[Console]:
    """The console of a scored org that nothing serves, after a refresh, a night's work and a backtest.

    Args:
        state: its directory, after one refresh as of the book's last day.
    """
    tasks = Tasks(Configuration(), State.open(state), Event(), now=lambda: NOW)
    runner = make_runner(tasks)
    runner.run_due()
    runner.want(RECONCILE)
    runner.run_due()
    tasks.operations.ask(Operation(slot.BACKTEST, "the pictures", NOW))
    perform(tasks, runner)
    with Mirror.open(tasks.state.mirror_file) as mirror:
        give_runs_their_moments(mirror)
    server = make_server("127.0.0.1", 0, create_app(runner, tasks, Token(KEY)), threaded=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # no line for each request
    loop = Thread(target=server.serve_forever)
    loop.start()
    try:
        yield Console(f"http://127.0.0.1:{server.server_port}", tasks, runner)
    finally:
        server.shutdown()
        loop.join()
        server.server_close()


def give_runs_their_moments(mirror: Mirror) -> None:
    """Name the runs by the moments that they would have had."""
    found = [name for (name,) in mirror.connection.execute(REAL_RUNS).fetchall()]
    for name, (renamed, moment) in zip(found, RUNS.items(), strict=True):
        times = "started_at = $moment, finished_at = $moment + (finished_at - started_at)"
        mirror.connection.execute(
            f"UPDATE _sync.runs SET run_id = $renamed, {times} WHERE run_id = $name",
            {"renamed": renamed, "moment": moment, "name": name},
        )
        for table in ("ledger", "made_records"):
            mirror.connection.execute(
                f"UPDATE _sync.{table} SET run_id = $renamed WHERE run_id = $name",
                {"renamed": renamed, "name": name},
            )
