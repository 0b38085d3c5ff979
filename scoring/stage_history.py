"""What the history of a deal says: the stages it went through and the moves of its close date."""

import numpy as np
import pandas as pd

from scoring.lookup import keyed, looked_up


def ordered_history(history: pd.DataFrame, stages: pd.DataFrame) -> pd.DataFrame:
    """History by deal and time, in an order that does not depend on the order of the input rows.

    Rows of one deal at the same moment are taken in the order of the stages, as a deal moves forward.

    Args:
        history: `STAGE_HISTORY`.
        stages: `STAGES`.

    Returns:
        The rows of `history` with a plain index.
    """
    order = looked_up(history["stage"], keyed(stages, "stage", "sort_order"))
    keys = (
        history["amount"],
        history["close_date"],
        pd.Series(pd.factorize(history["stage"], sort=True)[0]),
        order.fillna(np.inf),
        history["changed_at"],
        pd.Series(pd.factorize(history["opportunity_id"], sort=True)[0]),
    )
    return history.iloc[np.lexsort([key.to_numpy() for key in keys])].reset_index(drop=True)


def stage_spells(ordered: pd.DataFrame) -> pd.DataFrame:
    """The stays of each deal in its stages; consecutive rows of one stage are one stay.

    Args:
        ordered: result of `ordered_history`.

    Returns:
        opportunity_id, stage, entered, left (missing for the last stay of a deal), ordered by deal and time. Stays
        in an unknown (missing) stage end the one before but are not listed.
    """
    deal, stage = ordered["opportunity_id"], ordered["stage"].fillna("")
    begins = (deal != deal.shift()) | (stage != stage.shift())
    spells = ordered.loc[begins, ["opportunity_id", "stage"]].assign(entered=ordered.loc[begins, "changed_at"])
    follows = spells["opportunity_id"] == spells["opportunity_id"].shift(-1)
    spells["left"] = spells["entered"].shift(-1).where(follows)
    return spells[spells["stage"].notna()].reset_index(drop=True)


def entered_present_stage(deals: pd.DataFrame, spells: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """When each deal last entered the stage it is in; its creation where the history does not say.

    Args:
        deals: opportunity_id, stage, created_date.
        spells: result of `stage_spells`.

    Returns:
        Moments, aligned with `deals`.
    """
    return last_entry(deals, spells).fillna(deals["created_date"])


def last_entry(deals: pd.DataFrame, spells: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """When the history last saw each deal enter the stage it is in, aligned with `deals`; missing where it did not."""
    last = spells.drop_duplicates(["opportunity_id", "stage"], keep="last")[["opportunity_id", "stage", "entered"]]
    found = deals[["opportunity_id", "stage"]].merge(last, on=["opportunity_id", "stage"], how="left")["entered"]
    return found.set_axis(deals.index).where(deals["stage"].notna())


def close_date_moves(ordered: pd.DataFrame) -> pd.DataFrame:
    """How often a deal's close date was moved later, and where it stood first.

    Of several rows at one moment only the last counts, because their order is not known.

    Args:
        ordered: result of `ordered_history`.

    Returns:
        Indexed by opportunity_id: pushes (int64), first_close_date.
    """
    dated = ordered[ordered["close_date"].notna()].drop_duplicates(["opportunity_id", "changed_at"], keep="last")
    same = dated["opportunity_id"] == dated["opportunity_id"].shift()
    pushed = same & (dated["close_date"] > dated["close_date"].shift())
    by_deal = dated.assign(pushed=pushed.astype("int64")).groupby("opportunity_id", sort=True)
    return pd.DataFrame({"pushes": by_deal["pushed"].sum(), "first_close_date": by_deal["close_date"].first()})
