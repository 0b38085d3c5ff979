"""Measures, products, dimensions and reasons as tables, of the day of scoring."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from scoring.book import Book
from scoring.days import Floats
from scoring.health.aggregate import Cells, Totals, final_shares, per_subject, subject_mean
from scoring.health.case_records import SEVERITIES
from scoring.health.counting import Ints, day_number
from scoring.health.definitions import DIMENSION_KEYS, DIMENSION_LABELS
from scoring.health.grid import Grid
from scoring.health.inputs import Inputs
from scoring.health.records import records_behind
from scoring.health.results import DIMENSIONS, MEASURES, PRODUCTS, REASONS
from scoring.health.settings import HealthSettings
from scoring.health.wording import sentence, value_words
from scoring.words import counted, joined, whole


def measure_rows(
    cells: Sequence[Cells], grid: Grid, inputs: Inputs, book: Book, as_of: pd.Timestamp, settings: HealthSettings
) -> pd.DataFrame:
    """`MEASURES`, ordered by account and the settings' order.

    Args:
        cells: every measure; the last day is looked at.
        grid: its subjects are distinct accounts.
        inputs, book: the records.
        as_of: the last day.
        settings: weights.
    """
    last = [each.at(-1) for each in cells]
    shares = final_shares(last, grid, grid.share[:, -1:], settings)
    full = {key: sum(each.measure.weight for each in cells if each.measure.dimension == key) for key in DIMENSION_KEYS}
    parts = []
    for order, (each, share) in enumerate(zip(last, shares, strict=True)):
        measure = each.measure
        value, target, score = (
            subject_mean(each, grid, np.nan_to_num(values)) for values in (each.value, each.target, each.score)
        )
        fresh = per_subject(each, grid, each.freshness * (grid.share[:, -1:] if measure.form.by_product else 1.0))[:, 0]
        known = np.flatnonzero(~np.isnan(value))
        ids = pd.Series(inputs.accounts.to_numpy()[grid.account[known]], dtype="str")
        text = _text(each, grid, inputs, value, known, as_of)
        behind = records_behind(measure, book, inputs, as_of)
        parts.append(
            pd.DataFrame(
                {
                    "account_id": ids,
                    "order": order,
                    "dimension": measure.dimension,
                    "measure": measure.key,
                    "label": measure.label,
                    "value": value[known],
                    "target": target[known],
                    "unit": measure.unit,
                    "score": np.clip(score[known], 0.0, 100.0),
                    "weight": measure.weight / full[measure.dimension],
                    "freshness": np.clip(fresh[known], 0.0, 1.0),
                    "share": per_subject(each, grid, share)[known, 0],
                    "text": text.to_numpy(),
                    "record_ids": behind.reindex(ids).fillna("").to_numpy(),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True).sort_values(["account_id", "order"], kind="stable")
    return MEASURES.conform(table)


def _text(each: Cells, grid: Grid, inputs: Inputs, value: Floats, known: Ints, as_of: pd.Timestamp) -> "pd.Series[str]":
    measure = each.measure
    if measure.formula == "open_load":
        return _open_cases(inputs, grid.account[known], as_of)
    text = sentence(measure, pd.Series(value[known]))
    if not measure.form.by_product:
        return text
    names, several = _worst_product(each, grid, inputs)
    return text + (" (" + names + ")").where(several, "").iloc[known].reset_index(drop=True)


def _open_cases(inputs: Inputs, account: Ints, as_of: pd.Timestamp) -> "pd.Series[str]":
    cases, today = inputs.cases, day_number(as_of)
    is_open = (cases.created <= today) & (cases.closed > today)
    count, *severe = (
        pd.Series(
            np.bincount(cases.account[is_open & chosen], minlength=len(inputs.accounts))[account].astype("float64")
        )
        for chosen in (np.ones(len(is_open), dtype=bool), cases.severity == 0, cases.severity == 1)
    )
    text = counted(count, "open case")
    for name, number in zip(SEVERITIES, severe, strict=False):
        text = text + (", " + whole(number) + " " + name).where(number > 0, "")
    return text.mask(count == 0, "No open case")


def _worst_product(each: Cells, grid: Grid, inputs: Inputs) -> "tuple[pd.Series[str], pd.Series[bool]]":
    """Name and value of each subject's product with the lowest score, and whether its products differ."""
    known = np.flatnonzero(each.freshness[:, 0] * grid.share[:, -1] > 0)
    rows = pd.DataFrame({"subject": grid.subject[known], "score": each.score[known, 0], "value": each.value[known, 0]})
    rows["name"] = inputs.products.to_numpy()[grid.pair[known] % inputs.holdings.products]
    ordered = rows.sort_values(["subject", "score", "name"], kind="stable").groupby("subject")
    worst = ordered.first()
    several = ordered["value"].nunique() > 1
    words = worst["name"] + " " + value_words(each.measure, worst["value"])
    every = range(len(grid.account))
    return words.astype("str").reindex(every).fillna(""), several.reindex(every, fill_value=False)


