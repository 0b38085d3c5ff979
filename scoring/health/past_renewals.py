"""Past renewals with the health that their accounts had before."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.days import Floats
from scoring.health.aggregate import Cells, measure_cells, per_subject, totals
from scoring.health.churn import ChurnModel, fit_churn
from scoring.health.counting import Ints, day_numbers
from scoring.health.grid import Grid, make_grid
from scoring.health.inputs import Inputs, account_codes
from scoring.health.settings import HealthSettings
from scoring.lookup import looked_up


@dataclass(frozen=True)
class PastRenewals:
    """What is known of renewals that were decided, one place in each array for each of them.

    Attributes:
        decided: day numbers.
        lost: 1 for a lost renewal, else 0.
        health: total of the account `renewal_days` before, NaN where unknown.
        scores: of its measures then, NaN where missing, shape (renewals, measures).
    """

    decided: Ints
    lost: Floats
    health: Floats
    scores: Floats

    def part(self, chosen: npt.NDArray[np.bool_]) -> "PastRenewals":
        """Some of them."""
        return PastRenewals(self.decided[chosen], self.lost[chosen], self.health[chosen], self.scores[chosen])

    def fit(self, settings: HealthSettings) -> ChurnModel:
        """The churn risk that they teach."""
        known = ~np.isnan(self.health)
        past = (len(self.lost), int(self.lost.sum()))
        return fit_churn(
            self.health[known], self.scores[known], total_weights(settings), self.lost[known], settings, past
        )


def past_renewals(
    inputs: Inputs, closed: pd.DataFrame, targets: pd.DataFrame, as_of: pd.Timestamp, settings: HealthSettings
) -> PastRenewals:
    """The renewals decided until a day, with the health that their accounts had before.

    The health of each is recomputed as of `renewal_days` before it was decided. Measures whose past is not known
    (`has_history`) are left out: their present values would tell the outcome.

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
    grid = make_grid(inputs, code[found], decided[found][:, None] - settings.renewal_days)
    cells = [each for each in measure_cells(inputs, grid, targets, settings) if each.measure.form.has_history]
    health = np.full(len(rows), np.nan)
    scores = np.full((len(rows), len(settings.measures)), np.nan)
    scores[found] = measure_scores(cells, grid, settings)
    if cells:
        health[found] = totals(cells, grid, grid.share, settings).health[:, 0]
    return PastRenewals(decided, 1.0 - rows["is_won"].to_numpy(dtype="float64"), health, scores)


def measure_scores(cells: "list[Cells]", grid: Grid, settings: HealthSettings) -> Floats:
    """Score of each subject's measures on the last day, NaN where missing; columns in the order of the settings."""
    found = {each.measure.key: subject_mean(each, grid, np.nan_to_num(each.at(-1).score)) for each in cells}
    missing = np.full(len(grid.account), np.nan)
    return np.asarray(
        np.column_stack([found.get(measure.key, missing) for measure in settings.measures]), dtype=np.float64
    )


def subject_mean(cells: Cells, grid: Grid, values: Floats) -> Floats:
    """Mean on the last day over an account's products by revenue and freshness, NaN where nothing is fresh."""
    share = grid.share[:, -1:] if cells.measure.form.by_product else np.ones((len(grid.account), 1))
    count = cells.at(-1).freshness * share
    sums, whole = (per_subject(cells, grid, each)[:, 0] for each in (count * values, count))
    return np.asarray(np.divide(sums, whole, out=np.full(len(whole), np.nan), where=whole > 0), dtype=np.float64)


def total_weights(settings: HealthSettings) -> Floats:
    """Weight of each measure in the total with full coverage; 0 for those whose past is not known."""
    table = pd.DataFrame(
        [(each.dimension, each.weight, each.form.has_history) for each in settings.measures],
        columns=["dimension", "weight", "has_history"],
    )
    whole = looked_up(table["dimension"], table.groupby("dimension")["weight"].sum())
    of_dimension = looked_up(table["dimension"], pd.Series(settings.dimension_weights))
    return np.asarray((of_dimension * table["weight"] / whole).where(table["has_history"], 0.0), dtype=np.float64)
