"""OAuth 2.0 and OpenID Connect: tokens, introspection, revocation, userinfo, the identity URL, discovery."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http import authorize
from localorg.http.connected_app import ConnectedApp, find_app
from localorg.http.errors import not_found
from localorg.http.identity import identity, identity_url, userinfo
from localorg.http.oauth_assertion import LOGIN_HOSTS, instance_url, user_of_assertion
from localorg.http.oauth_client import LoginRate, admitted_user, check_user, identify_client
from localorg.http.oauth_errors import OAuthError, missing_parameter, private_json, refusal
from localorg.http.oauth_grants import Codes, Granted, RefreshTokens
from localorg.http.openid import Signer, configuration
from localorg.http.session import Session, Sessions, bearer_token
from localorg.org import LocalOrg

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_CREDENTIALS = "client_credentials"
_OFFLINE = {"refresh_token", "offline_access"}


@dataclass(frozen=True)
class _Token:
    """What a token is made of. `secret`: the client's, for the signature, if it sent one."""

    user: User
    scope: str
    secret: str | None = None
    nonce: str | None = None
    grant_key: str | None = None
    refresh_token: str | None = None


def blueprint(org: LocalOrg, sessions: Sessions, logins_per_hour: int) -> Blueprint:
    """The login endpoints; the app's policy is read anew for each request."""
    pages = Blueprint("oauth", __name__)
    codes, signer, rate = Codes(), Signer(org), LoginRate(logins_per_hour)
    refresh_tokens = RefreshTokens(org.database, sessions)
    grants = _Grants(org, codes, refresh_tokens)
    pages.register_blueprint(authorize.blueprint(org, codes))

    @pages.errorhandler(OAuthError)
    def refused(error: OAuthError) -> Response:
        return refusal(error)

    @pages.post("/services/oauth2/token")
    def token() -> Response:
        made = grants.of_request()
        rate.count(made.user.id)
        access = sessions.start(made.user.id, made.scope, made.grant_key)
        answer = _token_answer(org, made, access)
        if "openid" in made.scope.split():
            answer["id_token"] = signer.id_token(made.user, made.scope, grants.app().consumer_key, access, made.nonce)
        return private_json(answer)

    @pages.post("/services/oauth2/introspect")
    def introspect() -> Response:
        identify_client(grants.app(), secret_needed=True)
        given = _form("token")
        session = sessions.find(given)
        if session is not None:
            return private_json(_introspected(org, session, grants.app()))
        granted = refresh_tokens.find(given)
        if granted is None:
            return private_json({"active": False})
        return private_json(_about(org, granted.user_id, granted.scope, grants.app()) | {"token_type": "refresh_token"})

    @pages.route("/services/oauth2/revoke", methods=["GET", "POST"])
    def revoke() -> Response:
        given = request.values.get("token")
        if not given:
            raise missing_parameter("token")
        if sessions.find(given) is not None:
            sessions.end(given)
        elif not refresh_tokens.revoke(given):
            raise OAuthError("invalid_token", "invalid token")
        return Response(status=200, headers={"Cache-Control": "no-store"})

    @pages.route("/services/oauth2/userinfo", methods=["GET", "POST"])
    def show_userinfo() -> Response:
        user = _bearer(org, sessions)
        return private_json(userinfo(org, user)) if user else _bad_token()

    @pages.get("/id/<org_id>/<user_id>")
    def show_identity(org_id: str, user_id: str) -> Response:
        user = _bearer(org, sessions)
        if user is None or org_id[:15] != org.org_id[:15] or user_id[:15] != user.id[:15]:
            return _bad_token()
        version = request.args.get("version")
        if version is not None and version != "latest" and not version.replace(".", "", 1).isdigit():
            raise not_found()
        return private_json(identity(org, user, version))

    @pages.get("/id/keys")
    def keys() -> Response:
        return private_json(signer.key_set())

    @pages.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        return private_json(configuration())

    return pages


