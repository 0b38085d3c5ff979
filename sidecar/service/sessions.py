"""Who is logged in to the console: sessions that end by themselves, by logging out, and with the process."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

ADMIN, READER = "admin", "reader"
HOURS = 8
_SECONDS = HOURS * 3600.0
_MOST = 1_000


@dataclass(frozen=True)
class Visitor:
    """Somebody who was let in.

    Attributes:
        name: as it is logged with what is asked for.
        role: `ADMIN` may do everything, `READER` may look.
        csrf: what forms of the session have to bring; empty without a session.
        until: on the sessions' clock.
    """

    name: str
    role: str
    csrf: str = ""
    until: float = 0.0

    @property
    def may_change(self) -> bool:
        """Whether anything but looking is allowed."""
        return self.role == ADMIN


class Sessions:
    """Open sessions by a key that only their browsers know. Safe to use from several threads.

    Attributes:
        changes: how many have begun or ended.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._open: dict[str, Visitor] = {}
        self.changes = 0

    def begin(self, name: str, role: str) -> str:
        """Begin a session; returns its key, which is new with every login."""
        now, key = self._clock(), secrets.token_urlsafe(32)
        with self._lock:
            live = [item for item in self._open.items() if item[1].until > now]
            self._open = dict(live[-_MOST + 1 :])
            self._open[key] = Visitor(name, role, secrets.token_urlsafe(32), now + _SECONDS)
            self.changes += 1
        return key

    def find(self, key: str) -> Visitor | None:
        """Whose session this is; None when it has ended or never was."""
        found = self._open.get(key)
        return found if found is not None and found.until > self._clock() else None

    def end(self, key: str) -> None:
        """End a session, wherever its cookie may have got to."""
        with self._lock:
            self._open.pop(key, None)
            self.changes += 1
