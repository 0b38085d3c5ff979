"""The service over HTTP. Everything but the health checks wants the token."""

from datetime import timedelta

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, Unauthorized

from sidecar.service import status
from sidecar.service.runner import Runner
from sidecar.service.tasks import Tasks
from sidecar.service.token import Token

_OPEN = frozenset({"healthz", "readyz"})
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_MOST_BYTES = 64 * 1024


def create_app(runner: Runner, tasks: Tasks, token: Token) -> Flask:
    """The web application.

    Args:
        runner: whose jobs it tells of and starts.
        tasks: whose totals it tells.
        token: what a request must bring, as `Authorization: Bearer ...`.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    # A page elsewhere may point a name of its own at this machine; only our names are answered.
    host = tasks.configuration.service.host
    app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1", "[::1]", host]

    @app.before_request
    def only_with_token() -> None:
        if request.endpoint in _OPEN:
            return
        kind, _, offered = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.opens(offered.strip()):
            raise Unauthorized("bring the token of the state directory (service/token) as Authorization: Bearer ...")

    @app.after_request
    def safe(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int, dict[str, str]]:
        code = error.code or 500
        headers = {"WWW-Authenticate": "Bearer"} if code == Unauthorized.code else {}
        return jsonify(error=error.name, message=error.description), code, headers

    _add_health(app, runner, tasks)
    _add_jobs(app, runner, tasks)
    return app


def _add_health(app: Flask, runner: Runner, tasks: Tasks) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        interval = timedelta(minutes=tasks.configuration.service.refresh_minutes)
        reasons = status.not_ready(runner.memory.all(), runner.now(), interval)
        # whoever may ask without the token learns that, not why: messages name records and fields
        return jsonify(status="not ready" if reasons else "ready"), 503 if reasons else 200

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(status.metrics(runner, tasks), content_type="text/plain; version=0.0.4; charset=utf-8")


def _add_jobs(app: Flask, runner: Runner, tasks: Tasks) -> None:
    @app.get("/api/v1/status")
    def tell() -> Response:
        interval = timedelta(minutes=tasks.configuration.service.refresh_minutes)
        reasons = status.not_ready(runner.memory.all(), runner.now(), interval)
        return jsonify({**status.status(runner, tasks), "not_ready": reasons})

    @app.post("/api/v1/jobs/<name>")
    def trigger(name: str) -> tuple[Response, int]:
        if name not in runner.memory.all():
            known = ", ".join(job.name for job in runner.jobs)
            return jsonify(error="Not Found", message=f"no job is named {name!r}: expected {known}"), 404
        if not runner.want(name):
            return jsonify(error="Conflict", message=f"{name} runs already"), 409
        return jsonify(job=name, state="wanted"), 202
