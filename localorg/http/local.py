"""`/local/...`: what only a local org has. Faults, the clock; for an administrator on this machine."""

from __future__ import annotations

import datetime as dt
import ipaddress

from flask import Blueprint, Response, request

from localorg.errors import OrgError
from localorg.faults import Faults
from localorg.http.body import json_body, json_response
from localorg.http.session import Sessions, require_admin, sign_in
from localorg.org import LocalOrg


def blueprint(org: LocalOrg, sessions: Sessions, faults: Faults) -> Blueprint:
    """`/local/org`, `/local/faults` and `/local/clock`."""
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
        moment = json_body().get("now")
        if moment is None:
            org.clock.release()
        else:
            try:
                org.clock.set(dt.datetime.fromisoformat(str(moment)))
            except ValueError as error:
                raise OrgError("JSON_PARSER_ERROR", f"now: {error}") from error
        return json_response({"now": org.clock.now().isoformat()})

    return pages
