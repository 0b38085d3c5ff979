"""A mail server for tests: takes mails on loopback, or misbehaves as it is told."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast


class Server(socketserver.ThreadingTCPServer):
    """What it has received, and how it behaves.

    Attributes:
        mails: received ones.
        refuses: addresses that it knows not.
        silent: it accepts connections and says nothing.
        hangs_up: it closes the connection when it has a mail, without a word.
        password_is_wrong: it offers a login and refuses it.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.mails: list[EmailMessage] = []
        self.refuses: set[str] = set()
        self.silent = self.hangs_up = self.password_is_wrong = False

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class Session(socketserver.StreamRequestHandler):
    """One client."""

    def handle(self) -> None:
        """Speak as much SMTP as a client needs (RFC 5321)."""
        server = cast("Server", self.server)
        while server.silent:
            time.sleep(0.05)
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self._say("250-here\r\n250 AUTH PLAIN" if server.password_is_wrong else "250 here")
            elif verb == "AUTH":
                self._say("535 wrong password")
            elif verb == "RCPT" and any(address in line for address in server.refuses):
                self._say("550 no such user")
            elif verb == "DATA":
                self._say("354 go on")
                mail = self._mail()
                if server.hangs_up:
                    return
                server.mails.append(mail)
                self._say("250 taken")
            else:
                self._say("250 ok")

    def _mail(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return cast("EmailMessage", message_from_bytes(b"".join(lines), policy=policy.default))

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def mail_server() -> Iterator[Server]:
    """A server until the end of the block."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.silent = False
        server.shutdown()
        thread.join()
