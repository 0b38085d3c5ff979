"""`/login/org` and the way back from there."""

import hmac
import logging
from dataclasses import astuple

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sidecar.connection import connected, login_settings
from sidecar.service.guard import Door
from sidecar.service.org_login.access import Access, access_of
from sidecar.service.org_login.provider import Asked, LoginRefusedError, Provider
from sidecar.service.tasks import Tasks
from sync import SyncError

_log = logging.getLogger(__name__)
_COOKIE, _COOKIE_SECONDS = "sidecar_login", 600


def add_org_login(pages: Blueprint, door: Door, tasks: Tasks) -> None:
    """The login with a user of the org, where `[console] org_login` offers it."""
    section = tasks.configuration.console

    @pages.get("/login/org")
    def org_login() -> Response:
        if not section.org_login:
            raise NotFound
        door.starts.check(request.remote_addr)
        door.starts.count(request.remote_addr)
        asked = Asked.new()
        try:
            response = redirect(_provider(tasks).address(asked, _back(tasks)))
        except (LoginRefusedError, SyncError) as error:
            return _refused(error)
        # The way back comes from another site, so this cookie cannot be as strict as that of the session.
        response.set_cookie(
            _COOKIE,
            _serializer().dumps(astuple(asked)),
            max_age=_COOKIE_SECONDS,
            path="/login",
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )
        return response

    @pages.get("/login/back")
    def org_callback() -> Response:
        if not section.org_login:
            raise NotFound
        door.attempts.check(request.remote_addr)
        try:
            access = _access(tasks)
        except (LoginRefusedError, SyncError) as error:
            door.attempts.count(request.remote_addr)
            return _refused(error)
        door.enter(access.username, access.role)
        # A redirect would still count as coming from the other site, and the session's cookie would stay behind.
        response = make_response(render_template("welcome.html"))
        response.delete_cookie(_COOKIE, path="/login")
        return response


def _access(tasks: Tasks) -> Access:
    """Who came back, and what this user may do. Raises LoginRefusedError or SyncError."""
    asked = _asked()
    if asked is None or not hmac.compare_digest(request.args.get("state", "").encode(), asked.state.encode()):
        raise LoginRefusedError("this login was begun elsewhere or too long ago: log in again")
    code = request.args.get("code")
    if not code:
        raise LoginRefusedError("the org let nobody in: log in again")
    identity = _provider(tasks).identity(asked, _back(tasks), code)
    with connected(tasks.configuration, tasks.state) as org, org:
        return access_of(org, identity, tasks.configuration.console)


def _provider(tasks: Tasks) -> Provider:
    return Provider(login_settings(tasks.configuration, tasks.state), tasks.configuration.console.consumer_secret)


def _back(tasks: Tasks) -> str:
    """The address of the way back, as the connected app has to know it."""
    base = tasks.configuration.console.url or request.url_root
    return f"{base.rstrip('/')}{url_for('console.org_callback')}"


def _asked() -> Asked | None:
    try:
        return Asked(*_serializer().loads(request.cookies.get(_COOKIE, ""), max_age=_COOKIE_SECONDS))
    except (BadData, TypeError):
        return None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="login")


def _refused(error: Exception) -> Response:
    _log.warning("a login with a user of the org was refused: %s", error)
    known = isinstance(error, LoginRefusedError)
    problem = str(error) if known else "the org cannot be asked now: try again, or log in with the token"
    response = make_response(render_template("login.html", problem=problem, org_login=True), 403 if known else 503)
    response.delete_cookie(_COOKIE, path="/login")
    return response
