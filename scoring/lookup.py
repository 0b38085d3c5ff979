"""Values by key."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.extensions import take


def places(keys: "pd.Series[str] | pd.Index", known: "pd.Series[str] | pd.Index") -> npt.NDArray[np.int64]:
    """Where each key is in `known`, -1 for one that is missing or not there.

    `Index.get_indexer` makes a Python object of each text first: this is several times faster.

    Args:
        keys: texts, which may be missing.
        known: texts; of one that comes twice the first place counts.

    Returns:
        One position for each key.
    """
    found = pc.index_in(_texts(keys), value_set=_texts(known), skip_nulls=True)
    return found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def _texts(values: "pd.Series[str] | pd.Index") -> pa.LargeStringArray:
    texts: Any = pa.array(values, pa.large_string(), from_pandas=True)
    return cast(pa.LargeStringArray, texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts)


def looked_up(keys: "pd.Series[str]", values: pd.Series) -> pd.Series:
    """The value of each key, missing for a key without one.

    Unlike `Series.map` the result has the dtype of `values` when there are no keys.

    Args:
        keys: keys, which may be missing.
        values: indexed by key, each key once.

    Returns:
        Aligned with `keys`.
    """
    if not isinstance(values.index.dtype, pd.StringDtype):
        return values.reindex(pd.Index(keys)).set_axis(keys.index)
    found = take(values.array, places(keys, values.index), allow_fill=True)
    return pd.Series(found, index=keys.index, name=values.name)


def keyed(table: pd.DataFrame, key: str, column: str) -> pd.Series:
    """A column by another one; `set_index` would take all the others along.

    Args:
        table: any.
        key: column of the keys, which becomes the index.
        column: column of the values.
    """
    return pd.Series(table[column].array, index=pd.Index(table[key]), name=column)


def among(keys: "pd.Series[str]", values: "pd.Series[str]") -> "pd.Series[bool]":
    """Whether each key is one of many values.

    `Series.isin` goes through its values one by one: it is for few of them.

    Args:
        keys: keys; a missing one is not among the values.
        values: any number of them, each as often as it likes.

    Returns:
        Aligned with `keys`.
    """
    return pd.Series(places(keys, values) >= 0, index=keys.index, dtype="bool")


def codes(names: "pd.Series[str]", known: pd.Index) -> npt.NDArray[np.int64]:
    """Positions of names in `known`, one after the last where a name is missing or not among them."""
    found = places(names, known)
    return np.where(found < 0, len(known), found)
