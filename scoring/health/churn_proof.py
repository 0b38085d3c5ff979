"""How good the churn risk was on held-out time.

What was decided until a year ago teaches a risk; the renewals decided since, which it has not seen, judge it.
"""

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.bands import band_path
from scoring.health.counting import day_number
from scoring.health.past_renewals import PastRenewals
from scoring.health.results import CHURN_PROOF
from scoring.health.settings import BANDS, HealthSettings

HELD_OUT = pd.DateOffset(years=1)
# Fewer judged renewals say more of luck than of the risk.
JUDGED_RENEWALS = 30
ALL = "All"


def prove_churn(past: PastRenewals, as_of: pd.Timestamp, settings: HealthSettings) -> pd.DataFrame:
    """Set the risks that renewals would have been given against what became of them.

    Args:
        past: result of `past_renewals` for `as_of`.
        as_of: a day.
        settings: see `HealthSettings`.

    Returns:
        `CHURN_PROOF`: All, then the bands that were judged, the worst first; no rows under `JUDGED_RENEWALS` renewals.
    """
    since = as_of.normalize() - HELD_OUT
    is_earlier = past.decided < day_number(since)
    earlier, judged = past.part(is_earlier), past.part(~is_earlier & ~np.isnan(past.looks.health))
    if len(judged.lost) < JUDGED_RENEWALS:
        return CHURN_PROOF.empty()
    risk = earlier.fit(settings).risk(judged.looks)
    usual = (earlier.lost.sum() + settings.churn_deals * settings.usual_churn) / (
        len(earlier.lost) + settings.churn_deals
    )
    band = band_path(judged.looks.health[:, None], settings)[:, 0]
    parts = {ALL: np.full(len(risk), True), **{name: band == name for name in BANDS}}
    rows = [
        {"band": name, "since": since, **_figures(judged.lost[chosen], risk[chosen], float(usual))}
        for name, chosen in parts.items()
        if chosen.any()
    ]
    return CHURN_PROOF.conform(pd.DataFrame(rows))


def _figures(lost: Floats, risk: Floats, usual: float) -> dict[str, float]:
    return {
        "renewals": len(lost),
        "lost": int(lost.sum()),
        "given": float(risk.mean()),
        "brier": float(((lost - risk) ** 2).mean()),
        "usual_brier": float(((lost - usual) ** 2).mean()),
        "auc": _auc(lost, risk),
    }


def _auc(lost: Floats, risk: Floats) -> float:
    """Area under the curve, from ranks (Mann and Whitney); equal risks count half."""
    gone, kept = lost.sum(), (1.0 - lost).sum()
    if not gone or not kept:
        return float("nan")
    ranks = pd.Series(risk).rank().to_numpy(dtype=np.float64)
    return float((ranks[lost > 0].sum() - gone * (gone + 1.0) / 2.0) / (gone * kept))
