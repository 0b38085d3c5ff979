"""The win model of the product against the truth of generated books, beside the truth, rates and boosting.

A book is scored as of its last day; the generator knows the exact probability of every open deal. Log losses and
calibration errors are those expected under it: no luck of outcomes is in them.
"""

from __future__ import annotations

import time
from datetime import date

import numpy as np
import pandas as pd

from benchmarks.accuracy_exports import WON, Deals
from benchmarks.accuracy_peers import boosting, predicted
from benchmarks.accuracy_rows import Floats, Goal, Row
from benchmarks.mirrored import mirrored
from localorg.book import BookSettings, World, make_world
from localorg.book.generate import each_table
from localorg.book.truth import truth_of
from scoring import Book, Quarter, fit_deals
from scoring.as_of import known_at
from scoring.deal_states import deal_states
from scoring.deals.features import deal_features
from scoring.deals.learning import lessons
from scoring.settings import DealSettings
from scoring.snapshots import snapshots
from sidecar.configuration import Configuration, MappingSection, OpportunityFields

DEALS_END = date(2026, 11, 22)
DEALS_TODAY = pd.Timestamp("2026-11-21")
DEALS_QUARTER = Quarter("FY2026 Q4", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"))
# Deals, accounts, reps, seeds.
_QUICK, _FULL = (4_000, 160, 12, (7,)), (20_000, 800, 40, (7, 8, 9))
# The book tells its competitors in the description.
_RIVALS = MappingSection(opportunity=OpportunityFields(predictors={"Competitor": "Description"}))
_GOALS = (Goal("gap", "at most", 0.10), Goal("ece", "at most", 0.02), Goal("ece_segments", "at most", 0.04))
_BINS = 10
_MARGIN = 1e-6
# Outcomes of younger snapshots are known of quick deals only.
_SETTLED_DAYS = 182


def rows(quick: bool) -> list[Row]:
    """`gap`: how far the log loss is from the truth's (0) to the base rate's (1); `ece`, that of the worst segment."""
    deals, accounts, reps, seeds = _QUICK if quick else _FULL
    return [row for seed in seeds for row in _of_seed(BookSettings(accounts, deals, 12, reps, seed, DEALS_END), quick)]


def _of_seed(settings: BookSettings, quick: bool) -> list[Row]:
    world = make_world(settings)
    book = mirrored(each_table(world), Configuration(mapping=_RIVALS))
    begun = time.perf_counter()
    model = fit_deals(book, DEALS_TODAY)
    seconds = time.perf_counter() - begun
    scored = model.score(book, DEALS_TODAY, DEALS_QUARTER)
    scores = scored.scores.set_index("opportunity_id")
    truth = deals_truth(world).reindex(scores.index)
    segment = scores["segment"].to_numpy(dtype=object)
    won, at_once = truth["won"].to_numpy(), truth["this_quarter"].to_numpy()
    closed = book.opportunities["is_closed"]
    base = float(book.opportunities.loc[closed, "is_won"].mean())
    on = f"generated book {settings.seed}"
    methods = {
        "truth": won,
        "base rate": np.full(len(won), base),
        "stage rate": _rate(model.rates.stages["rate"], scores["stage"], base),
        "boosting": _boosting(book, scores.index),
    }
    found = [Row(on, name, _figures(won, chance, base, segment)) for name, chance in methods.items()]
    figures = _figures(won, scores["win_probability"].to_numpy(), base, segment) | {"fit_seconds": seconds}
    in_quarter = _figures(at_once, scores["quarter_probability"].to_numpy(), float(at_once.mean()), segment)
    goals = () if quick else _GOALS
    return [*found, Row(on, "ours", figures, goals), Row(on, "ours, won this quarter", in_quarter)]


def deals_truth(world: World) -> pd.DataFrame:
    """The true probabilities of the open deals, by opportunity id: won, this_quarter."""
    found = truth_of(world)
    ids = pd.Index(world.deal_ids.to_pylist())[found.deal]
    return pd.DataFrame({"won": found.won, "this_quarter": found.this_quarter}, index=ids)


def _rate(rates: pd.Series[float], stage: pd.Series[str], base: float) -> Floats:
    return np.asarray(rates.reindex(pd.Index(stage)).fillna(base).to_numpy(), dtype=np.float64)


def _boosting(book: Book, ids: pd.Index) -> Floats:
    """Gradient boosting on the same snapshots and features as ours."""
    then, settings = known_at(book, DEALS_TODAY), DealSettings()
    found = lessons(then, DEALS_TODAY, settings)
    numbers = [str(name) for name in found.features.select_dtypes("number").columns]
    categories = [str(name) for name in found.features.columns if name not in numbers]
    settled = found.rows["ended"].notna() & ((DEALS_TODAY - found.rows["as_of"]).dt.days >= _SETTLED_DAYS)
    known = found.features.assign(**{WON: found.rows["is_won"].astype("int64")})[settled].reset_index(drop=True)
    rows = snapshots(deal_states(then), pd.DatetimeIndex([DEALS_TODAY]))
    asked = deal_features(then, rows, settings, list(found.features.columns))
    chance = predicted(boosting, Deals(known, categories, numbers), Deals(asked, categories, numbers))
    return np.asarray(pd.Series(chance, index=pd.Index(rows["opportunity_id"])).reindex(ids), dtype=np.float64)


def _figures(truth: Floats, chance: Floats, base: float, segment: Floats) -> dict[str, float]:
    least, most = deals_loss(truth, truth), deals_loss(truth, np.full(len(truth), base))
    loss = deals_loss(truth, chance)
    return {
        "log_loss": loss,
        "brier": float((truth * (1.0 - chance) ** 2 + (1.0 - truth) * chance**2).mean()),
        "gap": (loss - least) / (most - least),
        "ece": _error(truth, chance),
        "ece_segments": max(_error(truth[segment == name], chance[segment == name]) for name in np.unique(segment)),
    }


def deals_loss(truth: Floats, chance: Floats) -> float:
    """The log loss that is expected of probabilities under the true ones."""
    inside = np.clip(chance, _MARGIN, 1.0 - _MARGIN)
    return float(-(truth * np.log(inside) + (1.0 - truth) * np.log1p(-inside)).mean())


def _error(truth: Floats, chance: Floats) -> float:
    parts = [part for part in np.array_split(np.argsort(chance, kind="stable"), _BINS) if len(part)]
    return float(sum(abs(truth[part].sum() - chance[part].sum()) for part in parts) / len(truth))
