"""When a description last changed, so that a client which has it already is told so."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading

from flask import Response
from werkzeug.http import http_date

from localorg.clock import Clock
from localorg.http.body import json_response
from localorg.http.conditional import check_since

_SECOND = dt.timedelta(seconds=1)


class Freshness:
    """Remembers what was answered to whom: another answer than the last one is newer by a second at least.

    What the server answered before its last start counts as changed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[bytes, dt.datetime]] = {}
        self._lock = threading.Lock()

    def answer(self, user_id: str, name: str, body: object) -> Response:
        """The body as JSON with its Last-Modified.

        304 when the reader has it already. Raises OrgError 412 or 400 as for conditional requests.
        """
        response = json_response(body)
        modified = self._modified(user_id, name, response.get_data())
        check_since(modified)
        response.headers["Last-Modified"] = http_date(modified)
        return response

    def _modified(self, user_id: str, name: str, content: bytes) -> dt.datetime:
        digest = hashlib.sha256(content).digest()
        now = self._clock.now().replace(microsecond=0)
        with self._lock:
            known = self._known.get((user_id, name))
            if known is None or known[0] != digest:
                known = (digest, now if known is None else max(now, known[1] + _SECOND))
                self._known[user_id, name] = known
            return known[1]
