"""One measurement of `benchmarks.book` in its own process: `python -m benchmarks.book_ways WAY NUMBER NUMBER`."""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.report import peak_mb
from localorg.book import BookSettings, fill, make_world, read_truth, write_truth
from localorg.book.generate import each_table
from localorg.book.replay import replay_deals, replay_unopened, z_scores
from localorg.book.world import World
from localorg.org import LocalOrg

END = date(2026, 11, 22)
PACKAGE = Path(__file__).parents[1] / "lwc_components"
QUARTERS = ("won_this_quarter", "won_next_quarter", "won_third_quarter", "won_fourth_quarter")
AT_ONCE = 20  # deals whose runs are walked together


def world_of(accounts: int, deals: int) -> World:
    """A decided book of that size."""
    return make_world(BookSettings(accounts=accounts, deals=deals, reps=max(8, deals // 500), end=END))


def generate(accounts: int, deals: int) -> dict[str, Any]:
    """Make a book and its truth."""
    with tempfile.TemporaryDirectory(prefix="book-") as folder:
        start = time.perf_counter()
        world = world_of(accounts, deals)
        truth = write_truth(world, Path(folder))
        rows = sum(table.num_rows for _, table in each_table(world))
        return {"seconds": time.perf_counter() - start, "rows": rows, "truth_rows": sum(truth.values())}


def fill_org(accounts: int, deals: int) -> dict[str, Any]:
    """Fill a new org with a decided book; making the tables is part of it."""
    world = world_of(accounts, deals)
    with tempfile.TemporaryDirectory(prefix="book-") as folder:
        org = LocalOrg.open(Path(folder) / "org.sqlite", package=PACKAGE)
        start = time.perf_counter()
        rows = sum(fill(org, world).values())
        seconds = time.perf_counter() - start
        org.close()
    return {"seconds": seconds, "rows": rows}


def floor_walk(accounts: int, deals: int) -> dict[str, Any]:
    """A random number and a look-up for each week of each deal; there are some 19 on average."""
    rng, table = np.random.default_rng(7), np.linspace(0.0, 1.0, 648)
    state = rng.integers(0, 648, deals)
    start = time.perf_counter()
    for _ in range(19):
        state = np.where(rng.random(deals) < table[state], state, 647 - state)
    return {"seconds": time.perf_counter() - start, "rows": 19 * deals}


def floor_insert(accounts: int, deals: int) -> dict[str, Any]:
    """Rows as wide as a deal's into a bare table."""
    world = world_of(accounts=max(accounts // 10, 1_000), deals=max(deals // 10, 10_000))
    table = next(table for name, table in each_table(world) if name == "Opportunity")
    columns = [table.column(name).cast(pa.string()).to_pylist() for name in table.column_names]
    with tempfile.TemporaryDirectory(prefix="book-") as folder:
        connection = sqlite3.connect(Path(folder) / "bare.sqlite")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"CREATE TABLE deals ({', '.join(f'c{n}' for n in range(len(columns)))})")
        start = time.perf_counter()
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO deals VALUES ({marks})", zip(*columns, strict=True))
        connection.commit()
        seconds = time.perf_counter() - start
        connection.close()
    return {"seconds": seconds, "rows": table.num_rows}


def check(sample: int, runs: int) -> dict[str, Any]:
    """The truth of a demo book against walks: `sample` deals in weeks drawn at random, and a third as many accounts."""
    world = make_world(BookSettings(end=END))
    with tempfile.TemporaryDirectory(prefix="book-") as folder:
        write_truth(world, Path(folder))
        deals = read_truth(Path(folder), "deals").to_pandas()
        accounts = read_truth(Path(folder), "accounts").to_pandas()
    rng = np.random.default_rng(1)
    parts = {"deals": deal_scores(world, deals, sample, runs, rng)}
    parts["renewals not opened"] = renewal_scores(world, accounts, sample // 3, runs, rng)
    everything = np.concatenate(list(parts.values()))
    lines = [[name, *_summary(z)] for name, z in {**parts, "both": everything}.items()]
    names = ("compared", "largest_z", "bound", "mean_z", "spread_of_z")
    return {"lines": lines, **dict(zip(names, _summary(everything), strict=True))}


def deal_scores(world: World, truth: Any, sample: int, runs: int, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """z of won at all and of won by the end of four quarters, for deals in a dozen weeks of the book."""
    place = {name: n for n, name in enumerate(world.deal_ids.to_pylist())}
    days = {day: n for n, day in enumerate(_starts(world))}
    found = []
    for as_of in rng.choice(sorted(truth["as_of"].unique())[10:], 12, replace=False):
        rows = truth[truth["as_of"] == as_of]
        rows = rows.sample(min(-(-sample // 12), len(rows)), random_state=int(rng.integers(1 << 30)))
        for first in range(0, len(rows), AT_ONCE):
            part = rows.iloc[first : first + AT_ONCE]
            index = np.array([place[name] for name in part["opportunity_id"]])
            counted = replay_deals(world, index, days[as_of], runs, rng)
            exact = part[list(QUARTERS)].to_numpy(np.float64)
            found.append(z_scores(counted.won, part["won"].to_numpy(np.float64), runs))
            found.append(z_scores(counted.quarters.ravel(), exact.ravel(), runs))
    z = np.concatenate(found)
    return z[~np.isnan(z)]


def renewal_scores(world: World, truth: Any, sample: int, runs: int, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """z of losing the next renewal, for accounts whose next renewal is not opened yet."""
    accounts = world.account_ids.to_pylist()
    starts, owner = np.array(_starts(world)), world.contracts.account[world.terms.contract]
    begins = np.concatenate([world.steps.first, [world.today]])
    truth = truth.set_index(["account_id", "as_of"])
    terms = world.terms
    counted: list[float] = []
    exact: list[float] = []
    while len(counted) < sample:
        term, step = int(rng.integers(len(terms))), int(rng.integers(1, len(starts)))
        born = world.deals.births.step[terms.deal[term]] if terms.deal[term] >= 0 else len(starts)
        key = (accounts[owner[term]], starts[step])
        if not (terms.began[term] <= begins[step] and step <= born and key in truth.index):
            continue
        row = truth.loc[key]
        if row["next_renewal"] != np.datetime64(int(terms.ends[term]), "D").astype(object):
            continue  # another term of the account ends first
        counted.append(replay_unopened(world, term, step, runs, rng))
        exact.append(row["next_renewal_lost"])
    z = z_scores(np.array(counted), np.array(exact, np.float64), runs)
    return z[~np.isnan(z)]


def _starts(world: World) -> list[date]:
    """The mornings of the truth, by step."""
    days = np.concatenate([world.steps.first, [world.today]]).astype("datetime64[D]")
    return [day.astype(object) for day in days]


def _summary(z: np.ndarray[Any, Any]) -> list[float]:
    bound = statistics.NormalDist().inv_cdf(1 - 0.01 / 2 / max(len(z), 1))
    return [len(z), *(round(float(x), 2) for x in (np.abs(z).max(), bound, z.mean(), z.std()))]


WAYS = {
    "generate": generate,
    "fill": fill_org,
    "floor_walk": floor_walk,
    "floor_insert": floor_insert,
    "check": check,
}

if __name__ == "__main__":
    result = WAYS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
    if "seconds" in result:
        cpu = time.process_time()  # of the whole process; more than the time that passed where threads work at once
        result |= {"seconds": round(result["seconds"], 3), "cpu_seconds": round(cpu, 1), "peak_mb": peak_mb()}
    print(json.dumps(result))
