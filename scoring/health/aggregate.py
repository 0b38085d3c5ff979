"""From measures by product to dimensions and the total, with the coverage of their inputs.

A measure of a product counts with its weight x the product's share of the account's revenue x the freshness of its
data. What is missing counts as nothing and lowers the coverage.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.definitions import DIMENSION_KEYS, Measure
from scoring.health.formulas import read_measure
from scoring.health.grid import Grid
from scoring.health.inputs import Inputs
from scoring.health.settings import HealthSettings
from scoring.health.worth import targets_of, worth


@dataclass(frozen=True)
class Cells:
    """One measure of every holding, or subject, on every day.

    Attributes:
        measure: its definition.
        value, target: in the measure's unit; value NaN where missing.
        score: 0..100, NaN where the value is missing.
        freshness: 0..1, 0 where the value is missing.
    """

    measure: Measure
    value: Floats
    target: Floats
    score: Floats
    freshness: Floats

    def at(self, column: int) -> "Cells":
        """One day of them."""
        one = slice(column, column + 1) if column >= 0 else slice(column, None)
        names = ("value", "target", "score", "freshness")
        return replace(self, **{name: getattr(self, name)[:, one] for name in names})


@dataclass(frozen=True)
class Totals:
    """Scores of subjects x days.

    Attributes:
        score: 0..100 by dimension, NaN under the needed coverage.
        coverage: 0..1 by dimension.
        counting: sum of what counts, by dimension.
        health: 0..100, NaN where no dimension is known.
        total_coverage: 0..1.
        known_weight: of the known dimensions.
    """

    score: dict[str, Floats]
    coverage: dict[str, Floats]
    counting: dict[str, Floats]
    health: Floats
    total_coverage: Floats
    known_weight: Floats


def measure_cells(inputs: Inputs, grid: Grid, targets: pd.DataFrame, settings: HealthSettings) -> list[Cells]:
    """Every measure of the settings, in their order."""
    cells = []
    for measure in settings.measures:
        reading = read_measure(measure, inputs, grid)
        target = targets_of(measure, inputs, grid, targets)
        cells.append(Cells(measure, reading.value, target, worth(measure, reading.value, target), reading.freshness))
    return cells


def counts(cells: Cells, grid: Grid, share: Floats) -> Floats:
    """What each cell counts in its dimension: weight x share x freshness."""
    return cells.measure.weight * cells.freshness * (share if cells.measure.form.by_product else 1.0)


def per_subject(cells: Cells, grid: Grid, values: Floats) -> Floats:
    """Sums over the products of each subject; as they are for a measure of the account."""
    return grid.totals(values) if cells.measure.form.by_product else values


def measure_scores(cells: Sequence[Cells], grid: Grid, settings: HealthSettings) -> Floats:
    """Score of each subject's measures on the last day, NaN where missing; columns in the order of the settings."""
    found = {each.measure.key: subject_mean(each, grid, np.nan_to_num(each.at(-1).score)) for each in cells}
    missing = np.full(len(grid.account), np.nan)
    return np.asarray(
        np.column_stack([found.get(measure.key, missing) for measure in settings.measures]), dtype=np.float64
    )


def subject_mean(cells: Cells, grid: Grid, values: Floats) -> Floats:
    """Mean on the last day over an account's products by revenue and freshness, NaN where nothing is fresh."""
    share = grid.share[:, -1:] if cells.measure.form.by_product else np.ones((len(grid.account), 1))
    count = cells.at(-1).freshness * share
    sums, whole = (per_subject(cells, grid, each)[:, 0] for each in (count * values, count))
    return np.asarray(np.divide(sums, whole, out=np.full(len(whole), np.nan), where=whole > 0), dtype=np.float64)


def totals(cells: Sequence[Cells], grid: Grid, share: Floats, settings: HealthSettings) -> Totals:
    """Dimensions and total.

    Args:
        cells: every measure, for the days of `share`.
        share: of each holding in its account's revenue.
        settings: dimension weights and needed coverage.
    """
    shape = (len(grid.account), share.shape[1])
    points, counting, full = ({key: np.zeros(shape) for key in DIMENSION_KEYS} for _ in range(3))
    for each in cells:
        key, count = each.measure.dimension, counts(each, grid, share)
        counting[key] += per_subject(each, grid, count)
        points[key] += per_subject(each, grid, count * np.nan_to_num(each.score))
        full[key] += each.measure.weight
    coverage = {
        key: np.minimum(np.divide(counting[key], full[key], out=np.zeros(shape), where=full[key] > 0), 1.0)
        for key in DIMENSION_KEYS
    }
    known = {key: is_known(coverage[key], settings) for key in DIMENSION_KEYS}
    score = {
        key: np.clip(
            np.divide(points[key], counting[key], out=np.full(shape, np.nan), where=known[key] & (counting[key] > 0)),
            *(0.0, 100.0),
        )
        for key in DIMENSION_KEYS
    }
    weights = settings.dimension_weights
    known_weight = sum((weights[key] * ~np.isnan(score[key]) for key in DIMENSION_KEYS), np.zeros(shape))
    weighed = sum((weights[key] * np.nan_to_num(score[key]) for key in DIMENSION_KEYS), np.zeros(shape))
    health = np.divide(weighed, known_weight, out=np.full(shape, np.nan), where=known_weight > 0)
    covered = sum((weights[key] * coverage[key] for key in DIMENSION_KEYS), np.zeros(shape))
    total_coverage = np.clip(covered / sum(weights.values()), 0.0, 1.0)
    return Totals(score, coverage, counting, np.clip(health, 0.0, 100.0), total_coverage, known_weight)


def is_known(coverage: Floats, settings: HealthSettings) -> "np.typing.NDArray[np.bool_]":
    """Whether a dimension has a score. A hair's breadth of rounding does not decide."""
    return (coverage >= settings.needed_coverage - 1e-9) & (coverage > 0)


def final_shares(cells: Sequence[Cells], grid: Grid, share: Floats, settings: HealthSettings) -> list[Floats]:
    """The share of each cell in the total: what its score is multiplied with. Those of a subject add up to 1.

    Returns:
        One array per measure, of its cells' shape; all 0 where no dimension is known.
    """
    found = totals(cells, grid, share, settings)
    result = []
    for each in cells:
        key = each.measure.dimension
        known = settings.dimension_weights[key] * ~np.isnan(found.score[key])
        factor = np.divide(known, found.counting[key] * found.known_weight, out=np.zeros(known.shape), where=known > 0)
        result.append(counts(each, grid, share) * (factor[grid.subject] if each.measure.form.by_product else factor))
    return result
