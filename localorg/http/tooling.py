"""The part of the Tooling API that tells about the schema: queries and describes of a few objects over it.

The objects' rows are copied into tables of the org's file whenever the schema is another than at the last question.
"""

from __future__ import annotations

import dataclasses
import hashlib
import threading

from flask import Blueprint, Response, g, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.body import json_response
from localorg.http.describe import describe, describe_summary
from localorg.http.query import asked
from localorg.http.roots import find_object
from localorg.http.session import current_user
from localorg.http.tooling_objects import CUSTOM_FIELD, ENTITY, FIELD, Rows, rows_of, tooling_objects
from localorg.org import LocalOrg
from localorg.schema.model import Schema
from localorg.soql.cursors import Cursors
from localorg.soql.run import Asked, Queries
from localorg.store.sql import delete_statement, insert_rows

_FILLED = (ENTITY, FIELD, CUSTOM_FIELD)


def blueprint(org: LocalOrg, cursors: Cursors) -> Blueprint:
    """`/tooling/query` and `/tooling/sobjects`."""
    pages = Blueprint("tooling", __name__)
    tooling = _Tooling(org)
    queries = Queries(tooling.org, cursors)

    @pages.get("/tooling/query")
    def query() -> Response:
        text = request.args.get("q")
        if text is None:
            raise OrgError("MALFORMED_QUERY", "A query string has to be specified")
        tooling.refresh()
        return json_response(queries.query(_asked(tooling), text))

    @pages.get("/tooling/query/<locator>")
    def more(locator: str) -> Response:
        return json_response(queries.more(_asked(tooling), locator))

    @pages.get("/tooling/sobjects")
    def describe_global() -> Response:
        user = tooling.viewer(current_user())
        visible = [each for each in tooling.org.schema.objects.values() if user.may_read_object(each.name)]
        summaries = [describe_summary(each, user, _base()) for each in visible]
        return json_response({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": summaries})

    @pages.get("/tooling/sobjects/<name>")
    def describe_basic(name: str) -> Response:
        user = tooling.viewer(current_user())
        summary = describe_summary(find_object(tooling.org, user, name), user, _base())
        return json_response({"objectDescribe": summary, "recentItems": []})

    @pages.get("/tooling/sobjects/<name>/describe")
    def describe_full(name: str) -> Response:
        user = tooling.viewer(current_user())
        return json_response(describe(find_object(tooling.org, user, name), user, _base()))

    return pages


class _Tooling:
    """The schema seen as rows, in an org of its own objects over the same file."""

    def __init__(self, org: LocalOrg) -> None:
        self._of = org
        self._digest: bytes | None = None
        self._lock = threading.Lock()
        self.org = LocalOrg(
            org.database, Schema({each.name: each for each in tooling_objects()}), org.clock, org.org_id
        )
        org.database.ensure_tables(self.org.schema.objects.values())

    def viewer(self, user: User) -> User:
        """The user with what they may see here: administrators everything, others nothing."""
        return dataclasses.replace(user, schema=self.org.schema, grants=())

    def refresh(self) -> None:
        """Write the schema's rows anew if it has changed."""
        rows = rows_of(self._of.schema)
        digest = hashlib.sha256(repr(rows).encode()).digest()
        with self._lock:
            if digest != self._digest:
                self._fill(rows)
                self._digest = digest

    def _fill(self, rows: Rows) -> None:
        with self.org.database.writer() as connection:
            for name in _FILLED:
                connection.execute(delete_statement(name, "1"))
                insert_rows(connection, name, rows[name])


def _base() -> str:
    return f"{g.base}/tooling"


def _asked(tooling: _Tooling) -> Asked:
    """Who asks, as the Tooling API sees them."""
    present = asked()
    return dataclasses.replace(present, user=tooling.viewer(present.user), base=_base())
