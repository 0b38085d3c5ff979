"""OAuth 2.0: JWT bearer and client credentials, userinfo, the identity URL, revoke."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import jwt
from flask import Blueprint, Response, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.body import json_response
from localorg.http.connected_app import ConnectedApp
from localorg.http.session import Sessions, request_token
from localorg.org import LocalOrg

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_CREDENTIALS = "client_credentials"
LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
LONGEST_ASSERTION_SECONDS = 300
_SKEW_SECONDS = 30
_MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138


class OAuthError(Exception):
    """An OAuth refusal: an object, not the array of the data API."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error, description, status)
        self.error = error
        self.description = description
        self.status = status


def blueprint(org: LocalOrg, sessions: Sessions, app: ConnectedApp) -> Blueprint:
    """The OAuth endpoints and the identity URL."""
    pages = Blueprint("oauth", __name__)
    grants: dict[str, Callable[[], tuple[User, str]]] = {
        JWT_BEARER: lambda: (_user_of_assertion(org, app), "api id"),
        CLIENT_CREDENTIALS: lambda: (_run_as_user(org, app), "api"),
    }

    @pages.errorhandler(OAuthError)
    def refused(error: OAuthError) -> Response:
        response = json_response({"error": error.error, "error_description": error.description})
        response.status_code = error.status
        response.headers["Cache-Control"] = "no-store"
        return response

    @pages.post("/services/oauth2/token")
    def token() -> Response:
        grant = request.form.get("grant_type")
        if not grant:
            raise OAuthError("invalid_request", "missing required parameter: grant_type")
        if grant not in grants:
            raise OAuthError("unsupported_grant_type", "grant type not supported")
        user, scope = grants[grant]()
        response = json_response(_token_answer(org, sessions.start(user.id), user, scope, grant))
        response.headers["Cache-Control"] = "no-store"
        return response

    @pages.route("/services/oauth2/userinfo", methods=["GET", "POST"])
    def userinfo() -> Response:
        user = _bearer(org, sessions)
        return json_response(_userinfo(org, user, _row(org, user))) if user else _bad_token()

    @pages.get("/id/<org_id>/<user_id>")
    def identity(org_id: str, user_id: str) -> Response:
        user = _bearer(org, sessions)
        if user is None or org_id[:15] != org.org_id[:15] or user_id[:15] != user.id[:15]:
            return _bad_token()
        return json_response(_identity(org, user, _row(org, user)))

    @pages.route("/services/oauth2/revoke", methods=["GET", "POST"])
    def revoke() -> Response:
        given = request.values.get("token")
        if not given:
            raise OAuthError("invalid_request", "missing required parameter: token")
        sessions.end(given)
        return Response(status=200)

    return pages


def instance_url() -> str:
    """The org's address as this request reached it, without a slash at the end."""
    return request.url_root.rstrip("/")


def _token_answer(org: LocalOrg, token: str, user: User, scope: str, grant: str) -> dict[str, str]:
    answer = {
        "access_token": token,
        "scope": scope,
        "instance_url": instance_url(),
        "id": _identity_url(org, user),
        "token_type": "Bearer",
    }
    return answer if grant == JWT_BEARER else answer | {"issued_at": str(int(time.time() * 1000))}


