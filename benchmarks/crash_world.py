"""Worlds of `benchmarks.crash`: an org with its mirror, copied for each kill, served by a process of its own.

Servers and runs are forked from one process that has imported everything (multiprocessing's forkserver), so that none
of them waits for imports; each is a process of its own all the same, and dies as one.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pandas as pd

from benchmarks.crash_run import UNFINISHED, Order, first_pull, run
from benchmarks.crash_state import State, read_state
from localorg import serve, server
from localorg.ids import id18
from localorg.load import load_folder
from localorg.org import LocalOrg

_PACKAGE = Path(__file__).parents[1] / "lwc_components"
_DEALS_PER_ACCOUNT = 20
_START_SECONDS, _RUN_SECONDS, _POLL_SECONDS = 60.0, 600.0, 0.02
_RESTARTS = 5
_LOG = "server.log"

Stop = str | float
"""Where a run is killed: at a commit point by name, or so many seconds after its start."""


class WorldError(RuntimeError):
    """A server did not start, or a run failed or never ended."""


def forks() -> ForkServerContext:
    """Where processes come from."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.crash_warm"])
    return context


def make_start(folder: Path, rows: int) -> None:
    """Make the world that every run starts from: all deals have changed since the mirror's last pull."""
    exports = folder / "exports"
    exports.mkdir(parents=True)
    accounts = max(rows // _DEALS_PER_ACCOUNT, 1)
    names = {"Id": [_id("001", i) for i in range(accounts)], "Name": [f"Account {i}" for i in range(accounts)]}
    pd.DataFrame(names).to_csv(exports / "Account.csv", index=False)
    LocalOrg.open(folder / "org" / "org.sqlite", _PACKAGE).close()
    _load(folder, exports, rows, accounts, rate=137.25)
    with served(folder):
        first_pull(Order(folder, rows))
    _load(folder, exports, rows, accounts, rate=151.5)
    shutil.rmtree(exports)


def _load(folder: Path, exports: Path, rows: int, accounts: int, rate: float) -> None:
    numbers = range(rows)
    deals = {
        "Id": [_id("006", i) for i in numbers],
        "Name": [f"Deal {i}" for i in numbers],
        "AccountId": [_id("001", i % accounts) for i in numbers],
        "StageName": "Prospecting",
        "Amount": [1 + i % 9973 * rate for i in numbers],
        "CloseDate": "2026-12-15",
    }
    pd.DataFrame(deals).to_csv(exports / "Opportunity.csv", index=False)
    org = LocalOrg.open(folder / "org" / "org.sqlite")
    try:
        load_folder(org, exports)
    finally:
        org.close()


def _id(prefix: str, number: int) -> str:
    return id18(f"{prefix}{number:012d}")


@contextmanager
def served(state: Path) -> Iterator[None]:
    """Serve a world's org while the block runs."""
    process = forks().Process(target=_serve, args=(state,))
    process.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        while server.running(state) is None:
            if time.monotonic() > deadline or not process.is_alive():
                raise WorldError(f"the local org did not start:\n{(state / _LOG).read_text()}")
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        process.terminate()
        process.join()


def _serve(state: Path) -> None:
    with (state / _LOG).open("ab") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    sys.exit(serve.main(["--state", str(state)]))


@dataclass(frozen=True)
class End:
    """How a world ended: what it holds, how many of its runs were killed, and of the last run the seconds and the
    commit points that it passed, each once."""

    state: State
    kills: int
    seconds: float
    points: tuple[str, ...]


def play(start: Path, world: Path, bulk_threshold: int, stops: Sequence[Stop] = ()) -> End:
    """Copy the start, run there, killed once for each stop and started again, until a run ends by itself.

    The copy is removed. Raises WorldError when a run fails or never ends.
    """
    order = Order(world, bulk_threshold)
    shutil.copytree(start, world)
    try:
        with served(world):
            kills = sum(_killed(order, stop) for stop in stops)
            seconds = _to_the_end(order)
        points = tuple(dict.fromkeys(order.points.read_text().splitlines()))
        return End(read_state(world / "org" / "org.sqlite", order.mirror), kills, seconds, points)
    finally:
        shutil.rmtree(world)


def _killed(order: Order, stop: Stop) -> bool:
    """Start a run and kill it; False when it had ended before."""
    if isinstance(stop, str):
        process = _started(Order(order.state, order.bulk_threshold, stop))
    else:
        process = _started(order)
        process.join(stop)
        process.kill()
    code = _end(process)
    if code not in (0, UNFINISHED, -signal.SIGKILL):
        raise WorldError(f"the run ended with {code} before it was killed ({stop})")
    return code == -signal.SIGKILL


def _to_the_end(order: Order) -> float:
    for _ in range(_RESTARTS):
        began = time.monotonic()
        code = _end(_started(order))
        if code == 0:
            return time.monotonic() - began
        if code != UNFINISHED:
            raise WorldError(f"a run that nobody killed ended with {code}")
    raise WorldError(f"the org did not hold all after {_RESTARTS} runs")


def _started(order: Order) -> BaseProcess:
    process = forks().Process(target=run, args=(order,))
    process.start()
    return process


def _end(process: BaseProcess) -> int | None:
    process.join(_RUN_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        raise WorldError(f"a run did not end within {_RUN_SECONDS:.0f} s")
    return process.exitcode
