"""`/api/v1`: the same as the console shows, for programs."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import Conflict, NotFound

from sidecar.service import history, status
from sidecar.service.api_operations import add_operations
from sidecar.service.openapi import document
from sidecar.service.operations.asking import Asking
from sidecar.service.runner import Runner
from sidecar.service.tasks import Tasks


def api(runner: Runner, tasks: Tasks) -> Blueprint:
    """Status, runs, values of a run, history of a record; jobs out of turn, and what is asked for beside them."""
    pages = Blueprint("api", __name__, url_prefix="/api/v1")
    add_operations(pages, Asking(runner, tasks), tasks)

    @pages.get("/status")
    def tell() -> Response:
        return jsonify({**status.status(runner, tasks), "not_ready": reasons(runner, tasks)})

    @pages.get("/openapi.json")
    def described() -> Response:
        return jsonify(document())

    @pages.get("/runs")
    def runs() -> Response:
        return jsonify(runs=history.runs(tasks.state))

    @pages.get("/runs/<run_id>")
    def run(run_id: str) -> Response:
        found = history.values(tasks.state, run_id)
        if found is None:
            raise NotFound(f"no run is named {run_id!r}: GET /api/v1/runs lists them")
        return jsonify(run_id=run_id, values=found)

    @pages.get("/records/<name>")
    def record(name: str) -> Response:
        return jsonify(record=name, values=history.of_record(tasks.state, name))

    @pages.post("/jobs/<name>")
    def trigger(name: str) -> tuple[Response, int]:
        want(runner, name)
        return jsonify(job=name, state="wanted"), 202

    return pages


def reasons(runner: Runner, tasks: Tasks) -> list[str]:
    """Why the service is not ready; empty when it is."""
    interval = timedelta(minutes=tasks.configuration.service.refresh_minutes)
    return status.not_ready(runner.memory.all(), runner.now(), interval)


def want(runner: Runner, name: str) -> None:
    """Ask for a job out of turn. Raises NotFound or Conflict."""
    if name not in runner.memory.all():
        known = ", ".join(job.name for job in runner.jobs)
        raise NotFound(f"no job is named {name!r}: expected {known}")
    if not runner.want(name):
        raise Conflict(f"{name} runs already")