def _user_of_assertion(org: LocalOrg, app: ConnectedApp) -> User:
    """The user a JWT assertion names. Raises OAuthError for a wrong signature, issuer, audience, user or time."""
    assertion = request.form.get("assertion")
    if not assertion:
        raise OAuthError("invalid_request", "missing required parameter: assertion")
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise OAuthError("invalid_grant", "invalid assertion") from error
    if claims.get("iss") != app.consumer_key:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    try:
        jwt.decode(
            assertion,
            app.public_key,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_aud": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.PyJWTError as error:
        raise OAuthError("invalid_grant", "invalid assertion") from error
    _check_audience(claims.get("aud"))
    _check_expiry(claims.get("exp"))
    return _active_user(org, str(claims.get("sub") or claims.get("prn") or ""))


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
        raise OAuthError("invalid_grant", "invalid assertion") from error
    if seconds > _MILLISECONDS_FROM:
        seconds = seconds / 1000 + LONGEST_ASSERTION_SECONDS  # such a client adds its seconds to milliseconds
        seconds = min(seconds, time.time() + LONGEST_ASSERTION_SECONDS)
    if seconds < time.time() - _SKEW_SECONDS:
        raise OAuthError("invalid_grant", "expired authorization code")
    if not seconds <= time.time() + LONGEST_ASSERTION_SECONDS + _SKEW_SECONDS:
        raise OAuthError("invalid_grant", "invalid assertion")


def _active_user(org: LocalOrg, username: str) -> User:
    try:
        user = org.user(username)
    except OrgError as error:
        raise OAuthError("invalid_grant", "user hasn't approved this consumer") from error
    if user.username.lower() != username.lower():  # an id is no username
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    if not user.is_active:
        raise OAuthError("inactive_user", "user is inactive")
    return user


def _run_as_user(org: LocalOrg, app: ConnectedApp) -> User:
    client_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise OAuthError("invalid_client", "invalid client credentials") from error
    if client_id != app.consumer_key:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if not app.is_secret(secret):
        raise OAuthError("invalid_client", "invalid client credentials")
    return _active_user(org, app.run_as)


def _bearer(org: LocalOrg, sessions: Sessions) -> User | None:
    token = request_token() or request.values.get("access_token")
    user_id = sessions.user_id(token) if token else None
    return org.user(user_id) if user_id else None


def _bad_token() -> Response:
    return Response("Bad_OAuth_Token", status=403, mimetype="text/plain")


def _identity_url(org: LocalOrg, user: User) -> str:
    return f"{instance_url()}/id/{org.org_id}/{user.id}"


def _row(org: LocalOrg, user: User) -> dict[str, str | None]:
    """The columns of the user's row which identity answers show."""
    names = ("FirstName", "LastName", "Email", "Alias", "TimeZoneSidKey", "LanguageLocaleKey", "LocaleSidKey")
    columns = ", ".join(f'"{name}"' for name in (*names, "LastModifiedDate"))
    with org.database.reader() as connection:
        row = connection.execute(f'SELECT {columns} FROM "User" WHERE "Id" = ?', (user.id,)).fetchone()
    return dict(zip((*names, "LastModifiedDate"), row, strict=True))


def _urls(org: LocalOrg) -> dict[str, str]:
    base, organization = instance_url(), org.org_id
    rest = f"{base}/services/data/v{{version}}/"
    soap = {kind: f"{base}/services/Soap/{letter}/{{version}}/{organization}" for kind, letter in _SOAP.items()}
    parts = {name: rest + path for name, path in _REST.items()}
    return soap | {"rest": rest} | parts


_SOAP = {"enterprise": "c", "metadata": "m", "partner": "u"}
_REST = {"sobjects": "sobjects/", "search": "search/", "query": "query/", "recent": "recent/"}


def _offset(org: LocalOrg, zone: str) -> int:
    offset = org.clock.now().astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()
    return int(offset.total_seconds() * 1000)


def _userinfo(org: LocalOrg, user: User, row: dict[str, str | None]) -> dict[str, object]:
    base, zone = instance_url(), row["TimeZoneSidKey"] or "UTC"
    return {
        "sub": _identity_url(org, user),
        "user_id": user.id,
        "organization_id": org.org_id,
        "preferred_username": user.username,
        "nickname": row["Alias"],
        "name": user.name,
        "email": row["Email"],
        "email_verified": True,
        "given_name": row["FirstName"],
        "family_name": row["LastName"],
        "zoneinfo": zone,
        "photos": {"picture": f"{base}/profilephoto/005/F", "thumbnail": f"{base}/profilephoto/005/T"},
        "profile": f"{base}/{user.id}",
        "picture": f"{base}/profilephoto/005/F",
        "address": {},
        "is_salesforce_integration_user": not user.is_admin,
        "urls": _urls(org),
        "active": user.is_active,
        "user_type": "STANDARD",
        "language": row["LanguageLocaleKey"] or "en_US",
        "locale": row["LocaleSidKey"] or "en_US",
        "utcOffset": _offset(org, zone),
        "updated_at": (row["LastModifiedDate"] or "").replace(".000Z", "Z"),
        "is_app_installed": True,
    }


def _identity(org: LocalOrg, user: User, row: dict[str, str | None]) -> dict[str, object]:
    info = _userinfo(org, user, row)
    version = "66.0" if request.args.get("version") == "latest" else "{version}"
    return {
        "id": info["sub"],
        "asserted_user": True,
        "user_id": user.id,
        "organization_id": org.org_id,
        "username": user.username,
        "nick_name": row["Alias"],
        "display_name": user.name,
        "email": row["Email"],
        "email_verified": True,
        "first_name": row["FirstName"],
        "last_name": row["LastName"],
        "timezone": info["zoneinfo"],
        "photos": info["photos"],
        "is_lightning_login_user": False,
        "status": {"created_date": None, "body": None},
        "urls": {name: url.replace("{version}", version) for name, url in _urls(org).items()},
        "active": user.is_active,
        "user_type": "STANDARD",
        "language": info["language"],
        "locale": info["locale"],
        "utcOffset": info["utcOffset"],
        "last_modified_date": row["LastModifiedDate"],
        "is_app_installed": True,
    }
