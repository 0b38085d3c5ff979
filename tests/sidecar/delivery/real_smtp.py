"""A real mail server (aiosmtpd) on loopback that insists on STARTTLS and a login."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USERNAME, PASSWORD = "sidecar", "secretsecret"


@dataclass
class RealServer:
    """Where it listens, what it has received and how.

    Attributes:
        port: on 127.0.0.1.
        certificate: what a client has to trust.
        mails: received ones.
        encrypted: of each of them, whether it came over TLS.
    """

    certificate: Path
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take a mail."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        self.mails.append(cast("EmailMessage", message_from_bytes(raw, policy=policy.default)))
        self.encrypted.append(session.ssl is not None)
        return "250 taken"

    def authenticate(self, *given: Any) -> AuthResult:
        """Whether a login is ours."""
        login = given[-1]
        assert isinstance(login, LoginPassword)
        known = (login.login, login.password) == (USERNAME.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)


@contextmanager
def real_server(folder: Path) -> Iterator[RealServer]:
    """A server until the end of the block."""
    made = RealServer(folder / "certificate.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    key = _keep_certificate(made.certificate)
    context.load_cert_chain(made.certificate, key)
    started: Future[Callable[[], object]] = Future()
    # a thread of its own: where a browser is driven, this one has a loop that runs already
    thread = threading.Thread(target=lambda: asyncio.run(_serve(made, context, started)))
    thread.start()
    end = started.result(20)
    try:
        yield made
    finally:
        end()
        thread.join()


async def _serve(made: RealServer, context: ssl.SSLContext, started: Future[Callable[[], object]]) -> None:
    """Serve until the function is called that becomes the result of `started`."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    options: dict[str, Any] = {"tls_context": context, "require_starttls": True, "auth_required": True}

    def session() -> SMTP:
        return SMTP(made, loop=loop, authenticator=made.authenticate, hostname="127.0.0.1", **options)

    async with await loop.create_server(session, "127.0.0.1", 0) as listening:
        made.port = listening.sockets[0].getsockname()[1]
        started.set_result(lambda: loop.call_soon_threadsafe(ended.set))
        await ended.wait()


def _keep_certificate(file: Path) -> Path:
    """Write a certificate for 127.0.0.1, signed by itself; returns the file of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = file.with_name("key.pem")
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    private.write_bytes(pem)
    return private
