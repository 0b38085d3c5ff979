"""Scoring a book of many open deals as a whole: win probabilities, their past, the projection and the actions.

`python -m benchmarks.scoring_book ROWS` prints one line of JSON. A generated book's open deals, with all their records,
are repeated under other ids until there are enough of them; its closed deals, from which everything is learned, stay.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

import numpy as np
import pandas as pd

from benchmarks.mirrored import generated, generated_world
from benchmarks.report import peak_mb
from scoring import Book, Quarter, deal_history, fit_deals
from scoring.actions import RECORDS, actions, follow_up
from scoring.projection import prepare, projection_tables

END = pd.Timestamp("2026-11-15")
T = TypeVar("T")
QUARTER = Quarter("FY2026 Q4", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"))
GENERATED, REPS = 20_000, 40
# Tables with a deal's records; those with ids of their own get others as well.
OF_DEALS = ("opportunities", "stage_history", "roles", "lines", "activities", "predictors")


def seconds_of_whole(rows: int) -> dict[str, float]:
    """Processor seconds of each step for so many open deals, those of a million after the fits, peak memory in MB."""
    book = repeated(generated(generated_world(GENERATED, REPS, 12, 7, date(2026, 11, 16))), rows)
    base = peak_mb()
    spent: dict[str, float] = {}

    def timed(name: str, run: Callable[[], T]) -> T:
        before = time.process_time()
        found = run()
        spent[f"{name}_seconds"] = round(time.process_time() - before, 1)
        return found

    model = timed("win_fit", lambda: fit_deals(book, END))
    deals = timed("win", lambda: model.score(book, END, QUARTER))
    timed("win_history", lambda: deal_history(model, book, END))
    projected = timed("projection_fit", lambda: prepare(book, END, QUARTER))
    timed_deals = projected.timed(deals)
    tables = timed("projection", lambda: projection_tables(projected, timed_deals))
    proposed = timed("actions", lambda: actions(book, timed_deals, tables.rows, END, QUARTER))
    scores = timed_deals.scores
    timed("follow_up", lambda: follow_up(proposed, RECORDS.empty(), book.opportunities, scores, END))
    after_fits = sum(seconds for name, seconds in spent.items() if "_fit_" not in name)
    return {
        "open_deals": len(scores),
        **spent,
        "seconds_per_million": round(after_fits / len(scores) * 1e6, 1),
        "book_mb": base,
        "whole_peak_mb": peak_mb(),
    }


def repeated(book: Book, rows: int) -> Book:
    """The book with its open deals repeated until there are so many."""
    known = book.opportunities
    ids = known.loc[~known["is_closed"], "opportunity_id"]
    times = -(-rows // len(ids))
    return replace(book, **{name: _times(getattr(book, name), ids, times, rows) for name in OF_DEALS})


def _times(table: pd.DataFrame, ids: pd.Series[str], times: int, rows: int) -> pd.DataFrame:
    """The table with the rows of some deals `times` times; the last time only of as many as make up `rows`."""
    mine = table["opportunity_id"].isin(ids)
    own = table[mine]
    place = pd.Index(ids).get_indexer(pd.Index(own["opportunity_id"]))
    copy = np.repeat(np.arange(times), len(own))
    kept = copy * len(ids) + np.tile(place, times) < rows
    more = own.iloc[np.tile(np.arange(len(own)), times)[kept]].reset_index(drop=True)
    mark = pd.Series(copy[kept].astype(str), dtype="str")
    keys = [name for name in ("opportunity_id", "line_id", "activity_id", "role_id") if name in more.columns]
    more = more.assign(**{name: more[name] + "-" + mark for name in keys})
    return pd.concat([table[~mine], more], ignore_index=True)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(seconds_of_whole(int(sys.argv[1]))) + "\n")
