"""What is usual among all customers of a product."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.counting import UNIT, Ints, divided
from scoring.health.deployment_records import DeploymentRecords
from scoring.health.telemetry import Telemetry

# Customers with the product in a week, before their ratio says what is usual.
ENOUGH_PEERS = 5


@dataclass(frozen=True)
class UsualRatios:
    """The ratio of two numbers of telemetry over all customers of a product, week by week.

    Attributes:
        weeks: first days, rising.
        table: products x weeks, NaN where few customers have the product; a column more for weeks that nobody reported.
    """

    weeks: Ints
    table: Floats

    def at(self, product: Ints, week: Ints) -> Floats:
        """Of products in weeks; the two broadcast against each other."""
        column = np.searchsorted(self.weeks, week)
        known = np.append(self.weeks, -1)[column] == week
        return np.asarray(self.table[product, np.where(known, column, len(self.weeks))], dtype=np.float64)


@dataclass(frozen=True)
class Peers:
    """What a customer is compared with.

    Attributes:
        deployments: of all customers.
        ratios: of each measure that compares with others', by its key.
    """

    deployments: DeploymentRecords
    ratios: Mapping[str, UsualRatios]


def usual_ratios(usage: Telemetry, fields: tuple[str, ...], products: int) -> UsualRatios:
    """The first field for one of the second, in percent, of all customers of each product in each week."""
    first, second = (usage.numbers[name] for name in fields)
    rows = np.flatnonzero(~np.isnan(first) & (second > 0))
    week, weeks = pd.factorize(usage.week[rows], sort=True)
    group = (usage.pair[rows] % products) * len(weeks) + week
    size = products * len(weeks)
    # Whole thousandths add up to the same in any order.
    done, whole = (
        np.bincount(group, weights=np.rint(values[rows] * UNIT), minlength=size) for values in (first, second)
    )
    count = np.bincount(group, minlength=size)
    usual = np.where(count >= ENOUGH_PEERS, divided(done, whole), np.nan).reshape(products, len(weeks))
    return UsualRatios(np.asarray(weeks, dtype=np.int64), np.column_stack([usual, np.full(products, np.nan)]))
