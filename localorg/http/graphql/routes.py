"""`POST .../graphql`."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response

from localorg.errors import OrgError
from localorg.http.body import json_body, json_response
from localorg.http.graphql.execute import execute
from localorg.http.session import current_user
from localorg.org import LocalOrg


def blueprint(org: LocalOrg) -> Blueprint:
    """`/graphql`: queries over UI API's objects."""
    routes = Blueprint("graphql", __name__)

    @routes.post("/graphql")
    def graphql() -> Response:
        body = json_body()
        text = body.get("query")
        variables = body.get("variables") or {}
        name = body.get("operationName")
        if not isinstance(text, str) or not isinstance(variables, Mapping):
            reason = "expected a JSON object with query (text), variables (an object) and operationName"
            raise OrgError("POST_BODY_PARSE_ERROR", reason)
        return json_response(execute(org, current_user(), text, variables, name if isinstance(name, str) else None))

    return routes
