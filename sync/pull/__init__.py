"""From the org into the mirror."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sync.catalogue import Catalogue
from sync.client.org import Org
from sync.mirror import Mirror
from sync.mirror.bookkeeping import Clocks, check_clocks, claim
from sync.progress import SILENT, Progress
from sync.pull.budget import Allowance, Budget
from sync.pull.objects import PullOptions, Run
from sync.pull.one import pull_object
from sync.pull.report import ObjectPull, PullReport
from sync.pull.scope import settle
from sync.write_back.outcomes import settle_planned
from sync.write_back.resume import resume

__all__ = ["Budget", "ObjectPull", "PullReport", "pull"]


def pull(
    org: Org,
    mirror: Mirror,
    catalogue: Catalogue,
    *,
    progress: Progress = SILENT,
    bulk_threshold: int = 2000,
    overlap: timedelta = timedelta(minutes=10),
    full: bool = False,
    accept_missing: bool = False,
    budget: Budget | None = None,
) -> PullReport:
    """Bring the catalogue's changes since the last pull into the mirror.

    Where nothing changed this is one API call per object and one for every 25 describes.

    Parameters
    ----------
    catalogue : objects and fields to read; what exists is settled before anything is written.
    bulk_threshold : above this number of rows an object is read by a Bulk API 2.0 job, else by REST queries.
    overlap : how far before the last pull changes are asked for again, since a row's stamp is older than its commit.
    full : read all rows again, and so find hard deletions, rows that sharing has hidden, and changed formulas.
    accept_missing : let rows leave the mirror that the org shows no more, though they are suspiciously many.
    budget : the API calls that may be made; None for the usual shares.

    Each object is kept in one transaction with its watermark: after an error or a crash at any point, the next pull
    goes on, with the same bulk job if one was running. An object that cannot be read, or does not fit into the budget,
    stays as it was and is reported (`PullReport.stopped`, `waiting`); the others are read. Rows last pulled longer ago
    than the recycle bin reaches back are all compared, as with `full`, and the report says so (`ObjectPull.note`).
    Ingest jobs that a killed write-back left in the org are settled first, and values whose fate is open are looked up
    in what was pulled.

    Raises MissingPackage, MissingField (nothing was written), ConfigurationError for a mirror of another org or
    for a clock (the org's or this machine's) that went back since the last pull, RetryLater and its children.
    """
    calls = org.calls
    allowance = Allowance(org, budget or Budget())
    settled = settle(org, catalogue)
    claim(mirror.connection, org.org_id)
    if not full:
        clocks = Clocks(settled.asked_at, datetime.now(UTC).replace(tzinfo=None))
        check_clocks(mirror.connection, [scope.name for scope in settled.scopes], clocks, overlap)
    resume(org, mirror)
    options = PullOptions(bulk_threshold, overlap, full, accept_missing, settled.asked_at)
    run = Run(org, mirror, options, allowance, progress)
    objects = tuple(pull_object(run, scope) for scope in settled.scopes)
    settle_planned(mirror)
    progress.end()
    return PullReport(objects, org.calls - calls)
