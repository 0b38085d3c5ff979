"""Values by key."""

import pandas as pd


def looked_up(keys: "pd.Series[str]", values: pd.Series) -> pd.Series:
    """The value of each key, missing for a key without one.

    Unlike `Series.map` the result has the dtype of `values` when there are no keys.

    Args:
        keys: keys, which may be missing.
        values: indexed by key, each key once.

    Returns:
        Aligned with `keys`.
    """
    return values.reindex(pd.Index(keys)).set_axis(keys.index)
