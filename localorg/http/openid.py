"""OpenID Connect: the org's signing key, id tokens and the discovery document."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Mapping

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from localorg.access import User
from localorg.http.identity import identity_url, userinfo
from localorg.http.oauth_assertion import instance_url
from localorg.org import LocalOrg

SCOPES = frozenset(
    {"address", "api", "email", "full", "id", "offline_access", "openid", "phone", "profile", "refresh_token", "web"}
)
ID_TOKEN_SECONDS = 120
_SETTING = "openid_key"
_KEY_BITS = 2048
_TOKEN_CLAIMS = ("sub", "iss", "aud", "iat", "exp", "at_hash", "nonce")
_EMAIL_CLAIMS = ("email", "email_verified")
_PROFILE_CLAIMS = (
    "name",
    "given_name",
    "family_name",
    "nickname",
    "preferred_username",
    "zoneinfo",
    "locale",
    "picture",
)


class Signer:
    """Signs id tokens with the org's own key, which is made when it is first needed and stays in the org's file."""

    def __init__(self, org: LocalOrg) -> None:
        self._org = org
        self._key: rsa.RSAPrivateKey | None = None
        self._lock = threading.Lock()

    def id_token(self, user: User, scope: str, audience: str, access_token: str, nonce: str | None) -> str:
        """A token that tells the client who signed in; what it says of the user depends on the scopes."""
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": instance_url(),
            "sub": identity_url(self._org, user),
            "aud": audience,
            "iat": now,
            "exp": now + ID_TOKEN_SECONDS,
            "at_hash": _encoded(hashlib.sha256(access_token.encode()).digest()[:16]),
            **({"nonce": nonce} if nonce is not None else {}),
            **_about(userinfo(self._org, user), set(scope.split())),
        }
        key = self._private_key()
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": _key_id(key)})

    def key_set(self) -> dict[str, object]:
        """The public key as a JSON web key set."""
        key = self._private_key()
        numbers = key.public_key().public_numbers()
        parts = {"n": _number(numbers.n), "e": _number(numbers.e)}
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _key_id(key), **parts}]}

    def _private_key(self) -> rsa.RSAPrivateKey:
        with self._lock:
            if self._key is None:
                self._key = self._kept() or self._made()
            return self._key

    def _kept(self) -> rsa.RSAPrivateKey | None:
        with self._org.database.reader() as connection:
            row = connection.execute('SELECT value FROM "_setting" WHERE key = ?', (_SETTING,)).fetchone()
        key = serialization.load_pem_private_key(row[0].encode(), password=None) if row else None
        return key if isinstance(key, rsa.RSAPrivateKey) else None

    def _made(self) -> rsa.RSAPrivateKey:
        key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with self._org.database.writer() as connection:
            connection.execute('INSERT OR REPLACE INTO "_setting" VALUES (?, ?)', (_SETTING, pem.decode()))
        return key


def configuration() -> dict[str, object]:
    """The discovery document, `/.well-known/openid-configuration`."""
    base = instance_url()
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/services/oauth2/authorize",
        "token_endpoint": f"{base}/services/oauth2/token",
        "revocation_endpoint": f"{base}/services/oauth2/revoke",
        "userinfo_endpoint": f"{base}/services/oauth2/userinfo",
        "jwks_uri": f"{base}/id/keys",
        "introspection_endpoint": f"{base}/services/oauth2/introspect",
        "scopes_supported": sorted(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [*_TOKEN_CLAIMS, *_EMAIL_CLAIMS, *_PROFILE_CLAIMS],
    }


def _about(info: Mapping[str, object], scopes: set[str]) -> dict[str, object]:
    names = [name for name in _PROFILE_CLAIMS if scopes & {"profile", "full"}]
    names += _EMAIL_CLAIMS if scopes & {"email", "full"} else ()
    return {name: info[name] for name in names}


def _key_id(key: rsa.RSAPrivateKey) -> str:
    return hashlib.sha256(str(key.public_key().public_numbers().n).encode()).hexdigest()[:16]


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
