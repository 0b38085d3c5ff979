"""What came of an action, so that the worth of each kind can be measured."""

import pandas as pd

from scoring.actions.settings import ActionSettings
from scoring.actions.tables import CAUSE_GONE, HANDLED, LOST, NO_CHANGE, OUTRANKED, RECORDS, WON
from scoring.lookup import keyed, looked_up


def with_outcomes(
    records: pd.DataFrame,
    proposed: "pd.Series[bool]",
    deals: pd.DataFrame,
    scores: pd.DataFrame,
    as_of: pd.Timestamp,
    settings: ActionSettings,
) -> pd.DataFrame:
    """Records that ask for nothing now, with what is known of their end.

    - Won, Lost: the deal was closed.
    - Outranked: nobody handled it and it is still proposed, but behind others.
    - Cause gone: it is not proposed any more.
    - No change: people handled it `outcome_days` ago and its cause is still there.

    `probability_after` is the deal's win probability on the first day on which the outcome is known.

    Args:
        records: `RECORDS`.
        proposed: whether the action is proposed still, aligned with `records`.
        deals: `OPPORTUNITIES`.
        scores: `SCORES`.
        as_of: a day.
        settings: `outcome_days`.

    Returns:
        `RECORDS` with handled_on, resolved_on, outcome and probability_after filled, on the same index.
    """
    day = as_of.normalize()
    handled = records["status"].isin(HANDLED)
    handled_on = records["handled_on"].where(handled).fillna(pd.Series(day, index=records.index).where(handled))
    resolved_on = records["resolved_on"].fillna(day).mask(handled & proposed)
    closed = keyed(deals[["opportunity_id", "is_won"]][deals["is_closed"]], "opportunity_id", "is_won")
    won = looked_up(records["opportunity_id"], closed.astype("float64"))
    waited = handled_on <= day - pd.Timedelta(days=settings.outcome_days)
    outcome = pd.Series(None, index=records.index, dtype="str")
    outcome = outcome.mask(handled & proposed & waited, NO_CHANGE)
    outcome = outcome.mask(~handled & proposed, OUTRANKED).mask(~proposed, CAUSE_GONE)
    outcome = outcome.mask(won == 0, LOST).mask(won == 1, WON)
    present = won.fillna(looked_up(records["opportunity_id"], keyed(scores, "opportunity_id", "win_probability")))
    known = (outcome == records["outcome"]) & records["probability_after"].notna()
    changed = {
        "handled_on": handled_on,
        "resolved_on": resolved_on,
        "outcome": outcome,
        "probability_after": records["probability_after"].where(known, present).where(outcome.notna()),
    }
    return RECORDS.conform(records.assign(**changed)).set_axis(records.index)
