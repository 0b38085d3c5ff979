"""The named formulas: from records to the value of a measure, for every subject and day of a grid."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from scoring.days import Floats
from scoring.health.counting import Ints, place, running
from scoring.health.definitions import Measure
from scoring.health.deployment_formulas import days_to_peers, late_share, share_of_due
from scoring.health.grid import Grid
from scoring.health.inputs import Inputs
from scoring.health.usage_formulas import change, latest, ratio, ratio_to_peers, weeks_in_use


@dataclass(frozen=True)
class Reading:
    """Values of a measure.

    Attributes:
        value: in the measure's unit, NaN where there is no data; holdings x days for a measure by product, else
            subjects x days.
        freshness: 0..1, same shape: 1 for new data, 0 where there is none.
    """

    value: Floats
    freshness: Floats


def read_measure(measure: Measure, inputs: Inputs, grid: Grid) -> Reading:
    """The values of a measure, and how fresh their data is.

    Data of age a counts 0.5 ** (a / half-life), and not at all beyond four half-lives.
    """
    value, age = _FORMULAS[measure.formula](measure, inputs, grid)
    fresh = np.ones(value.shape)
    if age is not None and measure.half_life_days > 0:
        lives = age / measure.half_life_days
        fresh = np.where(lives <= 4.0, 0.5**lives, 0.0)
    known = ~np.isnan(value) & (fresh > 0)
    return Reading(np.where(known, value, np.nan), np.where(known, fresh, 0.0))


Found = tuple[Floats, Floats | None]  # values, and the age of their data in days


def _count(inputs: Inputs, grid: Grid, rows: Ints, span: tuple[Ints, Ints]) -> Floats:
    start, end = span
    return running(inputs.cases.account[rows], start[rows], end[rows], place(grid.account[:, None], grid.day))


def _of_customers(inputs: Inputs, grid: Grid, value: Floats) -> Floats:
    """In an org that keeps cases a customer without one has none; of anybody else nothing is known."""
    every = np.arange(len(inputs.cases.account))
    has_had = _count(inputs, grid, every, (inputs.cases.created, np.full(len(every), 1 << 20))) > 0
    return np.where(inputs.has_cases & (grid.is_customer | has_had), value, np.nan)


def _open_load(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    span = inputs.cases.span("open_load", "", 0)
    load = np.zeros(grid.day.shape)
    for severity, weight in enumerate(_by_severity(measure)):
        load += weight * _count(inputs, grid, np.flatnonzero(inputs.cases.severity == severity), span)
    return _of_customers(inputs, grid, load), None


def _by_severity(measure: Measure) -> list[float]:
    return [measure.parameters[name] for name in ("critical", "high", "other")]


def _spans(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    span = inputs.cases.span(measure.formula, measure.fields[0], int(measure.parameters["days"]))
    value = _of_customers(inputs, grid, _count(inputs, grid, np.arange(len(span[0])), span))
    untold = measure.fields[0] == "reopened" and not inputs.cases.counts_reopened
    return np.full(value.shape, np.nan) if untold else value, None


def _resolved_in_time(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    limits = np.array(_by_severity(measure))[inputs.cases.severity].astype(np.int64)
    every = np.arange(len(limits))
    spans = inputs.cases.resolution_spans(limits, int(measure.parameters["days"]))
    good, late = (_count(inputs, grid, every, span) for span in spans)
    return 100.0 * np.divide(good, good + late, out=np.full(good.shape, np.nan), where=good + late > 0), None


def _past_end(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """Products in use with an end of entitlement, of which no asset is in force any more."""
    assets, dated = inputs.assets, inputs.assets.force_end < inputs.assets.use_end
    asked = place(grid.pair[:, None], grid.holding_day)
    used, forced = (running(assets.pair, assets.start, end, asked) for end in (assets.use_end, assets.force_end))
    with_end = running(assets.pair[dated], assets.start[dated], assets.use_end[dated], asked) > 0
    total = grid.totals(with_end.astype(np.float64))
    lapsed = grid.totals((with_end & (used > 0) & (forced == 0)).astype(np.float64))
    return 100.0 * np.divide(lapsed, total, out=np.full(total.shape, np.nan), where=total > 0), None


_FORMULAS: Mapping[str, Callable[[Measure, Inputs, Grid], Found]] = {
    "open_load": _open_load,
    "open_longer": _spans,
    "recent_flagged": _spans,
    "resolved_in_time": _resolved_in_time,
    "past_end": _past_end,
    "share_of_due": share_of_due,
    "days_to_peers": days_to_peers,
    "late_share": late_share,
    "ratio": ratio,
    "latest": latest,
    "change": change,
    "weeks_in_use": weeks_in_use,
    "ratio_to_peers": ratio_to_peers,
}
