"""Undo of a run: pull, see what stands as the run wrote it, put back what was there before."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import sync
from sidecar.configuration import Configuration
from sidecar.errors import ConfigurationError
from sidecar.guard import Review, unseen
from sidecar.refresh import new_run_id, pull
from sidecar.run_log import LOG, write_run_log
from sidecar.targets import ACCOUNT, ACTION, OPPORTUNITY, PROJECTION
from sync import Mirror, Org, Progress, Undo, WriteReport, ledger

# Fields of the mirror by which rows are sorted: each write may lock its account.
PARENTS = {
    ACCOUNT.object: "Id",
    OPPORTUNITY.object: "AccountId",
    PROJECTION.object: "Sidecar_Account__c",
    ACTION.object: "Sidecar_Account__c",
}


@dataclass(frozen=True)
class Undone:
    """What an undo did.

    Attributes:
        run_id: the undo's own name in the ledger; it can be undone like any run.
        planned: what was found.
        written: what was written.
        calls: API calls.
        seconds: wall time.
    """

    run_id: str
    planned: Undo
    written: WriteReport
    calls: int
    seconds: float


def run_to_undo(mirror: Mirror, name: str) -> str:
    """The run that a person means.

    Args:
        name: a run's id, or as much of its beginning as is unique.

    Raises:
        ConfigurationError: there is no such run, or more than one, or it is one that only tells of another.
    """
    found = ledger.find_run(mirror, name) if name else None
    if found is None:
        raise ConfigurationError(f"{_unfound(mirror, name)}. `sidecar runs` lists all.")
    if found.endswith(LOG):
        told = found.removesuffix(LOG)
        raise ConfigurationError(
            f"{found} wrote into the org what run {told} did. That record stays, as a log does. Remedy: to take back"
            f" what was done, `sidecar undo {told}`"
        )
    return found


def _unfound(mirror: Mirror, name: str) -> str:
    several = _without_logs(ledger.runs_named(mirror, name)) if name else []
    if several:
        return f"{len(several)} runs are named {name}…: expected as much of the id as only one has, of {_some(several)}"
    runs = _without_logs([row["run_id"] for row in ledger.runs(mirror).to_pylist()])
    return f"no run is named {name or '(nothing)'}: " + (
        f"the newest are {_some(runs)}" if runs else "there is none yet"
    )


def _without_logs(runs: list[str]) -> list[str]:
    return [run for run in runs if not run.endswith(LOG)]


def _some(runs: list[str], most: int = 5) -> str:
    return ", ".join(runs[:most]) + (" and others" if len(runs) > most else "")


def plan_undo(org: Org, mirror: Mirror, configuration: Configuration, run_id: str, progress: Progress) -> Undo:
    """See what of a run can be put back. Reads the org first, writes nothing.

    Raises:
        sync.ObjectStopped: an object could not be read; what somebody has changed in it since would be overwritten.
    """
    pull(org, mirror, configuration, progress).check_needed()
    return sync.plan_undo(mirror, run_id, parents=PARENTS)


def undo(
    org: Org,
    mirror: Mirror,
    configuration: Configuration,
    run_id: str,
    progress: Progress,
    *,
    review: Review = unseen,
) -> Undone:
    """Put back what a run changed, where nobody has changed it since.

    Args:
        review: is shown the plan before anything is written.

    Raises:
        sync.SyncError: as for a refresh; the same command goes on afterwards.
    """
    started, clock, name = datetime.now(UTC), time.monotonic(), new_run_id()
    planned = plan_undo(org, mirror, configuration, run_id, progress)
    review(planned.plan)
    message = f"undo of {run_id}"
    threshold = configuration.write.bulk_threshold
    written = sync.write_back(
        org, mirror, planned.plan, run_id=name, progress=progress, bulk_threshold=threshold, message=message
    )
    calls = org.calls
    if planned.plan.rows:
        told = {
            "run": name,
            "rows_read": 0,
            "records_scored": 0,
            "values_changed": planned.plan.details.num_rows,
            "rows_written": written.rows_written,
            "rows_refused": written.rows_refused,
            "calls": calls,
            "seconds": time.monotonic() - clock,
        }
        calls += write_run_log(org, mirror, configuration, told, started, message=message)
    progress.end()
    return Undone(name, planned, written, calls, time.monotonic() - clock)
