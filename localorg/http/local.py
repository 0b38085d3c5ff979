"""`/local/...`: what only a local org has, for an administrator on this machine.

    GET, POST, DELETE /local/faults     the orders of `localorg.faults`
    GET, POST         /local/clock      {"now": "2026-01-02T03:04:05Z"} stops the clock there, {"advance": 3600} sets
                                        it so many seconds on, {"now": null} lets it go with the machine's
    ...               /local/writes     and more: see `localorg.http.local_writes`

In Python the same things are `org.faults`, `org.clock`, `org.locks`, `org.rules`, `org.tracking` and `org.bin`.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import math

from flask import Blueprint, Response, request

from localorg.clock import Clock
from localorg.errors import OrgError
from localorg.faults import Faults
from localorg.http.body import json_body, json_response
from localorg.http.local_writes import add_writes
from localorg.http.session import Sessions, require_admin, sign_in
from localorg.org import LocalOrg


def blueprint(org: LocalOrg, sessions: Sessions, faults: Faults) -> Blueprint:
    """`/local/org`, which tells the org's id to everybody here, and the controls."""
    pages = Blueprint("local", __name__)

    @pages.get("/local/org")
    def who() -> Response:
        return json_response({"organization_id": org.org_id})

    @pages.before_request
    def only_admin_here() -> None:
        if not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - no address is bound
            raise OrgError("INSUFFICIENT_ACCESS", "only requests from this machine are served here", status=403)
        if request.path != "/local/org":
            sign_in(org, sessions)
            require_admin()

    @pages.get("/local/faults")
    def list_faults() -> Response:
        return json_response(faults.listed())

    @pages.post("/local/faults")
    def order_fault() -> Response:
        attributes = dict(json_body())
        try:
            faults.order(str(attributes.pop("kind", None)), **attributes)
        except ValueError as error:
            raise OrgError("JSON_PARSER_ERROR", str(error)) from error
        return json_response(faults.listed())

    @pages.delete("/local/faults")
    def clear_faults() -> Response:
        faults.clear()
        return json_response([])

    @pages.get("/local/clock")
    def tell_time() -> Response:
        return json_response({"now": org.clock.now().isoformat()})

    @pages.post("/local/clock")
    def set_clock() -> Response:
        try:
            _set_clock(org.clock, dict(json_body()))
        except (ValueError, OverflowError) as error:
            raise OrgError("JSON_PARSER_ERROR", str(error)) from error
        org.bin.expire()
        return json_response({"now": org.clock.now().isoformat()})

    add_writes(pages, org)
    return pages


def _set_clock(clock: Clock, order: dict[str, object]) -> None:
    """Raises ValueError or OverflowError for an order that cannot be carried out."""
    if len(order) != 1 or not order.keys() <= {"now", "advance"}:
        raise ValueError('give either "now" (a moment, or null to release the clock) or "advance" (seconds)')
    if "advance" in order:
        seconds = order["advance"]
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not math.isfinite(seconds):
            raise ValueError(f"advance: expected a number of seconds, got {seconds!r}")
        clock.advance(dt.timedelta(seconds=seconds))
    elif order["now"] is None:
        clock.release()
    elif isinstance(order["now"], str):
        clock.set(dt.datetime.fromisoformat(order["now"]))
    else:
        raise ValueError(f"now: expected a moment in ISO 8601 with a time zone, got {order['now']!r}")
