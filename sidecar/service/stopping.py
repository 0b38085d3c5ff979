"""How a running job is stopped: at its next step, by an exception that no `except Exception` holds up."""

from threading import Event


class StopRequested(BaseException):
    """The service is being stopped; what was done is kept, and the next start goes on."""


class Stoppable:
    """The progress of a job (see `sync.Progress`), which ends it once a stop was asked for."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop

    def stage(self, name: str, total: int | None = None) -> None:
        """A step begins, unless the service stops."""
        self._check()

    def advance(self, rows: int = 1) -> None:
        """Rows are done; the next ones are not begun when the service stops."""
        self._check()

    def end(self) -> None:
        """The last step is over."""

    def _check(self) -> None:
        if self._stop.is_set():
            raise StopRequested
