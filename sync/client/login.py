"""JWT bearer login, with each refusal turned into what to mend.

Source: Salesforce help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration" and its error table.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sync.client.refusals import explain
from sync.client.settings import OrgSettings
from sync.client.transport import TIMEOUT_SECONDS, check_address
from sync.errors import ConfigurationError, OrgUnavailable

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE_SECONDS = 180


class Unreachable(ConfigurationError):  # noqa: N818 - names a state; see sync/errors.py
    """The login host could not be spoken to at all."""


@dataclass(frozen=True)
class Token:
    """A session of the org; the token itself never shows in a text."""

    access_token: str
    instance_url: str

    @property
    def org_id(self) -> str:
        """The org's 15-character id, which every session token of it begins with."""
        return self.access_token.partition("!")[0][:15]

    def __repr__(self) -> str:
        return f"Token(instance_url={self.instance_url!r})"


def read_private_key(path: Path) -> RSAPrivateKey:
    """Load the RSA key; raise ConfigurationError that says what is wrong with the file."""
    expected = (
        "expected a PEM file with an RSA private key without a passphrase. Remedy: name the one whose"
        " certificate the app holds, or have `sidecar init` make a pair"
    )
    try:
        key = load_pem_private_key(Path(path).read_bytes(), password=None)
    except OSError as error:
        raise ConfigurationError(f"private_key_file {path} cannot be read ({error.strerror}): {expected}") from error
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"private_key_file {path} holds no usable key: {expected}") from error
    if not isinstance(key, RSAPrivateKey):
        raise ConfigurationError(f"private_key_file {path} holds a {type(key).__name__}: {expected}")
    return key


def log_in(settings: OrgSettings, http: requests.Session) -> Token:
    """Ask for a session.

    Raises ConfigurationError (wrong key, user, audience, address, clock) or RetryLater (the host is busy or down).
    """
    claims = {
        "iss": settings.consumer_key,
        "sub": settings.username,
        "aud": settings.resolved_audience(),
        "exp": int(time.time()) + _LIFE_SECONDS,
    }
    assertion = jwt.encode(claims, read_private_key(settings.private_key_file), algorithm="RS256")
    response = _ask(settings, http, assertion)
    body = _json(response)
    if response.ok and "access_token" in body and "instance_url" in body:
        check_address(body["instance_url"], "the instance_url that the org answered with")
        return Token(body["access_token"], body["instance_url"].rstrip("/"))
    raise explain(settings, response, body)


def _ask(settings: OrgSettings, http: requests.Session, assertion: str) -> requests.Response:
    url = settings.login_url.rstrip("/") + "/services/oauth2/token"
    data = {"grant_type": _GRANT, "assertion": assertion}
    try:
        # auth= keeps requests from adding credentials of a netrc file
        return http.post(url, data=data, auth=lambda r: r, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.exceptions.SSLError as error:
        raise Unreachable(
            f"the certificate of {settings.login_url} is not trusted ({type(error).__name__}). Remedy: behind a"
            " company's proxy, set ca_bundle under [org] to a PEM file of its authorities"
        ) from None
    except requests.exceptions.ReadTimeout:
        raise OrgUnavailable(
            f"{settings.login_url} did not answer the login in {TIMEOUT_SECONDS[1]:.0f} s. Remedy: run it again"
            " later; if it stays, check login_url, the network and the proxy"
        ) from None
    except requests.exceptions.RequestException as error:
        raise Unreachable(
            f"{settings.login_url} cannot be reached ({type(error).__name__}). Remedy: check login_url, the network"
            " and the proxy; for a local org, that it is running"
        ) from None


def _json(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
