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
        ConfigurationError: there is no such run, or more than one.
    """
    found = ledger.find_run(mirror, name)
    if found is None:
        names = [row["run_id"] for row in ledger.runs(mirror).to_pylist()]
        runs = [run for run in names if not run.endswith(LOG)]
        known = f"the newest are {', '.join(runs[:5])}" if runs else "there is none yet"
        raise ConfigurationError(f"no run, or more than one, is named {name}: {known}. `sidecar runs` lists all.")
    return found


def plan_undo(org: Org, mirror: Mirror, configuration: Configuration, run_id: str, progress: Progress) -> Undo:
    """See what of a run can be put back. Reads the org first, writes nothing."""
    pull(org, mirror, configuration, progress)
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
