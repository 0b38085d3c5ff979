"""Money as the org holds it: in the currency of the record that it is written on."""

from collections.abc import Sequence

import pandas as pd

# Columns of the projection that hold money.
PROJECTED = ("plan", "booked", "open_pipeline", "worst", "commit", "best", "expected", "expected_new", "gap")

CURVE = ("booked", "worst", "commit", "best", "expected", "plan")


def in_record_currency(frame: pd.DataFrame, record: str, money: Sequence[str], rates: pd.DataFrame) -> pd.DataFrame:
    """Turn columns from the corporate currency into that of each row's record.

    Args:
        frame: rows about records.
        record: the column with the record's id.
        money: columns of money in the corporate currency.
        rates: result of `record_rates`; a record that is not in it keeps its numbers.

    Returns:
        The frame with its money turned; missing where the record's currency has no rate.
    """
    if rates.empty:
        return frame
    known = frame[record].isin(rates.index)
    factor = rates["rate"].reindex(pd.Index(frame[record])).set_axis(frame.index).where(known, 1.0)
    return frame.assign(**{name: frame[name] * factor for name in money})
