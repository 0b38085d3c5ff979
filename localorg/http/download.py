"""Downloads that break off or crawl when that is ordered: query pages and what Bulk jobs hand out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator

from flask import Response, request

from localorg.faults import Faults

_TICK_SECONDS = 0.1
_PATH = re.compile(
    r"/services/data/v\d+\.0/(query(all)?(/[^/]*)?|jobs/query/[^/]+/result(s|pages)"
    r"|jobs/ingest/[^/]+/(successfulresults|failedresults|unprocessedrecords))/?",
    re.IGNORECASE,
)


def is_download() -> bool:
    """Whether the request reads a page of a query, the result of a Bulk job or its list of result pages."""
    return request.method == "GET" and _PATH.fullmatch(request.path) is not None


def hindered(response: Response, faults: Faults) -> Response:
    """The download, cut off or slowed down if that is its turn (kinds `cut` and `slow`).

    A cut one announces its whole length and ends before, upon which the server closes the connection.
    """
    cut, slow = faults.take("cut"), faults.take("slow")
    if cut is None and slow is None:
        return response
    length = response.content_length
    blocks: Iterable[bytes] = response.iter_encoded()
    if length is None:
        whole = b"".join(blocks)
        length, blocks = len(whole), [whole]
    if cut is not None:
        # at least one byte has to be missing, or a short download would come whole
        blocks = _first(blocks, min(cut.bytes or 0, max(length - 1, 0)))
    if slow is not None:
        blocks = _slowly(blocks, slow.rate or 1)
    response.response = blocks
    response.headers["Content-Length"] = str(length)
    return response


def _first(blocks: Iterable[bytes], count: int) -> Iterator[bytes]:
    for block in blocks:
        if count <= 0:
            return
        yield block[:count]
        count -= len(block)


def _slowly(blocks: Iterable[bytes], rate: int) -> Iterator[bytes]:
    size = max(1, int(rate * _TICK_SECONDS))
    for block in blocks:
        for start in range(0, len(block), size):
            part = block[start : start + size]
            yield part
            time.sleep(len(part) / rate)
