"""Settings of the HTTP side of a local org."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from localorg.pages.settings import PageSettings


@dataclass(frozen=True)
class Settings:
    """What may differ between one served org and another.

    spool: folder for cursors, job files and the call counter; beside the org's file by default.
    package: the package folder whose layouts, list views and Lightning pages are shown; defaults without one.
    pages: where the built page host is, None when no pages are served.
    daily_api_requests: the org's limit in 24 hours. logins_per_hour: how many tokens one user may ask for.
    session_seconds: life of an unused session.
    worker: whether this process executes Bulk jobs. bulk_batch_seconds, bulk_retries: how long an inner batch of an
    ingest may take before its rest is tried again, and how often that may happen in a job before it fails.
    """

    spool: Path | None = None
    package: Path | None = None
    pages: PageSettings | None = None
    daily_api_requests: int = 1_000_000
    logins_per_hour: int = 3_600
    session_seconds: int = 2 * 3600
    worker: bool = True
    bulk_batch_seconds: float = 300.0
    bulk_retries: int = 20
