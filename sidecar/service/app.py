"""The service over HTTP: health checks, metrics, the API and the console."""

import time

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from sidecar.service import status
from sidecar.service.api import api, reasons
from sidecar.service.console import console
from sidecar.service.guard import Attempts, protect, unauthorized_headers
from sidecar.service.runner import Runner
from sidecar.service.tasks import Tasks
from sidecar.service.token import Token
from sync import MirrorBusy

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'",
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
        token: what opens everything but the health checks.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    # A page elsewhere may point a name of its own at this machine; only our names are answered.
    app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1", "[::1]", tasks.configuration.service.host]
    attempts = Attempts(time.monotonic)
    protect(app, token, attempts)

    @app.after_request
    def safe(response: Response) -> Response:
        response.headers.update(_HEADERS)
        unauthorized_headers(response)
        return response

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.name, message=error.description), error.code or 500

    @app.errorhandler(MirrorBusy)
    def busy(error: MirrorBusy) -> tuple[Response, int]:
        return jsonify(error="Service Unavailable", message=str(error)), 503

    _add_health(app, runner, tasks)
    app.register_blueprint(api(runner, tasks))
    app.register_blueprint(console(runner, tasks, token, attempts))
    return app


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
