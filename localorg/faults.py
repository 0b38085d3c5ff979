"""Faults on demand: what goes wrong with a real org, ordered by a test or a demonstration.

In Python `org.faults.order("cut", bytes=1000)`; over HTTP, for an administrator on this machine only, JSON to
`POST /local/faults` (see `localorg.http.local`):

    {"kind": "session_end", "after": 3}               all sessions end after three more calls
    {"kind": "unavailable", "count": 2}               503 SERVER_UNAVAILABLE for the next two calls
    {"kind": "html"}                                  502 with an HTML page
    {"kind": "limit"}                                 403 REQUEST_LIMIT_EXCEEDED
    {"kind": "cut", "bytes": 1000}                    the next download ends after 1,000 bytes, its connection is closed
    {"kind": "slow", "rate": 500}                     the next download comes at 500 bytes a second
    {"kind": "lock", "count": 5, "parent": "001..."}  UNABLE_TO_LOCK_ROW for the next five rows which hang on the parent
    {"kind": "refuse", "object": "Case", "code": "ENTITY_IS_LOCKED", "message": "..."}  the next row is refused
    {"kind": "trigger", "object": "Opportunity", "condition": "Amount > 5"}   the trigger fails for a chunk of rows
    {"kind": "late", "object": "Account", "seconds": 2}  the next write is stamped now and seen two seconds later
    {"kind": "job", "message": "..."}                 the next Bulk job fails
    {"kind": "job_abort"}                             the next Bulk job is aborted half way
    {"kind": "contention"}                            in the next ingest, inner batches lock each other's parents out
    {"kind": "field_add", "object": "Account", "field": "Tier__c", "type": "string", "length": 20}   at once
    {"kind": "field_retype", "object": "Account", "field": "Tier__c", "type": "double", "precision": 18}
    {"kind": "field_remove", "object": "Account", "field": "Tier__c"}

A field takes `label`, `length`, `precision`, `scale`, `digits`, `values` (of a picklist) and `grant`: the permission
set whose holders read and write it; without a grant only administrators see it.

`count` is how often it happens (once by default), `after` how often it still goes well before. A download is a page of
a query, the result of a Bulk job or its list of result pages. A late write without `seconds` waits for
`release()` (`POST /local/writes/release`). `DELETE /local/faults` forgets all orders, `GET` lists those still open.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass

from localorg.errors import OrgError

HTML_PAGE = "<html><head><title>Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_OFTEN = frozenset({"count", "after"})
# What every kind needs, and what it may have besides.
KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "session_end": (frozenset(), _OFTEN),
    "unavailable": (frozenset(), _OFTEN),
    "html": (frozenset(), _OFTEN),
    "limit": (frozenset(), _OFTEN),
    "cut": (frozenset({"bytes"}), _OFTEN),
    "slow": (frozenset({"rate"}), _OFTEN),
    "lock": (frozenset({"parent"}), _OFTEN),
    "refuse": (frozenset({"object"}), _OFTEN | {"field", "code", "message"}),
    "trigger": (frozenset({"object"}), _OFTEN | {"condition", "message"}),
    "late": (frozenset({"object"}), _OFTEN | {"seconds"}),
    "job": (frozenset(), _OFTEN | {"message"}),
    "job_abort": (frozenset(), _OFTEN),
    "contention": (frozenset(), _OFTEN),
}
_FIELD_FACTS = frozenset({"label", "length", "precision", "scale", "digits", "values", "grant"})
SCHEMA_KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "field_add": (frozenset({"object", "field", "type"}), _FIELD_FACTS),
    "field_retype": (frozenset({"object", "field", "type"}), _FIELD_FACTS),
    "field_remove": (frozenset({"object", "field"}), frozenset()),
}
_WHOLE = {"count": 1, "after": 0, "bytes": 0, "rate": 1, "length": 1, "precision": 1, "scale": 0, "digits": 1}
_MOST_SECONDS = 600.0

SchemaChange = Callable[[str, Mapping[str, object]], None]


class InterruptionError(Exception):
    """An answer in place of the resource's own."""

    def __init__(self, status: int, body: str, content_type: str) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.content_type = content_type


@dataclass
class Fault:
    """One order. `after`: how often it still goes well; `count`: how often it then happens; see the module for more."""

    kind: str
    count: int = 1
    after: int = 0
    parent: str | None = None
    object: str | None = None
    field: str | None = None
    code: str | None = None
    message: str | None = None
    bytes: int | None = None
    rate: int | None = None
    seconds: float | None = None
    condition: str | None = None


