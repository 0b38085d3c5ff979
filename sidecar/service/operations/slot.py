"""The operation that somebody has asked for: one at a time, done by the thread that runs the jobs."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

PLAN, WRITE, PREVIEW_UNDO, UNDO, BACKTEST = "plan", "write", "preview undo", "undo", "backtest"
WAITING, WORKING, DONE, CHANGED, FAILED = "waiting", "working", "done", "changed", "failed"


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        kind: `PLAN`, `WRITE`, `PREVIEW_UNDO`, `UNDO` or `BACKTEST`.
        who: asked for it.
        asked_at: when.
        run_id: of the run to be undone; else empty.
        fingerprint: of the plan that was confirmed; else empty.
        state: `WAITING`, `WORKING`, `DONE`, `CHANGED` (what was confirmed is not what would be written now) or
            `FAILED`.
        stage: what it is at, while it works.
        message: what it said at its end.
    """

    kind: str
    who: str
    asked_at: datetime
    run_id: str = ""
    fingerprint: str = ""
    state: str = WAITING
    stage: str = ""
    message: str = ""

    @property
    def open(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in (WAITING, WORKING)

    def __str__(self) -> str:
        return " ".join(part for part in (self.kind, self.run_id) if part) + f", asked for by {self.who}"

    def as_dict(self) -> dict[str, Any]:
        """For machines; the moment in ISO 8601."""
        return {**asdict(self), "asked_at": self.asked_at.isoformat()}


class Operations:
    """The operation that waits or works, or the last one. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: Operation | None = None

    @property
    def last(self) -> Operation | None:
        """The operation that waits or works, else the last one; None before the first."""
        return self._last

    def ask(self, operation: Operation) -> bool:
        """Have it done as soon as no job runs; False while another one waits or works."""
        with self._lock:
            if self._last is not None and self._last.open:
                return False
            self._last = operation
            return True

    def take(self) -> Operation | None:
        """The one that waits, which works from now on."""
        with self._lock:
            if self._last is None or self._last.state != WAITING:
                return None
            self._last = replace(self._last, state=WORKING)
            return self._last

    def at(self, stage: str) -> None:
        """Note what the working one is at."""
        self._put(stage=stage)

    def put_back(self) -> None:
        """Let the working one wait again."""
        self._put(state=WAITING, stage="")

    def end(self, state: str, message: str) -> None:
        """Note how the working one ended."""
        self._put(state=state, stage="", message=message)

    def _put(self, **values: Any) -> None:
        with self._lock:
            if self._last is not None:
                self._last = replace(self._last, **values)
