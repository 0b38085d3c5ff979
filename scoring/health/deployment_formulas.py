"""Values of measures over deployments, by product."""

import numpy as np

from scoring.days import Floats
from scoring.health.counting import NEVER, Bools, Ints, place, running
from scoring.health.definitions import Measure
from scoring.health.deployment_records import DeploymentRecords
from scoring.health.grid import Grid
from scoring.health.inputs import Inputs

Found = tuple[Floats, Floats | None]
# Deployments of a product that others have completed, before their median says what is usual.
ENOUGH_PEERS = 5


def share_of_due(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """Part reached of what is due by now, mean of the product's deployments. Today's, from each start on.

    Deployments keep no history: what was reached in the past is not known, and held.
    """
    deployments = inputs.deployments
    done, whole = (deployments.amounts[name] for name in measure.fields)
    due = deployments.due
    if whole.size and measure.fields[1].startswith("milestones"):
        due = np.floor(due * whole + 1e-9) / np.where(whole > 0, whole, np.nan)
    usable = (whole > 0) & ~np.isnan(done)
    share = np.divide(done, due * whole, out=np.ones(len(done)), where=usable & (due > 0))
    value = 100.0 * np.clip(share, 0.0, 1.0)
    return _held(deployments, value, usable, grid), None


def _held(deployments: DeploymentRecords, value: Floats, usable: Bools, grid: Grid) -> Floats:
    """Mean by product, from the first day of the first deployment on."""
    pair, start = deployments.pair[usable], deployments.start[usable]
    distinct, number, count = np.unique(pair, return_inverse=True, return_counts=True)
    mean = np.bincount(number, weights=value[usable], minlength=len(distinct)) / np.maximum(count, 1)
    since = np.full(len(distinct), NEVER)
    np.minimum.at(since, number, start)
    at = np.minimum(np.searchsorted(distinct, grid.pair), max(len(distinct) - 1, 0))
    if not len(distinct):
        return np.full((len(grid.pair), grid.day.shape[1]), np.nan)
    known = (distinct[at] == grid.pair)[:, None] & (since[at][:, None] <= grid.holding_day)
    return np.where(known, mean[at][:, None], np.nan)


def late_share(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """Deployments that are past their target date and not completed, or stalled by today's status."""
    deployments = inputs.deployments
    late_from = np.maximum(np.minimum(deployments.target + 1, NEVER), deployments.start)
    begins = np.where(deployments.stalled, deployments.start, late_from)
    ends = np.where(deployments.stalled, NEVER, deployments.completed)
    asked = place(grid.pair[:, None], grid.holding_day)
    late = running(deployments.pair, begins, ends, asked)
    total = running(deployments.pair, deployments.start, np.full(len(ends), NEVER), asked)
    return 100.0 * np.divide(late, total, out=np.full(late.shape, np.nan), where=total > 0), None


def days_to_peers(measure: Measure, inputs: Inputs, grid: Grid) -> Found:
    """Days that deployments took, or have taken so far, in percent of what completed ones of the product took.

    Deployments of one product: all their days over as many medians. Only what was completed by the week before the day
    tells what is usual.
    """
    deployments = inputs.deployments
    pair, start, completed = _timed(deployments)
    asked, day = place(grid.pair[:, None], grid.holding_day), grid.holding_day
    forever = np.full(len(pair), NEVER)
    running_now = running(pair, start, completed, asked)
    sum_started = _summed(pair, start, completed, start, asked)
    done = completed < NEVER
    took = _summed(pair[done], completed[done], forever[done], (completed - start)[done], asked)
    total = running(pair, start, forever, asked)
    days = running_now * day - sum_started + took
    products = inputs.holdings.products
    every, began, ended = _timed(inputs.peers.deployments)
    usual = _usual_days(every % products, began, ended, grid.pair % products, day)
    return 100.0 * np.divide(days, total * usual, out=np.full(days.shape, np.nan), where=total > 0), None


def _timed(deployments: DeploymentRecords) -> tuple[Ints, Ints, Ints]:
    """Pair, start and completion of the deployments that have or take some time."""
    usable = deployments.dated & (deployments.completed > deployments.start)
    return deployments.pair[usable], deployments.start[usable], deployments.completed[usable]


def _summed(owner: Ints, start: Ints, end: Ints, value: Ints, asked: Ints) -> Floats:
    """Sum of whole numbers over the records that are running on each asked place."""
    total = np.zeros(asked.shape, dtype=np.int64)
    for days, sign in ((start, 1), (end, -1)):
        order = np.argsort(place(owner, days), kind="stable")
        sums = np.concatenate([[0], np.cumsum(value[order])])
        total += sign * sums[np.searchsorted(place(owner, days)[order], asked, side="right")]
    return np.asarray(total, dtype=np.float64)


def _usual_days(product: Ints, start: Ints, completed: Ints, asked: Ints, day: Ints) -> Floats:
    """Median days of the deployments of a product completed by the end of the week before each day."""
    weeks, number = np.unique((day + 3) // 7, return_inverse=True)  # weeks begin on Mondays
    number = number.reshape(day.shape)
    products = np.unique(asked)
    table = np.full((len(products), len(weeks)), np.nan)
    for place_, code in enumerate(products):
        own = np.flatnonzero((product == code) & (completed < NEVER))
        own = own[np.argsort(completed[own], kind="stable")]
        counts = np.searchsorted(completed[own], weeks * 7 - 3)
        took = (completed - start)[own]
        for count in np.unique(counts[counts >= ENOUGH_PEERS]):
            table[place_, counts == count] = np.median(took[:count])
    return table[np.searchsorted(products, asked)[:, None], number]
