"""When deals are won: weekly hazards of a win and of a loss from a snapshot on, competing with each other.

Two penalised logistic regressions on the weeks after snapshots (Fine and Gray's cause-specific hazards in discrete
time; Tutz and Schmid, Modeling Discrete Time-to-Event Data, 2016): the weeks since the snapshot, the weeks left in the
quarter, the quarter against the planned one, stage, segment, time in stage and how likely the deal is to be won.
Weeks after the as-of day are not counted, so an open deal says only that it was open so long.

The hazards give the shape of the wins in time; how many there are says `scoring.deals.chances`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.days import Floats
from scoring.win_probability.design import Column, learn_column
from scoring.win_probability.penalised import PenalisedFit, fit_penalised
from scoring.win_probability.values import read

# Weeks ahead that are told apart; what is not won by then is not won.
WEEKS = 104
# Weeks in a stage, and win probabilities, from which deals are told apart.
AGE_EDGES = np.array([2.0, 4.0, 8.0, 16.0, 32.0])
CHANCE_EDGES = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
DUE = {"this quarter": 0, "next quarter": 1, "in two quarters": 2, "later": 3}
TERMS = ("ahead", "stage", "kind", "early", "calendar", "age", "chance")
# Rows of the fit; weeks in which nothing happened are thinned out and weigh as much more.
MOST_ROWS = 120_000
GROUP = ("stage", "segment", "due", "weeks_left", "age", "chance")


@dataclass(frozen=True)
class Hazards:
    """Weekly hazards of the win and of the loss.

    Attributes:
        columns: the terms' levels.
        won, lost: log-odds of the hazard.
        weeks: deal weeks looked at.
    """

    columns: tuple[Column, ...]
    won: PenalisedFit
    lost: PenalisedFit
    weeks: int


@dataclass(frozen=True)
class Curves:
    """The wins of deals in time, given that they are won.

    Attributes:
        of_deal: row of `shares` of each deal.
        shares: 0..1, share of the wins by the end of week 0, 1, 2, ...; shape (groups, WEEKS + 1).
    """

    of_deal: NDArray[np.intp]
    shares: Floats

    def within(self, days: Floats) -> Floats:
        """The share of each deal's wins within numbers of days; shape (deals, days)."""
        weeks = np.clip(days / 7.0, 0.0, WEEKS)
        low = np.minimum(np.floor(weeks).astype(np.int64), WEEKS - 1)
        part = weeks - low
        shares = self.shares[:, low] * (1.0 - part) + self.shares[:, low + 1] * part
        return np.asarray(shares[self.of_deal])

    def days_until(self, share: float) -> Floats:
        """Days until this share of the wins; shape (deals,)."""
        after = np.argmax(self.shares >= share - 1e-12, axis=1).clip(1)
        rows = np.arange(len(self.shares))
        before, then = self.shares[rows, after - 1], self.shares[rows, after]
        part = np.clip((share - before) / np.where(then > before, then - before, 1.0), 0.0, 1.0)
        return np.asarray((7.0 * (after - 1 + part))[self.of_deal])


def fit_hazards(features: pd.DataFrame, chance: Floats, weeks: Floats, won: Floats, closed: Floats) -> Hazards:
    """Learn from snapshots.

    Args:
        features: see `deal_features`.
        chance: 0..1, probability given to each.
        weeks: whole weeks, at least 1, in which each was followed: until its closing or the as-of day.
        won: 1 where the last of these weeks ended with the win.
        closed: 1 where it ended with the win or the loss.
    """
    groups = _groups(features, chance)
    followed = np.minimum(weeks, WEEKS).astype(np.int64)
    row = np.repeat(np.arange(len(groups)), followed)
    ahead = np.arange(len(row)) - np.repeat(np.cumsum(followed) - followed, followed) + 1
    last = (ahead == weeks[row]) & (closed[row] > 0)
    every = max(int(np.ceil((~last).sum() / MOST_ROWS)), 1)
    kept = last | (np.cumsum(~last) % every == 0)
    row, ahead, last = row[kept], ahead[kept], last[kept]
    table = _terms(groups.iloc[row].reset_index(drop=True), ahead)
    columns = tuple(learn_column(read(table, name)) for name in TERMS)
    levels = [column.levels(read(table, column.name, column.kind)) for column in columns]
    # Snapshots of a deal follow each other: their weeks overlap.
    weights = np.where(last, 1.0, float(every)) * 0.2
    terms = [column.term for column in columns]
    is_won = (last & (won[row] > 0)).astype(np.float64)
    is_lost = (last & (won[row] == 0)).astype(np.float64)
    return Hazards(
        columns,
        fit_penalised(terms, levels, is_won, weights),
        fit_penalised(terms, levels, is_lost, weights),
        int(followed.sum()),
    )


