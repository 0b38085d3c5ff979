"""What moved a win probability away from the base rate, in percentage points and in words."""

import numpy as np
import pandas as pd
from scipy.special import logit

from scoring.days import date_text
from scoring.deals.factor_words import model_texts
from scoring.deals.outlook import Outlook
from scoring.deals.win_rates import WinRates
from scoring.results import FACTORS
from scoring.words import counted, percent, whole

# Label, share of the probability, words, and whether it applies: columns over deals.
Step = tuple[str, "pd.Series[float]", "pd.Series[str]", "pd.Series[bool]"]
# Factors of less than this many points are told as one.
SMALL = 0.5
OTHER = "Everything else"


def factor_table(deals: pd.DataFrame, outlook: Outlook, rates: WinRates) -> pd.DataFrame:
    """Factors of each deal, the one with the most points first.

    A deal's points add up to 100 x (probability - rates.base_rate) exactly. With the model, a factor has its share of
    the log-odds between the base rate and the probability, in points of the straight line between the two; else it is
    the difference between the rate after a step and that before. A factor that does not apply to a deal has no row.

    Args:
        deals: result of `open_deals`.
        outlook: of the same deals.
        rates: the rates the probabilities start from.

    Returns:
        `FACTORS`.
    """
    wins = outlook.wins
    if outlook.log_odds is None or outlook.features is None:
        steps = [
            ("Stage", wins["after_stage"] - rates.base_rate, _stage_text(deals, wins, rates), deals["stage"].notna()),
            (
                "Segment",
                wins["after_segment"] - wins["after_stage"],
                _segment_text(deals, wins),
                wins["cell_deals"].notna(),
            ),
            (
                "Time in stage",
                wins["probability"] - wins["after_segment"],
                _age_text(deals, wins),
                wins["age_cut"].notna(),
            ),
        ]
    else:
        steps = _of_model(deals, outlook, rates)
    labels, points, texts, applies = zip(*steps, strict=True)
    order, deal = np.nonzero(np.stack(applies))
    table = pd.DataFrame(
        {
            "opportunity_id": deals["opportunity_id"].array[deal],
            "order": order,
            "label": np.array(labels)[order],
            "points": 100.0 * np.stack(points)[order, deal],
            "text": pd.concat(texts).array[order * len(deals) + deal],
        }
    )
    table["size"] = -table["points"].abs()
    table = table.sort_values(["opportunity_id", "size", "order"], kind="stable", ignore_index=True)
    return FACTORS.conform(table.assign(rank=table.groupby("opportunity_id").cumcount() + 1))


def _of_model(deals: pd.DataFrame, outlook: Outlook, rates: WinRates) -> list[Step]:
    features = outlook.features
    assert features is not None and outlook.log_odds is not None
    base = float(logit(rates.base_rate))
    added = outlook.log_odds.drop(columns="start")
    added["Stage"] = added["Stage"] + outlook.log_odds["start"] - base
    total = added.sum(axis=1).to_numpy()
    moved = outlook.probability.to_numpy() - rates.base_rate
    # Where the two are the same, the line is the tangent.
    tangent = rates.base_rate * (1.0 - rates.base_rate)
    apart = np.abs(total) > 1e-9
    slope = np.where(apart, moved / np.where(apart, total, 1.0), tangent)
    points = added.mul(slope, axis=0)
    small = points.abs() < SMALL / 100.0
    small["Stage"] = False
    texts = model_texts(deals, features)
    texts["Stage"] = _stage_text(deals, outlook.wins, rates)
    texts["Segment"] = _segment_text(deals, outlook.wins)
    steps: list[Step] = [
        (name, points[name], texts.get(name, pd.Series(name, index=deals.index)), ~small[name])
        for name in points.columns
    ]
    rest = points.where(small, 0.0).sum(axis=1)
    words = counted(small.sum(axis=1).astype("float64"), "smaller factor") + " together"
    return [*steps, (OTHER, rest, words, small.any(axis=1))]


def _stage_text(deals: pd.DataFrame, wins: pd.DataFrame, rates: WinRates) -> "pd.Series[str]":
    reached = " that reached " + deals["stage"].fillna("")
    rate = wins["stage_won"] / wins["stage_deals"].where(wins["stage_deals"] > 0)
    text = percent(rate) + " of " + counted(wins["stage_deals"], "closed deal") + reached + " were won"
    default = "the stage's default of " + percent(wins["stage_default"])
    if rates.base_deals == 0:
        unseen = "No deal was closed yet; " + default + " counts half, an even chance the other half"
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