class _Grants:
    """What each `grant_type` needs and gives."""

    def __init__(self, org: LocalOrg, codes: Codes, refresh_tokens: RefreshTokens) -> None:
        self._org = org
        self._codes = codes
        self._refresh_tokens = refresh_tokens
        self._kinds: dict[str, Callable[[], _Token]] = {
            JWT_BEARER: self._jwt_bearer,
            CLIENT_CREDENTIALS: self._client_credentials,
            "authorization_code": self._code,
            "refresh_token": self._refresh,
        }

    def app(self) -> ConnectedApp:
        """The connected app as it is now."""
        found = find_app(self._org)
        if found is None:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        return found

    def of_request(self) -> _Token:
        """Raises OAuthError when the request has no right to a token."""
        grant = _form("grant_type")
        if grant not in self._kinds:
            raise OAuthError("unsupported_grant_type", "grant type not supported")
        return self._kinds[grant]()

    def _jwt_bearer(self) -> _Token:
        return _Token(user_of_assertion(self._org, self.app()), "api id")

    def _client_credentials(self) -> _Token:
        app = self.app()
        if urlsplit(f"//{request.host}").hostname in {urlsplit(each).hostname for each in LOGIN_HOSTS}:
            raise OAuthError("invalid_grant", "request not supported on this domain")
        client = identify_client(app, secret_needed=True)
        if not app.run_as:
            raise OAuthError("invalid_grant", "no client credentials user enabled")
        return _Token(admitted_user(self._org, app, app.run_as), "api", client.secret)

    def _code(self) -> _Token:
        client = identify_client(self.app(), secret_needed=False)
        code, redirect_uri = _form("code"), _form("redirect_uri")
        granted, proven = self._codes.use(code, redirect_uri, request.form.get("code_verifier"))
        if client.secret is None and not proven:
            raise OAuthError("invalid_client", "invalid client credentials")
        user = self._user(granted)
        refresh_token, key = None, None
        if _OFFLINE & set(granted.scope.split()):
            refresh_token, key = self._refresh_tokens.make(user.id, granted.scope)
        return _Token(user, granted.scope, client.secret, granted.nonce, key, refresh_token)

    def _refresh(self) -> _Token:
        client = identify_client(self.app(), secret_needed=False)
        granted = self._refresh_tokens.find(_form("refresh_token"))
        if granted is None:
            raise OAuthError("invalid_grant", "expired access/refresh token")
        return _Token(self._user(granted), granted.scope, client.secret, grant_key=granted.key)

    def _user(self, granted: Granted) -> User:
        try:
            user = self._org.user(granted.user_id)
        except OrgError as error:
            raise OAuthError("invalid_grant", "authentication failure") from error
        check_user(self.app(), user)
        return user


def _form(name: str) -> str:
    value = request.form.get(name)
    if not value:
        raise missing_parameter(name)
    return value


def _token_answer(org: LocalOrg, token: _Token, access: str) -> dict[str, object]:
    answer: dict[str, object] = {
        "access_token": access,
        "scope": token.scope,
        "instance_url": instance_url(),
        "id": identity_url(org, token.user),
        "token_type": "Bearer",
    }
    if request.form["grant_type"] == JWT_BEARER:
        return answer
    if token.refresh_token is not None:
        answer["refresh_token"] = token.refresh_token
    issued_at = str(int(time.time() * 1000))
    if token.secret is not None:  # the org keeps the secret's hash only, so it can sign only when the client sent it
        signed = hmac.new(token.secret.encode(), f"{answer['id']}{issued_at}".encode(), hashlib.sha256).digest()
        answer["signature"] = base64.b64encode(signed).decode()
    return answer | {"issued_at": issued_at}


def _introspected(org: LocalOrg, session: Session, app: ConnectedApp) -> dict[str, object]:
    times = {"exp": int(session.expires), "iat": int(session.started), "nbf": int(session.started)}
    return _about(org, session.user_id, session.scope, app) | {"token_type": "access_token"} | times


def _about(org: LocalOrg, user_id: str, scope: str, app: ConnectedApp) -> dict[str, object]:
    user = org.user(user_id)
    return {
        "active": user.is_active,
        "scope": scope,
        "client_id": app.consumer_key,
        "username": user.username,
        "sub": identity_url(org, user),
    }


def _bearer(org: LocalOrg, sessions: Sessions) -> User | None:
    """The active user of the token in the header or the form; never of one in the URL."""
    token = bearer_token() or request.form.get("access_token")
    user_id = sessions.user_id(token) if token else None
    user = org.user(user_id) if user_id else None
    return user if user is not None and user.is_active else None


def _bad_token() -> Response:
    return Response("Bad_OAuth_Token", status=403, mimetype="text/plain", headers={"Cache-Control": "no-store"})
