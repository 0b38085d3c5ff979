"""The process that serves a local org: `python -m localorg.serve`. `localorg.server` starts, finds and stops it."""

from __future__ import annotations

import argparse
import fcntl
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

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
from localorg.server import LOG_NAME, ServerError, key_file, org_folder, record_file

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
_POLL_SECONDS = 0.05
_WATCH_SECONDS = 0.2
_LOCK_SECONDS = 5.0  # a server whose parent was killed needs a moment to end
_log = logging.getLogger(LOG_NAME)


def serve(state: Path, package: Path | None, port: int, host: str = "127.0.0.1", *, parent: int | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises ServerError when another process serves this state folder already.

    parent: process whose end is the end of this one; nobody takes the server for running then.
    """
    with _only_server(state):
        org = LocalOrg.open(org_folder(state) / "org.sqlite", package)
        try:
            app_keys = _keys(org, state)
            app = create_app(org, settings=Settings(package=package, pages=PageSettings.of_repository(_ROOT)))
            services: Services = app.extensions["localorg"]
            server = _listening(app, host, port)
            _write_record(state, org, app_keys, server.effective_host, int(server.effective_port), parent)
            _log.info("listening on %s:%s", server.effective_host, server.effective_port)
            try:
                server.run()
            finally:
                record_file(state).unlink(missing_ok=True)
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
    app, private = find_app(org), key_file(state)
    if app is not None and private.is_file() and _public_part(private) == app.public_key:
        return app
    app, keys = make_app(org)
    private.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file, content in ((private, keys.private_key), (private.with_suffix(".secret"), keys.client_secret)):
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(content)
    return app


def _public_part(private: Path) -> str | None:
    try:
        key = serialization.load_pem_private_key(private.read_bytes(), password=None)
    except ValueError:
        return None
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


@contextmanager
def _only_server(state: Path) -> Iterator[None]:
    """Hold the state folder's lock: one process at a time serves an org."""
    with (org_folder(state) / "server.lock").open("w") as lock:
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


def _write_record(state: Path, org: LocalOrg, app: ConnectedApp, host: str, port: int, parent: int | None) -> None:
    record = {
        "url": f"http://{host}:{port}",
        "pid": os.getpid(),
        "parent": parent,
        "port": port,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "organization_id": org.org_id,
        "username": app.run_as,
        "consumer_key": app.consumer_key,
    }
    part = record_file(state).with_suffix(".part")
    part.write_text(json.dumps(record, indent=2))
    part.replace(record_file(state))


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
    """`python -m localorg.serve --state DIR [--package DIR] [--port N] [--host ADDRESS]`."""
    parser = argparse.ArgumentParser(prog="python -m localorg.serve", description="Serve a local Salesforce org.")
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
        serve(options.state, options.package, options.port, options.host, parent=options.parent)
    except LocalOrgError as error:
        logging.getLogger(LOG_NAME).error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
