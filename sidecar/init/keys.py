"""The key pair of the JWT login: a private key for us, a certificate for the app in Salesforce."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sidecar.errors import ConfigurationError
from sidecar.private_file import write_private
from sync.client.login import read_private_key

_BITS = 2048
_LIFE = timedelta(days=730)


@dataclass(frozen=True)
class KeyPair:
    """Where the two halves are."""

    key: Path
    certificate: Path


def key_pair(folder: Path) -> KeyPair:
    """Make a key pair in a folder; one that is there is kept, and a key alone gets its certificate.

    Raises:
        ConfigurationError: a certificate without its key, or a key file that holds none.
        OSError: no right to write there.
    """
    pair = KeyPair(folder / "server.key", folder / "server.crt")
    if pair.certificate.exists() and not pair.key.exists():
        raise ConfigurationError(
            f"{pair.certificate} is there without its key {pair.key.name}: half a key pair. Remedy: put the key beside"
            " it, or move the certificate away to get a new pair (and upload the new certificate to the app)."
        )
    if not pair.key.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
        pem = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(pair.key, pem.decode())
    if not pair.certificate.exists():
        pair.certificate.write_bytes(_certificate(read_private_key(pair.key)))
    return pair


def _certificate(key: rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "salesforce-sidecar")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