def curves(hazards: Hazards, features: pd.DataFrame, chance: Floats) -> Curves:
    """The wins of deals in time; deals alike in what the hazards know share a curve."""
    groups = _groups(features, chance)
    distinct = groups.drop_duplicates(list(GROUP), ignore_index=True)
    of_deal = pd.MultiIndex.from_frame(distinct).get_indexer(pd.MultiIndex.from_frame(groups))
    row = np.repeat(np.arange(len(distinct)), WEEKS)
    table = _terms(distinct.iloc[row].reset_index(drop=True), np.tile(np.arange(1, WEEKS + 1), len(distinct)))
    levels = [column.levels(read(table, column.name, column.kind)) for column in hazards.columns]
    odds = [fit.log_odds(levels, len(row)).reshape(-1, WEEKS) for fit in (hazards.won, hazards.lost)]
    win, loss = (1.0 / (1.0 + np.exp(-each)) for each in odds)
    stays = np.cumprod(np.clip(1.0 - win - loss, 0.0, 1.0), axis=1)
    at_risk = np.hstack([np.ones((len(distinct), 1)), stays[:, :-1]])
    total = np.cumsum(at_risk * win, axis=1)
    shares = np.hstack([np.zeros((len(distinct), 1)), total / np.maximum(total[:, -1:], 1e-300)])
    return Curves(of_deal.astype(np.intp), shares)


def _groups(features: pd.DataFrame, chance: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "stage": features["stage"],
            "segment": features["segment"],
            "due": features["due"].map(DUE).fillna(-1).astype("int64"),
            "weeks_left": features["weeks_left"].astype("int64"),
            "age": np.searchsorted(AGE_EDGES, features["age_days"] / 7.0, side="right"),
            "chance": np.searchsorted(CHANCE_EDGES, chance, side="right"),
        }
    )


def _terms(groups: pd.DataFrame, ahead: NDArray[np.int64]) -> pd.DataFrame:
    """What the hazard of a week depends on."""
    left = groups["weeks_left"].to_numpy()
    beyond = ahead - left - 2
    quarter = np.where(beyond < 0, 0, 1 + beyond // 13)
    left_then = np.where(beyond < 0, left + 1 - ahead, 12 - beyond % 13)
    due = groups["due"].to_numpy()
    against = np.where(due < 0, "?", np.clip(quarter - due, -2, 2).astype("str"))
    period = np.searchsorted(np.array([1, 2, 3, 4, 6]), left_then, side="right").astype("str")
    early = np.searchsorted(np.array([2, 4, 8, 13, 26]), ahead, side="right").astype("str")
    return pd.DataFrame(
        {
            "ahead": np.log(ahead),
            "stage": groups["stage"],
            "kind": groups["stage"] + " / " + groups["segment"],
            "early": groups["stage"] + " / " + _texts(early),
            "calendar": _texts(against) + " / " + _texts(period),
            # Time in the stage and the chance wear off with the weeks.
            "age": groups["age"].astype("str") + " / " + _texts(np.where(ahead <= 8, "soon", "later")),
            "chance": groups["chance"].astype("str") + " / " + _texts(np.where(ahead <= 13, "soon", "later")),
        }
    )


def _texts(words: NDArray[np.str_]) -> "pd.Series[str]":
    return pd.Series(words, dtype="str")
