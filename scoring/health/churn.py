"""The probability that the next renewal is lost: from the health band, at the level of the org's past renewals."""

import numpy as np
import pandas as pd

from scoring.health.settings import HealthSettings
from scoring.lookup import looked_up
from scoring.shrinkage import shifted


def churn_risk(band: "pd.Series[str]", renewals: pd.DataFrame, settings: HealthSettings) -> pd.DataFrame:
    """Risk by band, its level moved to the share of renewals the org has lost.

    The odds of each band are multiplied by odds(share lost) / odds(assumed share). The share is shrunk to the
    assumed one, which weighs as much as `settings.churn_deals` renewals, so without past renewals the bands' own
    risks remain.

    Args:
        band: Green, Yellow, Red or Unknown.
        renewals: closed deals of segment Renew: is_won.
        settings: risks by band.

    Returns:
        risk (0..1) and basis (in words), aligned with `band`.
    """
    closed = len(renewals)
    lost = closed - int(renewals["is_won"].sum())
    level = (lost + settings.churn_deals * settings.usual_churn) / (closed + settings.churn_deals)
    assumed = looked_up(band, pd.Series(settings.band_churn)).fillna(settings.usual_churn).to_numpy(dtype="float64")
    risk = shifted(assumed, np.array([settings.usual_churn]), np.array([level]))
    past = "1 past renewal" if closed == 1 else f"{closed:,} past renewals"
    if closed >= settings.enough_renewals:
        basis = f"From the health band, at the level of {past} ({100.0 * lost / closed:.0f} % lost)"
    else:
        basis = f"From the health band; {past} are too few to fit ({settings.enough_renewals} needed)"
    basis = basis.replace("1 past renewal are", "1 past renewal is")
    return pd.DataFrame({"risk": risk, "basis": basis}, index=band.index)
