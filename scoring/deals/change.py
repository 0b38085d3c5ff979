"""What moved a win probability between two days, factor by factor."""

import pandas as pd

from scoring.results import CHANGES, DealScores

BASE = "Base rate"
ANEW = "Model fitted anew"


def explain_change(before: DealScores, after: DealScores, between: DealScores | None = None) -> pd.DataFrame:
    """The points by which each deal's probability changed, by factor; deals scored on both days only.

    Args:
        before: scores of the earlier day.
        after: scores of the later day.
        between: the earlier day scored with the later day's model, where that is another one: what the new fit alone
            changed then counts as a factor of its own.

    Returns:
        `CHANGES`, the factor with the most points first within a deal; a deal's points add up to 100 x (probability
        after - probability before). Factors that moved nothing are left out.
    """
    start = before if between is None else between
    moved = _by_label(start).merge(
        _by_label(after), on=["opportunity_id", "label"], how="outer", suffixes=("", "_then")
    )
    both = set(before.scores["opportunity_id"]) & set(after.scores["opportunity_id"])
    moved = moved[moved["opportunity_id"].isin(both)]
    table = pd.DataFrame(
        {
            "opportunity_id": moved["opportunity_id"],
            "label": moved["label"],
            "points": moved["points_then"].fillna(0.0) - moved["points"].fillna(0.0),
            "before": moved["text"].fillna(""),
            "after": moved["text_then"].fillna(""),
        }
    )
    deals = pd.Series(sorted(both), dtype="str")
    extra = [_common(deals, BASE, pd.Series(100.0 * (after.base_rate - start.base_rate), index=deals.index))]
    if between is not None:
        old, new = (each.scores.set_index("opportunity_id")["win_probability"] for each in (before, between))
        refit = 100.0 * (new.reindex(pd.Index(deals)) - old.reindex(pd.Index(deals)))
        extra.append(_common(deals, ANEW, refit.set_axis(deals.index)))
    table = pd.concat([table, *extra], ignore_index=True)
    table = table[table["points"] != 0.0].assign(size=lambda rows: -rows["points"].abs())
    return CHANGES.conform(table.sort_values(["opportunity_id", "size", "label"], kind="stable"))


def _by_label(scores: DealScores) -> pd.DataFrame:
    return scores.factors[["opportunity_id", "label", "points", "text"]]


def _common(deals: "pd.Series[str]", label: str, points: "pd.Series[float]") -> pd.DataFrame:
    return pd.DataFrame({"opportunity_id": deals, "label": label, "points": points, "before": "", "after": ""})
