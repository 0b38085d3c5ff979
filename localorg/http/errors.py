"""Errors as the REST API answers them: a JSON array, never a stack trace."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from localorg.errors import OrgError
from localorg.http.body import json_response

_log = logging.getLogger(__name__)
_KNOWN = {
    400: ("BAD_REQUEST", "The request cannot be understood"),
    404: ("NOT_FOUND", "The requested resource does not exist"),
    413: ("REQUEST_TOO_LARGE", "The request is larger than the org takes"),
    415: ("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type"),
}
_METHOD_ORDER = ("HEAD", "GET", "POST", "PATCH", "PUT", "DELETE")


def error_body(errors: Iterable[OrgError], *, of_row: bool = False) -> list[dict[str, object]]:
    """The array of errors; those of a row name their fields even if there are none."""
    return [
        {"message": error.message, "errorCode": error.code}
        | ({"fields": list(error.fields)} if of_row or error.fields else {})
        for error in errors
    ]


def row_errors(errors: Iterable[OrgError]) -> list[dict[str, object]]:
    """A row's errors inside an answer about several rows, where the code is called `statusCode`."""
    return [{"statusCode": each.code, "message": each.message, "fields": list(each.fields)} for each in errors]


def not_found() -> OrgError:
    return OrgError("NOT_FOUND", "The requested resource does not exist", status=404)


def invalid_session() -> OrgError:
    return OrgError("INVALID_SESSION_ID", "Session expired or invalid", status=401)


def register_error_handlers(app: Flask) -> None:
    """Let the app answer every exception in Salesforce's form."""

    @app.errorhandler(OrgError)
    def refused(error: OrgError) -> Response:
        return json_response(error_body([error]), error.status)

    @app.errorhandler(MethodNotAllowed)
    def wrong_method(error: MethodNotAllowed) -> Response:
        valid = set(error.valid_methods or ()) - {"OPTIONS"}
        allowed = ",".join(method for method in _METHOD_ORDER if method in valid)
        message = f"HTTP Method '{request.method}' not allowed. Allowed are {allowed}"
        return json_response(error_body([OrgError("METHOD_NOT_ALLOWED", message)]), 405)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.response is not None and error.response.status_code < 400:
            return Response(status=error.response.status_code, headers=error.response.headers)  # a condition's 304
        status = error.code or 500
        code, message = _KNOWN.get(status, ("UNKNOWN_EXCEPTION", error.name))
        return json_response(error_body([OrgError(code, message)]), status)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        number = f"{secrets.randbelow(10**10):010d}-{secrets.randbelow(10**5):05d}"
        _log.error("error %s", number, exc_info=error)
        message = (
            "An unexpected error occurred. Please include this ErrorId if you contact support: "
            f"{number} (its cause is in the local org's log)"
        )
        return json_response(error_body([OrgError("UNKNOWN_EXCEPTION", message)]), 500)
