"""A small generated book in a local org that is served inside the test's process, and refreshes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from localorg.book import BookSettings, fill, make_world
from localorg.http.connected_app import make_app
from localorg.org import LocalOrg
from sidecar.configuration import Configuration
from sidecar.refresh import Refresh, refresh
from sync import Mirror, Org, Progress
from sync.progress import SILENT
from tests.served import PACKAGE, Served, serving

DAY = date(2026, 11, 22)
CONFIGURATION = Configuration()
BOOK = BookSettings(accounts=5, deals=60, quarters=4, reps=2, end=DAY, usage_weeks=8)


def make_org(folder: Path) -> str:
    """Make the org's file and the key of its connected app in a folder; returns the consumer key."""
    made = LocalOrg.open(folder / "org.sqlite", PACKAGE)
    app, keys = make_app(made)
    (folder / "key.pem").write_text(keys.private_key)
    fill(made, make_world(BOOK))
    made.close()
    return app.consumer_key


@contextmanager
def served(folder: Path, consumer_key: str) -> Iterator[Served]:
    """Serve what `make_org` made."""
    with serving(folder / "org.sqlite", folder / "key.pem", consumer_key) as org:
        yield org


def refreshed(org: Org, mirror: Mirror, progress: Progress = SILENT) -> Refresh:
    """A refresh for the book's day."""
    return refresh(org, mirror, CONFIGURATION, DAY, progress, confirm=lambda _: True)
