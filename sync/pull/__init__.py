"""From the org into the mirror."""

from __future__ import annotations

from datetime import timedelta

from sync.catalogue import Catalogue
from sync.client.org import Org
from sync.mirror import Mirror
from sync.mirror.bookkeeping import claim
from sync.progress import SILENT, Progress
from sync.pull.objects import PullOptions, pull_object
from sync.pull.report import ObjectPull, PullReport
from sync.pull.scope import settle
from sync.write_back.outcomes import settle_planned
from sync.write_back.resume import resume

__all__ = ["ObjectPull", "PullReport", "pull"]


def pull(
    org: Org,
    mirror: Mirror,
    catalogue: Catalogue,
    *,
    progress: Progress = SILENT,
    bulk_threshold: int = 2000,
    overlap: timedelta = timedelta(minutes=10),
    full: bool = False,
) -> PullReport:
    """Bring the catalogue's changes since the last pull into the mirror.

    Parameters
    ----------
    catalogue : objects and fields to read; what exists is settled before anything is written.
    bulk_threshold : above this number of rows an object is read by a Bulk API 2.0 job, else by REST queries.
    overlap : how far before the last pull changes are asked for again, since a row's stamp is older than its commit.
    full : read all rows again, and so find hard deletions, rows that sharing has hidden, and changed formulas.

    Each object is kept in one transaction with its watermark: after an error or a crash at any point, the next pull
    goes on, with the same bulk job if one was running. Ingest jobs that a killed write-back left in the org are settled
    first, and values whose fate is open are looked up in what was pulled.

    Raises MissingPackage, MissingField (nothing was written), RetryLater and its children, RequestRefused.
    """
    calls = org.calls
    scopes = settle(org, catalogue)
    claim(mirror.connection, org.org_id)
    resume(org, mirror)
    options = PullOptions(bulk_threshold, overlap, full)
    objects = tuple(pull_object(org, mirror, scope, options, progress) for scope in scopes)
    settle_planned(mirror)
    progress.end()
    return PullReport(objects, org.calls - calls)
