"""What every API request passes: version, session, call limit, ordered faults; the header that reports the limit."""

from __future__ import annotations

import re

from flask import Flask, Response, g, request
from werkzeug.http import http_date

from localorg.errors import OrgError
from localorg.faults import InterruptionError
from localorg.http.body import json_response
from localorg.http.download import hindered, is_download
from localorg.http.errors import invalid_session, not_found
from localorg.http.services import Services
from localorg.http.session import sign_in
from localorg.http.versions import NEWEST_VERSION, OLDEST_VERSION, versions

LONGEST_URI = 16_384  # bytes
INNER_CALL = "localorg.inner_call"  # in the environment of a composite's subrequest: part of one call
_ROOT = "/services/data/"
_VERSIONED = re.compile(r"/services/data/(v(\d{1,3})\.0)(/|$)")


def register_gate(app: Flask, services: Services) -> None:
    """Put the gate before, and the limit header behind, everything below `/services/data`."""

    @app.get("/services/data")
    def list_versions() -> Response:
        return json_response(versions())

    @app.before_request
    def enter() -> None:
        if len(request.query_string) + len(request.path) > LONGEST_URI:
            raise OrgError("URI_TOO_LONG", f"The URI is longer than {LONGEST_URI} bytes", status=414)
        if _head_bytes() > LONGEST_URI:
            message = f"The URI and the headers are longer than {LONGEST_URI} bytes"
            raise OrgError("REQUEST_HEADER_FIELDS_TOO_LARGE", message, status=431)
        if not request.path.startswith(_ROOT) or request.path == _ROOT:
            return
        match = _VERSIONED.match(request.path)
        if match is None or not OLDEST_VERSION <= int(match.group(2)) <= NEWEST_VERSION:
            raise not_found()
        g.version = match.group(1)
        g.base = _ROOT + g.version
        sign_in(services.org, services.sessions)
        # Calls of a page in the browser are not API calls of the org's budget.
        if not g.with_cookie and INNER_CALL not in request.environ:
            services.calls.count()
            if services.faults.call():
                services.sessions.end_all()
                raise invalid_session()

    @app.url_value_preprocessor
    def drop_version(_endpoint: str | None, values: dict[str, object] | None) -> None:
        if values:
            values.pop("version", None)

    @app.errorhandler(InterruptionError)
    def interrupted(fault: InterruptionError) -> Response:
        return Response(fault.body, status=fault.status, content_type=fault.content_type)

    @app.after_request
    def report_limit(response: Response) -> Response:
        if request.path.startswith(_ROOT + "v"):
            response.headers["Sforce-Limit-Info"] = f"api-usage={services.calls.used}/{services.calls.maximum}"
            # clients take the org's time from here, so it has to be the one that stamps the rows
            response.headers["Date"] = http_date(services.org.clock.now())
            if response.status_code == 200 and INNER_CALL not in request.environ and is_download():
                return hindered(response, services.faults)
        return response


def _head_bytes() -> int:
    address = len(request.query_string) + len(request.path)
    return address + sum(len(name) + len(value) for name, value in request.headers.items())
