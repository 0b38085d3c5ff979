"""What the churn risk is told of an account on a day: its measures then, its health before, its history with us.

Nothing is taken from what may have changed or gone with the customer: no deployments (a product that was given up has
none any more) and no assets (renewing moves their ends and amounts). What they show would tell the outcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.aggregate import Cells, measure_scores, totals
from scoring.health.counting import NEVER, Bools, Ints, day_numbers, divided, place, rows_of, running
from scoring.health.definitions import DIMENSION_KEYS, DIMENSION_LABELS
from scoring.health.grid import Grid
from scoring.health.holdings import running_weight
from scoring.health.inputs import Inputs, account_codes
from scoring.health.settings import HealthSettings

# Days from the earlier look at the dimensions to the look.
EARLIER = 90
# Deals won so long before tell what the account spends.
SPENT_DAYS = 3 * 365
_BEFORE = {f"{key}_before": f"{DIMENSION_LABELS[key].lower()} health {EARLIER} days before" for key in DIMENSION_KEYS}
# Effects that may only raise the risk come first.
BESIDE = {
    **_BEFORE,
    "lost_before": "renewals lost before",
    "unknown": "how much is known",
    "revenue": "revenue won in three years",
    "age": "time as a customer",
}
RISING = len(_BEFORE) + 1


@dataclass(frozen=True)
class Looks:
    """Accounts on days, one place in each array for each of them.

    Attributes:
        health: total, NaN where unknown.
        scores: of the measures, NaN where missing; shape (n, measures).
        beside: columns of `BESIDE`, NaN where missing: distance of each dimension from 100 `EARLIER` days before and
            share of the renewals lost before (0..1), share of the inputs that is not known, log of the revenue won in
            `SPENT_DAYS`, log of the days since the first deal was won.
    """

    health: Floats
    scores: Floats
    beside: Floats

    def part(self, chosen: "Bools | Ints") -> "Looks":
        """Some of them."""
        return Looks(self.health[chosen], self.scores[chosen], self.beside[chosen])

    def among(self, places: Bools) -> "Looks":
        """The same at some places, with nothing known at the others."""

        def spread(values: Floats) -> Floats:
            result = np.full((len(places), *values.shape[1:]), np.nan)
            result[places] = values
            return result

        return Looks(spread(self.health), spread(self.scores), spread(self.beside))


def deals_seen(inputs: Inputs, deals: pd.DataFrame, closed: str) -> pd.DataFrame:
    """Closed deals as `look` takes them: account (code, rising), day (number), is_won, segment, arr.

    Args:
        inputs: their accounts' codes.
        deals: account_id, is_won, segment and arr.
        closed: the column with the day on which they closed.
    """
    told = deals[["is_won", "segment", "arr"]]
    told = told.assign(account=account_codes(inputs.accounts, deals), day=day_numbers(deals[closed]))
    return told[told["account"] >= 0].sort_values("account", kind="stable")


def look(cells: Sequence[Cells], grid: Grid, earlier: int, deals: pd.DataFrame, settings: HealthSettings) -> Looks:
    """Look at the subjects of a grid on its last day.

    Args:
        cells: measures in any order.
        grid: its subjects and days.
        earlier: column of the day `EARLIER` days before the last.
        deals: result of `deals_seen`.
        settings: weights.
    """
    taught = [each for each in cells if each.measure.form.teaches]
    then, now = (
        totals([each.at(column) for each in taught], grid, grid.share[:, column : column + 1 or None], settings)
        for column in (earlier, -1)
    )
    before = [1.0 - then.score[key][:, 0] / 100.0 for key in DIMENSION_KEYS]
    unknown = 1.0 - now.total_coverage[:, 0]
    revenue, age, lost = history(deals, grid.account, grid.day[:, -1])
    beside = np.column_stack([*before, lost, unknown, revenue, age])
    return Looks(now.health[:, 0], measure_scores(taught, grid, settings), beside)


def history(deals: pd.DataFrame, account: Ints, day: Ints) -> tuple[Floats, Floats, Floats]:
    """Revenue, time as a customer and renewals lost of each account until its day."""
    asked = place(account, day)
    deals = deals.iloc[rows_of(deals["account"].to_numpy(), np.unique(account))]
    code, closed = deals["account"].to_numpy(dtype="int64"), deals["day"].to_numpy(dtype="int64")
    won, renewing = deals["is_won"].to_numpy(dtype=bool), (deals["segment"] == "Renew").to_numpy()
    amount = deals["arr"].clip(lower=0.0).fillna(0.0).to_numpy(dtype="float64")
    spent = running_weight(code[won], closed[won], np.minimum(closed + SPENT_DAYS, NEVER)[won], amount[won], asked)
    first = np.full(int(account.max(initial=-1)) + 1, NEVER)
    np.minimum.at(first, code[won], closed[won])
    days = day - first[account]
    decided, lost = (
        running(code[own], closed[own], np.full(own.sum(), NEVER + 1), asked) for own in (renewing, renewing & ~won)
    )
    revenue, age = (np.log(np.where(known > 0, known, np.nan)) for known in (spent, days))
    return revenue, age, divided(lost, decided)
