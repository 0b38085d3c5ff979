"""Whether a service works on a state directory: one at a time, and the other commands know of it."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from sidecar.errors import SetupError
from sidecar.private_file import write_private
from sidecar.state import State

_ATTEMPTS, _PAUSE_SECONDS = 5, 0.1


@dataclass(frozen=True)
class Presence:
    """A running service: its process and where it answers."""

    pid: int
    url: str


@contextmanager
def only_service(state: State) -> Iterator[None]:
    """Be the one service of a state directory until the block ends, or the process.

    Raises:
        SetupError: another one is at work.
    """
    with _lock_file(state).open("w") as lock:
        if not _taken(lock):
            other = _told(state)
            where = f" (process {other.pid}, {other.url})" if other else ""
            raise SetupError(
                f"A service works on {state.folder} already{where}. Remedy: stop it first, or name another --state"
                " folder for another org."
            )
        try:
            yield
        finally:
            _file(state).unlink(missing_ok=True)


def announce(state: State, url: str) -> None:
    """Say where the service answers."""
    write_private(_file(state), json.dumps(asdict(Presence(os.getpid(), url))))


def running_service(state: State) -> Presence | None:
    """The service of a state directory, None where none runs (whatever a killed one has left behind)."""
    if not _lock_file(state).exists():
        return None
    with _lock_file(state).open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _told(state)
    return None


def _taken(lock: TextIO) -> bool:
    """Take the lock; a command that looks whether a service runs holds it for a moment."""
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return True
    return False


def _told(state: State) -> Presence | None:
    try:
        return Presence(**json.loads(_file(state).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _lock_file(state: State) -> Path:
    return state.service_folder / "lock"


def _file(state: State) -> Path:
    return state.service_folder / "running.json"
