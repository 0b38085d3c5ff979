"""Numbers in words, whole columns at once."""

import numpy as np
import pandas as pd


def whole(values: "pd.Series[float]") -> "pd.Series[str]":
    """Numbers rounded to whole ones, with a comma between thousands; '' where missing."""
    codes, distinct = pd.factorize(values.astype("float64").round())
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
    return texts.where(texts.str.len() <= length, texts.str.slice(0, length - 1) + "…")
