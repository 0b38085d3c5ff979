"""The org as OpenID Connect provider: where the browser is sent, and who it says came back.

Source: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3; RFC 7636; RFC 9700, section 2.1.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from pydantic import SecretStr

from sidecar.errors import SidecarError
from sync import OrgSettings
from sync.client.transport import check_address, mount_adapters

_PATIENCE_SECONDS = (5.0, 10.0)
_LEEWAY_SECONDS = 60  # between the org's clock and ours
_CLAIMS = ["iss", "sub", "aud", "exp", "iat"]


class LoginRefusedError(SidecarError):
    """Nobody is let in; the message may be shown to whoever tried."""


@dataclass(frozen=True)
class Asked:
    """What only the browser that was sent to the org can bring back; its text shows in no representation.

    Attributes:
        state: comes back in the address.
        nonce: comes back inside the id token.
        verifier: proves to the org that the code was asked for by us.
    """

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Asked":
        """Three secrets."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    def __repr__(self) -> str:
        return "Asked()"


@dataclass(frozen=True)
class Identity:
    """Who came back: 15 or 18 characters each."""

    org_id: str
    user_id: str


class Provider:
    """The org behind a login address.

    Args:
        settings: of the integration user's login; its connected app serves for people too.
        secret: of the app, where it wants one of web servers.
    """

    def __init__(self, settings: OrgSettings, secret: SecretStr | None) -> None:
        self._settings = settings
        self._secret = secret

    def address(self, asked: Asked, redirect_uri: str) -> str:
        """Where the browser is sent. Raises LoginRefusedError where the org does not answer."""
        with self._session() as http:
            page = _text(self._configuration(http), "authorization_endpoint")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._settings.consumer_key,
            "redirect_uri": redirect_uri,
            "scope": "openid",
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{page}?{urlencode(query)}"

    def identity(self, asked: Asked, redirect_uri: str, code: str) -> Identity:
        """Redeem a code, and check what the org says about who came.

        Raises:
            LoginRefusedError: the org does not know the code, or its token is not for us, not for this login, too old,
                or not signed by the org.
        """
        with self._session() as http:
            known = self._configuration(http)
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "client_id": self._settings.consumer_key,
                "code_verifier": asked.verifier,
            }
            if self._secret is not None:
                form["client_secret"] = self._secret.get_secret_value()
            token = self._ask(http, "POST", _text(known, "token_endpoint"), form)
            keys = self._ask(http, "GET", _text(known, "jwks_uri"))
        claims = self._claims(_text(token, "id_token"), keys, _text(known, "issuer"))
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), asked.nonce.encode()):
            raise LoginRefusedError("the org's answer belongs to another login: log in again")
        return _identity(claims["sub"])

    def _claims(self, token: str, keys: dict[str, Any], issuer: str) -> dict[str, Any]:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = next(key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == key_id)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._settings.consumer_key,
                issuer=issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": _CLAIMS},
            )
        except StopIteration:
            raise LoginRefusedError(
                "the org's answer is signed with a key that the org does not show: log in again"
            ) from None
        except jwt.PyJWTError as error:
            raise LoginRefusedError(
                f"the org's answer cannot be trusted ({type(error).__name__}): log in again; if it stays,"
                " set this machine's clock"
            ) from None
        return claims

    def _configuration(self, http: requests.Session) -> dict[str, Any]:
        base = self._settings.login_url.rstrip("/")
        return self._ask(http, "GET", f"{base}/.well-known/openid-configuration")

    def _ask(self, http: requests.Session, method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        """The JSON of an answer; what is sent and received is a secret, so no error tells of it."""
        check_address(url, "an address that the org names for logins")
        try:
            # auth= keeps requests from adding credentials of a netrc file
            answer = http.request(
                method, url, data=form, auth=lambda r: r, timeout=_PATIENCE_SECONDS, allow_redirects=False
            )
            body = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise LoginRefusedError(
                f"the org cannot be asked who you are ({type(error).__name__}): try again, or log in with the token"
            ) from None
        if not answer.ok or not isinstance(body, dict):
            reason = body.get("error", answer.status_code) if isinstance(body, dict) else answer.status_code
            raise LoginRefusedError(f"the org refused the login ({reason}): log in again")
        return body

    def _session(self) -> requests.Session:
        http = requests.Session()
        mount_adapters(http)
        if self._settings.ca_bundle is not None:
            http.verify = str(self._settings.ca_bundle)
        return http


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise LoginRefusedError(f"the org's answer has no {name}: does its connected app allow the scope openid?")
    return value


def _identity(subject: str) -> Identity:
    """Of the identity URL `https://HOST/id/ORG/USER`, which is an org's subject."""
    parts = urlsplit(subject).path.strip("/").split("/")
    if len(parts) != 3 or parts[0] != "id":
        raise LoginRefusedError("the org's answer names no user: log in again, or with the token")
    return Identity(parts[1], parts[2])
