"""The local org as a server process: start it, find it, stop it.

Its files are below a state folder: `org/org.sqlite` (the org), `org/server.json` (where it answers, while it runs),
`org/server.log`, `org/spool/` (job data), `keys/local-org.pem` and `keys/local-org.secret` (the client's side of the
connected app).
"""

from __future__ import annotations

import argparse
import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import psutil
import requests
import waitress
from cryptography.hazmat.primitives import serialization
from flask import Flask

from localorg.errors import LocalOrgError
from localorg.http.app import create_app
from localorg.http.connected_app import ConnectedApp, find_app, make_app
from localorg.http.services import Services
from localorg.http.settings import Settings
from localorg.org import LocalOrg
from localorg.pages import PageSettings

START_SECONDS = 90.0
STOP_SECONDS = 20.0
_ROOT = Path(__file__).resolve().parents[1]  # the built pages and the design system are below it
_MEGABYTE = 2**20
# Answers wait in memory rather than in temporary files; uploads of Bulk jobs may be large.
_WAITRESS = {
    "threads": 8,
    "outbuf_overflow": 64 * _MEGABYTE,
    "outbuf_high_watermark": 64 * _MEGABYTE,
    "inbuf_overflow": 16 * _MEGABYTE,
    "max_request_body_size": 1024 * _MEGABYTE,
}
_ANSWER_SECONDS = 5.0
_POLL_SECONDS = 0.05
_WATCH_SECONDS = 0.2
_LOCK_SECONDS = 5.0  # a server whose parent was killed needs a moment to end
_LOG_LINES = 20
_NAMED = " ERROR localorg.server: "  # how the log shows an error that this module names
_log = logging.getLogger(__name__)
_children: dict[int, subprocess.Popen[bytes]] = {}  # servers started here, by their process id


class ServerError(LocalOrgError):
    """The server does not run, or does not start: read the message, which ends with the log's last lines."""


@dataclass(frozen=True)
class ServerInfo:
    """A running server: its address, process and port."""

    url: str
    pid: int
    port: int


@dataclass(frozen=True)
class Credentials:
    """What a client needs to log in by JWT bearer."""

    login_url: str
    username: str
    consumer_key: str
    private_key_file: Path


def running(state: Path) -> ServerInfo | None:
    """The live server of a state folder, None when there is none (whatever a left-over server.json says)."""
    found = _record(state)
    if found is None or not psutil.pid_exists(found["pid"]):
        return None
    try:
        answer = requests.get(f"{found['url']}/local/org", timeout=_ANSWER_SECONDS)
        same = answer.json()["organization_id"] == found["organization_id"]
    except (requests.RequestException, ValueError, KeyError, TypeError):
        return None
    return ServerInfo(found["url"], found["pid"], found["port"]) if same else None


def start(state: Path, *, package: Path | None, port: int = 0, detach: bool = False) -> ServerInfo:
    """Start the server of a state folder and wait until it answers; the one that runs already is taken as it is.

    package: SFDX source to deploy first. port: 0 for any free one. detach: let it live on after this process.
    Raises ServerError when it ends or does not answer in time.
    """
    present = running(state)
    if present is not None:
        return present
    folder = _org_folder(state)
    command = [sys.executable, "-m", "localorg.server", "--state", str(state.resolve()), "--port", str(port)]
    command += ["--package", str(package.resolve())] if package is not None else []
    command += [] if detach else ["--parent", str(os.getpid())]
    with (folder / "server.log").open("ab") as log:
        # A session of its own, so that Ctrl-C in the terminal reaches the caller only, who then stops the server.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    _children[process.pid] = process
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"the local org did not start: {_reason(state)}")
        found = running(state)
        if found is not None and found.pid == process.pid:
            return found
        time.sleep(_POLL_SECONDS)
    process.terminate()
    raise ServerError(f"the local org did not answer within {START_SECONDS:.0f} s: {_reason(state)}")


def stop(info: ServerInfo) -> None:
    """Stop a server and wait until it has ended. Raises ServerError when it does not end."""
    try:
        process = _children.pop(info.pid, None) or psutil.Process(info.pid)
        process.terminate()
        process.wait(STOP_SECONDS)
    except psutil.NoSuchProcess:
        return
    except (psutil.TimeoutExpired, subprocess.TimeoutExpired) as error:
        raise ServerError(f"the local org (process {info.pid}) did not end within {STOP_SECONDS:.0f} s") from error


