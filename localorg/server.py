"""The local org as a server process: start it, find it, stop it. What runs in it is `localorg.serve`.

Its files are below a state folder: `org/org.sqlite` (the org), `org/server.json` (where it answers, while it runs),
`org/server.log`, `org/spool/` (job data), `keys/local-org.pem` and `keys/local-org.secret` (the client's side of the
connected app).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests

from localorg.errors import LocalOrgError

START_SECONDS = 90.0
STOP_SECONDS = 20.0
LOG_NAME = "localorg.serve"
_ANSWER_SECONDS = 5.0
_POLL_SECONDS = 0.05
_LOG_LINES = 20
_NAMED = f" ERROR {LOG_NAME}: "  # how the log shows an error that the server names
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
    if (parent := found.get("parent")) is not None and not psutil.pid_exists(parent):
        return None  # it ends within moments, with the process that it was started for
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
    folder = org_folder(state)
    command = [sys.executable, "-m", "localorg.serve", "--state", str(state.resolve()), "--port", str(port)]
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
    return Credentials(found["url"], found["username"], found["consumer_key"], key_file(state))


def _record(state: Path) -> dict[str, Any] | None:
    """What the server last wrote about itself."""
    try:
        found = json.loads(record_file(state).read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"url", "pid", "port", "organization_id"} <= found.keys() else None


def record_file(state: Path) -> Path:
    """Where a running server says how it is reached."""
    return state / "org" / "server.json"


def key_file(state: Path) -> Path:
    """The private key of the client's side."""
    return state / "keys" / "local-org.pem"


def org_folder(state: Path) -> Path:
    """The folder of the org's files; made when it is not there."""
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
