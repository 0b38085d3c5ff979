"""Faults on demand: what goes wrong with a real org, ordered by a test or a demonstration.

An order is JSON to `POST /local/faults` with an administrator's session, from this machine only:

    {"kind": "session_end", "after": 3}               the sessions end after three more calls
    {"kind": "unavailable", "count": 2}               503 SERVER_UNAVAILABLE for the next two calls
    {"kind": "html", "count": 1}                      502 with an HTML page
    {"kind": "limit", "count": 1}                     403 REQUEST_LIMIT_EXCEEDED
    {"kind": "lock", "count": 5, "parent": "001..."}  UNABLE_TO_LOCK_ROW for the next five rows which hang on the parent
    {"kind": "job", "count": 1}                       the next Bulk job fails

`DELETE /local/faults` forgets all orders, `GET` lists them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from localorg.errors import OrgError

KINDS = ("session_end", "unavailable", "html", "limit", "lock", "job")
HTML_PAGE = "<html><head><title>Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class InterruptionError(Exception):
    """An answer in place of the resource's own."""

    def __init__(self, status: int, body: str, content_type: str) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.content_type = content_type


@dataclass
class Fault:
    """One order. `after`: calls that still go well; `count`: how often it then happens."""

    kind: str
    count: int = 1
    after: int = 0
    parent: str | None = None


class Faults:
    """The orders of one org; nothing happens without one."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._lock = threading.Lock()

    def order(self, kind: str, *, count: int = 1, after: int = 0, parent: str | None = None) -> None:
        """Let something go wrong. Raises ValueError for an unknown kind, a negative number or a lock without parent."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}: expected one of {', '.join(KINDS)}")
        if count < 1 or after < 0:
            raise ValueError(f"a fault needs count >= 1 and after >= 0, got count {count} and after {after}")
        if kind == "lock" and not parent:
            raise ValueError("a lock needs the id of the parent whose rows it holds")
        with self._lock:
            self._orders.append(Fault(kind, count, after, parent))

    def clear(self) -> None:
        """Forget all orders."""
        with self._lock:
            self._orders.clear()

    def listed(self) -> list[dict[str, object]]:
        """The orders that are still open."""
        with self._lock:
            return [asdict(each) for each in self._orders]

    @property
    def locks(self) -> bool:
        """Whether any rows are to be locked."""
        return any(each.kind == "lock" for each in self._orders)

    def call(self) -> bool:
        """Take an API call. Returns whether all sessions end with it.

        Raises InterruptionError or OrgError when the call is to fail.
        """
        ended = self._happens("session_end")
        if self._happens("limit"):
            raise OrgError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
        if self._happens("unavailable"):
            raise OrgError("SERVER_UNAVAILABLE", "Server Unavailable", status=503)
        if self._happens("html"):
            raise InterruptionError(502, HTML_PAGE, "text/html")
        return ended

    def job_fails(self) -> bool:
        """Whether the Bulk job that begins now is to fail."""
        return self._happens("job")

    def locked(self, related: Iterable[str]) -> str | None:
        """The parent that is locked among a row's related ids, None when the row may be written."""
        ids = {each[:15] for each in related}
        with self._lock:
            for fault in self._orders:
                if fault.kind == "lock" and fault.parent is not None and fault.parent[:15] in ids:
                    self._use(fault)
                    return fault.parent
        return None

    def _happens(self, kind: str) -> bool:
        if not self._orders:
            return False
        with self._lock:
            for fault in self._orders:
                if fault.kind != kind:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    return False
                self._use(fault)
                return True
        return False

    def _use(self, fault: Fault) -> None:
        fault.count -= 1
        if fault.count <= 0:
            self._orders.remove(fault)
