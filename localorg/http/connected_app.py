"""The org's one connected app: its consumer key, the public key that checks assertions, its client secret."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import string
from dataclasses import asdict, dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from localorg.org import LocalOrg

_SETTING = "connected_app"
_KEY_BITS = 2048
_ALPHABET = string.ascii_letters + string.digits
_DEFAULT_RUN_AS = "integration@local.example"


@dataclass(frozen=True)
class ConnectedApp:
    """What the org keeps: neither the private key nor the secret itself."""

    consumer_key: str
    public_key: str
    secret_hash: str
    run_as: str = _DEFAULT_RUN_AS

    def is_secret(self, secret: str) -> bool:
        """Whether this is the app's client secret."""
        return hmac.compare_digest(self.secret_hash, _hash(secret))


@dataclass(frozen=True)
class NewKeys:
    """What only the client keeps: PEM of the private key, client secret."""

    private_key: str
    client_secret: str


def find_app(org: LocalOrg) -> ConnectedApp | None:
    """The org's connected app, None before it is made."""
    with org.database.reader() as connection:
        row = connection.execute('SELECT value FROM "_setting" WHERE key = ?', (_SETTING,)).fetchone()
    return ConnectedApp(**json.loads(row[0])) if row else None


def make_app(org: LocalOrg) -> tuple[ConnectedApp, NewKeys]:
    """Make the connected app, or give the present one new keys (its consumer key stays)."""
    present = find_app(org)
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    secret = secrets.token_hex(32).upper()
    consumer_key = present.consumer_key if present else "3MVG9" + "".join(secrets.choice(_ALPHABET) for _ in range(80))
    app = ConnectedApp(consumer_key, public.decode(), _hash(secret))
    with org.database.writer() as connection:
        connection.execute('INSERT OR REPLACE INTO "_setting" VALUES (?, ?)', (_SETTING, json.dumps(asdict(app))))
    return app, NewKeys(private.decode(), secret)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
