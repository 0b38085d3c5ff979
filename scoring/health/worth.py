"""What a value is worth: targets of products, segments and customers, and the points on the way to them."""

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.counting import day_numbers
from scoring.health.definitions import Measure
from scoring.health.grid import Grid
from scoring.health.inputs import Inputs, account_codes, product_key


def targets_of(measure: Measure, inputs: Inputs, grid: Grid, own: pd.DataFrame) -> Floats:
    """The target of each holding (or subject, for a measure of the account) on each day.

    Of the definition's targets the one that names most goes first: product and segment, product, segment. A customer's
    own target goes before all of them, from its first day on.

    Args:
        own: `TARGETS` of the book.

    Returns:
        Holdings x days, or subjects x days.
    """
    by_product = measure.form.by_product
    subject = grid.subject if by_product else np.arange(len(grid.account))
    account = grid.account[subject]
    product = grid.pair % inputs.holdings.products if by_product else np.full(len(subject), -1)
    names = pd.Series(inputs.products, dtype="str")
    keys = product_key(names).to_numpy()
    segments = inputs.segments.str.casefold().to_numpy()[account]
    found = np.full(len(subject), measure.target)
    for target in sorted(measure.targets, key=lambda each: (each.product is not None, each.segment is not None)):
        chosen = np.ones(len(subject), dtype=bool)
        if target.product is not None:
            chosen &= (product >= 0) & (keys[product] == target.product.strip().casefold())
        if target.segment is not None:
            chosen &= segments == target.segment.casefold()
        found[chosen] = target.value
    day = grid.day[subject]
    result = np.repeat(found[:, None], day.shape[1], axis=1)
    own = own[(own["measure"] == measure.key) & is_usable(measure, own["target"])]
    if not len(own):
        return result
    code, since = account_codes(inputs.accounts, own), day_numbers(own["valid_from"], 0)
    wanted = pd.Index(keys).get_indexer(pd.Index(product_key(own["product"].fillna(""))))
    named = own["product"].notna().to_numpy()
    # Those for one product go over those for all, later ones over earlier ones.
    for row in np.lexsort((own["target"].to_numpy(), since, named)):
        chosen = (account == code[row]) & (~named[row] | (product == wanted[row]))
        result[chosen] = np.where(day[chosen] >= since[row], own["target"].iloc[row], result[chosen])
    return result


def is_usable(measure: Measure, targets: "pd.Series[float]") -> "pd.Series[bool]":
    """Targets that the points can be moved to: any where the usual one is 0, else those of its sign."""
    return targets.notna() & ((targets * measure.target > 0) | (measure.target == 0))


def worth(measure: Measure, value: Floats, target: Floats) -> Floats:
    """0..100 for each value, NaN where there is none; straight lines between the points, which move with the target."""
    values, points = _curve(measure)
    moved = value - target if measure.target == 0 else value * measure.target / target
    known = ~np.isnan(moved)
    result = np.full(value.shape, np.nan)
    result[known] = np.interp(moved[known], values, points)
    return result


def value_worth(measure: Measure, points: Floats, target: Floats) -> Floats:
    """The value nearest to the target that is worth so many points: `worth` the other way round."""
    values, worths = _curve(measure)
    order = np.argsort(worths, kind="stable")
    moved = np.interp(points, worths[order], values[order])
    return moved + target if measure.target == 0 else moved * target / measure.target


def _curve(measure: Measure) -> tuple[Floats, Floats]:
    """Values in rising order and their points."""
    pairs = np.array([*measure.points, (measure.target, 100.0)])
    pairs = pairs[np.argsort(pairs[:, 0])]
    return pairs[:, 0], pairs[:, 1]
