"""Values of measures over telemetry, by product."""

import numpy as np

from scoring.days import Floats
from scoring.health.counting import UNIT, Ints
from scoring.health.definitions import Measure
from scoring.health.grid import Grid
from scoring.health.inputs import Inputs
from scoring.health.telemetry import Telemetry

Found = tuple[Floats, Floats | None]
# Customers with the product in a week, before their ratio says what is usual.
ENOUGH_PEERS = 5


def ratio(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """The first field in percent of the second, over the last weeks."""
    usage = inputs.usage
    first, second = (usage.numbers[name] for name in measure.fields)
    windows = usage.windows(~np.isnan(first) & (second > 0), grid.pair, grid.holding_day)
    span = windows.span(int(measure.parameters["weeks"]))
    done, whole = windows.sums(first, span), windows.sums(second, span)
    return 100.0 * _divided(done, whole), windows.age


def change(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """Mean of the last weeks against that of as many before, in percent; half of each span must be there."""
    usage, weeks = inputs.usage, int(measure.parameters["weeks"])
    values = usage.numbers[measure.fields[0]]
    windows = usage.windows(~np.isnan(values), grid.pair, grid.holding_day)
    spans = windows.span(weeks), windows.span(weeks, skipped=weeks)
    recent, before = (
        _divided(windows.sums(values, span), np.where(2 * (span[1] - span[0]) >= weeks, span[1] - span[0], 0))
        for span in spans
    )
    return 100.0 * (_divided(recent, before) - 1.0), windows.age


def weeks_in_use(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """The weeks in percent, of those reported, in which the first field reaches a share of the second."""
    usage, weeks = inputs.usage, int(measure.parameters["weeks"])
    first, second = (usage.numbers[name] for name in measure.fields)
    usable = ~np.isnan(first) & (second > 0)
    windows = usage.windows(usable, grid.pair, grid.holding_day)
    span = windows.span(weeks)
    in_use = windows.sums((first >= measure.parameters["share"] / 100.0 * second).astype(np.float64), span)
    reported = span[1] - span[0]
    return 100.0 * _divided(in_use, np.where(2 * reported >= weeks, reported, 0)), windows.age


def ratio_to_peers(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """The first field for one of the second, in percent of what all customers of the product had in that week."""
    usage = inputs.usage
    first, second = (usage.numbers[name] for name in measure.fields)
    usable = ~np.isnan(first) & (second > 0)
    windows = usage.windows(usable, grid.pair, grid.holding_day)
    span = windows.span(int(measure.parameters["weeks"]))
    own = _divided(windows.sums(first, span), windows.sums(second, span))
    usual = _usual(usage, first, second, windows.rows, inputs.holdings.products)
    there = np.append(usual, np.nan)[windows.last_row]
    return 100.0 * _divided(own, np.where(windows.found, there, np.nan)), windows.age


def _usual(usage: Telemetry, first: Floats, second: Floats, rows: Ints, products: int) -> Floats:
    """For each row, the ratio of all customers of its product in its week; NaN where there are few."""
    weeks, week = np.unique(usage.week[rows], return_inverse=True)
    group = (usage.pair[rows] % products) * len(weeks) + week
    size = products * len(weeks)
    # Whole thousandths add up to the same in any order.
    done, whole = (
        np.bincount(group, weights=np.rint(values[rows] * UNIT), minlength=size) for values in (first, second)
    )
    count = np.bincount(group, minlength=size)
    usual = np.where(count >= ENOUGH_PEERS, _divided(done, whole), np.nan)
    return np.asarray(usual[group], dtype=np.float64)


def _divided(part: "Floats | Ints", whole: "Floats | Ints") -> Floats:
    """`part / whole`, NaN where the whole is not more than 0."""
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0), dtype=np.float64)
