"""What a run costs when little or nothing has changed: the steady state of a sidecar that runs every few minutes.

An org with a million simple deals is served by a process of its own, its clock an hour later for each run:

- `full`: the first run, into an empty mirror;
- `echo`: the next, which reads our own writes back (the pull alone writes nothing, and has none);
- `unchanged`: nothing has happened since;
- `changed`: one deal in a hundred has another amount, a quarter more.

This is done twice, by the pull alone and by the whole refresh (pull, score, plan, write), whose seconds are told by
stage. At last the pull of as many changed deals is measured in an org with a quarter of the deals: its peak memory is
to be the same, since only what did not change is less. Every run is a process of its own.
Its processor's seconds, without the org's, tell more than the clock on a machine with others at work.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.csv

from benchmarks.local_org_data import write_folder
from benchmarks.report import arguments, measure, publish, table
from localorg import server
from localorg.load import load_folder
from localorg.org import LocalOrg

_PACKAGE = Path(__file__).parents[1] / "lwc_components"
_FIRST_RUN = datetime(2026, 12, 15, 8, tzinfo=UTC)
_BETWEEN_RUNS = timedelta(hours=1)
_ONE_IN = 100
_SMALLER = 4
_STAGES = ("pull_seconds", "score_seconds", "plan_seconds", "write_seconds")

Runs = dict[str, dict[str, Any]]


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = arguments("steady", "What a run costs when little or nothing has changed.")
    parser.add_argument("--rows", type=int, help="deals in the org (default 1,000,000, quick 20,000)")
    options = parser.parse_args(command_line)
    rows = options.rows or (20_000 if options.quick else 1_000_000)
    changes = rows // _ONE_IN
    pulls = _runs("pull", rows, changes, ("full", "unchanged"))
    refreshes = _runs("refresh", rows, changes, ("full", "echo", "unchanged"))
    smaller = _runs("pull", rows // _SMALLER, changes, ("full",))
    worlds = {"pull": pulls, "refresh": refreshes, "pull, quarter of the deals": smaller}
    columns = ("rows_read", "rows_written", "calls", "seconds", "processor_seconds", *_STAGES, "peak_mb")
    lines = [
        [what, run, *(result.get(column, "") for column in columns)]
        for what, runs in worlds.items()
        for run, result in runs.items()
    ]
    header = ("what", "run", "read", "written", "calls", "seconds", "processor", "pull", "score", "plan", "write", "MB")
    print(table(header, lines))
    publish("steady", quick=options.quick, figures=_figures(rows, pulls, refreshes, smaller), path=options.json)
    return 0


def _figures(rows: int, pulls: Runs, refreshes: Runs, smaller: Runs) -> dict[str, object]:
    unchanged, changed, full = refreshes["unchanged"], refreshes["changed"], refreshes["full"]
    return {
        "rows": rows,
        "rows_written_unchanged": unchanged["rows_written"],
        "calls_unchanged": unchanged["calls"],
        "objects": unchanged["objects"],
        "rows_read_share_1pct": round(changed["rows_read"] / full["rows_read"], 4),
        "time_share_1pct": round(changed["seconds"] / full["seconds"], 4),
        "processor_share_1pct": round(changed["processor_seconds"] / full["processor_seconds"], 4),
        "time_share_1pct_pull": round(pulls["changed"]["seconds"] / pulls["full"]["seconds"], 4),
        "time_share_unchanged": round(unchanged["seconds"] / full["seconds"], 4),
        "time_share_unchanged_pull": round(pulls["unchanged"]["seconds"] / pulls["full"]["seconds"], 4),
        "peak_mb_unchanged_pull": pulls["unchanged"]["peak_mb"],
        "peak_mb_1pct_pull": pulls["changed"]["peak_mb"],
        "peak_mb_1pct_refresh": changed["peak_mb"],
        "memory_4x_unchanged_rows": round(pulls["changed"]["peak_mb"] / smaller["changed"]["peak_mb"], 2),
    }


def _runs(way: str, rows: int, changes: int, before: Sequence[str]) -> Runs:
    """The runs `before` so many deals change, and the run after, by name, in an org of their own."""
    with tempfile.TemporaryDirectory(prefix="steady-") as folder:
        state = Path(folder)
        write_folder(state / "exports", rows)
        (state / "org").mkdir()
        _load(state, state / "exports", _FIRST_RUN - _BETWEEN_RUNS)
        moments = [_FIRST_RUN + place * _BETWEEN_RUNS for place in range(len(before) + 2)]
        with _served(state):
            found = {name: _run(way, state, moment) for name, moment in zip(before, moments, strict=False)}
        _load(state, _changed(state, rows // changes), moments[-2])
        with _served(state):
            return {**found, "changed": _run(way, state, moments[-1])}


def _load(state: Path, exports: Path, moment: datetime) -> None:
    org = LocalOrg.open(state / "org" / "org.sqlite", _PACKAGE)
    try:
        org.clock.set(moment)
        load_folder(org, exports)
    finally:
        org.close()


def _changed(state: Path, one_in: int) -> Path:
    """A folder with one deal in so many, whose amount is a quarter more: enough to be written."""
    folder = state / "changes"
    folder.mkdir()
    deals = pyarrow.csv.read_csv(state / "exports" / "Opportunity.csv")
    some = deals.take(list(range(0, deals.num_rows, one_in))).select(["Id", "Amount"])
    amounts = [round(1.25 * float(amount or 1), 2) for amount in some.column("Amount").to_pylist()]
    pyarrow.csv.write_csv(some.set_column(1, "Amount", [amounts]), folder / "Opportunity.csv")
    return folder


@contextmanager
def _served(state: Path) -> Iterator[None]:
    info = server.start(state, package=None)
    try:
        yield
    finally:
        server.stop(info)


def _run(way: str, state: Path, moment: datetime) -> dict[str, Any]:
    """One run at that moment of the org's clock."""
    return measure("benchmarks.steady_run", way, str(state), moment.isoformat())


if __name__ == "__main__":
    sys.exit(main())
