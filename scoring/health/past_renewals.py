"""Past renewals with the health that their accounts had before."""

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.aggregate import Cells, measure_cells, per_subject, totals
from scoring.health.churn import ChurnModel, fit_churn
from scoring.health.counting import day_numbers
from scoring.health.grid import Grid, make_grid
from scoring.health.inputs import Inputs, account_codes
from scoring.health.settings import HealthSettings
from scoring.lookup import looked_up


def learn_churn(
    inputs: Inputs, closed: pd.DataFrame, targets: pd.DataFrame, as_of: pd.Timestamp, settings: HealthSettings
) -> ChurnModel:
    """Fit the churn risk on past renewals.

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
    past = (len(renewals), int((~renewals["is_won"]).sum()))
    code = account_codes(inputs.accounts, renewals)
    chosen = np.flatnonzero(code >= 0)
    chosen = chosen[np.lexsort((renewals["opportunity_id"].to_numpy()[chosen], code[chosen]))]
    rows = renewals.iloc[chosen]
    day = day_numbers(rows["closed_at"]) - settings.renewal_days
    grid = make_grid(inputs, code[chosen], day[:, None])
    cells = [each for each in measure_cells(inputs, grid, targets, settings) if each.measure.form.has_history]
    found = totals(cells, grid, grid.share, settings) if cells else None
    health = found.health[:, 0] if found is not None else np.full(len(rows), np.nan)
    known = ~np.isnan(health)
    scores = measure_scores(cells, grid, settings)
    lost = 1.0 - rows["is_won"].to_numpy(dtype="float64")
    return fit_churn(health[known], scores[known], total_weights(settings), lost[known], settings, past)


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
