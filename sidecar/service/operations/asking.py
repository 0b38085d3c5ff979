"""Asking for an operation, from the console and from the API alike."""

from typing import Any

from werkzeug.exceptions import Conflict, NotFound

from sidecar.service import history
from sidecar.service.operations import slot
from sidecar.service.operations.preview import Preview
from sidecar.service.operations.slot import Operation
from sidecar.service.runner import Runner
from sidecar.service.tasks import Tasks

_KINDS = {slot.WRITE: "writing a plan", slot.UNDO: "undoing a run", slot.PREVIEW_UNDO: "looking at an undo"}


class Asking:
    """Asks for operations.

    Args:
        runner: whose clock counts.
        tasks: whose operations they are.
    """

    def __init__(self, runner: Runner, tasks: Tasks) -> None:
        self._runner = runner
        self._tasks = tasks

    def plan(self, who: str) -> Operation:
        """A look at what would be written. Raises Conflict while another operation is open."""
        return self._ask(slot.PLAN, who)

    def write(self, who: str, fingerprint: str) -> Operation:
        """The plan that was looked at. Raises NotFound where there is none, Conflict as `_confirmed` says."""
        return self._ask(slot.WRITE, who, "", self._confirmed(self._tasks.previews.plan(), fingerprint))

    def preview_undo(self, who: str, run_id: str) -> Operation:
        """A look at what undoing a run would put back. Raises NotFound for a run that is none, Conflict."""
        self.known(run_id)
        return self._ask(slot.PREVIEW_UNDO, who, run_id)

    def undo(self, who: str, run_id: str, fingerprint: str) -> Operation:
        """The undo that was looked at. Raises NotFound where there is none, Conflict as `_confirmed` says."""
        self.known(run_id)
        return self._ask(slot.UNDO, who, run_id, self._confirmed(self._tasks.previews.undo(run_id), fingerprint))

    def backtest(self, who: str) -> Operation:
        """A replay of past quarters. Raises Conflict while another operation is open."""
        return self._ask(slot.BACKTEST, who)

    def known(self, run_id: str) -> dict[str, Any]:
        """The run, with the columns of `sync.ledger.runs`. Raises NotFound."""
        found = history.run(self._tasks.state, run_id)
        if found is None:
            raise NotFound(f"no run is named {run_id!r}: GET /api/v1/runs lists them")
        return found

    def _confirmed(self, preview: Preview | None, fingerprint: str) -> str:
        """The fingerprint, if it is of what is shown; Conflict where something else is shown now, or nothing to do."""
        if preview is None:
            raise NotFound("nothing was shown yet that could be confirmed: ask for it first")
        if preview.fingerprint != fingerprint:
            raise Conflict("another plan is shown by now: look at it, and confirm with its fingerprint")
        if preview.empty:
            raise Conflict("there is nothing to write")
        return fingerprint

    def _ask(self, kind: str, who: str, run_id: str = "", fingerprint: str = "") -> Operation:
        operation = Operation(kind, who, self._runner.now(), run_id, fingerprint)
        if not self._tasks.operations.ask(operation):
            last = self._tasks.operations.last
            busy = _KINDS.get(last.kind, last.kind) if last else ""
            raise Conflict(f"the service is busy with {busy}: ask again when that is done")
        return operation
