"""Values by key."""

import numpy as np
import numpy.typing as npt
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


def among(keys: "pd.Series[str]", values: "pd.Series[str]") -> "pd.Series[bool]":
    """Whether each key is one of many values.

    `Series.isin` goes through its values one by one: it is for few of them.

    Args:
        keys: keys; a missing one is not among the values.
        values: any number of them, each as often as it likes.

    Returns:
        Aligned with `keys`.
    """
    found = pd.Index(values.dropna().unique()).get_indexer(pd.Index(keys)) >= 0
    return pd.Series(found, index=keys.index, dtype="bool")


def codes(names: "pd.Series[str]", known: pd.Index) -> npt.NDArray[np.int64]:
    """Positions of names in `known`, one after the last where a name is missing or not among them."""
    found = known.get_indexer(pd.Index(names))
    return np.where(found < 0, len(known), found).astype(np.int64)
