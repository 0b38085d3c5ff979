"""What moved the total as tables: the measures that moved it most, and the sentence a person would say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.aggregate import Cells
from scoring.health.change import CAUSES, Change
from scoring.health.counting import Ints
from scoring.health.grid import Grid
from scoring.health.inputs import Inputs
from scoring.health.results import CHANGE_TOTALS, CHANGES
from scoring.health.wording import moved_words, opened_since
from scoring.words import whole

# Measures listed of a change, and those of them in its sentence; the others are one row.
LISTED, SAID = 4, 3
OTHER = "other"
# Points that are worth a word.
WORTH_SAYING = 0.5
TINY = 1e-9


@dataclass(frozen=True)
class Span:
    """The change of every subject over some days: its split, and the cells of both days."""

    days: int
    change: Change
    then: Sequence[Cells]
    now: Sequence[Cells]


def change_rows(spans: Sequence[Span], grid: Grid, inputs: Inputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What moved the total of every account over some spans.

    Args:
        spans: changes up to the last day of the grid.
        grid: its subjects are distinct accounts.
        inputs: the records.

    Returns:
        `CHANGES` and `CHANGE_TOTALS`, of the accounts whose total is known on both days of a span.
    """
    accounts = inputs.accounts.to_numpy()[grid.account]
    rows = pd.concat([_numbers(span, grid) for span in spans], ignore_index=True)
    rows["text"] = _worded(rows, grid, inputs)
    rows["account_id"] = accounts[rows["subject"]]
    rows = rows.sort_values(["account_id", "days", "rank"], kind="stable", ignore_index=True)
    total = pd.concat([_totals(span) for span in spans], ignore_index=True)
    total["account_id"] = accounts[total["subject"]]
    total = total.sort_values(["account_id", "days"], kind="stable", ignore_index=True)
    total["sentence"] = _sentences(rows, total)
    return CHANGES.conform(rows), CHANGE_TOTALS.conform(total)


def _totals(span: Span) -> pd.DataFrame:
    before, after = span.change.before, span.change.after
    known = np.flatnonzero(~np.isnan(before) & ~np.isnan(after))
    moved = after[known] - before[known]
    return pd.DataFrame({"subject": known, "days": span.days, "before": before[known], "points": moved})


def _numbers(span: Span, grid: Grid) -> pd.DataFrame:
    """One row per subject and listed measure, and one for the others: points, and values of the main product."""
    known = np.flatnonzero(~np.isnan(span.change.before) & ~np.isnan(span.change.after))
    causes = np.stack([span.change.points[cause][known] for cause in CAUSES], axis=2)
    # Rounded, so that rounding errors do not order what is equal.
    order = np.argsort(-np.abs(causes.sum(axis=2)).round(9), axis=1, kind="stable")
    top = order[:, :LISTED]
    chosen = np.take_along_axis(causes, top[:, :, None], axis=1)
    others = np.take_along_axis(causes, order[:, LISTED:, None], axis=1).sum(axis=1, keepdims=True)
    points = np.concatenate([chosen, others], axis=1)
    number = np.concatenate([top, np.full((len(known), 1), -1)], axis=1)
    keys = np.array([*(cells.measure.key for cells in span.now), OTHER])
    rows = pd.DataFrame(
        {
            "subject": np.repeat(known, LISTED + 1),
            "days": span.days,
            "rank": np.tile(np.arange(1, LISTED + 2), len(known)),
            "number": number.ravel(),
            "measure": keys[number.ravel()],
            **{f"by_{cause}": points[:, :, place].ravel() for place, cause in enumerate(CAUSES)},
            "points": points.sum(axis=2).ravel(),
        }
    )
    rows = rows[rows["points"].abs() > TINY].reset_index(drop=True)
    row = np.full(len(rows), -1)
    old, new = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for place, (first, last) in enumerate(zip(span.then, span.now, strict=True)):
        own = np.flatnonzero(rows["number"] == place)
        at = rows["subject"].to_numpy()[own]
        if last.measure.form.by_product:
            at = _main_row(span.change.by_holding[place], grid)[at]
            row[own] = at
        old[own], new[own] = first.value[at, 0], last.value[at, 0]
    return rows.assign(holding=row, old=old, new=new)


def _main_row(points: Floats, grid: Grid) -> Ints:
    """The holding of each subject that moved it most."""
    order = np.lexsort((-np.arange(len(points)), np.abs(points).round(9), grid.subject))
    last = np.flatnonzero(np.diff(grid.subject[order], append=-1) != 0)
    found = np.zeros(len(grid.account), dtype=np.int64)
    found[grid.subject[order[last]]] = order[last]
    return found


def _worded(rows: pd.DataFrame, grid: Grid, inputs: Inputs) -> "pd.Series[str]":
    """Each row in words, worded measure by measure."""
    names = np.append(inputs.products.to_numpy(), "")
    words = pd.Series("", index=rows.index, dtype="str")
    for place, measure in enumerate(inputs.measures):
        own = rows[rows["number"] == place]
        holding = own["holding"].to_numpy()
        products = len(names) - 1
        product = names[np.where(holding >= 0, grid.pair[holding] % products, products)] if len(own) else names[:0]
        text = moved_words(measure, pd.Series(product, index=own.index, dtype="str"), own["old"], own["new"])
        if measure.formula == "open_load":
            opened = opened_since(inputs.cases, grid.account[own["subject"]], grid.day[own["subject"], -1], own["days"])
            text = text.mask((own["points"] < 0) & (opened != ""), opened)
        words[own.index] = text
    return words


def _sentences(rows: pd.DataFrame, totals: pd.DataFrame) -> "pd.Series[str]":
    """`Down 14 in 30 days: 3 critical or high cases opened since 3 May (-9), licence utilisation fell (-5)`."""
    change, days = totals["points"], totals["days"].astype("str")
    direction = pd.Series(np.where(change < 0, "Down ", "Up "), index=totals.index, dtype="str")
    start = direction + whole(change.abs()) + " in " + days + " days"
    start = start.mask(change.abs() < WORTH_SAYING, "About as " + days + " days ago")
    said = rows[(rows["rank"] <= SAID) & (rows["points"].abs() >= WORTH_SAYING)]
    sign = pd.Series(np.where(said["points"] < 0, "-", "+"), index=said.index, dtype="str")
    phrase = said["text"] + " (" + sign + whole(said["points"].abs()) + ")"
    place = pd.MultiIndex.from_frame(totals[["subject", "days"]])
    for rank in range(1, SAID + 1):
        own = said[said["rank"] == rank]
        part = phrase[own.index].set_axis(pd.MultiIndex.from_frame(own[["subject", "days"]])).reindex(place)
        start = start + ((", " if rank > 1 else ": ") + part.set_axis(start.index)).fillna("")
    return start
