"""The ways that `benchmarks.pull` compares, one per process: `python -m benchmarks.pull_ways WAY URL USER KEY FILE`.

Only what a way needs is imported, so that its peak memory is its own. The login is not part of the time.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.report import peak_mb
from sync import CatalogueObject, Mirror, Org, OrgSettings, pull
from sync.client.jobs import QUERY_POLLING, follow
from sync.pull.results import CHUNK_ROWS

FIELDS = (
    "Name", "AccountId", "StageName", "Amount", "Type", "CloseDate", "ForecastCategoryName", "NextStep", "IsClosed",
    "IsWon", "CreatedDate", "SystemModstamp",
)  # fmt: skip
_PIECE_BYTES = 1 << 20
ITERATED_SHARE = 10
"""`query_all_iter` reads one row in so many: it takes as long for each, and very long for all."""
_QUERY = f"SELECT Id, {', '.join(FIELDS)} FROM Opportunity"


def main(way: str, login_url: str, username: str, consumer_key: str, key_file: str) -> None:
    """Print rows, seconds and peak memory of one way as a line of JSON."""
    with Org.connect(OrgSettings(login_url, username, consumer_key, Path(key_file))) as org:
        seconds, rows = WAYS[way](org)
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_mb": peak_mb()}))


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    began = time.perf_counter()
    rows = work()
    return time.perf_counter() - began, rows


def _ours(org: Org) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder, Mirror.open(Path(folder) / "mirror.duckdb") as mirror:
        return _timed(lambda: pull(org, mirror, (CatalogueObject("Opportunity", FIELDS),)).rows_changed)


def _simple_salesforce(org: Org) -> tuple[float, int]:
    import pandas  # noqa: F401 - its import is no part of the time

    return _timed(lambda: _frame(_bulk2(org).query(_QUERY)))


def _simple_salesforce_eager(org: Org) -> tuple[float, int]:
    import pandas  # noqa: F401 - its import is no part of the time

    return _timed(lambda: _frame(_bulk2(org).query(_QUERY, wait=QUERY_POLLING.first_seconds)))


def _query_all_iter(org: Org) -> tuple[float, int]:
    import pandas as pd

    client: Any = org.salesforce
    rows = int(org.json("GET", "/query", params={"q": "SELECT COUNT() FROM Opportunity"})["totalSize"])
    query = f"{_QUERY} LIMIT {max(rows // ITERATED_SHARE, 1)}"
    return _timed(lambda: len(pd.DataFrame(client.query_all_iter(query)).drop(columns="attributes")))


def _bulk2(org: Org) -> Any:
    client: Any = org.salesforce
    return client.bulk2.Opportunity


def _frame(pages: Iterator[str]) -> int:
    import pandas as pd

    return len(pd.concat([pd.read_csv(io.StringIO(page)) for page in pages], ignore_index=True))


def _floor(org: Org) -> tuple[float, int]:
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    def read() -> int:
        body = {"operation": "query", "query": _QUERY, "contentType": "CSV", "lineEnding": "LF"}
        job = follow(org, f"/jobs/query/{org.json('POST', '/jobs/query', json=body)['id']}", QUERY_POLLING)
        parts: list[pa.Table] = []
        locator = ""
        while locator != "null":
            params = {"maxRecords": str(CHUNK_ROWS)} | ({"locator": locator} if locator else {})
            with org.call("GET", f"/jobs/query/{job['id']}/results", params=params, stream=True) as response:
                text: Any = pa.BufferReader(b"".join(response.iter_content(_PIECE_BYTES)))
                parts.append(arrow_csv.read_csv(text, parse_options=arrow_csv.ParseOptions(newlines_in_values=True)))
                locator = response.headers["Sforce-Locator"]
        return pa.concat_tables(parts, promote_options="permissive").num_rows

    return _timed(read)


WAYS: dict[str, Callable[[Org], tuple[float, int]]] = {
    "ours": _ours,
    "simple_salesforce": _simple_salesforce,
    "simple_salesforce_eager": _simple_salesforce_eager,
    "query_all_iter": _query_all_iter,
    "floor": _floor,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
