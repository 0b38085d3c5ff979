"""The service over HTTP: health checks, metrics, the API and the console."""

import time
from urllib.parse import urlsplit

from flask import Flask, Response, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from sidecar.service import status
from sidecar.service.api import api, reasons
from sidecar.service.console import console
from sidecar.service.guard import Attempts, Door, protect, tokens_of, unauthorized_headers
from sidecar.service.kept_answers import KeptAnswers
from sidecar.service.runner import Runner
from sidecar.service.sessions import Sessions
from sidecar.service.tasks import Tasks
from sidecar.service.token import Token
from sync import MirrorBusy

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_MOST_BYTES = 64 * 1024
_STARTS, _STARTS_OF_ALL = 30, 120  # logins with a user of the org, begun within a minute


def create_app(runner: Runner, tasks: Tasks, token: Token, reader: Token | None = None) -> Flask:
    """The web application.

    Args:
        runner: whose jobs it tells of and starts.
        tasks: whose totals it tells.
        token: what opens everything but the health checks.
        reader: what opens everything for looking only.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    # A page elsewhere may point a name of its own at this machine; only our names are answered.
    app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1", "[::1]", tasks.configuration.service.host]
    address = urlsplit(tasks.configuration.console.url or "")
    if address.hostname:
        app.config["TRUSTED_HOSTS"].append(address.hostname)
    clock = time.monotonic
    door = Door(tokens_of(token, reader), Sessions(clock), Attempts(clock), Attempts(clock, _STARTS, _STARTS_OF_ALL))
    protect(app, door)
    app.config["SESSION_COOKIE_SECURE"] = address.scheme == "https"

    @app.after_request
    def safe(response: Response) -> Response:
        response.headers.update(_HEADERS)
        unauthorized_headers(response)
        return response

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response | str, int, dict[str, str]]:
        return _refusal(error)

    @app.errorhandler(MirrorBusy)
    def busy(error: MirrorBusy) -> tuple[Response | str, int, dict[str, str]]:
        return _refusal(ServiceUnavailable(str(error)))

    _add_health(app, runner, tasks)
    app.register_blueprint(api(runner, tasks))
    app.register_blueprint(console(runner, tasks, door))

    def told() -> object:
        return runner.memory.all(), tasks.operations.last, door.sessions.changes

    app.wsgi_app = KeptAnswers(app.wsgi_app, told, clock)  # type: ignore[method-assign]  # as Flask's manual has it
    return app


def _refusal(error: HTTPException) -> tuple[Response | str, int, dict[str, str]]:
    """A page for people who are logged in, JSON for everybody else; with the headers that the error asks for."""
    code, kept = error.code or 500, ("allow", "retry-after")
    headers = {name: value for name, value in error.get_headers() if name.lower() in kept}
    if g.get("visitor") is None or not g.visitor.csrf or request.path.startswith("/api/"):
        return jsonify(error=error.name, message=error.description), code, headers
    return render_template("refused.html", error=error), code, headers


def _add_health(app: Flask, runner: Runner, tasks: Tasks) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        # whoever may ask without the token learns that, not why: messages name records and fields
        late = bool(reasons(runner, tasks))
        return jsonify(status="not ready" if late else "ready"), 503 if late else 200

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(status.metrics(runner, tasks), content_type="text/plain; version=0.0.4; charset=utf-8")
