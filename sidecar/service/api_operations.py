"""The part of `/api/v1` that asks for operations: a plan or an undo to be looked at and confirmed, and a backtest."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.exceptions import BadRequest, NotFound

from sidecar.service.operations.asking import Asking
from sidecar.service.operations.preview import MOST_SHOWN, Preview
from sidecar.service.operations.slot import Operation
from sidecar.service.tasks import Tasks

_Accepted = tuple[Response, int]


def add_operations(pages: Blueprint, asking: Asking, tasks: Tasks) -> None:
    """The operation of now, plan and undo with their confirmations, backtest."""

    @pages.get("/operation")
    def operation() -> Response:
        last = tasks.operations.last
        return jsonify(operation=last.as_dict() if last else None)

    @pages.get("/plan")
    def plan() -> Response:
        return _shown(tasks.previews.plan(), "POST /api/v1/plan makes one")

    @pages.post("/plan")
    def make_plan() -> _Accepted:
        return _accepted(asking.plan(g.visitor.name))

    @pages.post("/plan/confirm")
    def confirm_plan() -> _Accepted:
        return _accepted(asking.write(g.visitor.name, _fingerprint()))

    @pages.get("/runs/<run_id>/undo")
    def undo(run_id: str) -> Response:
        asking.known(run_id)
        return _shown(tasks.previews.undo(run_id), f"POST /api/v1/runs/{run_id}/undo makes one")

    @pages.post("/runs/<run_id>/undo")
    def make_undo(run_id: str) -> _Accepted:
        return _accepted(asking.preview_undo(g.visitor.name, run_id))

    @pages.post("/runs/<run_id>/undo/confirm")
    def confirm_undo(run_id: str) -> _Accepted:
        return _accepted(asking.undo(g.visitor.name, run_id, _fingerprint()))

    @pages.get("/backtest")
    def backtest() -> Response:
        found = tasks.backtests.newest()
        if found is None:
            raise NotFound("none was made yet: POST /api/v1/backtest makes one")
        return jsonify(asdict(found))

    @pages.post("/backtest")
    def make_backtest() -> _Accepted:
        return _accepted(asking.backtest(g.visitor.name))


def _shown(preview: Preview | None, remedy: str) -> Response:
    if preview is None:
        raise NotFound(f"nobody has looked at it yet: {remedy}")
    facts: dict[str, Any] = {name: getattr(preview, name) for name in ("fingerprint", "run_id", "reason", "summary")}
    changes = preview.changes.slice(0, MOST_SHOWN).to_pylist()
    return jsonify(**facts, made_at=preview.made_at.isoformat(), changes=changes, values=preview.changes.num_rows)


def _accepted(operation: Operation) -> _Accepted:
    return jsonify(operation=operation.as_dict()), 202


def _fingerprint() -> str:
    """What the caller says to have seen. Raises BadRequest for another body."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("fingerprint"), str):
        raise BadRequest('expected a JSON object with the fingerprint of what was shown: {"fingerprint": "..."}')
    return str(body["fingerprint"])
