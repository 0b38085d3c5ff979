"""`/query`, `/queryAll` and their further pages."""

from __future__ import annotations

import re

from flask import Blueprint, Response, g, request

from localorg.errors import OrgError
from localorg.http.body import json_response
from localorg.http.session import current_user
from localorg.soql.run import LARGEST_PAGE, Asked, Queries

_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d{1,9})", re.IGNORECASE)


def blueprint(queries: Queries) -> Blueprint:
    """The query resources."""
    pages = Blueprint("query", __name__)

    @pages.get("/query", defaults={"all_rows": False})
    @pages.get("/queryAll", defaults={"all_rows": True})
    def query(all_rows: bool) -> Response:
        text = request.args.get("q")
        if text is None:
            raise OrgError("MALFORMED_QUERY", "A query string has to be specified")
        return json_response(queries.query(asked(), text, all_rows=all_rows))

    @pages.get("/query/<locator>")
    @pages.get("/queryAll/<locator>")
    def more(locator: str) -> Response:
        return json_response(queries.more(asked(), locator))

    return pages


def asked() -> Asked:
    """Who asks, and for how many rows a page."""
    found = _BATCH_SIZE.search(request.headers.get("Sforce-Query-Options", ""))
    return Asked(current_user(), g.base, int(found.group(1)) if found else LARGEST_PAGE)
