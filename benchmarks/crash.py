"""A refresh that is killed by SIGKILL, at random moments and at every commit point, and started again until it ends.

The run pulls deals that have all changed, computes values from them, and writes these and some records of our own,
once by Bulk API 2.0 and once by collections. Every kill has an org and a mirror of its own, copies of the same start;
at the end both must be what they are after a run that nobody disturbed, and the ledger must tell the same.

The full size takes about an hour on two cores. With `--journal FILE` each world is noted there as it ends: what a run
had done counts when it is cut off, and the same command goes on from there.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

from benchmarks.crash_journal import RANDOM, Journal, Outcome
from benchmarks.crash_run import OWN
from benchmarks.crash_state import Damage, damage
from benchmarks.crash_world import End, Stop, WorldError, make_start, play
from benchmarks.report import arguments, publish, table

_AT_ONCE = 2  # worlds side by side
_TURNS = {"bulk": 3, "collections": 1}  # how often a way's runs are killed: as many rows as these go in bulk


@dataclass(frozen=True)
class Way:
    """How rows travel, and how an uninterrupted run ends."""

    name: str
    bulk_threshold: int
    whole: End


@dataclass(frozen=True)
class Trial:
    """One world: the way, where its runs are killed, and what it is called in the table."""

    way: Way
    stops: tuple[Stop, ...]
    label: str


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark; 1 when anything was lost, doubled or different."""
    parser = arguments("crash", "Refreshes that are killed and started again, against one that is not.")
    parser.add_argument("--kills", type=int, help="kills at random moments (default 200, quick 10)")
    parser.add_argument("--points", type=int, help="commit points to kill at, chosen at random (default all, quick 10)")
    parser.add_argument("--rows", type=int, help="changed deals (default 20,000, quick 2,000)")
    parser.add_argument(
        "--chain", type=int, default=2, help="most random kills of one world, one restart after another"
    )
    parser.add_argument("--seed", type=int, help="of the random moments, to repeat a run (default: another each time)")
    parser.add_argument(
        "--journal", type=Path, metavar="FILE", help="note each world there, and go on from what it holds"
    )
    options = parser.parse_args(command_line)
    rows = options.rows or (2_000 if options.quick else 20_000)
    kills = options.kills if options.kills is not None else (10 if options.quick else 200)
    points = options.points if options.points is not None else (10 if options.quick else None)
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    journal = Journal(options.journal, rows)
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        bench = _prepare(Path(folder), journal, random.Random(seed))
        bench.at_points(points)
        bench.at_moments(kills, options.chain)
    outcomes = journal.outcomes
    total = sum((outcome.damage for outcome in outcomes), Damage())
    print(_table(outcomes))
    at_points = sum(outcome.kills for outcome in outcomes if outcome.label != RANDOM)
    figures = {
        "rows": rows,
        "seed": seed,
        "kills": sum(outcome.kills for outcome in outcomes),
        "kills_at_commit_points": at_points,
        **asdict(total),
    }
    publish("crash", quick=options.quick, figures=figures, path=options.json)
    return 1 if total else 0


@dataclass(frozen=True)
class _Bench:
    """The start of all worlds, the ways, the chance that decides on the kills, and where it is noted how they ended."""

    start: Path
    ways: tuple[Way, ...]
    chance: random.Random
    journal: Journal

    def at_points(self, count: int | None) -> None:
        """Kill at each commit point that a run passes, or at some of them."""
        done = Counter((outcome.way, outcome.label) for outcome in self.journal.outcomes)
        trials = [trial for trial in _points(self.ways) if not done[trial.way.name, trial.label]]
        self._play(trials if count is None else self.chance.sample(trials, min(count, len(trials))))

    def at_moments(self, count: int, chain: int) -> None:
        """Kill so often at moments spread over the run; runs that ended before their moment make room for others.

        Once a world has failed, no more are tried than were begun with.
        """
        while (left := count - self.journal.random_kills) > 0 and not self.journal.failed:
            self._play(list(self._moments(left, chain)))

    def _moments(self, left: int, chain: int) -> Iterator[Trial]:
        for way in cycle([each for each in self.ways for _ in range(_TURNS[each.name])]):
            count = min(left, self.chance.randint(1, chain))
            yield Trial(way, tuple(self.chance.uniform(0, way.whole.seconds) for _ in range(count)), RANDOM)
            left -= count
            if not left:
                return

    def _play(self, trials: Sequence[Trial]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._note, trials))  # nothing comes of it but an exception

    def _note(self, trial: Trial) -> None:
        began = time.monotonic()
        try:
            end = _play(self.start, trial.way.bulk_threshold, trial.stops)
        except WorldError as error:
            kills, found, problem = 0, Damage(failed=1), str(error)
        else:
            kills, found, problem = end.kills, damage(end.state, trial.way.whole.state), ""
        seconds = round(time.monotonic() - began, 1)
        self.journal.note(Outcome(trial.way.name, trial.label, trial.stops, kills, found, seconds, problem))


def _prepare(folder: Path, journal: Journal, chance: random.Random) -> _Bench:
    """Make the start, and let each way end undisturbed: side by side, to be as slow as the runs that are killed."""
    start = folder / "start"
    make_start(start, journal.rows)
    thresholds = {"bulk": 1, "collections": journal.rows}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        ends = list(pool.map(lambda threshold: _play(start, threshold), thresholds.values()))
    ways = tuple(Way(*way, end) for way, end in zip(thresholds.items(), ends, strict=True))
    whole = ends[0].state
    if damage(ends[1].state, whole):
        raise RuntimeError("two runs that nobody killed end differently: what follows would prove nothing")
    if not whole.org[OWN] or not whole.written or damage(whole, whole):
        raise RuntimeError("the uninterrupted run left its work undone: what follows would prove nothing")
    return _Bench(start, ways, chance, journal)


def _play(start: Path, bulk_threshold: int, stops: tuple[Stop, ...] = ()) -> End:
    with tempfile.TemporaryDirectory(dir=start.parent) as folder:
        return play(start, Path(folder) / "world", bulk_threshold, stops)


def _points(ways: Sequence[Way]) -> Iterator[Trial]:
    """Each commit point of each way, and the points that only the run after a killed one passes."""
    for way in ways:
        for point in way.whole.points:
            yield Trial(way, (point,), point)
            before, found, sobject = point.partition("after ingest job of ")
            if found and not before:
                for side in ("before", "after"):
                    given_up = f"{side} job given up for {sobject}"
                    yield Trial(way, (point, given_up), given_up)


def _table(outcomes: Sequence[Outcome]) -> str:
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.way, outcome.label), []).append(outcome)
    lines = []
    for (way, label), found in groups.items():
        total = sum((outcome.damage for outcome in found), Damage())
        lines.append([way, label, sum(outcome.kills for outcome in found), *asdict(total).values()])
    return table(("way", "killed at", "kills", *asdict(Damage())), lines)


if __name__ == "__main__":
    sys.exit(main())
