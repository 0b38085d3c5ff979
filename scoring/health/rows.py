"""Rows of measured values, and short lists of the records behind them."""

import pandas as pd

# Records listed behind a measure.
LISTED = 5
COLUMNS = ["account_id", "measure", "value", "score", "freshness", "text", "record_ids"]


def measured(
    measure: str,
    value: "pd.Series[float]",
    score: "pd.Series[float]",
    text: "pd.Series[str]",
    records: "pd.Series[str] | None" = None,
    freshness: "pd.Series[float] | float" = 1.0,
) -> pd.DataFrame:
    """One row per account that has a value.

    Args:
        measure: key of the measure.
        value: in the measure's unit, indexed by account id; NaN where there is no data.
        score: 0..100 before clipping, aligned with `value`.
        text: words with the numbers.
        records: result of `few_ids`.
        freshness: 0..1; a row of freshness 0 is left out.

    Returns:
        `COLUMNS`.
    """
    listed = pd.Series("", index=value.index, dtype="str") if records is None else records.reindex(value.index)
    table = pd.DataFrame(
        {
            "measure": pd.Series(measure, index=value.index, dtype="str"),
            "value": value,
            "score": score.clip(0.0, 100.0),
            "freshness": freshness,
            "text": text,
            "record_ids": listed.fillna(""),
        },
        index=value.index,
    )
    table = table[table["value"].notna() & (table["freshness"] > 0.0)].rename_axis("account_id").reset_index()
    return table.astype({"account_id": "str"})[COLUMNS]


def few_ids(accounts: "pd.Series[str]", ids: "pd.Series[str]") -> "pd.Series[str]":
    """The first few ids of each account joined by `;`, indexed by account."""
    rows = pd.DataFrame({"account_id": accounts, "id": ids}).sort_values(["account_id", "id"], kind="stable")
    rows["rank"] = rows.groupby("account_id").cumcount()
    first = rows[rows["rank"] == 0].set_index("account_id")["id"]
    listed = first.astype("str")
    for rank in range(1, LISTED):
        following = rows[rows["rank"] == rank].set_index("account_id")["id"]
        listed = listed + (";" + following.reindex(listed.index)).fillna("")
    return listed


def linear(value: "pd.Series[float]", worst: float, best: float) -> "pd.Series[float]":
    """0 at `worst`, 100 at `best`, straight between; not clipped."""
    return 100.0 * (value - worst) / (best - worst)
