"""The org's one connected app: its consumer key, the public key that checks assertions, its secret, its policy."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import string
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from localorg.org import LocalOrg

_SETTING = "connected_app"
_KEY_BITS = 2048
_ALPHABET = string.ascii_letters + string.digits
_DEFAULT_RUN_AS = "integration@local.example"


@dataclass(frozen=True)
class ConnectedApp:
    """What the org keeps: neither the private key nor the secret itself.

    run_as: username of the client credentials flow, empty for none.
    approved: profiles and permission sets whose users an administrator admitted; empty when everybody may use the app.
    callbacks: addresses outside this machine to which a browser may be sent back; loopback addresses always may be.
    """

    consumer_key: str
    public_key: str
    secret_hash: str
    run_as: str = _DEFAULT_RUN_AS
    approved: tuple[str, ...] = ()
    callbacks: tuple[str, ...] = ()

    def is_secret(self, secret: str) -> bool:
        """Whether this is the app's client secret."""
        return hmac.compare_digest(self.secret_hash, _hash(secret))

    def admits(self, names: Collection[str]) -> bool:
        """Whether the app's policy lets a user with this profile and these permission sets in."""
        return not self.approved or any(name in self.approved for name in names)


@dataclass(frozen=True)
class NewKeys:
    """What only the client keeps: PEM of the private key, client secret."""

    private_key: str
    client_secret: str


def find_app(org: LocalOrg) -> ConnectedApp | None:
    """The org's connected app, None before it is made."""
    with org.database.reader() as connection:
        row = connection.execute('SELECT value FROM "_setting" WHERE key = ?', (_SETTING,)).fetchone()
    if row is None:
        return None
    kept: dict[str, Any] = json.loads(row[0])
    kept |= {name: tuple(kept.get(name, ())) for name in ("approved", "callbacks")}
    return ConnectedApp(**kept)


def keep_app(org: LocalOrg, app: ConnectedApp) -> None:
    """Put the app, as made or changed with `dataclasses.replace`, into the org; it holds from the next login on."""
    with org.database.writer() as connection:
        connection.execute('INSERT OR REPLACE INTO "_setting" VALUES (?, ?)', (_SETTING, json.dumps(asdict(app))))


def make_app(org: LocalOrg) -> tuple[ConnectedApp, NewKeys]:
    """Make the connected app, or give the present one new keys (its consumer key and policy stay)."""
    present = find_app(org)
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    secret = secrets.token_hex(32).upper()
    if present is None:
        consumer_key = "3MVG9" + "".join(secrets.choice(_ALPHABET) for _ in range(80))
        app = ConnectedApp(consumer_key, public.decode(), _hash(secret))
    else:
        app = replace(present, public_key=public.decode(), secret_hash=_hash(secret))
    keep_app(org, app)
    return app, NewKeys(private.decode(), secret)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
