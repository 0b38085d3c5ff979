"""JWT bearer: the assertion a client signs for a user."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import jwt
from flask import request

from localorg.access import User
from localorg.http.connected_app import ConnectedApp
from localorg.http.oauth_client import admitted_user
from localorg.http.oauth_errors import OAuthError, invalid_assertion, missing_parameter
from localorg.org import LocalOrg

LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
LONGEST_ASSERTION_SECONDS = 300
_SKEW_SECONDS = 30
_MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138


def instance_url() -> str:
    """The org's address as this request reached it, without a slash at the end."""
    return request.url_root.rstrip("/")


def user_of_assertion(org: LocalOrg, app: ConnectedApp) -> User:
    """The user a JWT assertion names. Raises OAuthError for a wrong signature, issuer, audience, user or time."""
    assertion = request.form.get("assertion")
    if not assertion:
        raise missing_parameter("assertion")
    claims = _claims(assertion)
    if claims.get("iss") != app.consumer_key:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    unchecked = {f"verify_{claim}": False for claim in ("exp", "aud", "iat", "nbf", "iss", "sub", "jti")}
    try:
        jwt.decode(assertion, app.public_key, algorithms=["RS256"], options=unchecked)  # type: ignore[arg-type]  # a TypedDict
    except (jwt.PyJWTError, ValueError) as error:
        raise invalid_assertion() from error
    _check_audience(claims.get("aud"))
    _check_expiry(claims.get("exp"))
    return admitted_user(org, app, str(claims.get("sub") or claims.get("prn") or ""))


def _claims(assertion: str) -> Mapping[str, Any]:
    try:
        return jwt.decode(assertion, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:  # a claim set may be nested without end
        raise invalid_assertion() from error


def _check_audience(audience: object) -> None:
    accepted = {*LOGIN_HOSTS, instance_url()}
    given = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(each, str) and each.rstrip("/") in accepted for each in given):
        raise OAuthError("invalid_grant", "audience is invalid")


def _check_expiry(expiry: object) -> None:
    """`exp` in seconds; some clients send it as a string, some in milliseconds."""
    try:
        seconds = float(str(expiry))
    except ValueError as error:
        raise invalid_assertion() from error
    if not math.isfinite(seconds):
        raise invalid_assertion()
    grace = float(_SKEW_SECONDS)
    if seconds > _MILLISECONDS_FROM:
        seconds /= 1000
        grace += LONGEST_ASSERTION_SECONDS  # such a client adds its seconds to milliseconds
    if seconds < time.time() - grace:
        raise OAuthError("invalid_grant", "expired authorization code")
    if seconds > time.time() + LONGEST_ASSERTION_SECONDS + _SKEW_SECONDS:
        raise invalid_assertion()
