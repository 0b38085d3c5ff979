"""Sessions: who a request comes from. A session is a bearer token, or the same token in the cookie of a page."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import time

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
CREATE TABLE IF NOT EXISTS "_session" (token_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, expires REAL NOT NULL)
WITHOUT ROWID
"""
_RENEW_AFTER = 0.1  # share of a session's life after which use is written down


class Sessions:
    """The org's sessions, kept in its file as hashes of their tokens."""

    def __init__(self, database: Database, org_id: str, seconds: int) -> None:
        self._database = database
        self._org_id = org_id
        self._seconds = seconds
        self._known: dict[str, tuple[str, float]] = {}
        with database.writer() as connection:
            connection.execute(_TABLE)
            connection.execute('DELETE FROM "_session" WHERE expires < ?', (time.time(),))

    def start(self, user_id: str) -> str:
        """A new session of the user. Returns its token, `00D...!...`."""
        token = f"{self._org_id[:15]}!" + "".join(secrets.choice(_TOKEN_CHARACTERS) for _ in range(96))
        self._write(_hash(token), user_id)
        return token

    def user_id(self, token: str) -> str | None:
        """The user of a live session, None for any other token. Use prolongs the session."""
        key = _hash(token)
        found = self._known.get(key) or self._read(key)
        if found is None:
            return None
        user_id, expires = found
        left = expires - time.time()
        if left <= 0:
            self.end(token)
            return None
        if left < self._seconds * (1 - _RENEW_AFTER):
            self._write(key, user_id)
        return user_id

    def end(self, token: str) -> None:
        """End a session; unknown tokens do no harm."""
        key = _hash(token)
        self._known.pop(key, None)
        with self._database.writer() as connection:
            connection.execute('DELETE FROM "_session" WHERE token_hash = ?', (key,))

    def end_all(self) -> None:
        """End every session."""
        self._known.clear()
        with self._database.writer() as connection:
            connection.execute('DELETE FROM "_session"')

    def _read(self, key: str) -> tuple[str, float] | None:
        with self._database.reader() as connection:
            row = connection.execute('SELECT user_id, expires FROM "_session" WHERE token_hash = ?', (key,)).fetchone()
        if row is None:
            return None
        self._known[key] = (row[0], row[1])
        return self._known[key]

    def _write(self, key: str, user_id: str) -> None:
        expires = time.time() + self._seconds
        with self._database.writer() as connection:
            connection.execute('INSERT OR REPLACE INTO "_session" VALUES (?, ?, ?)', (key, user_id, expires))
        self._known[key] = (user_id, expires)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def request_token() -> str | None:
    """The token of the request: its bearer token, or for UI API and GraphQL the page's cookie.

    The cookie is SameSite=Strict, and a write with it must be JSON, so that no other site's form can use it.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "oauth") and token:
        return token.strip()
    if not _COOKIE_PATHS.match(request.path):
        return None
    if request.method not in _WITHOUT_BODY and not request.is_json:
        return None
    return request.cookies.get(COOKIE)


def sign_in(org: LocalOrg, sessions: Sessions) -> User:
    """The active user whose token the request carries, kept for `current_user()`. Raises INVALID_SESSION_ID."""
    token = request_token()
    user_id = sessions.user_id(token) if token else None
    if user_id is None:
        raise invalid_session()
    user = org.user(user_id)
    if not user.is_active:
        raise invalid_session()
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
