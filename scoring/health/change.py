"""Why the total moved between two days: points of each measure and cause, adding up exactly.

The total is a mean of the cells' scores s with shares w (`aggregate.final_shares`), so its change is the sum over cells
of mean(w) x change(s) + (mean(s) - m) x change(w), m being the mean of the two totals: the Shapley split of a product,
in which m cancels because shares add up to 1. It credits a cell that gains share with how far it lies above the total.
- change(s) is split between value and target, change(w) between weight, coverage and product mix, by Shapley: each
  cause is changed in every order of the causes, and its mean effect is its own.
- A cell that is known on one of the days only has that day's score on both: all of its effect is coverage or mix.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from scoring.days import Floats
from scoring.health.aggregate import Cells, final_shares, per_subject, totals
from scoring.health.grid import Grid
from scoring.health.settings import HealthSettings
from scoring.health.worth import worth

CAUSES = ("value", "target", "weight", "coverage", "mix")
_OF_SHARE = ("weight", "coverage", "mix")


@dataclass(frozen=True)
class State:
    """All that a total is made of, on one day.

    Attributes:
        cells: every measure; arrays with one column.
        share: of the holdings in revenue, one column.
        settings: weights of the dimensions; those of the measures are in the cells.
    """

    cells: Sequence[Cells]
    share: Floats
    settings: HealthSettings


@dataclass(frozen=True)
class Change:
    """What moved the totals of subjects.

    Attributes:
        points: by cause; subjects x measures. NaN where a total is unknown on one of the days.
        by_holding: for each measure, points of all causes, of its cells (holdings or subjects).
        before, after: the totals, shape (subjects,).
    """

    points: dict[str, Floats]
    by_holding: list[Floats]
    before: Floats
    after: Floats


def explain_change(then: State, now: State, grid: Grid) -> Change:
    """Split the change of every subject's total.

    Args:
        then, now: the same measures in the same order.
        grid: whose subjects and holdings the arrays are about.
    """
    before, after = (totals(state.cells, grid, state.share, state.settings).health[:, 0] for state in (then, now))
    middle = (before + after) / 2.0
    shares = dict(zip(_OF_SHARE, _share_changes(then, now, grid), strict=True))
    first, last = (final_shares(state.cells, grid, state.share, state.settings) for state in (then, now))
    measures = len(now.cells)
    points = {cause: np.zeros((len(grid.account), measures)) for cause in CAUSES}
    by_holding = []
    for number, (old, new) in enumerate(zip(then.cells, now.cells, strict=True)):
        mean_share = (first[number] + last[number]) / 2.0
        by_value, by_target = _score_changes(old, new)
        level = np.nan_to_num(_mean_score(old, new))
        reference = middle[grid.subject] if new.measure.form.by_product else middle
        parts = {"value": mean_share * by_value, "target": mean_share * by_target}
        parts |= {cause: (level - reference[:, None]) * shares[cause][number] for cause in _OF_SHARE}
        for cause, part in parts.items():
            points[cause][:, number] = per_subject(new, grid, part)[:, 0]
        by_holding.append(np.sum([part[:, 0] for part in parts.values()], axis=0))
    known = ~np.isnan(middle)
    points = {cause: np.where(known[:, None], values, np.nan) for cause, values in points.items()}
    return Change(points, by_holding, before, after)


def _score_changes(old: Cells, new: Cells) -> tuple[Floats, Floats]:
    """Changes of score by value and by target; 0 where one day has no value."""
    mixed = worth(new.measure, new.value, old.target), worth(new.measure, old.value, new.target)
    by_value = ((new.score - mixed[1]) + (mixed[0] - old.score)) / 2.0
    by_target = ((new.score - mixed[0]) + (mixed[1] - old.score)) / 2.0
    return np.nan_to_num(by_value), np.nan_to_num(by_target)


def _mean_score(old: Cells, new: Cells) -> Floats:
    """Mean of both days; of a day without value the other day's."""
    first = np.where(np.isnan(old.score), new.score, old.score)
    last = np.where(np.isnan(new.score), old.score, new.score)
    return (first + last) / 2.0


def _share_changes(then: State, now: State, grid: Grid) -> list[list[Floats]]:
    """For weight, coverage and mix: what each changes of the cells' shares, by measure."""
    states: dict[frozenset[str], list[Floats]] = {}
    same_weights = then.settings.dimension_weights == now.settings.dimension_weights and all(
        old.measure.weight == new.measure.weight for old, new in zip(then.cells, now.cells, strict=True)
    )

    def shares_of(changed: frozenset[str]) -> list[Floats]:
        key = changed - {"weight"} if same_weights else changed
        if key not in states:
            states[key] = final_shares(*_mixed(then, now, key, grid))
        return states[key]

    found = [[np.zeros(cells.value.shape) for cells in now.cells] for _ in _OF_SHARE]
    orders = list(permutations(range(len(_OF_SHARE))))
    for order in orders:
        changed: frozenset[str] = frozenset()
        for place in order:
            following = changed | {_OF_SHARE[place]}
            for number, (start, end) in enumerate(zip(shares_of(changed), shares_of(following), strict=True)):
                found[place][number] += (end - start) / len(orders)
            changed = following
    return found


def _mixed(
    then: State, now: State, changed: frozenset[str], grid: Grid
) -> tuple[list[Cells], Grid, Floats, HealthSettings]:
    """The state in which some causes are as now and the others as then."""
    weighing = now if "weight" in changed else then
    fresh = now if "coverage" in changed else then
    cells = [
        replace(new, measure=weighed.measure, freshness=dated.freshness)
        for new, weighed, dated in zip(now.cells, weighing.cells, fresh.cells, strict=True)
    ]
    return cells, grid, (now if "mix" in changed else then).share, weighing.settings
