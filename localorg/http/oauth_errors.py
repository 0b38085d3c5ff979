"""Refusals of the login endpoints: an object with `error`, never cached."""

from __future__ import annotations

from flask import Response

from localorg.http.body import json_response


class OAuthError(Exception):
    """An OAuth refusal: an object, not the array of the data API."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error, description, status)
        self.error = error
        self.description = description
        self.status = status


def missing_parameter(name: str) -> OAuthError:
    return OAuthError("invalid_request", f"missing required parameter: {name}")


def invalid_assertion() -> OAuthError:
    return OAuthError("invalid_grant", "invalid assertion")


def private_json(body: object, status: int = 200) -> Response:
    """JSON that no cache may keep."""
    response = json_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response


def refusal(error: OAuthError) -> Response:
    """The answer to a refused request."""
    response = private_json({"error": error.error, "error_description": error.description}, error.status)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Salesforce"'
    return response
