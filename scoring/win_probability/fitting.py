"""Fit: try what the rows may bear, keep what proves itself on held-out rows, calibrate it there."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types
from scipy.special import logit

from scoring.days import Floats
from scoring.errors import ScoringInputError
from scoring.win_probability.calibration import Calibration, calibrate
from scoring.win_probability.choice import BASE, COLUMNS, GROUPS, PAIRS, HeldOut, choose
from scoring.win_probability.learning import Learned, at, base_rate, learn, only_base_rate, with_pairs
from scoring.win_probability.model import WinModel, centres
from scoring.win_probability.reporting import report
from scoring.win_probability.validation import Rows, Split, folds, later_blocks
from scoring.win_probability.values import Values, read, row_keys

# Held-out rows say little of a model when fewer than this many deals were won, or lost.
_FEWEST = 5
# Interactions are tried from this many rows on.
_PAIR_ROWS = 1000
# The cross-tables of a step hold rows x pairs of columns entries: above this budget a random part of the rows is used.
_ENTRIES, _ENTRIES_HELD_OUT = 30_000_000, 5_000_000


def fit(
    deals: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    *,
    groups: Sequence[str] = (),
    as_of: str | None = None,
    seed: int = 0,
) -> WinModel:
    """Learn win probabilities from closed deals.

    Tried are the base rate, the groups' shrunk rates, an additive model of all columns and this model with
    interactions. Held-out rows decide, and the base rate stays unless it is clearly beaten (see `choose`).

    Args:
        deals: one row per closed deal, with what was known when it was scored. Any index.
        outcome: column of flags or of 0 and 1: won. Rows where it is missing are left out.
        predictors: columns of numbers, flags, moments or categories, told apart by their dtype. Missing is a value of
            its own; infinite numbers count as the outermost seen; a column that says nothing gets no effect.
        groups: columns taken for categories whatever their dtype, shrunk as random effects (rep, pillar).
        as_of: column of moments by which rows are held out: each part is predicted from earlier rows only. Without it,
            or where it has fewer than two moments, repeated folds are held out.
        seed: of the folds and of the sample.

    Returns:
        A model whose `report` has `rows`, `won`, `base_rate`, `method`, `verdict`, `skill`, `confidence`, `held_out`,
        `candidates`, `calibration`, `shrinkage`, `interactions`, `how`.

    Raises:
        ScoringInputError: a column is missing or given twice, the outcome is among the predictors or is neither flag
            nor 0 and 1, `as_of` holds no moments.
    """
    factors = _factors(outcome, predictors, groups)
    known, won = _outcome(deals, outcome)
    deals = deals.iloc[known]
    values = [read(deals, name, "category" if name in set(groups) else None) for name in factors]
    days = None if as_of is None else read(deals, as_of, "moment").numbers
    order, keys = _canonical(values, won, days, seed)
    values, won = at(values, order), won[order]
    days = None if days is None else days[order]

    sampled = _most_rows(_ENTRIES_HELD_OUT, len(factors))
    splits, kind = _splits(won[:sampled], keys[:sampled], None if days is None else days[:sampled], len(factors))
    held_out = _held_out(values, won, splits, set(groups))
    method = choose(held_out)
    calibration = _calibration(held_out, method)
    used = min(len(won), _most_rows(_ENTRIES, len(factors)))
    learned = _learn(method, at(values, np.arange(used)), won[:used], set(groups))
    base = base_rate(won)
    if method == BASE:
        learned = only_base_rate(won)
    facts = report(held_out, method, learned, calibration, base, won, kind, used)
    middle = centres(learned, calibration, base, at(values, np.arange(used)), used)
    return WinModel(factors, base, learned, calibration, middle, facts)


def _factors(outcome: str, predictors: Sequence[str], groups: Sequence[str]) -> tuple[str, ...]:
    factors = (*predictors, *(name for name in groups if name not in set(predictors)))
    repeated = sorted({name for name in factors if factors.count(name) > 1})
    if repeated:
        raise ScoringInputError("deals", repeated[0], 0, "given twice among the predictors; give each column once")
    if outcome in factors:
        raise ScoringInputError("deals", outcome, 0, "the outcome is among the predictors; take it out")
    return factors


def _outcome(deals: pd.DataFrame, name: str) -> tuple[Rows, Floats]:
    """Rows whose outcome is known, and the outcome."""
    column = read(deals, name)
    wrong = ~np.isnan(column.numbers) & ~np.isin(column.numbers, [0.0, 1.0])
    flags = types.is_bool_dtype(deals[name].dtype) or column.kind == "number"
    if len(deals) and ((not flags and not np.isnan(column.numbers).all()) or wrong.any()):
        problem = f"got {deals[name].dtype} values such as {deals[name].dropna().iloc[0]!r}, expected flags or 0 and 1"
        raise ScoringInputError("deals", name, int(wrong.sum()), problem)
    known = np.flatnonzero(~np.isnan(column.numbers))
    return known, column.numbers[known]


def _canonical(
    values: Sequence[Values], won: Floats, days: Floats | None, seed: int
) -> tuple[Rows, NDArray[np.uint64]]:
    """A pseudo-random order of the rows that depends on what they hold, not on the order they came in."""
    outcome = Values("", "number", won, pd.Index([], dtype="str"))
    moment = [] if days is None else [Values("", "number", days, pd.Index([], dtype="str"))]
    keys = row_keys([*values, *moment, outcome], seed)
    order = np.argsort(keys, kind="stable")
    return order, keys[order]


def _most_rows(entries: int, columns: int) -> int:
    return entries // ((columns + 1) * (columns + 2) // 2)


def _splits(won: Floats, keys: NDArray[np.uint64], days: Floats | None, columns: int) -> tuple[list[Split], str]:
    if columns == 0 or min(won.sum(), len(won) - won.sum()) < _FEWEST:
        return [], "none"
    later = [] if days is None else list(later_blocks(days))
    later = [split for split in later if _both(won[split.learn])]
    return (later, "later time") if len(later) > 1 else (list(folds(won, keys)), "repeated folds")


def _both(won: Floats) -> bool:
    return bool(min(won.sum(), len(won) - won.sum()) >= _FEWEST)


def _held_out(values: Sequence[Values], won: Floats, splits: Sequence[Split], groups: set[str]) -> HeldOut:
    """What each kind of model says of the held-out rows."""
    said: dict[str, list[Floats]] = {}
    pairs = len(won) >= _PAIR_ROWS
    for split in splits:
        known, asked = at(values, split.learn), at(values, split.ask)
        for name, learned in _candidates(known, won[split.learn], groups, pairs=pairs).items():
            said.setdefault(name, []).append(learned.fit.log_odds(learned.levels(asked), len(split.ask)))
    rows = np.concatenate([split.ask for split in splits]) if splits else np.empty(0, dtype=np.intp)
    return HeldOut(rows, won[rows], {name: np.concatenate(parts) for name, parts in said.items()})


def _candidates(values: Sequence[Values], won: Floats, groups: set[str], *, pairs: bool) -> dict[str, Learned]:
    found = {BASE: only_base_rate(won)}
    if groups and len(groups) < len(values):
        found[GROUPS] = _learn(GROUPS, values, won, groups)
    found[COLUMNS] = learn(values, won)
    if pairs:
        found[PAIRS] = with_pairs(found[COLUMNS], values, won)
    return found


def _learn(method: str, values: Sequence[Values], won: Floats, groups: set[str]) -> Learned:
    if method == BASE:
        return only_base_rate(won)
    if method == GROUPS:
        return learn([each for each in values if each.name in groups], won)
    learned = learn(values, won)
    return with_pairs(learned, values, won) if method == PAIRS else learned


def _calibration(held_out: HeldOut, method: str) -> Calibration:
    if method == BASE:
        return Calibration()
    centre = float(logit(base_rate(held_out.won)))
    times = np.bincount(held_out.rows)[held_out.rows]
    return calibrate(held_out.won, held_out.log_odds[method], 1.0 / times, centre)
