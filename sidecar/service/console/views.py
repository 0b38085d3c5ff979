"""The console's pages about what is and what was: status, runs, records, settings, health, log."""

from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from sidecar.service import history, status
from sidecar.service.api import reasons, want
from sidecar.service.console.changes import add_changes
from sidecar.service.console.download import as_file
from sidecar.service.console.filters import add_filters
from sidecar.service.console.log import add_log
from sidecar.service.console.login import add_login
from sidecar.service.console.measures import measures_in_force
from sidecar.service.console.model import add_model
from sidecar.service.console.org_login import add_org_login
from sidecar.service.console.reasons import reasons_of
from sidecar.service.console.settings import settings_in_force
from sidecar.service.guard import Door
from sidecar.service.operations.asking import Asking
from sidecar.service.runner import Runner
from sidecar.service.tasks import Tasks

_PAGES = Path(__file__).parent / "pages"
_VALUES = ("object", "record_id", "key", "name", "field", "old_value", "new_value", "outcome", "code", "message")
_MOST_IN_FILE = 1_000_000


def console(runner: Runner, tasks: Tasks, door: Door) -> Blueprint:
    """All pages."""
    pages = Blueprint("console", __name__, template_folder="pages")
    asking = Asking(runner, tasks)
    add_filters(pages, tasks)
    add_login(pages, door, org_login=tasks.configuration.console.org_login)
    add_org_login(pages, door, tasks)
    add_changes(pages, asking, tasks)
    add_model(pages, asking, tasks)
    add_log(pages, tasks)
    _add_runs(pages, asking, tasks)
    _add_files(pages)

    @pages.app_context_processor
    def known() -> dict[str, object]:
        return {"operation": tasks.operations.last, "zone": str(tasks.zone or "UTC")}

    @pages.get("/")
    def home() -> str:
        told = status.status(runner, tasks)
        return render_template("status.html", status=told, reasons=reasons(runner, tasks), held=told["plan_waiting"])

    @pages.post("/jobs/<name>")
    def trigger(name: str) -> AnyResponse:
        want(runner, name)
        return redirect(url_for("console.home"), 303)

    @pages.get("/settings")
    def settings() -> str:
        return render_template("settings.html", settings=settings_in_force(tasks.configuration))

    @pages.get("/health")
    def health() -> str:
        section = tasks.configuration.health
        return render_template("health.html", section=section, dimensions=measures_in_force(section))

    return pages


def _add_runs(pages: Blueprint, asking: Asking, tasks: Tasks) -> None:
    @pages.get("/runs")
    def runs() -> str:
        return render_template("runs.html", runs=history.runs(tasks.state))

    @pages.get("/runs/<run_id>")
    def run(run_id: str) -> str:
        found = asking.known(run_id)
        values = history.values(tasks.state, run_id) or []
        return render_template("run.html", run=found, values=values, most=history.MOST)

    @pages.get("/runs/<run_id>/values.csv")
    def run_file(run_id: str) -> Response:
        values = history.values(tasks.state, run_id, _MOST_IN_FILE)
        if values is None:
            raise NotFound(f"no run is named {run_id!r}")
        return as_file(f"run-{run_id}.csv", _VALUES, values)

    @pages.get("/records")
    def record() -> str:
        name = request.args.get("id", "").strip()
        values = history.of_record(tasks.state, name) if name else []
        return render_template("record.html", name=name, values=values, reasons=reasons_of(values))


def _add_files(pages: Blueprint) -> None:
    @pages.get("/style.css")
    def style() -> Response:
        return Response((_PAGES / "style.css").read_text(), content_type="text/css; charset=utf-8")

    @pages.get("/console.js")
    def script() -> Response:
        return Response((_PAGES / "console.js").read_text(), content_type="text/javascript; charset=utf-8")
