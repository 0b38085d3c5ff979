"""Counts and means of dated records up to a day, for many rows at once: sorted once, then looked up."""

import numpy as np
import pandas as pd

from scoring.lookup import places

_DAY = 86_400_000_000
_FAR = 1 << 40
# Shares are summed in whole parts of this size: exact, so that other accounts' rows never touch an account's mean.
_UNIT = float(1 << 36)


def counts_until(records: pd.DataFrame, date: str, rows: pd.DataFrame, *, before: float = 0.0) -> "pd.Series[float]":
    """How many records of a deal are dated up to the end of the day, `before` days earlier.

    Args:
        records: opportunity_id and the dates, none missing.
        date: their column.
        rows: opportunity_id, as_of.
        before: days.

    Returns:
        Aligned with `rows`.
    """
    deals = pd.Index(rows["opportunity_id"].unique())
    code = places(records["opportunity_id"], deals)
    keys = np.sort((code * _FAR + _days(records[date]))[code >= 0])
    asked = places(rows["opportunity_id"], deals) * _FAR
    until = np.searchsorted(keys, asked + _days(rows["as_of"]) - int(before), side="right")
    first = np.searchsorted(keys, asked, side="left")
    return pd.Series((until - first).astype("float64").clip(min=0.0), index=rows.index)


def means_between(
    records: pd.DataFrame, account: "pd.Series[str]", until: "pd.Series[pd.Timestamp]", days: float
) -> "pd.Series[float]":
    """The mean of an account's values of the `days` before a moment, NaN where there is none.

    Args:
        records: account_id, day, value (0..1), none missing.
        account: ids, may be missing.
        until: moments, aligned with `account`.
        days: length of the window.
    """
    accounts = pd.Index(records["account_id"].unique())
    keys = places(records["account_id"], accounts) * _FAR + _days(records["day"])
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    parts = np.rint(records["value"].to_numpy(dtype=np.float64)[order] * _UNIT).astype(np.int64)
    sums = np.concatenate([[0], np.cumsum(parts)])
    code = places(account, accounts)
    last = code * _FAR + _days(until)
    begin, end = np.searchsorted(keys, last - int(days), side="right"), np.searchsorted(keys, last, side="right")
    found = (code >= 0) & (end > begin)
    mean = (sums[end] - sums[begin]) / _UNIT / np.where(found, end - begin, 1)
    return pd.Series(np.where(found, mean, np.nan), index=account.index)


def _days(moments: "pd.Series[pd.Timestamp]") -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    # Shifted, so that no day is negative: a key is a deal and a day in one number.
    return np.asarray(moments.to_numpy(dtype="datetime64[us]").astype(np.int64) // _DAY + 1_000_000, dtype=np.int64)
