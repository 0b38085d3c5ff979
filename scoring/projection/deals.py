"""What each deal adds to the quarter, as columns that may be summed over any deals."""

import numpy as np

from scoring.days import Floats
from scoring.projection.ranges import Sums, sums
from scoring.projection.timeline import Bools

# Columns that may be summed over deals. NEW is what deals not yet created are expected to add.
BOOKED, OPEN, ADDED, NEW, VARIANCE, EXPOSURE, LOG_NONE, IN_QUARTER, ANY = range(9)
COLUMNS = 9
# 1 - p is kept above this: a deal is never quite certain.
LEAST = 1e-9


def contributions(
    probability: Floats,
    value: Floats,
    noise: Floats,
    booked: Floats,
    in_quarter: Bools,
    is_open: Bools,
    amount: Floats,
) -> Floats:
    """Sums to be, of shape (deals, COLUMNS).

    Args:
        probability: 0..1, of being won in the quarter; of open deals.
        value: ARR that the deal is expected to close with, 0 for one that is not open or has none.
        noise: variance of its final ARR over the square of `value`.
        booked: ARR already won in the quarter.
        in_quarter: close date in the quarter.
        is_open: open deals.
        amount: ARR as entered.

    Returns:
        BOOKED and OPEN (pipeline of the quarter); ADDED (expected), its VARIANCE when deals are independent, EXPOSURE
        (how much the sum moves when the log-odds of all deals move by one), LOG_NONE (log of the probability that
        none is won); IN_QUARTER (open deals planned for it), ANY (deals open or booked). NEW is 0.
    """
    table = np.zeros((len(value), COLUMNS))
    p = np.where(is_open & (value > 0), probability, 0.0)
    table[:, BOOKED] = booked
    table[:, OPEN] = np.where(is_open & in_quarter, amount, 0.0)
    table[:, ADDED] = p * value
    table[:, VARIANCE] = p * value**2 * (1.0 - p + noise)
    table[:, EXPOSURE] = p * (1.0 - p) * value
    table[:, LOG_NONE] = np.log(np.maximum(1.0 - p, LEAST))
    table[:, IN_QUARTER] = is_open & in_quarter
    table[:, ANY] = is_open | (booked != 0)
    return table


def distribution(table: Floats, shock: float) -> Sums:
    """The distribution of what is added in each row of a table of sums: (..., COLUMNS).

    Args:
        table: sums of `contributions`, with what deals not yet created add.
        shock: standard deviation of what moves the log-odds of all deals together.
    """
    variance = table[..., VARIANCE] + (shock * table[..., EXPOSURE]) ** 2
    return sums(table[..., ADDED] + table[..., NEW], variance, table[..., LOG_NONE])
