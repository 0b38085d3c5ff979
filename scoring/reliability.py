"""Whether of the deals given 30 % about 30 % were won."""

import numpy as np
import pandas as pd

BINS = 10


def reliability(chances: pd.DataFrame) -> pd.DataFrame:
    """Of the deals given about so much, how many were won.

    Args:
        chances: probability (0..1), won (flag); one row per deal.

    Returns:
        One row per tenth of the probability scale that has deals: given (mean), won (share), deals.
    """
    tenth = np.minimum((chances["probability"] * BINS).astype("int64"), BINS - 1)
    groups = chances.assign(won=chances["won"].astype("float64")).groupby(tenth, sort=True)
    return pd.DataFrame({"given": groups["probability"].mean(), "won": groups["won"].mean(), "deals": groups.size()})
