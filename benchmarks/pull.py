"""From the wire into the mirror: our pull against simple-salesforce and against a bare stream.

All of them read the same opportunities of the same local org through Bulk API 2.0, each in a process of its own:

- `ours`: `sync.pull` into an empty mirror (describe, count, job, download, typed table on disk);
- `simple_salesforce`: `bulk2.Opportunity.query()` as its documentation shows it, into one DataFrame;
- `simple_salesforce_eager`: the same, told to ask for the job as soon and as often as we do;
- `query_all_iter`: simple-salesforce's REST iterator into one DataFrame, of a tenth of the rows;
- `floor`: job and polling as ours, then a requests stream into pyarrow, kept in memory.

Every figure is the median of the rounds.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.pull_ways import ITERATED_SHARE, WAYS
from benchmarks.report import arguments, measure, publish, table
from localorg import server
from localorg.ids import id18
from localorg.load import load_folder
from localorg.org import LocalOrg

_STAGES = ("Prospecting", "Qualification", "Negotiation/Review", "Closed Won", "Closed Lost")


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = arguments("pull", "Rows per second from the wire into the mirror.")
    parser.add_argument("--rows", type=int, help="opportunities in the org (default 200,000, quick 20,000)")
    options = parser.parse_args(command_line)
    rows = options.rows or (20_000 if options.quick else 200_000)
    with served(rows) as state:
        results = _results(state, rounds=1 if options.quick else 5)
    expected = dict.fromkeys(WAYS, rows) | {"query_all_iter": max(rows // ITERATED_SHARE, 1)}
    found = {way: result["rows"] for way, result in results.items()}
    if found != expected:
        raise RuntimeError(f"expected {expected} rows, got {found}")
    lines = [[way, result["rows"], result["seconds"], result["peak_mb"]] for way, result in results.items()]
    print(table(("way", "rows", "seconds", "peak MB"), lines))
    publish("pull", quick=options.quick, figures=_figures(rows, results), path=options.json)
    return 0


def _figures(rows: int, results: dict[str, dict[str, Any]]) -> dict[str, object]:
    seconds = {way: result["seconds"] for way, result in results.items()}
    iterated = results["query_all_iter"]["rows"] / seconds["query_all_iter"]
    return {
        "rows": rows,
        "rows_per_second": round(rows / seconds["ours"]),
        "vs_simple_salesforce": round(seconds["simple_salesforce"] / seconds["ours"], 2),
        "vs_simple_salesforce_eager": round(seconds["simple_salesforce_eager"] / seconds["ours"], 2),
        "vs_query_all_iter": round(rows / seconds["ours"] / iterated, 2),
        "vs_floor": round(seconds["ours"] / seconds["floor"], 2),
        "peak_mb": results["ours"]["peak_mb"],
        "peak_mb_simple_salesforce": results["simple_salesforce"]["peak_mb"],
        "peak_mb_floor": results["floor"]["peak_mb"],
    }


def _results(state: Path, rounds: int) -> dict[str, dict[str, Any]]:
    """Median seconds of each way; the ways take turns, so that the machine's moods meet all of them."""
    _measured("floor", state)  # the server's first answers are its slowest
    found = [{way: _measured(way, state) for way in WAYS} for _ in range(rounds)]
    return {way: found[0][way] | {"seconds": statistics.median(each[way]["seconds"] for each in found)} for way in WAYS}


def _measured(way: str, state: Path) -> dict[str, Any]:
    found = server.credentials(state)
    login = (found.login_url, found.username, found.consumer_key, str(found.private_key_file))
    return measure("benchmarks.pull_ways", way, *login)


@contextmanager
def served(rows: int) -> Iterator[Path]:
    """A local org with that many opportunities, served by a process of its own."""
    with tempfile.TemporaryDirectory(prefix="pull-") as folder:
        state = Path(folder)
        exports = state / "exports"
        exports.mkdir()
        _write_exports(exports, rows)
        package = Path(__file__).parents[1] / "lwc_components"
        (state / "org").mkdir()
        org = LocalOrg.open(state / "org" / "org.sqlite", package)
        load_folder(org, exports)
        org.close()
        info = server.start(state, package=None)
        try:
            yield state
        finally:
            server.stop(info)


def _write_exports(folder: Path, rows: int) -> None:
    accounts = max(rows // 20, 1)
    pd.DataFrame(
        {"Id": [_id("001", i) for i in range(accounts)], "Name": [f"Account {i}" for i in range(accounts)]}
    ).to_csv(folder / "Account.csv", index=False)
    deals = pd.DataFrame({"number": range(rows)})
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(deals["number"] % 700, unit="D")
    pd.DataFrame(
        {
            "Id": [_id("006", i) for i in range(rows)],
            "Name": "Deal " + deals["number"].astype(str) + ', "expansion" of the firewall estate',
            "AccountId": [_id("001", i % accounts) for i in range(rows)],
            "StageName": [_STAGES[i % len(_STAGES)] for i in range(rows)],
            "Type": "New Business",
            "Amount": deals["number"] % 9973 * 137.25,
            "CloseDate": days.dt.strftime("%Y-%m-%d"),
            "NextStep": "Call the customer; agree on success criteria",
            "CreatedDate": days.dt.strftime("%Y-%m-%dT09:30:00.000Z"),
        }
    ).to_csv(folder / "Opportunity.csv", index=False)


def _id(prefix: str, number: int) -> str:
    return id18(f"{prefix}{number:012d}")


if __name__ == "__main__":
    sys.exit(main())
