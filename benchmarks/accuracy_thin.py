"""The win model as the product runs it with few closed deals: never much worse than the shrunk base rate.

Some closed deals of a generated book are drawn; the others are taken out with all their records. The open deals are
scored, and judged by their true probabilities.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.accuracy_book import DEALS_END, DEALS_QUARTER, DEALS_TODAY, deals_loss, deals_truth
from benchmarks.accuracy_rows import Goal, Row
from benchmarks.mirrored import mirrored
from localorg.book import BookSettings, make_world
from localorg.book.generate import each_table
from scoring import Book, fit_deals

_DRAWS, _SIZES = 50, (0, 5, 20, 50, 200)
_SETTINGS = BookSettings(160, 4_000, 12, 12, 7, DEALS_END)
_OF_DEALS = ("opportunities", "stage_history", "roles", "lines", "activities", "predictors")


def rows(quick: bool) -> list[Row]:
    """`vs_base_rate`: our expected log loss over that of (won + 1) / (deals + 2), the mean of the draws, and the worst
    one; `low`: share of the open deals whose confidence is Low."""
    world = make_world(_SETTINGS)
    book, truth = mirrored(each_table(world)), deals_truth(world)["won"]
    draws = 4 if quick else _DRAWS
    # Of no deal there is one draw.
    return [_of_size(book, truth, size, draws if size else 1) for size in _SIZES]


def _of_size(book: Book, truth: pd.Series[float], size: int, draws: int) -> Row:
    found = np.array([_drawn(book, truth, size, seed) for seed in range(draws)])
    figures = {
        "vs_base_rate": float(found[:, 0].mean()),
        "vs_base_rate_worst": float(found[:, 0].max()),
        "low": float(found[:, 1].mean()),
    }
    goals = (Goal("vs_base_rate", "at most", 1.02), Goal("low", "at least", 1.0))
    return Row(f"{size} closed deals, product", "ours", figures, goals)


def _drawn(book: Book, truth: pd.Series[float], size: int, seed: int) -> tuple[float, float]:
    deals = book.opportunities
    ids = deals.loc[deals["is_closed"], "opportunity_id"].to_numpy()
    drawn = np.random.default_rng([seed, size]).permutation(ids)[:size]
    few = _only(book, pd.Index([*drawn, *deals.loc[~deals["is_closed"], "opportunity_id"]]))
    scored = fit_deals(few, DEALS_TODAY).score(few, DEALS_TODAY, DEALS_QUARTER).scores.set_index("opportunity_id")
    won = np.asarray(truth.reindex(scored.index), dtype=np.float64)
    kept = deals[deals["opportunity_id"].isin(drawn)]
    base = np.full(len(won), (float(kept["is_won"].sum()) + 1.0) / (len(kept) + 2.0))
    ours = np.asarray(scored["win_probability"], dtype=np.float64)
    ratio = deals_loss(won, ours) / deals_loss(won, base)
    return ratio, float((scored["confidence"] == "Low").mean())


def _only(book: Book, ids: pd.Index) -> Book:
    """The book without the other deals."""
    tables = {name: getattr(book, name) for name in _OF_DEALS}
    return replace(book, **{name: table[table["opportunity_id"].isin(ids)] for name, table in tables.items()})
