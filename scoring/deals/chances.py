"""The probability to be won at all: penalised logistic regression on the features, learned from snapshots.

Every term is shrunk by as much as the data ask for (`scoring.win_probability.penalised`): curves over ages and amounts,
values of stages, segments, pillars and reps, and deviations of the segments from a common curve.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import block_diag
from scipy.special import expit

from scoring.days import Floats
from scoring.deals.learning import WAITED_DAYS, Lessons
from scoring.win_probability.design import Column, learn_column
from scoring.win_probability.penalised import Levels, PenalisedFit, Term, fit_penalised
from scoring.win_probability.values import read

# Times that the chances of the open deals are put in place of their outcomes.
ROUNDS = 1
# Outcomes of the last half year are known of quick deals only.
SETTLED_DAYS = 182

# Feature -> factor, whether the segments may differ, and the step to which a number is rounded.
PARTS: Mapping[str, tuple[str, bool, float]] = {
    "kind": ("Stage", False, 0.0),
    "stage": ("Stage", False, 0.0),
    "segment": ("Segment", False, 0.0),
    "age_days": ("Time in stage", True, 7.0),
    "deal_days": ("Age of the deal", True, 28.0),
    "pushes": ("Close date", False, 1.0),
    "slipped": ("Close date", True, 1.0),
    "due": ("Close date", True, 0.0),
    "weeks_left": ("Season", True, 1.0),
    "month": ("Season", False, 0.0),
    "size": ("Amount", True, 0.0),
    "resized": ("Amount", False, 0.05),
    "pillar": ("Pillar", True, 0.0),
    "owner": ("Rep", False, 0.0),
    "contacts": ("Contacts", False, 1.0),
    "lines": ("Lines", False, 1.0),
    "activities": ("Activity", False, 1.0),
    "demo": ("Demo", True, 0.0),
    "usage": ("Usage", True, 0.05),
}
# Deals needed before segments may differ in more than their level.
SEGMENT_DEALS = 1_500
# Longest ages told apart; a deal twice as old is not believed to be half as likely.
MOST_DAYS = 364.0
# Sizes are told apart by steps of a quarter of a doubling.
SIZE_STEPS = 4.0


@dataclass(frozen=True)
class Crossed:
    """A term over a feature, alone or with deviations of each segment.

    Attributes:
        factor: the factor it counts to.
        column: the feature's levels and basis.
        segments: names, empty where segments do not differ.
        term: the basis over segment x level.
    """

    factor: str
    column: Column
    segments: pd.Index
    term: Term

    def levels(self, features: pd.DataFrame) -> Levels:
        """The level of each row."""
        level = self.column.levels(read(features, self.column.name, self.column.kind))
        if not len(self.segments):
            return level
        segment = self.segments.get_indexer(pd.Index(features["segment"]))
        return np.asarray(np.where(segment < 0, len(self.segments), segment) * self._width + level, dtype=np.int32)

    @property
    def _width(self) -> int:
        return len(self.column.term.basis)


@dataclass(frozen=True)
class Chances:
    """Fitted log-odds of being won.

    Attributes:
        parts: the terms.
        fit: their tables.
        means: of each term's values over the rows learned from.
        rows, deals: learned from.
    """

    parts: tuple[Crossed, ...]
    fit: PenalisedFit
    means: Floats
    rows: int
    deals: int

    @property
    def names(self) -> list[str]:
        """The features asked for."""
        return [part.column.name for part in self.parts]

    @property
    def constant(self) -> float:
        """The log-odds of a deal whose every factor is average."""
        return float(self.fit.intercept + self.means.sum())

    def factors(self, features: pd.DataFrame) -> pd.DataFrame:
        """What each factor adds to the log-odds; with `constant` they are the log-odds."""
        rounded = _rounded(features)
        names = list(dict.fromkeys(part.factor for part in self.parts))
        table = {name: np.zeros(len(features)) for name in names}
        for part, values, mean in zip(self.parts, self.fit.tables, self.means, strict=True):
            table[part.factor] += values[part.levels(rounded)] - mean
        return pd.DataFrame(table, index=features.index)

    def log_odds(self, features: pd.DataFrame) -> Floats:
        """Shape (rows,)."""
        return np.asarray(self.constant + self.factors(features).sum(axis=1).to_numpy(), dtype=np.float64)


def fit_chances(known: Lessons, today: pd.Timestamp) -> Chances:
    """Learn from what is known on a day.

    Of a deal that is open still nobody knows the outcome. Leaving it out would favour what closes quickly, so it counts
    with the probability of its present state, which a first fit on older snapshots gives: a share of a win.

    Args:
        known: result of `Lessons.until(today)`; needs won and lost deals.
        today: the day; its own snapshots are those of the deals open now.
    """
    rows = known.rows
    features = _rounded(known.features)
    settled = rows["ended"].notna()
    age = (today - rows["as_of"]).dt.days
    forgotten = ~settled & (age >= WAITED_DAYS)
    won = rows["is_won"].to_numpy(dtype=np.float64)
    many = rows["opportunity_id"].nunique() >= SEGMENT_DEALS
    parts = tuple(_learn(features, name, many) for name in features.columns if name in PARTS or _free(name))
    levels = [part.levels(features) for part in parts]
    first = ((settled & (age >= SETTLED_DAYS)) | forgotten).to_numpy()
    if len(np.unique(won[first])) < 2:
        first = (settled | forgotten).to_numpy()
    fit = _fit(parts, [level[first] for level in levels], won[first], rows[first])
    present = (rows["as_of"] == today).to_numpy()
    pending = ~(settled | forgotten).to_numpy()
    now = pd.Index(rows.loc[present, "opportunity_id"])
    place = now.get_indexer(pd.Index(rows["opportunity_id"]))
    usable = ~present & ~(pending & (place < 0))
    for _ in range(ROUNDS):
        chance = np.append(expit(fit.log_odds([level[present] for level in levels], len(now))), np.nan)
        won = np.where(pending, chance[place], won)
        fit = _fit(parts, [level[usable] for level in levels], won[usable], rows[usable], fit.penalties)
    means = np.array([table[level[usable]].mean() for table, level in zip(fit.tables, levels, strict=True)])
    return Chances(parts, fit, means, int(usable.sum()), int(rows.loc[usable, "opportunity_id"].nunique()))


def _fit(
    parts: tuple[Crossed, ...],
    levels: list[Levels],
    won: Floats,
    rows: pd.DataFrame,
    penalties: Floats | None = None,
) -> PenalisedFit:
    # The snapshots of a deal are no independent witnesses: together they count as one deal.
    weight = rows["opportunity_id"].nunique() / len(rows)
    weights = np.full(len(rows), weight)
    return fit_penalised([part.term for part in parts], levels, won, weights, penalties=penalties)


def _free(name: str) -> bool:
    return name.startswith(("role ", "field "))


def _learn(features: pd.DataFrame, name: str, many: bool) -> Crossed:
    factor, differs, _ = PARTS.get(name, (_factor(name), name.startswith("field "), 0.0))
    values = read(features, name)
    column = learn_column(values)
    level = column.levels(values)
    if not (differs and many):
        term = _without_missing(column, level)
        return Crossed(factor, column, pd.Index([], dtype="str"), term)
    segments = pd.Index(np.sort(features["segment"].unique()))
    segment = segments.get_indexer(pd.Index(features["segment"]))
    common = _without_missing(column, level)
    own = [_without_missing(column, level[segment == number]) for number in range(len(segments))]
    own.append(Term(np.zeros_like(common.basis), common.blocks))
    basis = np.hstack([np.tile(common.basis, (len(own), 1)), block_diag(*(term.basis for term in own))])
    return Crossed(factor, column, segments, Term(basis, common.blocks * (len(own) + 1)))


def _without_missing(column: Column, level: Levels) -> Term:
    """The column's basis with no effect of a missing value, and with a mean of 0 over the rows that have one.

    Fields are filled in as deals go well, some of them afterwards: that one is empty would tell how the deal ended.
    """
    basis, blocks = column.term.basis.copy(), column.term.blocks
    if column.kind != "category" and len(blocks) > 1:
        # The last column of a number's basis is that of the missing value.
        basis, blocks = basis[:, :-1], blocks[:-1]
    counts = np.bincount(level, minlength=len(basis)).astype(np.float64)
    counts[column.known] = 0.0
    basis = basis - counts @ basis / max(counts.sum(), 1.0)
    basis[column.known] = 0.0
    return Term(basis, blocks)


def _factor(name: str) -> str:
    return "Contacts" if name.startswith("role ") else name.removeprefix("field ")


def _rounded(features: pd.DataFrame) -> pd.DataFrame:
    """Features with few distinct values: identical rows cost nothing, and an age does not change a score every day."""
    columns = {}
    for name in features.columns:
        values = features[name]
        step = PARTS.get(name, ("", False, 0.0))[2]
        if name == "size":
            values = (np.log2(values) * SIZE_STEPS).round() / SIZE_STEPS
        elif name in ("age_days", "deal_days"):
            values = np.log1p(np.floor(values.clip(upper=MOST_DAYS) / step))
        elif step:
            values = (values / step).round() * step
        columns[name] = values
    return pd.DataFrame(columns, index=features.index)
