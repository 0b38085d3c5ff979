"""From measures to dimensions, total, coverage and the reasons for the points that are lost.

A measure counts with its weight times its freshness; a missing one counts as nothing and lowers the coverage.
"""

import numpy as np
import pandas as pd

from scoring.health.catalogue import DIMENSION_KEYS, DIMENSION_LABELS, MEASURES, catalogue
from scoring.health.settings import HealthSettings
from scoring.results import REASONS
from scoring.words import joined


def with_catalogue(rows: pd.DataFrame) -> pd.DataFrame:
    """Measured rows with dimension, label, unit, weight, owner and action, ordered by account and catalogue."""
    table = rows.merge(catalogue().reset_index(), on="measure", how="left")
    return table.sort_values(["account_id", "order"], kind="stable", ignore_index=True)


def dimension_scores(measures: pd.DataFrame, accounts: pd.Index, settings: HealthSettings) -> pd.DataFrame:
    """The dimensions of every account.

    Args:
        measures: result of `with_catalogue`.
        accounts: account ids.
        settings: weights and `needed_coverage`.

    Returns:
        account_id, dimension, label, score (0..100, NaN under the needed coverage), coverage (0..1), weight (in the
        total), counting (sum of weight x freshness), missing; three rows per account in the order of the catalogue.
    """
    counting = measures["weight"] * measures["freshness"]
    parts = measures[["account_id", "dimension"]].assign(counting=counting, points=counting * measures["score"])
    sums = parts.groupby(["account_id", "dimension"])[["counting", "points"]].sum()
    every = pd.MultiIndex.from_product([accounts, DIMENSION_KEYS], names=["account_id", "dimension"])
    table = sums.reindex(every).fillna(0.0).reset_index()
    full = table["dimension"].map(catalogue().groupby("dimension")["weight"].sum().to_dict()).astype("float64")
    coverage = (table["counting"] / full).clip(upper=1.0)
    known = (coverage >= settings.needed_coverage) & (table["counting"] > 0)
    return table.assign(
        label=table["dimension"].map(DIMENSION_LABELS),
        score=(table["points"] / table["counting"].where(known)).clip(0.0, 100.0),
        coverage=coverage,
        weight=table["dimension"].map(settings.dimension_weights).astype("float64"),
        missing=_missing_labels(measures, every).to_numpy(),
    ).drop(columns="points")


def _missing_labels(measures: pd.DataFrame, every: pd.MultiIndex) -> "pd.Series[str]":
    accounts, dimensions = every.get_level_values("account_id"), every.get_level_values("dimension")
    flags = {}
    for measure in MEASURES:
        there = pd.Index(measures.loc[measures["measure"] == measure.key, "account_id"])
        flags[measure.label] = (dimensions == measure.dimension) & ~accounts.isin(there)
    return joined(pd.DataFrame(flags, index=every))


def totals(dimensions: pd.DataFrame) -> pd.DataFrame:
    """Total and coverage of each account.

    Returns:
        Indexed by account id: health (0..100, NaN without a known dimension), coverage (0..1), known_weight.
    """
    known = dimensions["score"].notna()
    parts = dimensions.assign(
        points=(dimensions["weight"] * dimensions["score"]).fillna(0.0),
        known_weight=dimensions["weight"].where(known, 0.0),
        covered=dimensions["weight"] * dimensions["coverage"],
    )
    sums = parts.groupby("account_id", sort=True)[["points", "known_weight", "covered"]].sum()
    health = (sums["points"] / sums["known_weight"].where(sums["known_weight"] > 0)).clip(0.0, 100.0)
    return pd.DataFrame(
        {"health": health, "coverage": sums["covered"].clip(0.0, 1.0), "known_weight": sums["known_weight"]}
    )


def lost_points(measures: pd.DataFrame, dimensions: pd.DataFrame, totals_: pd.DataFrame) -> pd.DataFrame:
    """What each measure takes off a perfect 100, most first.

    A measure loses (its share of the dimension) x (the dimension's share of the known ones) x (100 - score), so that
    the points of an account add up to its total - 100. Measures of unknown dimensions lose nothing, because they do
    not count.

    Returns:
        `REASONS` and owner, action; only rows that lose points.
    """
    of_dimension = dimensions[["account_id", "dimension", "score", "counting", "weight"]].rename(
        columns={"score": "dimension_score", "weight": "dimension_weight"}
    )
    table = measures.merge(of_dimension, on=["account_id", "dimension"], how="inner")
    table = table[table["dimension_score"].notna()].reset_index(drop=True)
    known = totals_["known_weight"].reindex(pd.Index(table["account_id"])).to_numpy()
    share = table["weight"] * table["freshness"] / table["counting"] * table["dimension_weight"] / known
    table["points"] = -share * (100.0 - table["score"])
    table = table[table["points"] < 0.0].sort_values(
        ["account_id", "points", "order"], kind="stable", ignore_index=True
    )
    table["rank"] = table.groupby("account_id").cumcount() + 1
    return table[[*REASONS.names, "owner", "action"]]


def bands(health: "pd.Series[float]", settings: HealthSettings) -> "pd.Series[str]":
    """Green, Yellow, Red, or Unknown where there is no total."""
    words = np.select(
        [health.isna(), health >= settings.green_from, health >= settings.yellow_from],
        ["Unknown", "Green", "Yellow"],
        "Red",
    )
    return pd.Series(words, index=health.index, dtype="str")
