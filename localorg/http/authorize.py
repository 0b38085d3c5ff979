"""The web server flow's page: `/services/oauth2/authorize`, where somebody chooses whom to be.

A local org has no passwords: whoever sits at this machine may be anybody. The page says so, and opens only here.
"""

from __future__ import annotations

import html
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from localorg.access import User
from localorg.http.connected_app import ConnectedApp, find_app
from localorg.http.loopback import from_this_machine, names_this_machine
from localorg.http.oauth_client import check_user
from localorg.http.oauth_errors import OAuthError, missing_parameter
from localorg.http.oauth_grants import Asked, Codes
from localorg.http.openid import SCOPES
from localorg.org import LocalOrg

DEFAULT_SCOPE = "api id openid refresh_token"
_OPEN_SECONDS = 15 * 60
_MOST_OPEN = 1_000
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}"
    "label{display:block;padding:.25rem 0}button{font:inherit;padding:.5rem 1rem;margin:1rem .5rem 0 0}"
)
_PAGE = """<!doctype html>
<html lang="en-US">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} | Local org</title><link rel="icon" href="data:,"><style>{style}</style></head>
<body><main><h1>{title}</h1>
{body}
</main></body>
</html>
"""
_FORM = """<p>This is a local org. It has no passwords: choose whom to be.</p>
<p>The client at <strong>{target}</strong> asks for: {scopes}.</p>
<form method="post" action="/services/oauth2/authorize">
<input type="hidden" name="request" value="{key}">
<fieldset><legend>User</legend>
{users}
</fieldset>
<button type="submit" name="decision" value="allow">Allow access</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>"""
_USER = '<label><input type="radio" name="user" value="{id}" required{checked}> {name} ({username})</label>'


@dataclass(frozen=True)
class _Open:
    """A page that waits for an answer."""

    asked: Asked
    state: str | None
    until: float


class _Waiting:
    """The open pages by a key which only the page itself knows, so that no other site can answer for the user."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._lock = threading.Lock()

    def add(self, asked: Asked, state: str | None) -> str:
        now, key = time.monotonic(), secrets.token_urlsafe(32)
        with self._lock:
            live = [item for item in self._open.items() if item[1].until > now]
            self._open = dict(live[-_MOST_OPEN:])
            self._open[key] = _Open(asked, state, now + _OPEN_SECONDS)
        return key

    def take(self, key: str) -> _Open:
        """Raises OAuthError when the page was answered already or is too old."""
        with self._lock:
            found = self._open.pop(key, None)
        if found is None or found.until <= time.monotonic():
            raise OAuthError("invalid_request", "this page was answered already or has expired")
        return found


class _RedirectError(Exception):
    """A refusal that the client is told, as its address is known to be right."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error, description)
        self.answer = {"error": error, "error_description": description}


def blueprint(org: LocalOrg, codes: Codes) -> Blueprint:
    """`/services/oauth2/authorize`."""
    pages = Blueprint("authorize", __name__)
    waiting = _Waiting()

    @pages.errorhandler(OAuthError)
    def refused(error: OAuthError) -> Response:
        shown = f"<p>error={html.escape(error.error)}</p><p>{html.escape(error.description)}</p>"
        return _page("We can't authorize you", shown, error.status)

    @pages.before_request
    def only_here() -> None:
        if not from_this_machine():
            raise OAuthError("access_denied", "this page opens only in a browser on the org's own machine", 403)

    @pages.get("/services/oauth2/authorize")
    def ask() -> AnyResponse:
        app = _app(org)
        if not request.args.get("client_id"):
            raise missing_parameter("client_id")
        if request.args["client_id"] != app.consumer_key:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        target, state = _target(app), request.args.get("state")
        try:
            asked = _asked(target)
        except _RedirectError as error:
            return _back(target, state, error.answer)
        return _page("Log in", _form(org, waiting.add(asked, state), asked), target=target)

    @pages.post("/services/oauth2/authorize")
    def answer() -> AnyResponse:
        found = waiting.take(request.form.get("request", ""))
        if request.form.get("decision") != "allow":
            denied = {"error": "access_denied", "error_description": "end-user denied authorization"}
            return _back(found.asked.redirect_uri, found.state, denied)
        user = _chosen(org, request.form.get("user", ""))
        try:
            check_user(_app(org), user)
        except OAuthError as error:
            refusal = {"error": error.error, "error_description": error.description}
            return _back(found.asked.redirect_uri, found.state, refusal)
        return _back(found.asked.redirect_uri, found.state, {"code": codes.make(found.asked, user.id)})

    return pages


def _app(org: LocalOrg) -> ConnectedApp:
    app = find_app(org)
    if app is None:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    return app


def _target(app: ConnectedApp) -> str:
    """Where the browser goes back to: a registered address, or one of this machine. Raises OAuthError."""
    given = request.args.get("redirect_uri", "")
    if not given:
        raise missing_parameter("redirect_uri")
    own = given.startswith(("http://", "https://")) and names_this_machine(given) and not re.search(r"[\s#\\@]", given)
    if given not in app.callbacks and not own:
        raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
    return given


def _asked(target: str) -> Asked:
    """Raises _RedirectError for what this flow does not know."""
    if request.args.get("response_type") != "code":
        raise _RedirectError("unsupported_response_type", "response type not supported")
    scope = " ".join(dict.fromkeys(request.args.get("scope", "").split())) or DEFAULT_SCOPE
    if not set(scope.split()) <= SCOPES:
        raise _RedirectError("invalid_scope", "the requested scope is not allowed")
    challenge = request.args.get("code_challenge")
    if challenge is None:
        return Asked(target, scope, None, request.args.get("nonce"))
    if request.args.get("code_challenge_method", "S256") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise _RedirectError("invalid_request", "invalid code challenge")
    return Asked(target, scope, challenge, request.args.get("nonce"))


def _chosen(org: LocalOrg, user_id: str) -> User:
    user = next((each for each in org.users() if each.id == user_id), None)
    if user is None:
        raise OAuthError("invalid_grant", "authentication failure")
    return user


def _form(org: LocalOrg, key: str, asked: Asked) -> str:
    hint = request.args.get("login_hint", "").lower()
    users = [
        _USER.format(
            id=html.escape(user.id),
            name=html.escape(user.name),
            username=html.escape(user.username),
            checked=" checked" if user.username.lower() == hint else "",
        )
        for user in org.users()
        if user.is_active
    ]
    address = urlsplit(asked.redirect_uri)
    return _FORM.format(
        target=html.escape(f"{address.scheme}://{address.netloc}"),
        scopes=html.escape(", ".join(asked.scope.split())),
        key=key,
        users="\n".join(users),
    )


def _back(target: str, state: str | None, answer: Mapping[str, str]) -> AnyResponse:
    values = {**answer, **({"state": state} if state is not None else {})}
    response = redirect(target + ("&" if "?" in target else "?") + urlencode(values))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page(title: str, body: str, status: int = 200, target: str | None = None) -> Response:
    text = _PAGE.format(title=html.escape(title), style=_STYLE, body=body)
    response = Response(text, status=status, content_type="text/html; charset=utf-8")
    # Browsers hold the redirect after a form to the same rule as the form itself.
    goal = f" {urlsplit(target).scheme}://{urlsplit(target).netloc}" if target else ""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'{goal}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    response.headers.update(
        {"Cache-Control": "no-store", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"}
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
