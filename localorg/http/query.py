"""`/query`, `/queryAll` and their further pages."""

from __future__ import annotations

import re

from flask import Blueprint, Response, g, request

from localorg.errors import OrgError
from localorg.http.body import json_response
from localorg.http.session import current_user
from localorg.soql.run import LARGEST_PAGE, Asked, Queries

_BATCH_SIZE = re.compile(r"\s*batchSize\s*=\s*([1-9]\d{0,8})\s*", re.IGNORECASE)


def blueprint(queries: Queries) -> Blueprint:
    """The query resources."""
    pages = Blueprint("query", __name__)

    @pages.get("/query", defaults={"all_rows": False})
    @pages.get("/queryAll", defaults={"all_rows": True})
    def query(all_rows: bool) -> Response:
        explained = request.args.get("explain")
        if explained is not None:
            return json_response(queries.explain(asked(), explained, all_rows=all_rows))
        text = request.args.get("q")
        if text is None:
            raise OrgError("MALFORMED_QUERY", "A query string has to be specified")
        if request.args.get("columns", "").lower() == "true":
            return json_response(queries.columns(asked(), text, all_rows=all_rows))
        return _page(queries.query_text(asked(), text, all_rows=all_rows))

    @pages.get("/query/<locator>")
    @pages.get("/queryAll/<locator>")
    def more(locator: str) -> Response:
        return _page(queries.more_text(asked(), locator))

    return pages


def asked() -> Asked:
    """Who asks, and for how many rows a page. Raises OrgError INVALID_BATCH_SIZE for a header that is no number."""
    header = request.headers.get("Sforce-Query-Options")
    found = _BATCH_SIZE.fullmatch(header) if header is not None else None
    if header is not None and found is None:
        reason = f"The query options have an invalid batch size value: {header}"
        raise OrgError("INVALID_BATCH_SIZE", reason)
    return Asked(current_user(), g.base, int(found.group(1)) if found else LARGEST_PAGE)


def _page(text: str) -> Response:
    return Response(text, content_type="application/json;charset=UTF-8")
