"""Reading rows through REST queries, for small results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from sync import soql
from sync.client.org import Org, org_time
from sync.convert import records_to_batch
from sync.errors import UnexpectedAnswer
from sync.schema import FieldSchema

_LONGEST_QUERY = 12_000
"""Characters of an encoded query; the org refuses addresses with more than 16,384 bytes."""


@dataclass(frozen=True)
class Page:
    """One page of a result; `total` counts the whole result, `asked_at` is the org's clock."""

    total: int
    records: list[dict[str, Any]]
    next_path: str | None
    asked_at: datetime | None


def fits(query: str) -> bool:
    """Whether a query is short enough for an address."""
    return len(quote(query)) <= _LONGEST_QUERY


def first_page(org: Org, query: str, *, deleted_too: bool = False) -> Page:
    """Run a query; `deleted_too` includes the recycle bin."""
    return _page(org, ("/queryAll" if deleted_too else "/query") + "?q=" + quote(query, safe=""))


def has_more_than(
    org: Org, sobject: str, rows: int, where: soql.Condition | None = None, *, deleted_too: bool = False
) -> bool:
    """Whether a query has more than so many rows (at most 2,000).

    Asks for the row behind them: a COUNT() of a large object takes long, or ends in QUERY_TIMEOUT.
    """
    behind = soql.select(sobject, ["Id"], where=where, limit=1, offset=min(rows, soql.MAX_OFFSET))
    return bool(first_page(org, behind, deleted_too=deleted_too).records)


def pages_left(first: Page) -> int:
    """Calls for the pages behind the first, if they are like it."""
    return 0 if first.next_path is None else ceil(first.total / max(len(first.records), 1)) - 1


def pages(org: Org, first: Page) -> Iterator[Page]:
    """The first page and all that follow, until the org says that it was the last; rows are never counted."""
    page = first
    while True:
        yield page
        if page.next_path is None:
            return
        following = _page(org, page.next_path)
        if following.next_path == page.next_path:
            raise UnexpectedAnswer(f"the org gave the same locator twice ({page.next_path}): its pages go in a circle")
        page = following


def batches(org: Org, first: Page, fields: Sequence[FieldSchema]) -> Iterator[pa.RecordBatch]:
    """The rows of a query's pages."""
    for page in pages(org, first):
        yield records_to_batch(page.records, fields)


def _page(org: Org, path: str) -> Page:
    response = org.call("GET", path)
    try:
        body = response.json()
        following = body.get("nextRecordsUrl")
        if not body["done"] and not following:
            raise UnexpectedAnswer(f"GET {path.partition('?')[0]}: not done, but no address of the next page")
        return Page(body["totalSize"], body["records"], None if body["done"] else following, org_time(response))
    except (ValueError, KeyError, AttributeError) as error:
        raise UnexpectedAnswer(f"GET {path.partition('?')[0]} was answered with no query result: {error}") from None
