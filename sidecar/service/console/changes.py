"""The console's pages about what would be written: plan and undo, each to be looked at and confirmed."""

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from sidecar.service.console.download import as_file
from sidecar.service.operations.asking import Asking
from sidecar.service.operations.preview import Preview
from sidecar.service.tasks import Tasks

_SHOWN = 100
"""Values of a list on a page; the file has all."""
_CHANGES = ("object", "record_id", "key", "name", "field", "old", "new")


def add_changes(pages: Blueprint, asking: Asking, tasks: Tasks) -> None:
    """`/plan`, `/runs/RUN/undo` and what they lead to."""
    _add_plan(pages, asking, tasks)
    _add_undo(pages, asking, tasks)

    @pages.get("/operation")
    def operation() -> Response:
        last = tasks.operations.last
        return jsonify(operation=last.as_dict() if last else None)


def _add_plan(pages: Blueprint, asking: Asking, tasks: Tasks) -> None:
    @pages.get("/plan")
    def plan() -> str:
        found = tasks.previews.plan()
        return render_template("plan.html", preview=found, changes=_first(found), shown=_SHOWN)

    @pages.get("/plan.csv")
    def plan_file() -> Response:
        return _file("plan.csv", tasks.previews.plan())

    @pages.post("/plan")
    def make_plan() -> AnyResponse:
        asking.plan(g.visitor.name)
        return redirect(url_for("console.plan"), 303)

    @pages.post("/plan/confirm")
    def confirm_plan() -> AnyResponse:
        asking.write(g.visitor.name, request.form.get("fingerprint", ""))
        return redirect(url_for("console.plan"), 303)


def _add_undo(pages: Blueprint, asking: Asking, tasks: Tasks) -> None:
    @pages.get("/runs/<run_id>/undo")
    def undo(run_id: str) -> str:
        run, found = asking.known(run_id), tasks.previews.undo(run_id)
        return render_template("undo.html", run=run, preview=found, changes=_first(found), shown=_SHOWN)

    @pages.get("/runs/<run_id>/undo.csv")
    def undo_file(run_id: str) -> Response:
        return _file(f"undo-{run_id}.csv", tasks.previews.undo(run_id))

    @pages.post("/runs/<run_id>/undo")
    def make_undo(run_id: str) -> AnyResponse:
        asking.preview_undo(g.visitor.name, run_id)
        return redirect(url_for("console.undo", run_id=run_id), 303)

    @pages.post("/runs/<run_id>/undo/confirm")
    def confirm_undo(run_id: str) -> AnyResponse:
        asking.undo(g.visitor.name, run_id, request.form.get("fingerprint", ""))
        return redirect(url_for("console.undo", run_id=run_id), 303)


def _first(preview: Preview | None) -> list[dict[str, object]]:
    return preview.changes.slice(0, _SHOWN).to_pylist() if preview else []


def _file(name: str, preview: Preview | None) -> Response:
    if preview is None:
        raise NotFound("nothing was shown yet: ask for it first")
    return as_file(name, _CHANGES, preview.changes.to_pylist())
