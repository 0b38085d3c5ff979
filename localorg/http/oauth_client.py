"""Who asks for a token: the client and its secret, the user it may act for, and how often."""

from __future__ import annotations

import base64
import binascii
import threading
import time
from collections import deque
from dataclasses import dataclass

from flask import request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.connected_app import ConnectedApp
from localorg.http.oauth_errors import OAuthError, missing_parameter
from localorg.org import LocalOrg

_HOUR = 3600.0


@dataclass(frozen=True)
class Client:
    """A client that named itself; `secret` is None when it gave none, else it was checked."""

    consumer_key: str
    secret: str | None


def identify_client(app: ConnectedApp, *, secret_needed: bool) -> Client:
    """The client of the request, by form fields or the Basic header.

    Raises OAuthError invalid_client_id or invalid_client; 401 when the header was used, else 400.
    """
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    by_header = scheme.lower() == "basic"
    given, secret = (
        _decoded(encoded) if by_header else (request.form.get("client_id"), request.form.get("client_secret"))
    )
    if not given:
        raise missing_parameter("client_id")
    status = 401 if by_header else 400
    if given != app.consumer_key:
        raise OAuthError("invalid_client_id", "client identifier invalid", status)
    if (secret is None and secret_needed) or (secret is not None and not app.is_secret(secret)):
        raise OAuthError("invalid_client", "invalid client credentials", status)
    return Client(given, secret)


def _decoded(encoded: str) -> tuple[str | None, str | None]:
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise OAuthError("invalid_client", "invalid client credentials", 401) from error
    return name, secret


def admitted_user(org: LocalOrg, app: ConnectedApp, username: str) -> User:
    """The active user of this username whom the app's policy admits. Raises OAuthError."""
    try:
        user = org.user(username)
    except OrgError as error:
        raise OAuthError("invalid_grant", "user hasn't approved this consumer") from error
    if user.username.lower() != username.lower():  # an id is no username
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    check_user(app, user)
    return user


def check_user(app: ConnectedApp, user: User) -> None:
    """Raise OAuthError when the user is inactive, or the app's policy does not admit them."""
    if not user.is_active:
        raise OAuthError("inactive_user", "user is inactive")
    if not app.admits((user.profile, *user.permission_sets)):
        raise OAuthError("invalid_app_access", "user is not admin approved to access this app")


class LoginRate:
    """How many tokens a user may ask for in an hour."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def count(self, user_id: str) -> None:
        """Take a login into account. Raises OAuthError rate_limit_exceeded when there were too many."""
        now = time.monotonic()
        with self._lock:
            times = self._times.setdefault(user_id, deque())
            while times and times[0] < now - _HOUR:
                times.popleft()
            if len(times) >= self._maximum:
                raise OAuthError("rate_limit_exceeded", "login rate exceeded")
            times.append(now)
