"""From the plan into the org: our write-back against a bare client, and the API calls that it takes.

Each way writes new values of three fields to the same opportunities of the same local org, in a process of its own:

- `bulk`: `sync.write_back` by Bulk API 2.0 jobs, with ledger and mirror;
- `floor`: the same jobs by a bare requests client: CSV in memory, no ledger, no mirror, no look at single rows;
- `collections`: `sync.write_back` by collections of 200, of a tenth of the rows.

Calls are counted on the wire. Pull and plan come before the clock starts. Every figure is the median of the rounds.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.pull import served
from benchmarks.report import arguments, measure, publish, table
from localorg import server

_COLLECTIONS_SHARE = 10


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = arguments("writeback", "Rows per second and API calls of the write-back.")
    parser.add_argument("--rows", type=int, help="opportunities to be written (default 100,000, quick 20,000)")
    options = parser.parse_args(command_line)
    rows = options.rows or (20_000 if options.quick else 100_000)
    counts = {"bulk": rows, "floor": rows, "collections": rows // _COLLECTIONS_SHARE}
    with served(rows) as state:
        results = _results(state, counts, rounds=1 if options.quick else 3)
    wrong = {way: result["rows"] for way, result in results.items() if result["rows"] != counts[way]}
    if wrong:
        raise RuntimeError(f"expected {counts} rows, got {wrong}")
    columns = ("rows", "seconds", "calls", "estimated_calls", "peak_mb")
    lines = [[way, *(result[column] for column in columns)] for way, result in results.items()]
    print(table(("way", "rows", "seconds", "calls", "estimated", "peak MB"), lines))
    publish("writeback", quick=options.quick, figures=_figures(results), path=options.json)
    return 0


def _figures(results: dict[str, dict[str, Any]]) -> dict[str, object]:
    rates = {way: round(result["rows"] / result["seconds"]) for way, result in results.items()}
    calls = {way: round(result["calls"] * 10_000 / result["rows"], 1) for way, result in results.items()}
    return {
        "rows": results["bulk"]["rows"],
        "calls_per_10k_bulk": calls["bulk"],
        "calls_per_10k_collections": calls["collections"],
        "calls_per_10k_one_by_one": 10_000,
        "rows_per_second": rates["bulk"],
        "rows_per_second_floor": rates["floor"],
        "rows_per_second_collections": rates["collections"],
        "vs_floor": round(results["bulk"]["seconds"] / results["floor"]["seconds"], 2),
        "peak_mb": results["bulk"]["peak_mb"],
    }


def _results(state: Path, counts: dict[str, int], rounds: int) -> dict[str, dict[str, Any]]:
    """Median seconds and most calls of each way; the ways take turns, so that the machine's moods meet all of them."""
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in counts}
    seed = 0
    for _ in range(rounds):
        for way, count in counts.items():
            seed += 1  # values that nobody wrote before
            found[way].append(_measured(way, count, seed, state))
    return {
        way: each[0]
        | {
            "seconds": statistics.median(result["seconds"] for result in each),
            "calls": max(result["calls"] for result in each),
        }
        for way, each in found.items()
    }


def _measured(way: str, rows: int, seed: int, state: Path) -> dict[str, Any]:
    found = server.credentials(state)
    login = (found.login_url, found.username, found.consumer_key, str(found.private_key_file))
    return measure("benchmarks.writeback_ways", way, str(rows), str(seed), *login)


if __name__ == "__main__":
    sys.exit(main())
