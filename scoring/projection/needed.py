"""How many open deals ask for something to be done, in each row of the projection."""

import numpy as np
import pandas as pd

from scoring.lookup import among
from scoring.projection.project import QuarterProjection
from scoring.results import DEALS_IN_NEED


def deals_in_need(projection: QuarterProjection, opportunity_id: "pd.Series[str]") -> pd.DataFrame:
    """Count deals by scope and segment, and by pillar.

    Args:
        projection: result of `prepare`.
        opportunity_id: deals that actions are about; missing ones, closed and unknown deals and repeats do not count.

    Returns:
        `DEALS_IN_NEED`, rows with at least one deal.
    """
    deals = projection.line.deals
    deal = np.flatnonzero(among(deals["opportunity_id"], opportunity_id) & ~deals["is_closed"])
    one = np.ones((len(deal), 1))
    parts = [
        projection.cell_rows.assign(deals=projection.spread(deal, one)[:, 0]),
        projection.pillar_rows.assign(deals=projection.spread_over_pillars(deal, one, power=0)[:, 0]),
    ]
    rows = pd.concat(parts, ignore_index=True)
    return DEALS_IN_NEED.conform(rows[rows["deals"] > 0])
