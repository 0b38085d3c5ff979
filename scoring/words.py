"""Numbers in words, whole columns at once."""

import numpy as np
import pandas as pd


def whole(values: "pd.Series[float]") -> "pd.Series[str]":
    """Numbers rounded to whole ones, with a comma between thousands; '' where missing."""
    # Adding 0 makes -0 a plain 0: what is less than half a point below it, too, is read as 0.
    codes, distinct = pd.factorize(values.astype("float64").round() + 0.0)
    words = np.array([f"{number:,.0f}" for number in distinct], dtype=object)
    return pd.Series(np.append(words, "")[codes], index=values.index, dtype="str")


def percent(rates: "pd.Series[float]") -> "pd.Series[str]":
    """Rates of 0..1 as `43 %`."""
    return whole(100.0 * rates) + " %"


def counted(values: "pd.Series[float]", noun: str) -> "pd.Series[str]":
    """`1 case`, `3 cases`: numbers with their noun, which takes an s in the plural."""
    one = values.astype("float64").round() == 1
    return whole(values) + " " + pd.Series(np.where(one, noun, f"{noun}s"), index=values.index, dtype="str")


def shortened(texts: "pd.Series[str]", length: int) -> "pd.Series[str]":
    """Texts of at most `length` characters; a longer one ends in an ellipsis."""
    fits = ~(texts.str.len() > length)
    return texts if fits.all() else texts.where(fits, texts.str.slice(0, length - 1) + "…")


def joined(flags: pd.DataFrame) -> "pd.Series[str]":
    """The names of the columns that are true in each row, joined by `;`. Joins each distinct combination once."""
    weights = 2 ** np.arange(flags.shape[1], dtype="int64")
    codes, distinct = np.unique(flags.to_numpy(dtype="int64") @ weights, return_inverse=True)
    words = [";".join(name for name, bit in zip(flags.columns, weights, strict=True) if code & bit) for code in codes]
    return pd.Series(np.array([*words, ""], dtype=object)[distinct], index=flags.index, dtype="str")
