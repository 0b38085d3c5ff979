"""Risk tags of open deals: conditions with their thresholds in `DealSettings`."""

from dataclasses import dataclass

import pandas as pd

from scoring.book import Book
from scoring.lookup import among
from scoring.settings import RISK_TAGS, DealSettings
from scoring.words import joined

# Label of each input a deal should have, by column.
INPUTS = {"stage": "Stage", "segment": "Segment", "account_id": "Account", "arr": "Amount", "close_date": "Close date"}


# A close date further away than five years is a placeholder, and as good as none.
FAR = pd.Timedelta(days=1826)


def missing_inputs(deals: pd.DataFrame, columns: list[str], as_of: pd.Timestamp) -> "pd.Series[str]":
    """Labels of the empty ones among `columns` of `INPUTS` joined by `;`, '' for none."""
    empty = deals[columns].isna()
    if "close_date" in columns:
        empty["close_date"] |= deals["close_date"] > as_of + FAR
    return joined(empty.rename(columns=INPUTS))


@dataclass(frozen=True)
class InUse:
    """What the org fills in at all: nobody is asked for something that no deal has.

    Attributes:
        inputs: columns of `INPUTS`.
        contacts, next_step: whether open deals have contact roles, and next steps.
    """

    inputs: tuple[str, ...]
    contacts: bool
    next_step: bool


def in_use(known: Book, settings: DealSettings) -> InUse:
    """What is filled in for at least a share of the deals.

    Args:
        known: result of `known_at`.
        settings: `used_share`.
    """

    def often(filled: "pd.Series[bool]") -> bool:
        return len(filled) > 0 and bool(filled.mean() >= settings.used_share)

    every = known.opportunities
    is_open = ~every["is_closed"]
    contacts = among(every.loc[is_open, "opportunity_id"], known.roles["opportunity_id"])
    inputs = tuple(name for name in INPUTS if often(every[name].notna()))
    return InUse(inputs, often(contacts), often(every.loc[is_open, "next_step"].notna()))


def risk_flags(
    deals: pd.DataFrame, used: InUse, as_of: pd.Timestamp, base_rate: float, settings: DealSettings
) -> pd.DataFrame:
    """Whether each tag applies to each deal.

    - Stalled: longer in the stage than 90 % of won deals (with enough of them), else than a fixed number of days.
    - Slipping: the close date stands `slipping_days` or more after the first one planned.
    - Single-threaded: fewer contact roles than needed, in an org that uses them.
    - No next step: none filled in, in an org that uses the field.
    - Pushed 3 times: the close date was moved later at least `pushes` times.
    - Past close date: the close date is before `as_of`.
    - Low win rate: the win probability is under `low_rate_share` of the base rate.
    - Missing data: one of `INPUTS` is empty, or the close date is years away.

    Args:
        deals: age_days, slow_days, won_deals, close_date, first_close_date, contacts, next_step, pushes,
            win_probability, missing.
        used: result of `in_use`.
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
        "Single-threaded": (deals["contacts"] < settings.contacts) & used.contacts,
        "No next step": deals["next_step"].isna() & used.next_step,
        "Pushed 3 times": deals["pushes"] >= settings.pushes,
        "Past close date": deals["close_date"] < as_of.normalize(),
        "Low win rate": deals["win_probability"] < settings.low_rate_share * base_rate,
        "Missing data": deals["missing"] != "",
    }
    return pd.DataFrame(flags, index=deals.index)[list(RISK_TAGS)].astype("bool")