def credentials(state: Path) -> Credentials:
    """How to log in to the running server. Raises ServerError when none runs."""
    found = _record(state)
    if found is None or running(state) is None:
        raise ServerError(f"no local org runs for {state}: start it with `sidecar --state {state} org serve`")
    return Credentials(found["url"], found["username"], found["consumer_key"], _key_file(state))


def serve(state: Path, package: Path | None, port: int, host: str = "127.0.0.1") -> None:
    """Serve until SIGTERM or Ctrl-C. Raises ServerError when another process serves this state folder already."""
    with _only_server(state):
        org = LocalOrg.open(_org_folder(state) / "org.sqlite", package)
        try:
            app_keys = _keys(org, state)
            app = create_app(org, settings=Settings(package=package, pages=PageSettings.of_repository(_ROOT)))
            services: Services = app.extensions["localorg"]
            server = _listening(app, host, port)
            _write_record(state, org, app_keys, server.effective_host, int(server.effective_port))
            _log.info("listening on %s:%s", server.effective_host, server.effective_port)
            try:
                server.run()
            finally:
                _record_file(state).unlink(missing_ok=True)
                server.close()
                services.close()
        finally:
            org.close()


def _listening(app: Flask, host: str, port: int) -> Any:
    try:
        return waitress.create_server(app, host=host, port=port, **_WAITRESS)
    except OSError as error:
        raise ServerError(
            f"cannot listen on {host}:{port} ({error.strerror}): name another port with --port"
        ) from error


def _keys(org: LocalOrg, state: Path) -> ConnectedApp:
    """The connected app whose private key is in the state folder; a lost or foreign key file gets new keys."""
    app, key_file = find_app(org), _key_file(state)
    if app is not None and key_file.is_file() and _public_part(key_file) == app.public_key:
        return app
    app, keys = make_app(org)
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file, content in ((key_file, keys.private_key), (key_file.with_suffix(".secret"), keys.client_secret)):
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(content)
    return app


def _public_part(key_file: Path) -> str | None:
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    except ValueError:
        return None
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


@contextmanager
def _only_server(state: Path) -> Iterator[None]:
    """Hold the state folder's lock: one process at a time serves an org."""
    with (_org_folder(state) / "server.lock").open("w") as lock:
        deadline = time.monotonic() + _LOCK_SECONDS
        while not _locked(lock):
            if time.monotonic() > deadline:
                raise ServerError(f"another process serves {state} already: stop it first")
            time.sleep(_POLL_SECONDS)
        yield


def _locked(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_record(state: Path, org: LocalOrg, app: ConnectedApp, host: str, port: int) -> None:
    record = {
        "url": f"http://{host}:{port}",
        "pid": os.getpid(),
        "port": port,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "organization_id": org.org_id,
        "username": app.run_as,
        "consumer_key": app.consumer_key,
    }
    part = _record_file(state).with_suffix(".part")
    part.write_text(json.dumps(record, indent=2))
    part.replace(_record_file(state))


def _record(state: Path) -> dict[str, Any] | None:
    """What the server last wrote about itself."""
    try:
        found = json.loads(_record_file(state).read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"url", "pid", "port", "organization_id"} <= found.keys() else None


def _record_file(state: Path) -> Path:
    return state / "org" / "server.json"


def _key_file(state: Path) -> Path:
    return state / "keys" / "local-org.pem"


def _org_folder(state: Path) -> Path:
    folder = state / "org"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _reason(state: Path) -> str:
    """What the log says last: the error that the server named, else its last lines."""
    try:
        lines = (state / "org" / "server.log").read_text(errors="replace").splitlines()
    except OSError as error:
        return f"(no log: {error})"
    named = lines[-1].partition(_NAMED)[2] if lines else ""
    return named or "\n".join(lines[-_LOG_LINES:])


def _end_with_parent(parent: int) -> None:
    """Stop this process when the one that started it is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _stop(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m localorg.server --state DIR [--package DIR] [--port N] [--host ADDRESS]`."""
    parser = argparse.ArgumentParser(prog="python -m localorg.server", description="Serve a local Salesforce org.")
    parser.add_argument("--state", type=Path, required=True, help="folder of the org's files")
    parser.add_argument("--package", type=Path, help="SFDX source to deploy first")
    parser.add_argument("--port", type=int, default=0, help="port, any free one by default")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--parent", type=int, help="end when this process ends")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _stop)
    if options.parent is not None:
        _end_with_parent(options.parent)
    try:
        serve(options.state, options.package, options.port, options.host)
    except LocalOrgError as error:
        logging.getLogger("localorg.server").error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
