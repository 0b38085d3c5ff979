"""One order for all actions."""

import numpy as np
import pandas as pd

from scoring.actions.deal_words import WORDS
from scoring.actions.settings import ActionSettings
from scoring.actions.tables import ACTIONS, PRIORITIES
from scoring.lookup import keyed, looked_up

_KINDS = pd.Series(range(len(WORDS)), index=pd.Index(list(WORDS), dtype="str"))
_LEVELS = pd.Series(range(len(PRIORITIES)), index=pd.Index(PRIORITIES, dtype="str"))


def ranked(
    proposals: pd.DataFrame, projection: pd.DataFrame, as_of: pd.Timestamp, settings: ActionSettings
) -> pd.DataFrame:
    """Give each proposal its priority, its due date and its place.

    Who proposes may set the priority; else it is High where the impact is at least `high_share` of the owner's gap,
    and Medium otherwise. `order` rests on nothing else, so that a change of one action moves no other:
    100,000 per priority + 100 per step of impact (a factor of about 1.02 in money) + the place of its kind.

    Args:
        proposals: `PROPOSALS`.
        projection: `PROJECTION`; the gaps of reps are read.
        as_of: a day.
        settings: `high_share`, `due_days`.

    Returns:
        `ACTIONS`, ordered by `order` and key, with `rank` counted within each owner.
    """
    of_rep = keyed(projection[(projection["scope"] == "Rep") & (projection["segment"] == "All")], "scope_id", "gap")
    gap = looked_up(proposals["owner_id"], of_rep)
    worth_much = (proposals["impact"] > 0) & (gap > 0) & (proposals["impact"] >= settings.high_share * gap)
    by_impact = pd.Series(np.where(worth_much, "High", "Medium"), index=proposals.index)
    priority = proposals["priority"].fillna(by_impact)
    level = looked_up(priority, _LEVELS)
    days = pd.to_timedelta(np.array(settings.due_days)[level], unit="D")
    steps = (110 * np.log10(1 + proposals["impact"].fillna(0.0))).round().clip(upper=999.0)
    kind = looked_up(proposals["kind"], _KINDS).fillna(len(_KINDS))
    order = 100_000 * level + 100 * (999 - steps) + kind
    rows = proposals.assign(
        priority=priority,
        due=proposals["due"].fillna(pd.Series((as_of.normalize() + days).as_unit("us"), index=proposals.index)),
        order=order.astype("int64"),
    )
    return numbered(rows)


def numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """`ACTIONS` in their order, with the rank of each within its owner."""
    rows = rows.sort_values(["order", "key"], ignore_index=True)
    return ACTIONS.conform(rows.assign(rank=rows.groupby(rows["owner_id"].fillna("")).cumcount() + 1))
