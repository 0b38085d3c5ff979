"""Deals in parts: a deal with lines of several pillars counts in each by its lines."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.lookup import codes
from scoring.projection.odds import Codes
from scoring.projection.timeline import Timeline


@dataclass(frozen=True)
class Parts:
    """One row per deal and pillar: position of the deal, code of the pillar, share of the deal (0..1, adding to 1)."""

    deal: Codes
    pillar: Codes
    share: Floats


def deal_parts(line: Timeline, lines: pd.DataFrame, pillars: pd.Index) -> Parts:
    """Split every deal by the price of its lines; one without priced lines is all of its own pillar.

    Args:
        line: the deals.
        lines: LINES; ARR, else price, tells a line's weight; what is not positive has none.
        pillars: their names.
    """
    deal = pd.Index(line.deals["opportunity_id"]).get_indexer(pd.Index(lines["opportunity_id"]))
    weight = lines["arr"].fillna(lines["total_price"]).fillna(0.0).to_numpy(dtype="float64")
    used = (deal >= 0) & (weight > 0)
    places = len(pillars) + 1
    cell = deal[used] * places + codes(lines["pillar"], pillars)[used]
    cells, place = np.unique(cell, return_inverse=True)
    # Sorted weights are added alike whatever the order of the lines.
    order = np.lexsort([weight[used], place])
    price = np.bincount(place[order], weight[used][order], len(cells)).astype(np.float64)
    split, pillar = cells // places, cells % places
    total = np.bincount(split, price, len(line.deals))
    bare = np.flatnonzero(total == 0)
    return Parts(
        np.concatenate([split, bare]),
        np.concatenate([pillar, codes(line.deals["pillar"], pillars)[bare]]),
        np.concatenate([price / total[split], np.ones(len(bare))]),
    )
