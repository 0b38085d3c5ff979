"""What a user has granted: authorization codes for some minutes, refresh tokens until they are revoked."""

from __future__ import annotations

import base64
import hashlib
import secrets
import string
import threading
import time
from dataclasses import dataclass

from localorg.http.oauth_errors import OAuthError
from localorg.http.session import Sessions, token_hash
from localorg.store.database import Database

CODE_SECONDS = 15 * 60
MOST_REFRESH_TOKENS = 5  # of one user: a sixth approval revokes the oldest
_CHARACTERS = string.ascii_letters + string.digits + "._"
_TABLE = """
CREATE TABLE IF NOT EXISTS "_refresh" (
    token_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, scope TEXT NOT NULL, issued REAL NOT NULL
) WITHOUT ROWID
"""


@dataclass(frozen=True)
class Asked:
    """What a client asked the user for: where the browser goes back to, the scopes, its secrets' hashes."""

    redirect_uri: str
    scope: str
    challenge: str | None
    nonce: str | None


@dataclass(frozen=True)
class Granted:
    """A grant to act for a user; `key` names its refresh token, None when there is none."""

    user_id: str
    scope: str
    nonce: str | None = None
    key: str | None = None


class Codes:
    """Authorization codes: each is good once, for a quarter of an hour. A restart forgets them."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Asked, str, float]] = {}
        self._lock = threading.Lock()

    def make(self, asked: Asked, user_id: str) -> str:
        """A code for what the user just granted."""
        code = "aPrx" + _random(60)
        now = time.monotonic()
        with self._lock:
            self._open = {key: each for key, each in self._open.items() if each[2] > now}
            self._open[token_hash(code)] = (asked, user_id, now + CODE_SECONDS)
        return code

    def use(self, code: str, redirect_uri: str, verifier: str | None) -> tuple[Granted, bool]:
        """Redeem a code. Returns the grant, and whether the client proved itself by its code verifier.

        Raises OAuthError for a code that was used, has expired, or belongs to another request.
        """
        with self._lock:
            found = self._open.pop(token_hash(code), None)
        if found is None or found[2] <= time.monotonic():
            raise OAuthError("invalid_grant", "expired authorization code")
        asked, user_id, _ = found
        if redirect_uri != asked.redirect_uri:
            raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
        if asked.challenge is not None and (verifier is None or _challenge(verifier) != asked.challenge):
            raise OAuthError("invalid_grant", "invalid code verifier")
        return Granted(user_id, asked.scope, asked.nonce), asked.challenge is not None


class RefreshTokens:
    """The refresh tokens of the org's file, kept as hashes."""

    def __init__(self, database: Database, sessions: Sessions) -> None:
        self._database = database
        self._sessions = sessions
        with database.writer() as connection:
            connection.execute(_TABLE)

    def make(self, user_id: str, scope: str) -> tuple[str, str]:
        """A new refresh token of the user, who keeps the newest five. Returns it and the key of its grant."""
        token = "5Aep861" + _random(80)
        key = token_hash(token)
        with self._database.writer() as connection:
            connection.execute('INSERT INTO "_refresh" VALUES (?, ?, ?, ?)', (key, user_id, scope, time.time()))
            older = connection.execute(
                'SELECT token_hash FROM "_refresh" WHERE user_id = ? AND token_hash <> ? ORDER BY issued DESC',
                (user_id, key),
            ).fetchall()
        for (each,) in older[MOST_REFRESH_TOKENS - 1 :]:
            self._revoke(each)
        return token, key

    def find(self, token: str) -> Granted | None:
        """What a live refresh token grants."""
        key = token_hash(token)
        with self._database.reader() as connection:
            row = connection.execute('SELECT user_id, scope FROM "_refresh" WHERE token_hash = ?', (key,)).fetchone()
        return Granted(row[0], row[1], key=key) if row else None

    def revoke(self, token: str) -> bool:
        """Revoke a refresh token and every session it opened. Returns whether there was one."""
        return self._revoke(token_hash(token))

    def _revoke(self, key: str) -> bool:
        with self._database.writer() as connection:
            gone = connection.execute('DELETE FROM "_refresh" WHERE token_hash = ?', (key,)).rowcount
        self._sessions.end_granted(key)
        return gone > 0


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _random(length: int) -> str:
    return "".join(secrets.choice(_CHARACTERS) for _ in range(length))
