"""The pages of the console."""

from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from sidecar.service import history, status
from sidecar.service.api import reasons, want
from sidecar.service.console.settings import settings_in_force
from sidecar.service.guard import Attempts, open_session
from sidecar.service.runner import Runner
from sidecar.service.tasks import Tasks
from sidecar.service.token import Token

_LOG_BYTES = 40_000


def console(runner: Runner, tasks: Tasks, token: Token, attempts: Attempts) -> Blueprint:
    """Login, status, runs, history of a record, settings, log."""
    pages = Blueprint("console", __name__, template_folder="pages")
    _add_login(pages, token, attempts)

    @pages.get("/")
    def home() -> str:
        told = status.status(runner, tasks)
        return render_template("status.html", status=told, reasons=reasons(runner, tasks))

    @pages.post("/jobs/<name>")
    def trigger(name: str) -> AnyResponse:
        want(runner, name)
        return redirect(url_for("console.home"), 303)

    @pages.get("/runs")
    def runs() -> str:
        return render_template("runs.html", runs=history.runs(tasks.state))

    @pages.get("/runs/<run_id>")
    def run(run_id: str) -> str:
        values = history.values(tasks.state, run_id)
        if values is None:
            raise NotFound(f"no run is named {run_id!r}")
        return render_template("values.html", run_id=run_id, values=values, most=history.MOST)

    @pages.get("/records")
    def record() -> str:
        name = request.args.get("id", "").strip()
        values = history.of_record(tasks.state, name) if name else []
        return render_template("record.html", name=name, values=values)

    @pages.get("/settings")
    def settings() -> str:
        return render_template("settings.html", settings=settings_in_force(tasks.configuration))

    @pages.get("/log")
    def log() -> str:
        return render_template("log.html", text=_tail(tasks.state.service_folder / "service.log"))

    return pages


def _add_login(pages: Blueprint, token: Token, attempts: Attempts) -> None:
    @pages.route("/login", methods=["GET", "POST"])
    def log_in() -> tuple[str, int] | AnyResponse:
        wrong = request.method == "POST"
        if wrong and open_session(token, attempts, request.form.get("token", "")):
            return redirect(url_for("console.home"), 303)
        return render_template("login.html", wrong=wrong), 401 if wrong else 200

    @pages.post("/logout")
    def log_out() -> AnyResponse:
        session.clear()
        return redirect(url_for("console.log_in"), 303)

    @pages.get("/style.css")
    def style() -> Response:
        return Response((Path(__file__).parent / "pages" / "style.css").read_text(), content_type="text/css")


def _tail(file: Path) -> str:
    """The end of the log, from the beginning of a line."""
    if not file.exists():
        return ""
    with file.open("rb") as opened:
        size = file.stat().st_size
        opened.seek(max(0, size - _LOG_BYTES))
        text = opened.read().decode(errors="replace")
    return text if size <= _LOG_BYTES else text.partition("\n")[2]
