"""One row per account: scores, band, change, renewal and what to do first."""

import numpy as np
import pandas as pd

from scoring.book import Book
from scoring.days import Floats
from scoring.health.aggregate import Totals
from scoring.health.churn import ChurnModel
from scoring.health.definitions import DIMENSION_KEYS
from scoring.health.renewals import renewals_of

CHANGE_DAYS = 30


def account_rows(
    found: Totals,
    band: "np.typing.NDArray[np.str_]",
    measure_scores: Floats,
    accounts: pd.Index,
    book: Book,
    churn: ChurnModel,
    change: "pd.Series[float]",
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """`HEALTH` without the action, indexed by account id.

    Args:
        found: totals; the last day is looked at.
        band: of the last day.
        measure_scores: of the last day.
        accounts: ids of the subjects.
        book: as known at `as_of`; what is in force is looked up.
        churn: gives the risk.
        change: points over `CHANGE_DAYS`, by account id.
        as_of: the day of scoring.
    """
    contract = renewals_of(book, as_of).reindex(accounts)
    renewable = (contract["next_renewal"].notna() | (contract["current_arr"] > 0)).to_numpy()
    health = found.health[:, -1]
    risk = churn.risk(health, measure_scores)
    unknown = "From the share of past renewals lost: no health is known"
    basis = pd.Series(np.where(np.isnan(health), unknown, churn.basis), index=accounts, dtype="str")
    return pd.DataFrame(
        {
            "health": health,
            **{key: found.score[key][:, -1] for key in DIMENSION_KEYS},
            "band": band,
            "coverage": found.total_coverage[:, -1],
            "change_30_days": change.reindex(accounts).to_numpy(),
            "churn_risk": np.where(renewable, risk, np.nan),
            "churn_basis": basis.where(renewable),
            "next_renewal": contract["next_renewal"].to_numpy(),
            "current_arr": contract["current_arr"].to_numpy(),
        },
        index=accounts,
    )
