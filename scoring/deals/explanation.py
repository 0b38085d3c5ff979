"""What moved a win probability away from the base rate, in percentage points and in words."""

import pandas as pd

from scoring.days import date_text
from scoring.deals.win_rates import WinRates
from scoring.results import FACTORS
from scoring.words import counted, percent, whole


def factor_table(deals: pd.DataFrame, wins: pd.DataFrame, rates: WinRates) -> pd.DataFrame:
    """Factors of each deal, the one with the most points first.

    A deal's points add up to 100 x (probability - rates.base_rate) exactly: each factor is the difference between
    the rate after it and the rate before. A factor that does not apply to a deal has no row.

    Args:
        deals: opportunity_id, stage, segment, stage_entered.
        wins: result of `predict_wins`, aligned with `deals`.
        rates: the rates the probabilities come from.

    Returns:
        `FACTORS`.
    """
    steps = [
        ("Stage", wins["after_stage"] - rates.base_rate, _stage_text(deals, wins, rates), deals["stage"].notna()),
        (
            "Segment",
            wins["after_segment"] - wins["after_stage"],
            _segment_text(deals, wins),
            wins["cell_deals"].notna(),
        ),
        ("Time in stage", wins["probability"] - wins["after_segment"], _age_text(deals, wins), wins["age_cut"].notna()),
    ]
    parts = [
        pd.DataFrame(
            {
                "opportunity_id": deals["opportunity_id"],
                "order": order,
                "label": label,
                "points": 100.0 * moved,
                "text": text,
            }
        )[applies]
        for order, (label, moved, text, applies) in enumerate(steps)
    ]
    table = pd.concat(parts, ignore_index=True)
    table["size"] = -table["points"].abs()
    table = table.sort_values(["opportunity_id", "size", "order"], kind="stable", ignore_index=True)
    return FACTORS.conform(table.assign(rank=table.groupby("opportunity_id").cumcount() + 1))


def _stage_text(deals: pd.DataFrame, wins: pd.DataFrame, rates: WinRates) -> "pd.Series[str]":
    reached = " that reached " + deals["stage"].fillna("")
    rate = wins["stage_won"] / wins["stage_deals"].where(wins["stage_deals"] > 0)
    text = percent(rate) + " of " + counted(wins["stage_deals"], "closed deal") + reached + " were won"
    default = "the stage's default of " + percent(wins["stage_default"])
    if rates.base_deals == 0:
        unseen = "No deal was closed yet; " + default + " counts"
    else:
        unseen = "No closed deal went through " + deals["stage"].fillna("") + " yet; the overall win rate counts"
    unseen = unseen.mask(wins["stage_default"].isna(), "Nothing is known of this stage; the overall win rate counts")
    return text.mask(wins["stage_deals"].fillna(0.0) == 0, unseen)


def _segment_text(deals: pd.DataFrame, wins: pd.DataFrame) -> "pd.Series[str]":
    kind = counted(wins["cell_deals"], "closed deal") + " of segment " + deals["segment"].fillna("")
    where = (" that reached " + deals["stage"]).fillna("")
    rate = wins["cell_won"] / wins["cell_deals"].where(wins["cell_deals"] > 0)
    text = percent(rate) + " of " + kind + where + " were won"
    unseen = (
        "No closed deal of segment " + deals["segment"].fillna("") + where + " yet; its rate over all stages counts"
    )
    return text.mask(wins["cell_deals"] == 0, unseen)


def _age_text(deals: pd.DataFrame, wins: pd.DataFrame) -> "pd.Series[str]":
    rate = wins["age_won"] / wins["age_deals"]
    since = "In this stage since " + date_text(deals["stage_entered"]) + "; "
    stayed = " of " + counted(wins["age_deals"], "closed deal") + " that stayed longer than "
    return since + percent(rate) + stayed + whole(wins["age_cut"]) + " days were won"
