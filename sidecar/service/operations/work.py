"""Does what a person has asked for, and writes nothing that this person has not seen."""

import logging
from collections.abc import Callable

import sync
from sidecar import refresh as flow
from sidecar import undo as undoing
from sidecar.backtest.replayed import read_past, summary
from sidecar.errors import PlanChangedError
from sidecar.failure import in_words
from sidecar.guard import Review
from sidecar.service.operations import slot
from sidecar.service.operations.preview import Preview, of_plan, of_undo
from sidecar.service.operations.slot import Operation
from sidecar.service.runner import Runner
from sidecar.service.stopping import Stoppable, StopRequested
from sidecar.service.tasks import REFRESH, Tasks
from sidecar.service.waiting import reason_to_wait
from sync import Mirror, Plan

_log = logging.getLogger(__name__)


class Told(Stoppable):
    """The progress of an operation: people see its stage."""

    def __init__(self, tasks: Tasks) -> None:
        super().__init__(tasks.stop)
        self._operations = tasks.operations

    def stage(self, name: str, total: int | None = None) -> None:
        """A step begins."""
        super().stage(name, total)
        self._operations.at(name)


def perform(tasks: Tasks, runner: Runner) -> None:
    """Do the operation that waits, if any; how it ended is told by `tasks.operations`.

    Raises:
        StopRequested: the service stops. Nobody waits for an answer any more, and nothing is begun again by itself.
    """
    operation = tasks.operations.take()
    if operation is None:
        return
    _log.info("%s, begins", operation)
    try:
        message = _KINDS[operation.kind](tasks, operation)
    except StopRequested:
        raise
    except sync.MirrorBusy:
        tasks.operations.put_back()
    except PlanChangedError as error:
        _end(tasks, operation, slot.CHANGED, str(error))
    except Exception as error:
        if tasks.stop.is_set():  # the org of this machine was stopped under it, say
            raise StopRequested from error
        known = in_words(error)
        _end(tasks, operation, slot.FAILED, known or f"{type(error).__name__}: {error}")
        if not known:
            _log.error("%s failed", operation.kind, exc_info=error)
    else:
        _end(tasks, operation, slot.DONE, message)
        if operation.kind == slot.WRITE:
            runner.want(REFRESH)  # one that was stopped before this plan works again now


def _end(tasks: Tasks, operation: Operation, state: str, message: str) -> None:
    tasks.operations.end(state, message)
    _log.info("%s: %s: %s", operation, state, message)


def _plan(tasks: Tasks, _operation: Operation) -> str:
    configuration, progress = tasks.configuration, Told(tasks)
    with tasks.open() as (org, mirror):
        flow.pull(org, mirror, configuration, progress).check_needed()
        _, plan = flow.planned(mirror, configuration, tasks.day(mirror), progress)
        preview = _shown(tasks, mirror, plan)
    tasks.previews.keep(preview)
    return _counted(preview)


def _shown(tasks: Tasks, mirror: Mirror, plan: Plan) -> Preview:
    configuration = tasks.configuration
    return of_plan(mirror, plan, configuration.write.bulk_threshold, reason_to_wait(plan, configuration))


def _write(tasks: Tasks, operation: Operation) -> str:
    with tasks.open() as (org, mirror):

        def of_now(plan: Plan) -> Preview:
            return _shown(tasks, mirror, plan)

        review = _as_seen(tasks, operation, of_now)
        day, configuration = tasks.day(mirror), tasks.configuration
        done = flow.refresh(org, mirror, configuration, day, Told(tasks), confirm=lambda _: True, review=review)
    _forget(tasks.previews.plan(), tasks)
    return f"run {done.run_id}: {tasks.told(done)}"


def _preview_undo(tasks: Tasks, operation: Operation) -> str:
    with tasks.open() as (org, mirror):
        run = undoing.run_to_undo(mirror, operation.run_id)
        found = undoing.plan_undo(org, mirror, tasks.configuration, run, Told(tasks))
        preview = of_undo(mirror, found, tasks.configuration.write.bulk_threshold)
    tasks.previews.keep(preview)
    return _counted(preview)


def _undo(tasks: Tasks, operation: Operation) -> str:
    configuration = tasks.configuration
    with tasks.open() as (org, mirror):

        def of_now(_plan: Plan) -> Preview:
            found = sync.plan_undo(mirror, operation.run_id, parents=undoing.PARENTS)
            return of_undo(mirror, found, configuration.write.bulk_threshold)

        review = _as_seen(tasks, operation, of_now)
        done = undoing.undo(org, mirror, configuration, operation.run_id, Told(tasks), review=review)
    _forget(tasks.previews.undo(operation.run_id), tasks)
    written = done.written
    refused = f"; {written.rows_refused:,} refused" if written.rows_refused else ""
    return f"run {done.run_id}: {written.rows_written:,} records put back, {done.calls:,} API calls{refused}"


def _backtest(tasks: Tasks, _operation: Operation) -> str:
    progress = Told(tasks)
    progress.stage("Read")
    with Mirror.open(tasks.state.mirror_file) as mirror:
        past = read_past(mirror, tasks.configuration)
    progress.stage("Replay")
    result = summary(past.replayed())
    tasks.backtests.keep(past.as_of.date(), result)
    return f"{len(result['quarters'])} quarters replayed"


def _as_seen(tasks: Tasks, operation: Operation, of_now: Callable[[Plan], Preview]) -> Review:
    """A review that ends the run, and shows the plan of now, where it is not the one that was confirmed."""

    def review(plan: Plan) -> None:
        if plan.fingerprint == operation.fingerprint:
            return
        tasks.previews.keep(of_now(plan))
        raise PlanChangedError(
            "Records have changed since this was shown, so something else would be written now. Nothing was written:"
            " look at it as it is now, and confirm again."
        )

    return review


def _forget(preview: Preview | None, tasks: Tasks) -> None:
    if preview is not None:
        tasks.previews.drop(preview)


def _counted(preview: Preview) -> str:
    summary = preview.summary
    kept = f", {summary['kept_count']:,} values kept" if "kept_count" in summary else ""
    return f"{summary['values']:,} values of {summary['rows'] + summary['removals']:,} records{kept}"


_KINDS: dict[str, Callable[[Tasks, Operation], str]] = {
    slot.PLAN: _plan,
    slot.WRITE: _write,
    slot.PREVIEW_UNDO: _preview_undo,
    slot.UNDO: _undo,
    slot.BACKTEST: _backtest,
}
