"""The win probability of open deals, step by step from the base rate: stage, segment, time in stage."""

import numpy as np
import pandas as pd

from scoring.deals.win_rates import WinRates
from scoring.settings import DealSettings
from scoring.shrinkage import interval, shifted
from scoring.words import counted

HIGH, MEDIUM, LOW = "High", "Medium", "Low"


def predict_wins(
    rates: WinRates, deals: pd.DataFrame, beyond: "pd.Series[bool]", settings: DealSettings
) -> pd.DataFrame:
    """Win probabilities and the rates they come from.

    A deal older in its stage than any won deal keeps the rate of its kind, but with the range of a rate that rests on
    `default_deals` deals: the history says little about it.

    Args:
        rates: result of `fit_win_rates`.
        deals: stage, segment (either may be missing), age_days (days in the stage, at least 0).
        beyond: deals older in their stage than any won deal.
        settings: `default_deals`.

    Returns:
        Aligned with `deals`: after_stage, after_segment, probability (0..1, the rate after each step), low, high (10
        and 90 % quantiles), size (effective deals), and behind the steps stage_deals, stage_won, stage_default,
        cell_deals, cell_won, age_cut, age_deals, age_won (NaN where a step does not apply).
    """
    stage = rates.stages.reindex(deals["stage"]).set_axis(deals.index)
    after_stage = stage["rate"].fillna(rates.base_rate)
    # A deal in no known stage takes the rate of its segment over all stages.
    known_stage = deals["stage"].where(deals["stage"].isin(rates.stages.index), "")
    keys = pd.MultiIndex.from_arrays([known_stage, deals["segment"]])
    cell = rates.cells.reindex(keys).set_axis(deals.index)
    after_segment = cell["rate"].fillna(after_stage)
    age = _age_rates(rates, deals)
    moved = shifted(after_segment.to_numpy(), after_stage.to_numpy(), age["rate"].fillna(0.5).to_numpy())
    probability = after_segment.where(age["rate"].isna(), moved)
    size = pd.concat([stage["size"], cell["size"], age["size"]], axis=1).min(axis=1).fillna(rates.base_size)
    size = size.mask(beyond, size.clip(upper=settings.default_deals))
    low, high = interval(probability.to_numpy(), size.to_numpy())
    table = {
        "after_stage": after_stage,
        "after_segment": after_segment,
        "probability": probability,
        "low": low,
        "high": high,
        "size": size,
        "stage_deals": stage["deals"],
        "stage_won": stage["won"],
        "stage_default": stage["default"],
        "cell_deals": cell["deals"],
        "cell_won": cell["won"],
        "age_cut": age["cut"],
        "age_deals": age["deals"],
        "age_won": age["won"],
    }
    return pd.DataFrame(table, index=deals.index)


def _age_rates(rates: WinRates, deals: pd.DataFrame) -> pd.DataFrame:
    """The rate of the highest cut each deal is beyond, NaN where there is none."""
    ages = rates.ages.reset_index().sort_values("cut", kind="stable")
    # For each deal the last cut below its age: an as-of join on the days in the stage.
    asked = pd.DataFrame({"stage": deals["stage"], "age": deals["age_days"], "row": np.arange(len(deals))})
    asked = asked[asked["stage"].isin(ages["stage"])].sort_values("age", kind="stable")
    found = pd.merge_asof(
        asked, ages, left_on="age", right_on="cut", by="stage", allow_exact_matches=False, direction="backward"
    )
    values = found.set_index("row")[["cut", "deals", "won", "rate", "size"]]
    return values.reindex(np.arange(len(deals))).set_axis(deals.index)


def confidence(
    deals: pd.DataFrame, wins: pd.DataFrame, closed: int, beyond: "pd.Series[bool]", settings: DealSettings
) -> pd.DataFrame:
    """High, Medium or Low, and why; Low for every deal while there are few closed deals in all.

    Args:
        deals: stage (may be missing).
        wins: result of `predict_wins`.
        closed: closed deals in all.
        beyond: deals older in their stage than any won deal.
        settings: `confident_deals`, `some_deals`, `history_deals`.

    Returns:
        level and reason, aligned with `deals`.
    """
    behind = wins["stage_deals"].fillna(0.0)
    effective = np.minimum(wins["size"], behind)
    level = pd.Series(LOW, index=deals.index).mask(effective >= settings.some_deals, MEDIUM)
    level = level.mask(effective >= settings.confident_deals, HIGH)
    reason = counted(behind, "closed deal") + " went through this stage"
    if closed < settings.history_deals:
        few = f"Only {closed} closed deals in all, of {settings.history_deals} needed for more than low confidence"
        reason, level = reason.mask(level != LOW, few), level.mask(level != LOW, LOW)
    level = level.mask(beyond, LOW)
    reason = reason.mask(behind == 0, "No closed deal went through this stage yet")
    reason = reason.mask(beyond, "No won deal stayed in this stage as long")
    return pd.DataFrame({"level": level, "reason": reason.mask(deals["stage"].isna(), "The stage is not known")})
