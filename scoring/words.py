"""Numbers in words, whole columns at once."""

from collections.abc import Callable

import numpy as np
import pandas as pd


def whole(values: "pd.Series[float]") -> "pd.Series[str]":
    """Numbers rounded to whole ones, with a comma between thousands; '' where missing."""
    return _worded(values, lambda number: f"{number:,.0f}", "")


def percent(rates: "pd.Series[float]") -> "pd.Series[str]":
    """Rates of 0..1 as `43 %`."""
    return _worded(100.0 * rates, lambda number: f"{number:,.0f} %", " %")


def counted(values: "pd.Series[float]", noun: str) -> "pd.Series[str]":
    """`1 case`, `3 cases`: numbers with their noun, which takes an s in the plural."""
    return _worded(values, lambda number: f"{number:,.0f} {noun if number == 1 else f'{noun}s'}", f" {noun}s")


def _worded(values: "pd.Series[float]", word: Callable[[float], str], missing: str) -> "pd.Series[str]":
    """Words for whole numbers; makes each distinct one once."""
    # Adding 0 makes -0 a plain 0: what is less than half a point below it, too, is read as 0.
    codes, distinct = pd.factorize(values.to_numpy(dtype=np.float64, na_value=np.nan).round() + 0.0)
    words = np.array([*(word(float(number)) for number in distinct), missing], dtype=object)
    return pd.Series(words[codes], index=values.index, dtype="str")


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