class Faults:
    """The orders of one org; nothing happens without one. Safe to use from several threads."""

    def __init__(self, change_schema: SchemaChange | None = None) -> None:
        """change_schema: carries out the orders that change a field."""
        self._change_schema = change_schema
        self._orders: list[Fault] = []
        self._condition = threading.Condition()
        self._releases = 0
        self._withheld = 0

    def order(self, kind: str, **attributes: object) -> None:
        """Let something go wrong, with the attributes that its kind takes (see the module).

        Raises ValueError, with what is wrong, for an unknown kind, a missing, unknown or malformed attribute, or a
        change of the schema that cannot be made; then nothing is ordered.
        """
        if kind in SCHEMA_KINDS and self._change_schema is not None:
            _check(kind, attributes, *SCHEMA_KINDS[kind])
            self._change_schema(kind, attributes)
            return
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}: expected one of {', '.join([*KINDS, *SCHEMA_KINDS])}")
        _check(kind, attributes, *KINDS[kind])
        fault = Fault(kind)
        for name, value in attributes.items():
            setattr(fault, name, value)
        with self._condition:
            self._orders.append(fault)

    def clear(self) -> None:
        """Forget all orders and let writes go on that are withheld."""
        with self._condition:
            self._orders.clear()
        self.release()

    def listed(self) -> list[dict[str, object]]:
        """The orders that are still open, with the attributes that they have."""
        with self._condition:
            return [{name: value for name, value in asdict(each).items() if value is not None} for each in self._orders]

    def take(self, kind: str, *, sobject: str | None = None) -> Fault | None:
        """Let it happen once if it is due: uses up one count of the first order of the kind.

        sobject: the object concerned; orders for another object are passed over.
        Returns the order, None when all goes well.
        """
        if not self._orders:
            return None
        with self._condition:
            for fault in self._orders:
                if fault.kind != kind or (fault.object and sobject and fault.object.lower() != sobject.lower()):
                    continue
                return self._use(fault)
        return None

    def has(self, kind: str, sobject: str | None = None) -> bool:
        """Whether anything of this kind is ordered, for an object if one is named."""
        return any(
            each.kind == kind and (sobject is None or each.object is None or each.object.lower() == sobject.lower())
            for each in tuple(self._orders)
        )

    def first(self, kind: str, sobject: str) -> Fault | None:
        """The order of this kind for an object whose turn is next, without using it."""
        with self._condition:
            found = (f for f in self._orders if f.kind == kind and (f.object or "").lower() == sobject.lower())
            return next(found, None)

    def call(self) -> bool:
        """Take an API call. Returns whether all sessions end with it.

        Raises InterruptionError or OrgError when the call is to fail.
        """
        ended = self.take("session_end") is not None
        if self.take("limit"):
            raise OrgError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
        if self.take("unavailable"):
            raise OrgError("SERVER_UNAVAILABLE", "Server Unavailable", status=503)
        if self.take("html"):
            raise InterruptionError(502, HTML_PAGE, "text/html")
        return ended

    def locked(self, related: Iterable[str]) -> str | None:
        """The parent that is locked among a row's related ids, None when the row may be written."""
        ids = {each[:15] for each in related}
        with self._condition:
            for fault in self._orders:
                if fault.kind == "lock" and fault.parent is not None and fault.parent[:15] in ids:
                    return fault.parent if self._use(fault) else None
        return None

    def withhold(self, seconds: float | None) -> None:
        """Wait so many seconds, or until `release()`; None waits for the release alone."""
        with self._condition:
            releases = self._releases
            self._withheld += 1
            try:
                self._condition.wait_for(lambda: self._releases != releases, seconds)
            finally:
                self._withheld -= 1

    def release(self) -> None:
        """Let all writes go on that are withheld."""
        with self._condition:
            self._releases += 1
            self._condition.notify_all()

    @property
    def withheld(self) -> int:
        """How many writes are withheld now."""
        return self._withheld

    def _use(self, fault: Fault) -> Fault | None:
        if fault.after > 0:
            fault.after -= 1
            return None
        fault.count -= 1
        if fault.count <= 0:
            self._orders.remove(fault)
        return fault


def _check(kind: str, given: Mapping[str, object], needed: frozenset[str], possible: frozenset[str]) -> None:
    """Raises ValueError for what an order of this kind cannot be."""
    unknown = sorted(set(given) - needed - possible)
    if unknown:
        known = sorted(needed | possible)
        raise ValueError(f"{kind} does not take {', '.join(unknown)}: expected {', '.join(known)}")
    missing = sorted(needed - {name for name, value in given.items() if value not in (None, "")})
    if missing:
        raise ValueError(f"{kind} needs {', '.join(missing)}")
    for name, value in given.items():
        _check_value(kind, name, value)


def _check_value(kind: str, name: str, value: object) -> None:
    if name in _WHOLE:
        if not isinstance(value, int) or isinstance(value, bool) or value < _WHOLE[name]:
            raise ValueError(f"{kind}: {name} must be a whole number of at least {_WHOLE[name]}, got {value!r}")
    elif name == "seconds":
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _MOST_SECONDS:
            raise ValueError(f"{kind}: seconds must be a number from 0 to {_MOST_SECONDS:.0f}, got {value!r}")
    elif name == "values":
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each for each in value):
            raise ValueError(f"{kind}: values must be a list of texts, got {value!r}")
    elif not isinstance(value, str):
        raise ValueError(f"{kind}: {name} must be a text, got {value!r}")
