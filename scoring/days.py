"""Calendar days: differences, and dates in words."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


def days_between(later: "pd.Series[pd.Timestamp]", earlier: "pd.Series[pd.Timestamp]") -> "pd.Series[float]":
    """Calendar days from `earlier` to `later`, NaN where either is missing."""
    return (later.dt.normalize() - earlier.dt.normalize()).dt.days.astype("float64")


def days_until(day: pd.Timestamp, earlier: "pd.Series[pd.Timestamp]") -> "pd.Series[float]":
    """Calendar days from each of `earlier` to `day`, NaN where it is missing."""
    return (day.normalize() - earlier.dt.normalize()).dt.days.astype("float64")


def plus_days(start: "pd.Series[pd.Timestamp]", days: "pd.Series[float]") -> "pd.Series[pd.Timestamp]":
    """The day `days` after `start`, missing where either is. Capped at 100 years, beyond which a date says nothing."""
    offset = pd.to_timedelta(days.clip(upper=36_500.0), unit="D").astype("timedelta64[us]")
    return (start.dt.normalize() + offset).dt.normalize()


def date_text(days: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    """Days as `2026-10-12`, '' where missing. Formats each distinct day once."""
    codes, distinct = pd.factorize(days.dt.normalize())
    words = pd.Series(distinct).dt.strftime("%Y-%m-%d").to_numpy(dtype=object)
    # Code -1 stands for a missing day and picks the appended empty text.
    return pd.Series(np.append(words, "")[codes], index=days.index, dtype="str")
