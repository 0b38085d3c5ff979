"""Values of measures over telemetry, by product."""

import numpy as np

from scoring.days import Floats
from scoring.health.counting import Bools, divided
from scoring.health.definitions import Measure
from scoring.health.grid import Grid
from scoring.health.inputs import Inputs
from scoring.health.telemetry import Windows

Found = tuple[Floats, Floats | None]


def ratio(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """The first field in percent of the second, over the last weeks."""
    usage = inputs.usage
    first, second = (usage.numbers[name] for name in measure.fields)
    windows = _windows(inputs, ~np.isnan(first) & (second > 0), grid)
    span = windows.span(int(measure.parameters["weeks"]))
    done, whole = windows.sums(first, span), windows.sums(second, span)
    return 100.0 * divided(done, whole), windows.age


def latest(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """The field in the last week that tells it."""
    values = inputs.usage.numbers[measure.fields[0]]
    windows = _windows(inputs, ~np.isnan(values), grid)
    return np.where(windows.found, windows.sums(values, windows.span(1)), np.nan), windows.age


def change(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """Mean of the last weeks against that of as many before, in percent; half of each span must be there."""
    usage, weeks = inputs.usage, int(measure.parameters["weeks"])
    values = usage.numbers[measure.fields[0]]
    windows = _windows(inputs, ~np.isnan(values), grid)
    spans = windows.span(weeks), windows.span(weeks, skipped=weeks)
    recent, before = (
        divided(windows.sums(values, span), np.where(2 * (span[1] - span[0]) >= weeks, span[1] - span[0], 0))
        for span in spans
    )
    return 100.0 * (divided(recent, before) - 1.0), windows.age


def weeks_in_use(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """The weeks in percent, of those reported, in which the first field reaches a share of the second."""
    usage, weeks = inputs.usage, int(measure.parameters["weeks"])
    first, second = (usage.numbers[name] for name in measure.fields)
    usable = ~np.isnan(first) & (second > 0)
    windows = _windows(inputs, usable, grid)
    span = windows.span(weeks)
    in_use = windows.sums((first >= measure.parameters["share"] / 100.0 * second).astype(np.float64), span)
    reported = span[1] - span[0]
    return 100.0 * divided(in_use, np.where(2 * reported >= weeks, reported, 0)), windows.age


def ratio_to_peers(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """The first field for one of the second, in percent of what all customers of the product had in that week."""
    usage = inputs.usage
    first, second = (usage.numbers[name] for name in measure.fields)
    usable = ~np.isnan(first) & (second > 0)
    windows = _windows(inputs, usable, grid)
    span = windows.span(int(measure.parameters["weeks"]))
    own = divided(windows.sums(first, span), windows.sums(second, span))
    product = grid.pair[:, None] % inputs.holdings.products
    usual = inputs.peers.ratios[measure.key].at(product, windows.week[windows.last_row])
    return 100.0 * divided(own, np.where(windows.found, usual, np.nan)), windows.age


def _windows(inputs: Inputs, usable: Bools, grid: Grid) -> Windows:
    """The last usable weeks; those of an earlier measure where it could use the same rows, as most can."""
    for known, windows in grid.windows:
        if np.array_equal(known, usable):
            return windows
    grid.windows.append((usable, inputs.usage.windows(usable, grid.pair, grid.holding_day)))
    return grid.windows[-1][1]
