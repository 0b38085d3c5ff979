"""How long scoring takes, beside what a data scientist would use.

- The win probabilities of a table of deals, against scikit-learn's histogram gradient boosting on the same rows (its
  categories given to it as codes, while we read texts) and against statsmodels' logistic regression asked row by row.
- A whole book (`benchmarks.scoring_book`): processor seconds of each step, and what a million open deals take beyond
  the fits (`seconds_per_million`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from benchmarks.report import arguments, measure, peak_mb, publish
from scoring.win_probability import fit

_CATEGORIES = ("stage", "segment", "pillar", "rep")
_NUMBERS = ("amount", "age", "quiet_days", "pushes", "contacts", "days_to_close")
_ROUNDS = 3


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = arguments("scoring", "Seconds to score open deals.")
    parser.add_argument("--rows", type=int, help="open deals (default 1,000,000, quick 200,000)")
    parser.add_argument("--book", type=int, help="open deals of the whole book (default 1,000,000, quick 20,000)")
    options = parser.parse_args(command_line)
    rows = options.rows or (200_000 if options.quick else 1_000_000)
    figures = _prediction(rows, learned_from=20_000 if options.quick else 100_000)
    figures |= {"peak_mb": peak_mb()}
    figures |= measure("benchmarks.scoring_book", str(options.book or (20_000 if options.quick else 1_000_000)))
    publish("scoring", quick=options.quick, figures=figures, path=options.json)
    return 0


def _prediction(rows: int, learned_from: int) -> dict[str, object]:
    """Seconds of a prediction by each way, the best of some rounds in turn."""
    closed, deals = _deals(learned_from, seed=1), _deals(rows, seed=2)
    predictors = [*_CATEGORIES, *_NUMBERS]
    started = time.perf_counter()
    ours = fit(closed, "won", predictors, seed=0)
    fit_seconds = time.perf_counter() - started
    codes, wanted = _codes(closed), _codes(deals)
    boosting = HistGradientBoostingClassifier(categorical_features=list(_CATEGORIES), random_state=0)
    boosting.fit(codes, closed["won"])
    ways: dict[str, Callable[[], Any]] = {
        "ours": lambda: ours.predict(deals),
        "boosting": lambda: boosting.predict_proba(wanted),
    }
    seconds = {way: min(_timed(run) for _ in range(_ROUNDS)) for way, run in ways.items()}
    by_row = _statsmodels_by_row(closed, deals)
    return {
        "rows": rows,
        "fit_rows": learned_from,
        "fit_seconds": round(fit_seconds, 2),
        "predict_seconds": round(seconds["ours"], 3),
        "hist_gradient_boosting_seconds": round(seconds["boosting"], 3),
        "vs_hist_gradient_boosting": round(seconds["ours"] / seconds["boosting"], 3),
        "vs_statsmodels_by_row": float(f"{seconds['ours'] / rows / by_row:.3g}"),
    }


def _timed(run: Callable[[], Any]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _statsmodels_by_row(closed: pd.DataFrame, deals: pd.DataFrame, asked: int = 300) -> float:
    """Seconds per deal of a statsmodels logistic regression of the numbers, asked for one deal at a time."""
    names, unit = list(_NUMBERS), closed[list(_NUMBERS)].std()
    model = GLM(closed["won"].astype("float64"), closed[names] / unit, family=Binomial()).fit()
    scaled = deals[names].head(asked) / unit
    rows = [scaled.iloc[[number]] for number in range(asked)]
    return _timed(lambda: [model.predict(row) for row in rows]) / asked


def _codes(deals: pd.DataFrame) -> pd.DataFrame:
    return deals[[*_CATEGORIES, *_NUMBERS]].assign(
        **{name: pd.factorize(deals[name], sort=True)[0] for name in _CATEGORIES}
    )


def _deals(rows: int, seed: int) -> pd.DataFrame:
    """Deals of a made-up funnel with bends, an interaction and reps of different skill."""
    rng = np.random.default_rng(seed)
    stage, segment, pillar, rep = (rng.integers(0, width, rows) for width in (6, 3, 6, 200))
    age, pushes = rng.gamma(2.0, 20.0, rows), rng.poisson(1.0, rows)
    amount = np.exp(rng.normal(11.0, 1.2, rows))
    odds = 0.6 * stage - 2.0 - 0.4 * pushes - 0.02 * np.maximum(age - 40.0, 0.0) * (segment == 1)
    odds += 0.4 * np.sin(rep) - 0.3 * (np.log(amount) - 11.0)
    frame = {
        "amount": amount,
        "age": age,
        "quiet_days": rng.exponential(10.0, rows),
        "pushes": pushes.astype("float64"),
        "contacts": rng.poisson(2.0, rows).astype("float64"),
        "days_to_close": rng.normal(30.0, 40.0, rows),
        "won": rng.random(rows) < expit(odds),
    }
    named = zip(_CATEGORIES, (stage, segment, pillar, rep), strict=True)
    texts = {name: name + " " + pd.Series(codes).astype("str").str.zfill(3) for name, codes in named}
    return pd.DataFrame(texts | frame)


if __name__ == "__main__":
    sys.exit(main())
