"""Risk tags of open deals: conditions with their thresholds in `DealSettings`."""

import pandas as pd

from scoring.settings import RISK_TAGS, DealSettings
from scoring.words import joined

# Label of each input a deal should have, by column.
INPUTS = {"stage": "Stage", "segment": "Segment", "account_id": "Account", "arr": "Amount", "close_date": "Close date"}


def missing_inputs(deals: pd.DataFrame, columns: list[str]) -> "pd.Series[str]":
    """Labels of the empty ones among `columns` of `INPUTS` joined by `;`, '' for none."""
    return joined(pd.DataFrame({INPUTS[name]: deals[name].isna() for name in columns}, index=deals.index))


def inputs_in_use(deals: pd.DataFrame, settings: DealSettings) -> list[str]:
    """The columns of `INPUTS` that the org fills in at all: nobody is asked for a field that no deal has."""
    return [name for name in INPUTS if _in_use(deals[name].notna(), settings)]


def risk_flags(deals: pd.DataFrame, as_of: pd.Timestamp, base_rate: float, settings: DealSettings) -> pd.DataFrame:
    """Whether each tag applies to each deal.

    - Stalled: longer in the stage than 90 % of won deals (with enough of them), else than a fixed number of days.
    - Slipping: the close date stands `slipping_days` or more after the first one planned.
    - Single-threaded: fewer contact roles than needed, in an org that uses them.
    - No next step: none filled in, in an org that uses the field.
    - Pushed 3 times: the close date was moved later at least `pushes` times.
    - Past close date: the close date is before `as_of`.
    - Low win rate: the win probability is under `low_rate_share` of the base rate.
    - Missing data: one of `INPUTS` is empty.

    Args:
        deals: age_days, slow_days, won_deals, close_date, first_close_date, contacts, next_step, pushes,
            win_probability, missing.
        as_of: a day.
        base_rate: 0..1.
        settings: the thresholds.

    Returns:
        One boolean column per tag of `RISK_TAGS`, in that order.
    """
    known = deals["won_deals"] >= settings.benchmark_deals
    patience = deals["slow_days"].clip(lower=settings.stalled_days).where(known, settings.stalled_without_history_days)
    moved = (deals["close_date"] - deals["first_close_date"]).dt.days
    flags = {
        "Stalled": deals["age_days"] > patience,
        "Slipping": moved >= settings.slipping_days,
        "Single-threaded": (deals["contacts"] < settings.contacts) & _in_use(deals["contacts"] > 0, settings),
        "No next step": deals["next_step"].isna() & _in_use(deals["next_step"].notna(), settings),
        "Pushed 3 times": deals["pushes"] >= settings.pushes,
        "Past close date": deals["close_date"] < as_of.normalize(),
        "Low win rate": deals["win_probability"] < settings.low_rate_share * base_rate,
        "Missing data": deals["missing"] != "",
    }
    return pd.DataFrame(flags, index=deals.index)[list(RISK_TAGS)].astype("bool")


def _in_use(filled: "pd.Series[bool]", settings: DealSettings) -> bool:
    return len(filled) > 0 and bool(filled.mean() >= settings.used_share)
