"""Sessions: who a request comes from. A session is a bearer token, or the same token in the cookie of a page."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import time
from dataclasses import dataclass, replace

from flask import Response, g, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.errors import invalid_session
from localorg.org import LocalOrg
from localorg.store.database import Database

COOKIE = "sid"
_COOKIE_PATHS = re.compile(r"/services/data/v\d+\.0/(ui-api|graphql)(/|$)")
_TOKEN_CHARACTERS = string.ascii_letters + string.digits + "._"
_WITHOUT_BODY = ("GET", "HEAD", "DELETE")  # no form of another site can send DELETE
_TABLE = """
CREATE TABLE IF NOT EXISTS "_session" (
    token_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, expires REAL NOT NULL,
    scope TEXT NOT NULL DEFAULT 'full', started REAL NOT NULL DEFAULT 0, grant_key TEXT
) WITHOUT ROWID
"""
# Columns that a file of an earlier version lacks.
_ADDED = {"scope": "TEXT NOT NULL DEFAULT 'full'", "started": "REAL NOT NULL DEFAULT 0", "grant_key": "TEXT"}
_API_SCOPES = frozenset({"api", "full", "web"})
_RENEW_AFTER = 0.1  # share of a session's life after which use is written down


@dataclass(frozen=True)
class Session:
    """Who a token stands for, what it is good for, from when and until when (seconds of the machine's clock).

    grant_key: the refresh token that opened the session, None for others.
    """

    user_id: str
    expires: float
    scope: str = "full"
    started: float = 0.0
    grant_key: str | None = None

    @property
    def opens_api(self) -> bool:
        """Whether the token may be used with the data API; one for signing in only may not."""
        return not _API_SCOPES.isdisjoint(self.scope.split())


class Sessions:
    """The org's sessions, kept in its file as hashes of their tokens."""

    def __init__(self, database: Database, org_id: str, seconds: int) -> None:
        self._database = database
        self._org_id = org_id
        self._seconds = seconds
        self._known: dict[str, Session] = {}
        with database.writer() as connection:
            connection.execute(_TABLE)
            present = {row[1] for row in connection.execute('PRAGMA table_info("_session")')}
            for name, definition in _ADDED.items():
                if name not in present:
                    connection.execute(f'ALTER TABLE "_session" ADD COLUMN {name} {definition}')
            connection.execute('DELETE FROM "_session" WHERE expires < ?', (time.time(),))

    def start(self, user_id: str, scope: str = "full", grant_key: str | None = None) -> str:
        """A new session of the user. Returns its token, `00D...!...`."""
        token = f"{self._org_id[:15]}!" + "".join(secrets.choice(_TOKEN_CHARACTERS) for _ in range(96))
        now = time.time()
        self._write(token_hash(token), Session(user_id, now + self._seconds, scope, now, grant_key))
        return token

    def user_id(self, token: str) -> str | None:
        """The user of a live session, None for any other token. Use prolongs the session."""
        session = self.use(token)
        return session.user_id if session else None

    def use(self, token: str) -> Session | None:
        """The live session of a token, prolonged."""
        session = self.find(token)
        if session is None:
            return None
        left = session.expires - time.time()
        if left < self._seconds * (1 - _RENEW_AFTER):
            session = replace(session, expires=time.time() + self._seconds)
            self._write(token_hash(token), session)
        return session

    def find(self, token: str) -> Session | None:
        """The live session of a token, which looking does not prolong."""
        key = token_hash(token)
        session = self._known.get(key) or self._read(key)
        if session is not None and session.expires <= time.time():
            self.end(token)
            return None
        return session

    def end(self, token: str) -> None:
        """End a session; unknown tokens do no harm."""
        key = token_hash(token)
        self._known.pop(key, None)
        with self._database.writer() as connection:
            connection.execute('DELETE FROM "_session" WHERE token_hash = ?', (key,))

    def end_granted(self, grant_key: str) -> None:
        """End the sessions that a refresh token opened."""
        self._known = {key: each for key, each in self._known.items() if each.grant_key != grant_key}
        with self._database.writer() as connection:
            connection.execute('DELETE FROM "_session" WHERE grant_key = ?', (grant_key,))

    def end_all(self) -> None:
        """End every session."""
        self._known.clear()
        with self._database.writer() as connection:
            connection.execute('DELETE FROM "_session"')

    def _read(self, key: str) -> Session | None:
        sql = 'SELECT user_id, expires, scope, started, grant_key FROM "_session" WHERE token_hash = ?'
        with self._database.reader() as connection:
            row = connection.execute(sql, (key,)).fetchone()
        if row is None:
            return None
        self._known[key] = Session(*row)
        return self._known[key]

    def _write(self, key: str, session: Session) -> None:
        values = (key, session.user_id, session.expires, session.scope, session.started, session.grant_key)
        columns = "token_hash, user_id, expires, scope, started, grant_key"
        with self._database.writer() as connection:
            connection.execute(f'INSERT OR REPLACE INTO "_session" ({columns}) VALUES (?, ?, ?, ?, ?, ?)', values)
        self._known[key] = session


def token_hash(token: str) -> str:
    """What is kept of a token: nobody can sign in with it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def bearer_token() -> str | None:
    """The token of the request's Authorization header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() in ("bearer", "oauth") else None


def request_token() -> str | None:
    """The token of the request: its bearer token, or for UI API and GraphQL the page's cookie.

    The cookie is SameSite=Strict, and a write with it must be JSON, so that no other site's form can use it.
    """
    token = bearer_token()
    if token is not None:
        return token
    if not _COOKIE_PATHS.match(request.path):
        return None
    if request.method not in _WITHOUT_BODY and not request.is_json:
        return None
    return request.cookies.get(COOKIE)


def user_of(org: LocalOrg, sessions: Sessions, token: str | None) -> User:
    """The active user of a token that opens the API. Raises OrgError INVALID_SESSION_ID."""
    session = sessions.use(token) if token else None
    if session is None:
        raise invalid_session()
    if not session.opens_api:
        raise OrgError("INVALID_SESSION_ID", "This session is not valid for use with the REST API", status=401)
    user = org.user(session.user_id)
    if not user.is_active:
        raise invalid_session()
    return user


def sign_in(org: LocalOrg, sessions: Sessions) -> User:
    """The active user whose token the request carries, kept for `current_user()`. Raises INVALID_SESSION_ID."""
    user = user_of(org, sessions, request_token())
    g.user = user
    g.with_cookie = "Authorization" not in request.headers
    return user


def current_user() -> User:
    """The user who makes this request. Raises OrgError INVALID_SESSION_ID (401) when nobody is signed in."""
    user = g.get("user")
    if not isinstance(user, User):
        raise invalid_session()
    return user


def give_cookie(response: Response, token: str, seconds: int) -> None:
    """Sign a page's browser in: only for requests from the page itself, and out of reach of scripts."""
    response.set_cookie(COOKIE, token, max_age=seconds, httponly=True, samesite="Strict", path="/")


def require_admin() -> User:
    """The user of this request, who must be an administrator. Raises OrgError INSUFFICIENT_ACCESS (403)."""
    user = current_user()
    if not user.is_admin:
        raise OrgError("INSUFFICIENT_ACCESS", "an administrator's session is needed here", status=403)
    return user
