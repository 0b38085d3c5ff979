"""What replayed quarters say about the numbers: coverage, width and error beside simpler ways."""

import numpy as np
import pandas as pd

ALL = "All"
PEERS = ("stage_weighted", "commit_category", "last_year")
EARLY_WEEK = 4
# Rows below which a figure is called thin.
THIN = 30


def levels(projected: pd.DataFrame) -> "pd.Series[str]":
    """The level of each row: Org, Team, Rep or Account, with ` by segment` or ` by pillar` for the rows of one."""
    part = np.where(projected["pillar"] == ALL, "", " by pillar")
    return projected["scope"] + np.where(projected["segment"] == ALL, part, " by segment")


def figures(projected: pd.DataFrame, by: "pd.Series[str]") -> pd.DataFrame:
    """Figures of each group of rows.

    Args:
        projected: `PROJECTED`.
        by: the group of each row.

    Returns:
        Indexed by group: quarters, rows; coverage_80 (share of final bookings from worst to best), below, above;
        width_vs_naive (mean width over that of a normal range around the stage-weighted pipeline that holds as many);
        error_week4 (median absolute error of the commit, corporate currency), error_week4_vs_stage_weighted (over that
        of the stage-weighted pipeline), and the same against the other peers; bias (expected over final); thin
        (whether there are few rows).
    """
    table = projected.assign(
        held=_held(projected),
        below=projected["final"] < projected["worst"] - 0.5,
        above=projected["final"] > projected["best"] + 0.5,
        width=projected["best"] - projected["worst"],
    )
    return pd.DataFrame({str(name): _figures(rows) for name, rows in table.groupby(by, sort=False)}).T


def _held(rows: pd.DataFrame) -> "pd.Series[bool]":
    return (rows["final"] >= rows["worst"] - 0.5) & (rows["final"] <= rows["best"] + 0.5)


def _figures(rows: pd.DataFrame) -> dict[str, object]:
    coverage = float(rows["held"].mean())
    spread = rows["stage_spread"].clip(lower=1.0)
    times = (rows["final"] - rows["stage_weighted"]).abs() / spread
    naive = float((2.0 * np.quantile(times, coverage) * spread).mean())
    week = rows[rows["week"] == EARLY_WEEK]
    error = _median_error(week["commit"], week["final"])
    total = float(rows["final"].sum())
    return {
        "quarters": int(rows["quarter"].nunique()),
        "rows": len(rows),
        "coverage_80": coverage,
        "below": float(rows["below"].mean()),
        "above": float(rows["above"].mean()),
        "width_vs_naive": _ratio(float(rows["width"].mean()), naive),
        "error_week4": error,
        **{f"error_week4_vs_{peer}": _ratio(error, _median_error(week[peer], week["final"])) for peer in PEERS},
        "bias": _ratio(float(rows["expected"].sum()), total),
        "thin": len(rows) < THIN,
    }


def _median_error(said: "pd.Series[float]", final: "pd.Series[float]") -> float:
    off = (said - final).abs().dropna()
    return float(off.median()) if len(off) else float("nan")


def _ratio(ours: float, theirs: float) -> float:
    return ours / theirs if theirs > 0 else float("nan")


def by_week(projected: pd.DataFrame) -> pd.DataFrame:
    """Coverage, and median absolute errors of the commit and of each peer, by week of the quarter.

    Args:
        projected: `PROJECTED` rows of one level.

    Returns:
        Indexed by week: coverage_80, commit and one column per peer (corporate currency).
    """
    weeks = projected.assign(held=_held(projected)).groupby("week", sort=True)
    columns = {"coverage_80": weeks["held"].mean()}
    for name in ("commit", *PEERS):
        off = (projected[name] - projected["final"]).abs()
        columns[name] = off.groupby(projected["week"]).median()
    return pd.DataFrame(columns)
