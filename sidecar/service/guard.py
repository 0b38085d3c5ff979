"""Who is let in: programs with a token, people with a session; and who of them may change anything."""

import hmac
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, Response, abort, g, redirect, request, session, url_for
from werkzeug.exceptions import TooManyRequests, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from sidecar.service.sessions import ADMIN, HOURS, READER, Sessions, Visitor
from sidecar.service.token import Token

_OPEN = frozenset({"healthz", "readyz", "console.style", "console.script"}) | {
    "console.log_in",
    "console.org_login",
    "console.org_callback",
}
_FOR_PROGRAMS = ("/api/", "/metrics")
_LOOKING = ("GET", "HEAD")
_TRIES, _TRIES_OF_ALL, _SECONDS = 5, 200, 60.0


class Attempts:
    """Attempts of the last minute, such as wrong tokens: after so many an address cannot try for a while, and after
    many more nobody can, so that many addresses together guess no faster either.

    Args:
        clock: seconds.
        most: of an address within a minute.
        most_of_all: of all addresses.
    """

    def __init__(self, clock: Callable[[], float], most: int = _TRIES, most_of_all: int = _TRIES_OF_ALL) -> None:
        self._clock = clock
        self._most = most
        self._made: deque[tuple[float, str]] = deque(maxlen=most_of_all)

    def check(self, address: str | None) -> None:
        """Raise TooManyRequests after too many from this address, or from all."""
        since = self._clock() - _SECONDS
        made = [whose for moment, whose in tuple(self._made) if moment > since]
        if made.count(address or "") >= self._most:
            self._refuse(self._most, "from this address")
        if len(made) == self._made.maxlen:
            self._refuse(len(made), "from all addresses together")

    def count(self, address: str | None) -> None:
        """Count one."""
        self._made.append((self._clock(), address or ""))

    def _refuse(self, tries: int, whence: str) -> None:
        text = f"{tries} logins or wrong tokens {whence} within a minute: wait a minute"
        raise TooManyRequests(text, retry_after=int(_SECONDS))


@dataclass(frozen=True)
class Door:
    """What opens the service.

    Attributes:
        tokens: role -> token.
        sessions: of people who are logged in.
        attempts: wrong tokens and refused logins of late.
        starts: logins with a user of the org that were begun of late; each asks the org something.
    """

    tokens: dict[str, Token]
    sessions: Sessions
    attempts: Attempts
    starts: Attempts

    def role_of(self, offered: str) -> str | None:
        """The role that a token opens, None for a wrong one. Raises TooManyRequests after too many wrong ones."""
        self.attempts.check(request.remote_addr)
        roles = [role for role, token in self.tokens.items() if token.opens(offered.strip())]
        if not roles:
            self.attempts.count(request.remote_addr)
            return None
        return roles[0]

    def enter(self, name: str, role: str) -> None:
        """Begin a session for this browser; one that it had before ends."""
        self.leave()
        session.permanent = True
        session["key"] = self.sessions.begin(name, role)

    def leave(self) -> None:
        """End this browser's session."""
        self.sessions.end(str(session.get("key", "")))
        session.clear()

    def visitor(self) -> Visitor | None:
        """Who asks; None for somebody without session and without a right token."""
        kind, _, offered = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return self.sessions.find(str(session.get("key", "")))
        role = self.role_of(offered)
        return Visitor(f"the {role} token", role) if role else None


def protect(app: Flask, door: Door) -> None:
    """Refuse every request that brings neither a token nor a session; changes need the role, and by a session its CSRF
    field."""
    app.config.update(
        SECRET_KEY=door.tokens[ADMIN].derived("session"),  # another token ends all sessions
        SESSION_COOKIE_NAME="sidecar",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=HOURS),
    )

    @app.context_processor
    def known() -> dict[str, Visitor | None]:
        return {"visitor": g.get("visitor")}

    @app.before_request
    def admit() -> AnyResponse | None:
        if request.endpoint in _OPEN:
            return None
        visitor = door.visitor()
        if visitor is None:
            for_people = not request.path.startswith(_FOR_PROGRAMS) and "Authorization" not in request.headers
            if for_people and request.method == "GET":
                return redirect(url_for("console.log_in"))
            raise Unauthorized("bring the token of the state directory (service/token) as Authorization: Bearer ...")
        g.visitor = visitor
        if request.method not in _LOOKING:
            _check_change(visitor)
        return None


def _check_change(visitor: Visitor) -> None:
    if visitor.csrf and not hmac.compare_digest(request.form.get("csrf", "").encode(), visitor.csrf.encode()):
        abort(403, "the form has expired: go back, load the page again and repeat")
    if not visitor.may_change and request.endpoint != "console.log_out":
        abort(403, f"{visitor.name} may look at everything and change nothing")


def tokens_of(admin: Token, reader: Token | None) -> dict[str, Token]:
    """The tokens by role."""
    return {ADMIN: admin} | ({READER: reader} if reader else {})


def unauthorized_headers(response: Response) -> None:
    """What a 401 has to say (RFC 9110, 11.6.1)."""
    if response.status_code == Unauthorized.code:
        response.headers["WWW-Authenticate"] = "Bearer"
