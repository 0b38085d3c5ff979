"""One row per account: scores, band, change, renewal and what to do first."""

import numpy as np
import pandas as pd

from scoring.health.aggregate import Totals
from scoring.health.churn import ChurnModel
from scoring.health.definitions import DIMENSION_KEYS
from scoring.health.looks import Looks

CHANGE_DAYS = 30


def account_rows(
    found: Totals,
    band: "np.typing.NDArray[np.str_]",
    looks: Looks,
    accounts: pd.Index,
    contracts: pd.DataFrame,
    churn: ChurnModel,
    change: "pd.Series[float]",
) -> pd.DataFrame:
    """`HEALTH` without the action, indexed by account id.

    Args:
        found: totals; the last day is looked at.
        band: of the last day.
        looks: at the accounts, on the last day.
        accounts: ids of the subjects.
        contracts: result of `renewals_of`.
        churn: gives the risk.
        change: points over `CHANGE_DAYS`, by account id.
    """
    contract = contracts.reindex(accounts)
    renewable = (contract["next_renewal"].notna() | (contract["current_arr"] > 0)).to_numpy()
    health = found.health[:, -1]
    risk = churn.risk(looks)
    basis = churn.words(looks).set_axis(accounts)
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