def product_rows(cells: Sequence[Cells], grid: Grid, inputs: Inputs) -> pd.DataFrame:
    """`PRODUCTS`: the measures that are taken by product, ordered by account, measure and product."""
    parts = []
    accounts = inputs.accounts.to_numpy()
    for order, each in enumerate(cells):
        if not each.measure.form.by_product:
            continue
        last = each.at(-1)
        known = np.flatnonzero(last.freshness[:, 0] * grid.share[:, -1] > 0)
        parts.append(
            pd.DataFrame(
                {
                    "account_id": accounts[grid.account[grid.subject[known]]],
                    "order": order,
                    "measure": each.measure.key,
                    "product": inputs.products.to_numpy()[grid.pair[known] % inputs.holdings.products],
                    "value": last.value[known, 0],
                    "target": last.target[known, 0],
                    "score": last.score[known, 0],
                    "share": grid.share[known, -1],
                    "freshness": last.freshness[known, 0],
                }
            )
        )
    table = pd.concat(parts, ignore_index=True).sort_values(["account_id", "order", "product"], kind="stable")
    return PRODUCTS.conform(table)


def dimension_rows(found: Totals, scores: Floats, accounts: pd.Index, settings: HealthSettings) -> pd.DataFrame:
    """`DIMENSIONS` of the last day, three rows per account.

    Args:
        found: of the same accounts.
        scores: of the measures on the last day, NaN where missing, columns in the order of the settings.
        accounts: ids of the subjects.
        settings: weights.
    """
    whole_weight = sum(settings.dimension_weights.values())
    parts = []
    for order, key in enumerate(DIMENSION_KEYS):
        parts.append(
            pd.DataFrame(
                {
                    "account_id": accounts.to_numpy(),
                    "order": order,
                    "dimension": key,
                    "label": DIMENSION_LABELS[key],
                    "score": found.score[key][:, -1],
                    "coverage": found.coverage[key][:, -1],
                    "weight": settings.dimension_weights[key] / whole_weight,
                    "missing": _missing(key, scores, accounts, settings).to_numpy(),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True).sort_values(["account_id", "order"], kind="stable")
    return DIMENSIONS.conform(table)


def _missing(key: str, scores: Floats, accounts: pd.Index, settings: HealthSettings) -> "pd.Series[str]":
    flags = {
        measure.label: np.isnan(scores[:, place])
        for place, measure in enumerate(settings.measures)
        if measure.dimension == key
    }
    return joined(pd.DataFrame(flags, index=accounts))


def reason_rows(measures: pd.DataFrame) -> pd.DataFrame:
    """`REASONS`: what each measure takes off a perfect 100, most first.

    A measure loses its share in the total x (100 - score), so the points of an account add up to its total - 100.
    """
    table = measures.assign(points=-measures["share"] * (100.0 - measures["score"]))
    table = table[table["points"] < 0.0].sort_values(["account_id", "points"], kind="stable", ignore_index=True)
    table["rank"] = table.groupby("account_id").cumcount() + 1
    return REASONS.conform(table)
