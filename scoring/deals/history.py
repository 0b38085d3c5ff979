"""A deal's win probability in past weeks, and what moved it since, factor by factor.

The past is looked at with today's model: what was known then, judged as one would judge it now. So only what happened
to the deal shows, and no refitting of the model.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from scoring.as_of import known_at
from scoring.book import Book, validate
from scoring.days import Floats
from scoring.deal_states import deal_states
from scoring.deals.change_words import change_texts
from scoring.deals.explanation import OTHER, SMALL
from scoring.deals.features import deal_features
from scoring.deals.model import DealModel, part_of
from scoring.deals.path import past_stages
from scoring.deals.proof import BASE_RATE
from scoring.deals.win_prediction import predict_wins
from scoring.results import DEAL_CHANGES, DEAL_HISTORY
from scoring.snapshots import snapshots
from scoring.words import counted

WEEKS = 12
# Changes are told over so many days.
SPANS = (7, 30)
# Deals looked at in one go: what a deal takes does not grow with their number.
AT_ONCE = 50_000


@dataclass(frozen=True)
class DealHistory:
    """Past probabilities of the open deals.

    Attributes:
        as_of: the day looked back from.
        weeks: `DEAL_HISTORY`, by deal and day.
        changes: `DEAL_CHANGES`, by deal, span and size.
        path: `DEAL_PATH`, by deal and time.
    """

    as_of: pd.Timestamp
    weeks: pd.DataFrame
    changes: pd.DataFrame
    path: pd.DataFrame


def deal_history(model: DealModel, book: Book, as_of: pd.Timestamp, only: Collection[str] | None = None) -> DealHistory:
    """Look back at the deals that are open at the end of the day `as_of`.

    Args:
        model: what was learned until that day.
        book: as for `DealModel.score`.
        as_of: a day.
        only: ids of the deals to look at; all open ones when not given.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    known = known_at(part_of(validate(book), only), as_of)
    deals = known.opportunities[~known.opportunities["is_closed"]].sort_values("opportunity_id", ignore_index=True)
    today = as_of.normalize()
    parts = [
        _part(model, known, deals.iloc[first : first + AT_ONCE].reset_index(drop=True), today)
        for first in range(0, len(deals), AT_ONCE)
    ]
    return DealHistory(
        today,
        DEAL_HISTORY.conform(pd.concat([DEAL_HISTORY.empty(), *(weeks for weeks, _ in parts)], ignore_index=True)),
        DEAL_CHANGES.conform(pd.concat([DEAL_CHANGES.empty(), *(changes for _, changes in parts)], ignore_index=True)),
        past_stages(known, deals, model.stages),
    )


@dataclass(frozen=True)
class _Past:
    """Deals on days: rows (`SNAPSHOTS`), their features, the probability and what each factor adds to it.

    The parts of `added` are log-odds where `is_log_odds`, else probability; all the same but for a constant.
    """

    rows: pd.DataFrame
    features: pd.DataFrame
    probability: Floats
    added: pd.DataFrame
    is_log_odds: bool


def _part(model: DealModel, known: Book, deals: pd.DataFrame, today: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Weeks and changes of some deals."""
    ago = sorted({0, *SPANS, *(7 * week for week in range(1, WEEKS + 1))}, reverse=True)
    days = pd.DatetimeIndex([today - pd.Timedelta(days=back) for back in ago])
    past = _looked_up(model, replace(part_of(known, deals["opportunity_id"]), opportunities=deals), days)
    weekly = ((today - past.rows["as_of"]).dt.days % 7 == 0).to_numpy()
    weeks = past.rows[["opportunity_id"]].assign(day=past.rows["as_of"], win_probability=past.probability)
    changes = [_changes(past, today, span) for span in SPANS]
    return weeks[weekly], pd.concat(changes, ignore_index=True)


def _looked_up(model: DealModel, known: Book, days: pd.DatetimeIndex) -> _Past:
    rows = snapshots(deal_states(known), days)
    if model.chances is not None:
        calibration = model.verdict.calibration
        features = deal_features(known, rows, model.settings, model.chances.names)
        added = model.chances.factors(features) * calibration.slope
        start = float(calibration(np.array([model.chances.constant]))[0])
        return _Past(rows, features, expit(start + added.sum(axis=1).to_numpy()), added, is_log_odds=True)
    features = deal_features(known, rows, model.settings, [])
    rates = model.rates
    wins = predict_wins(rates, features, pd.Series(False, index=features.index), model.settings)
    steps = {
        "Stage": wins["after_stage"],
        "Segment": wins["after_segment"] - wins["after_stage"],
        "Time in stage": wins["probability"] - wins["after_segment"],
    }
    if model.verdict.method == BASE_RATE:
        steps = {"Stage": pd.Series(rates.base_rate, index=features.index)}
    added = pd.DataFrame(steps)
    return _Past(rows, features, added.sum(axis=1).to_numpy(dtype="float64"), added, is_log_odds=False)


def _changes(past: _Past, today: pd.Timestamp, span: int) -> pd.DataFrame:
    """`DEAL_CHANGES` over some days, of the deals that were there.

    A factor's share of the change of the log-odds is its share of the change of the probability: points on the
    straight line between the two days, which is the tangent where they are the same.
    """
    now = np.flatnonzero(past.rows["as_of"] == today)
    then = np.flatnonzero(past.rows["as_of"] == today - pd.Timedelta(days=span))
    ids = pd.Index(past.rows["opportunity_id"])
    now = now[ids[now].get_indexer(ids[then])]
    moved = pd.DataFrame(past.added.to_numpy()[now] - past.added.to_numpy()[then], columns=past.added.columns)
    before, after = past.probability[then], past.probability[now]
    if past.is_log_odds:
        total = moved.sum(axis=1).to_numpy()
        apart = np.abs(total) > 1e-9
        slope = np.where(apart, (after - before) / np.where(apart, total, 1.0), before * (1.0 - before))
        moved = moved.mul(slope, axis=0)
    points = 100.0 * moved
    small = points.abs() < SMALL
    old, new = (_taken(past, at) for at in (then, now))
    table = pd.DataFrame({"opportunity_id": ids[then], "days": span, "before": before})
    parts = [
        table[told].assign(label=name, points=points.loc[told, name], text=change_texts(str(name), told, old, new))
        for name in points.columns
        if (told := ~small[name]).any()
    ]
    rest = points.where(small, 0.0).sum(axis=1)
    count = (small & (points != 0.0)).sum(axis=1).astype("float64")
    some = count > 0
    words = counted(count[some], "smaller change") + " together"
    # A deal that did not move has a row too: that nothing moved it is an answer.
    still = table[~some & small.all(axis=1)].assign(label=OTHER, points=0.0, text="Nothing moved it")
    every = pd.concat([*parts, table[some].assign(label=OTHER, points=rest[some], text=words), still])
    every["size"] = -every["points"].abs()
    return every.sort_values(["opportunity_id", "size", "label"], kind="stable")


def _taken(past: _Past, at: npt.NDArray[np.intp]) -> tuple[pd.DataFrame, pd.DataFrame]:
    return past.rows.iloc[at].reset_index(drop=True), past.features.iloc[at].reset_index(drop=True)
