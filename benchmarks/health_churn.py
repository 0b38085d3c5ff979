"""How well the churn risk of `benchmarks.health` tells which renewals are lost, between named floors and ceilings.

Floors are single numbers: utilisation, open cases, the health total. Ceilings know the generated book's truth:
`class_today` the hidden class of the account's health on the day, `class_at_entry` that of the day on which the renewal
was entered (where that had come), which is what its loss really follows; `truth` the renewal's own deal as well.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.health_books import END, scored_book
from localorg.book import BookSettings, generate, read_truth, write_truth
from scoring import Book, score_health

BACK = (450, 360, 270, 180, 90)  # days before the book's end on which past risks are looked at
ROUND = (60, 120)  # days after them in which renewals are decided
REDRAWN = 200
Numbers = np.ndarray[Any, np.dtype[np.float64]]


def churn(accounts: int, *seeds: int) -> dict[str, Any]:
    """Held-out renewals of some books, scored as of 60 to 120 days before, and the ranking of today's accounts.

    An AUC is the mean of the books' own: risks of one book are not compared with those of another.
    """
    found = [_of_book(accounts, seed) for seed in seeds]
    rows = pd.concat([rows.assign(seed=seed) for seed, (rows, _) in zip(seeds, found, strict=True)], ignore_index=True)
    lost, book = rows["lost"].to_numpy(dtype="float64"), rows["seed"].to_numpy()
    risks = {
        "churn": rows["churn_risk"],
        "utilisation": -rows["utilisation"],
        "cases": rows["open_cases"],
        "total": -rows["health"],
        "class_today": rows["class_today"],
        "class_at_entry": rows["class_at_entry"],
        "truth": rows["truth"],
    }
    told = {name: risk.fillna(risk.mean()).to_numpy(dtype="float64") for name, risk in risks.items()}
    return {
        "books": len(seeds),
        "renewals": len(rows),
        "lost": round(float(lost.mean()), 3),
        **{f"{name}_auc": round(_auc(lost, risk, book), 3) for name, risk in told.items()},
        **_against_utilisation(lost, told["churn"], told["utilisation"], book),
        **{f"{name}_mean": round(float(told[name].mean()), 3) for name in ("churn", "truth")},
        **{f"{name}_log_loss": round(_log_loss(lost, told[name]), 4) for name in ("churn", "truth")},
        **{f"{name}_ece": round(_calibration(lost, told[name]), 3) for name in ("churn", "truth")},
        "rank_with_truth": round(float(np.mean([_rank(today, "churn_risk") for _, today in found])), 3),
        "rank_utilisation_with_truth": round(float(np.mean([-_rank(today, "used") for _, today in found])), 3),
    }


def _of_book(accounts: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The held-out renewals of a book, and its accounts today."""
    settings = BookSettings(
        accounts=accounts, deals=25 * accounts, reps=max(accounts // 25, 4), seed=seed, end=END.date()
    )
    made = generate(settings)
    with tempfile.TemporaryDirectory() as folder:
        write_truth(made.world, Path(folder))
        truth = read_truth(Path(folder), "accounts").to_pandas()
    truth = truth.assign(account_id=truth["account_id"].astype(str), as_of=pd.to_datetime(truth["as_of"]))
    book = scored_book(made)
    rows = pd.concat([_decided(book, truth, END - pd.Timedelta(days=back)) for back in BACK], ignore_index=True)
    today = score_health(book, END).scores.merge(_truth_at(truth, END), on="account_id").dropna(subset=["churn_risk"])
    today = today.assign(used=_used(book).reindex(today["account_id"]).to_numpy())
    return rows.dropna(subset=["churn_risk", "technical", "adoption", "truth"]), today


def _decided(book: Book, truth: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Renewals decided some weeks after a day, with the scores of that day and the truth."""
    deals = book.opportunities
    first, last = (day + pd.Timedelta(days=days) for days in ROUND)
    chosen = deals[(deals["segment"] == "Renew") & deals["is_closed"] & deals["close_date"].between(first, last)]
    found = score_health(book, day)
    wide = found.measures.pivot_table(index="account_id", columns="measure", values="value")
    scores = found.scores.set_index("account_id").join(wide[["utilisation", "open_cases"]])
    rows = chosen[["opportunity_id", "account_id", "is_won", "created_date"]].join(scores, on="account_id")
    rows = rows.assign(lost=~rows["is_won"]).merge(_truth_at(truth, day), on="account_id", how="left")
    entered = rows["created_date"].where(rows["created_date"] < day, day).astype(truth["as_of"].dtype)
    asked = rows[["opportunity_id", "account_id"]].assign(as_of=entered).sort_values("as_of")
    classes = truth[["account_id", "as_of", "health"]].sort_values("as_of")
    then = pd.merge_asof(asked, classes, on="as_of", by="account_id").set_index("opportunity_id")["health"]
    return rows.assign(class_at_entry=then.reindex(rows["opportunity_id"]).to_numpy())


def _truth_at(truth: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    week = truth.loc[truth["as_of"] <= day, "as_of"].max()
    names = {"next_renewal_lost": "truth", "health": "class_today"}
    rows = truth[truth["as_of"] == week]
    return pd.DataFrame({"account_id": rows["account_id"], **{new: rows[old] for old, new in names.items()}})


def _used(book: Book) -> pd.Series[float]:
    last = book.usage[book.usage["week_start"] == book.usage["week_start"].max()]
    sums = last.groupby("account_id")[["active_users", "licensed"]].sum()
    return pd.Series(sums["active_users"] / sums["licensed"], dtype="float64")


def _rank(today: pd.DataFrame, column: str) -> float:
    """Rank correlation of accounts by a column with the truth's risk."""
    return float(today[column].corr(today["truth"], method="spearman"))


def _auc(lost: Numbers, risk: Numbers, book: np.ndarray[Any, Any]) -> float:
    """Mean over the books of the chance that a lost renewal had a higher risk than a kept one."""
    return float(np.mean([_auc_of(lost[own], risk[own]) for own in (book == each for each in np.unique(book))]))


def _auc_of(lost: Numbers, risk: Numbers) -> float:
    rank = pd.Series(risk).rank().to_numpy()
    count = lost.sum()
    return float((rank[lost == 1].sum() - count * (count + 1) / 2) / (count * (len(lost) - count)))


def _log_loss(lost: Numbers, risk: Numbers) -> float:
    inside = np.clip(risk, 1e-6, 1 - 1e-6)
    return float(-(lost * np.log(inside) + (1 - lost) * np.log1p(-inside)).mean())


def _against_utilisation(
    lost: Numbers, risk: Numbers, utilisation: Numbers, book: np.ndarray[Any, Any]
) -> dict[str, float]:
    """How much better the risk ranks than utilisation alone: 5 and 95 % of the difference of their AUC over redrawn
    renewals."""
    rng, found = np.random.default_rng(0), []
    for _ in range(REDRAWN):
        at = rng.integers(0, len(lost), len(lost))
        found.append(_auc(lost[at], risk[at], book[at]) - _auc(lost[at], utilisation[at], book[at]))
    low, high = np.quantile(found, [0.05, 0.95])
    return {"vs_utilisation_low": round(float(low), 3), "vs_utilisation_high": round(float(high), 3)}


def _calibration(lost: Numbers, risk: Numbers) -> float:
    """Mean distance of the mean risk from the share lost, over ten groups of as many renewals by risk."""
    groups = np.array_split(np.argsort(risk, kind="stable"), 10)
    return float(sum(len(own) * abs(risk[own].mean() - lost[own].mean()) for own in groups) / len(risk))
