"""The rows a user looked at or wrote with `Sforce-Mru: updateMru=true`: `/recent`, and `recentItems` of an object."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from flask import Blueprint, Response, g, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.body import json_response
from localorg.http.fetch import fetch_records
from localorg.http.session import current_user
from localorg.org import LocalOrg

MOST_KEPT = 200
_Items = list[dict[str, object]]


class Recent:
    """The most recently used rows of each user, newest first. A restart forgets them."""

    def __init__(self, org: LocalOrg) -> None:
        self._org = org
        self._used: dict[str, list[tuple[str, str]]] = {}
        self._lock = threading.Lock()

    def note(self, user: User, sobject: str, record_id: str) -> None:
        """Remember a row, if the request asks for it."""
        if "updatemru=true" not in request.headers.get("Sforce-Mru", "").replace(" ", "").lower():
            return
        with self._lock:
            used = self._used.setdefault(user.id, [])
            if (sobject, record_id) in used:
                used.remove((sobject, record_id))
            used.insert(0, (sobject, record_id))
            del used[MOST_KEPT:]

    def items(self, user: User, sobject: str | None = None, limit: int = MOST_KEPT) -> _Items:
        """The rows that are still there, with their names."""
        used = [each for each in self._used.get(user.id, ()) if sobject in (None, each[0])][:limit]
        found: dict[str, dict[str, object]] = {}
        for name in dict.fromkeys(each for each, _ in used):
            found |= self._of_object(user, name, [record_id for each, record_id in used if each == name])
        return [found[record_id] for _, record_id in used if record_id in found]

    def _of_object(self, user: User, name: str, ids: Sequence[str]) -> dict[str, dict[str, object]]:
        sobject = self._org.schema.get(name)
        if sobject is None or not user.may_read_object(sobject.name):
            return {}
        label = sobject.name_field
        fields = ["Id", label.name] if label and user.may_read(sobject.name, label.name) else ["Id"]
        records = fetch_records(self._org, user, g.base, sobject, ids, fields)
        return {record_id: record for record_id, record in zip(ids, records, strict=True) if record is not None}


def blueprint(recent: Recent) -> Blueprint:
    """`/recent`."""
    pages = Blueprint("recent", __name__)

    @pages.get("/recent")
    def list_recent() -> Response:
        text = request.args.get("limit", str(MOST_KEPT))
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= 2_000:
            raise OrgError("INVALID_QUERY_LIMIT", "limit: expected a number from 1 to 2000")
        return json_response(recent.items(current_user(), limit=int(text)))

    return pages
