"""Past renewals with the health that their accounts had before."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.days import Floats
from scoring.health.aggregate import measure_cells
from scoring.health.churn import ChurnModel, fit_churn
from scoring.health.counting import Ints, day_numbers
from scoring.health.grid import make_grid
from scoring.health.inputs import Inputs, account_codes
from scoring.health.looks import EARLIER, Looks, deals_seen, look
from scoring.health.settings import HealthSettings
from scoring.lookup import looked_up


@dataclass(frozen=True)
class PastRenewals:
    """What is known of renewals that were decided, one place in each array for each of them.

    Attributes:
        decided: day numbers.
        lost: 1 for a lost renewal, else 0.
        looks: at the accounts `renewal_days` before.
    """

    decided: Ints
    lost: Floats
    looks: Looks

    def part(self, chosen: npt.NDArray[np.bool_]) -> "PastRenewals":
        """Some of them."""
        return PastRenewals(self.decided[chosen], self.lost[chosen], self.looks.part(chosen))

    def fit(self, settings: HealthSettings) -> ChurnModel:
        """The churn risk that they teach."""
        known = ~np.isnan(self.looks.health)
        past = (len(self.lost), int(self.lost.sum()))
        return fit_churn(self.looks.part(known), total_weights(settings), self.lost[known], settings, past)


def past_renewals(
    inputs: Inputs, closed: pd.DataFrame, targets: pd.DataFrame, as_of: pd.Timestamp, settings: HealthSettings
) -> PastRenewals:
    """The renewals decided until a day, with the health that their accounts had before.

    Each account is looked at as of `renewal_days` before its renewal was decided, with the measures that can teach
    (`FormulaForm.teaches`). Renewals of accounts that are not in the book are counted, with nothing known of them.

    Args:
        inputs: records of the whole book.
        closed: result of `closed_deals`.
        targets: `TARGETS` of the book.
        as_of: a day.
        settings: see `HealthSettings`.
    """
    since = as_of - pd.DateOffset(years=settings.learned_years)
    renewals = closed[(closed["segment"] == "Renew") & (closed["closed_at"] >= since)]
    code = account_codes(inputs.accounts, renewals)
    order = np.lexsort((renewals["opportunity_id"].to_numpy(), code))
    rows, code = renewals.iloc[order], code[order]
    decided = day_numbers(rows["closed_at"])
    found = code >= 0
    inputs = inputs.only(np.unique(code[found]))
    day = decided[found] - settings.renewal_days
    grid = make_grid(inputs, code[found], np.column_stack([day - EARLIER, day]))
    cells = measure_cells(inputs, grid, targets, settings)
    looks = look(cells, grid, 0, deals_seen(inputs, closed, "closed_at"), settings)
    return PastRenewals(decided, 1.0 - rows["is_won"].to_numpy(dtype="float64"), looks.among(found))


def total_weights(settings: HealthSettings) -> Floats:
    """Weight of each measure in the total with full coverage; 0 for those that teach nothing."""
    table = pd.DataFrame(
        [(each.dimension, each.weight, each.form.teaches) for each in settings.measures],
        columns=["dimension", "weight", "teaches"],
    )
    whole = looked_up(table["dimension"], table.groupby("dimension")["weight"].sum())
    of_dimension = looked_up(table["dimension"], pd.Series(settings.dimension_weights))
    return np.asarray((of_dimension * table["weight"] / whole).where(table["teaches"], 0.0), dtype=np.float64)
