"""Who is let in: programs with the token, people with a session that the token opened."""

import hmac
import secrets
from collections import deque
from collections.abc import Callable
from datetime import timedelta

from flask import Flask, Response, abort, redirect, request, session, url_for
from werkzeug.exceptions import TooManyRequests, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from sidecar.service.token import Token

_OPEN = frozenset({"healthz", "readyz", "console.log_in", "console.style"})
_FOR_PROGRAMS = ("/api/", "/metrics")
_SESSION_HOURS = 8
_TRIES, _SECONDS = 5, 60.0


class Attempts:
    """Wrong tokens of the last minute: after five nobody can try for a while."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrong: deque[float] = deque(maxlen=_TRIES)

    def check(self) -> None:
        """Raise TooManyRequests after too many wrong ones."""
        if len(self._wrong) == _TRIES and self._clock() - self._wrong[0] < _SECONDS:
            raise TooManyRequests(f"{_TRIES} wrong tokens within a minute: wait a minute", retry_after=int(_SECONDS))

    def wrong(self) -> None:
        """Count one."""
        self._wrong.append(self._clock())


def protect(app: Flask, token: Token, attempts: Attempts) -> None:
    """Refuse every request that brings neither the token nor a session; changes by a session need its CSRF field."""
    app.config.update(
        SECRET_KEY=token.derived("session"),  # another token ends all sessions
        SESSION_COOKIE_NAME="sidecar",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=_SESSION_HOURS),
    )
    app.jinja_env.globals["csrf"] = csrf

    @app.before_request
    def admit() -> AnyResponse | None:
        if request.endpoint in _OPEN:
            return None
        kind, _, offered = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            attempts.check()
            if token.opens(offered.strip()):
                return None
            attempts.wrong()
        elif session.get("in"):
            if request.method not in ("GET", "HEAD") and not _has_csrf():
                abort(403, "the form has expired: go back, load the page again and repeat")
            return None
        elif not request.path.startswith(_FOR_PROGRAMS) and request.method == "GET":
            return redirect(url_for("console.log_in"))
        raise Unauthorized("bring the token of the state directory (service/token) as Authorization: Bearer ...")


def open_session(token: Token, attempts: Attempts, offered: str) -> bool:
    """Begin a session if this is the token. Raises TooManyRequests after too many wrong ones."""
    attempts.check()
    if not token.opens(offered.strip()):
        attempts.wrong()
        return False
    session.clear()
    session.permanent = True
    session["in"], session["csrf"] = True, secrets.token_urlsafe(32)
    return True


def csrf() -> str:
    """What a form of this session has to bring."""
    return str(session.get("csrf", ""))


def _has_csrf() -> bool:
    return bool(csrf()) and hmac.compare_digest(request.form.get("csrf", "").encode(), csrf().encode())


def unauthorized_headers(response: Response) -> None:
    """What a 401 has to say (RFC 9110, 11.6.1)."""
    if response.status_code == Unauthorized.code:
        response.headers["WWW-Authenticate"] = "Bearer"
