"""Folders of files that are read beside the org: usage by account, product and week; customers' own targets."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import sync
from sidecar.configuration import Configuration
from sync import Feed, FeedColumn, Mirror, ObjectPull, Progress

USAGE = Feed(
    "usage_feed",
    (
        FeedColumn("account_id", required=True, refers_to="Account"),
        FeedColumn("product"),
        FeedColumn("week_start", "date", required=True),
        FeedColumn("licensed", "number"),
        FeedColumn("active_users", "number"),
        FeedColumn("features_bought", "number"),
        FeedColumn("features_used", "number"),
        FeedColumn("volume", "number"),
        FeedColumn("versions_behind", "number"),
        FeedColumn("findings", "number"),
    ),
    key=("account_id", "product", "week_start"),
)
"""The table of the mirror and the columns of its files; an optional column may be absent."""

TARGETS = Feed(
    "target_feed",
    (
        FeedColumn("account_id", required=True, refers_to="Account"),
        FeedColumn("measure", required=True),
        FeedColumn("target", "number", required=True),
        FeedColumn("product"),
        FeedColumn("valid_from", "date"),
        FeedColumn("source_id"),
    ),
    key=("account_id", "measure", "product", "valid_from"),
)
"""What a customer's success plan asks of a measure of health, in the measure's unit."""


def read_feeds(mirror: Mirror, configuration: Configuration, progress: Progress) -> tuple[ObjectPull, ...]:
    """Bring new and changed files of the configured folders into the mirror.

    Returns:
        One entry per folder, as for an object of the org; refused files and rows are its problem.
    """
    return tuple(_read(mirror, feed, folder, progress) for feed, folder in _configured(configuration))


def _configured(configuration: Configuration) -> Iterator[tuple[Feed, Path]]:
    feeds = configuration.feeds
    for feed, folder in ((USAGE, feeds.usage), (TARGETS, feeds.targets)):
        if folder is not None:
            account, *others = feed.columns
            yield replace(feed, columns=(replace(account, by=feeds.account), *others)), folder


def _read(mirror: Mirror, feed: Feed, folder: Path, progress: Progress) -> ObjectPull:
    began = time.monotonic()
    report = sync.read_feed(mirror, feed, folder, progress=progress)
    told = "; ".join(report.problems)
    return ObjectPull(
        feed.table,
        "files",
        rows_read=report.rows + report.refused,
        rows_changed=report.rows,
        seconds=round(time.monotonic() - began, 3),
        problem=f"{told}. Remedy: mend the files in {folder}; they are read again when they change" if told else "",
        needed=False,
    )
