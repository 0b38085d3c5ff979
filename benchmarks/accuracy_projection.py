"""The projection against what quarters came to: replayed week by week on generated books and on a real export."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pandas as pd

from benchmarks.accuracy_floor import floors
from benchmarks.accuracy_rows import Goal, Row
from benchmarks.mirrored import exported, generated, generated_world
from benchmarks.report import peak_mb
from localorg.book import World
from scoring import Book, Quarter
from scoring.backtest import figures, levels, replay
from scoring.backtest.figures import ALL, EARLY_WEEK
from scoring.projection import prepare, projection_curve

_DATA = Path(__file__).parents[2] / "shared" / "data"
_END = pd.Timestamp("2026-09-30")
_AFTER = Quarter("FY2026 Q4", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"))
# Deals, reps, seeds, quarters replayed: at least 200 rep-quarters in full.
_QUICK, _FULL = (4_000, 12, (1,), 2), (8_000, 24, (1, 2, 3), 4)
_GOALS = (
    Goal("coverage_80", "at least", 0.76),
    Goal("coverage_80", "at most", 0.84),
    Goal("width_vs_naive", "at most", 0.8),
    Goal("error_week4_vs_stage_weighted", "at most", 0.5),
)
_WITH_GOALS = ("Org", "Org by segment", "Team", "Rep", "Rep by segment")
_KEYS = ["quarter", "scope", "scope_id", "segment", "pillar"]
# What `error_week4_vs_stage_weighted` would be of a forecaster who knows how the book is made.
_FLOOR = "floor_week4_vs_stage_weighted"
_SHOWN = (
    *("rows", "coverage_80", "width_vs_naive", "error_week4_vs_stage_weighted"),
    *("error_week4_vs_commit_category", "error_week4_vs_last_year", "bias"),
)


def rows(quick: bool) -> list[Row]:
    """Figures by level; those of the generated books have goals, those of the export are as they come out."""
    deals, reps, seeds, last = _QUICK if quick else _FULL
    worlds = (generated_world(deals, reps, 16, seed, date(2026, 10, 1)) for seed in seeds)
    parts = [_replayed(world, last) for world in worlds]
    found = _rows("projection, generated", pd.concat(parts, ignore_index=True), _WITH_GOALS)
    if (_DATA / "maven_crm").is_dir():
        quarter = Quarter("FY2018 Q1", pd.Timestamp("2018-01-01"), pd.Timestamp("2018-03-31"))
        maven = replay(exported(_DATA / "maven_crm"), pd.Timestamp("2017-12-31"), quarter, 4).projected
        found += _rows("projection, maven_crm", maven, ())
    return found


def _replayed(world: World, last: int) -> pd.DataFrame:
    """The replayed rows, those of week 4 with what a forecaster says who knows the truth."""
    book = generated(world)
    projected = replay(book, _END, _AFTER, last).projected
    known = floors(world, book.users, projected["quarter"].unique(), EARLY_WEEK)
    rows = projected.merge(known.assign(week=EARLY_WEEK, pillar=ALL), on=[*_KEYS, "week"], how="left")
    return rows.assign(floor=rows["booked"] + rows["to_come"])


def _rows(on: str, projected: pd.DataFrame, with_goals: tuple[str, ...]) -> list[Row]:
    if projected.empty:
        return []
    level = levels(projected)
    table = figures(projected, level)
    if "floor" in projected:
        missed = (projected["floor"] - projected["final"]).abs().groupby(level).median()
        table[_FLOOR] = missed / table["error_week4"].astype("float64") * table["error_week4_vs_stage_weighted"]
    shown = [name for name in (*_SHOWN, _FLOOR) if name in table]
    return [
        Row(on, str(name), {each: float(row[each]) for each in shown}, _GOALS if name in with_goals else ())
        for name, row in table.iterrows()
    ]


def speed(book: Book, as_of: pd.Timestamp, quarter: Quarter) -> dict[str, float]:
    """Seconds to learn, to project and to draw the curve of a book's quarter, and the process's peak memory."""
    started = time.perf_counter()
    projection = prepare(book, as_of, quarter)
    learned = time.perf_counter()
    projection.numbers(projection.cells(projection.now), projection.today)
    projected = time.perf_counter()
    projection_curve(projection)
    return {
        "projection_learn_seconds": learned - started,
        "projection_seconds": projected - learned,
        "projection_curve_seconds": time.perf_counter() - projected,
        "projection_peak_mb": peak_mb(),
    }
