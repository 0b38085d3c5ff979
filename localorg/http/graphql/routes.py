"""`POST .../graphql`."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, g

from localorg.errors import OrgError
from localorg.http.body import json_body, json_response
from localorg.http.graphql.execute import Engine
from localorg.http.graphql.types import VisibleSchemas
from localorg.http.limits import CallCounter
from localorg.http.session import current_user
from localorg.http.writes import Writer
from localorg.org import LocalOrg
from localorg.pages.metadata import PagePackage


def blueprint(
    org: LocalOrg, package: PagePackage, writer: Writer, calls: CallCounter, schemas: VisibleSchemas
) -> Blueprint:
    """`/graphql`: queries and mutations over UI API's objects. Each query of records is an API call."""
    routes = Blueprint("graphql", __name__)

    def count(further: int) -> None:
        for _ in range(0 if g.with_cookie else further):
            calls.count()

    engine = Engine(org, package, writer, count, schemas)

    @routes.post("/graphql")
    def graphql() -> Response:
        body = json_body()
        text = body.get("query")
        variables = body.get("variables") or {}
        name = body.get("operationName")
        if not isinstance(text, str) or not isinstance(variables, Mapping) or not isinstance(name, str | None):
            reason = "expected a JSON object with query (text), variables (an object) and operationName (text)"
            raise OrgError("POST_BODY_PARSE_ERROR", reason)
        return json_response(engine.execute(current_user(), text, variables, name))

    return routes
