"""The measurements of `benchmarks.health`, each in a process of its own; prints one line of JSON.

churn ACCOUNTS SEED   risks of a generated book against what happened, and against the truth
maven                 an export without any input of health
speed ACCOUNTS        all accounts, measures and weeks, at once and for one in a hundred accounts
apply ACCOUNTS        the same values in plain pandas, an account and a week at a time
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.health_books import END, large_book, maven_book, scored_book
from benchmarks.report import peak_mb
from localorg.book import BookSettings, generate, read_truth, write_truth
from scoring import Book, score_health

BACK = (450, 360, 270, 180, 90)  # days before the book's end on which past risks are looked at
REDRAWN = 400
ROUND = (60, 120)  # days after them in which renewals are decided


def churn(accounts: int, seed: int) -> dict[str, Any]:
    """Held-out renewals, scored as of 60 to 120 days before, and the ranking of today's accounts."""
    settings = BookSettings(
        accounts=accounts, deals=25 * accounts, reps=max(accounts // 25, 4), seed=seed, end=END.date()
    )
    made = generate(settings)
    with tempfile.TemporaryDirectory() as folder:
        write_truth(made.world, Path(folder))
        truth = read_truth(Path(folder), "accounts").to_pandas()
    book = scored_book(made)
    truth = truth.assign(account_id=truth["account_id"].astype(str), as_of=pd.to_datetime(truth["as_of"]))
    rows = pd.concat([_decided(book, truth, END - pd.Timedelta(days=back)) for back in BACK], ignore_index=True)
    rows = rows.dropna(subset=["churn_risk", "technical", "adoption", "truth"])
    lost = rows["lost"].to_numpy(dtype="float64")
    today = score_health(book, END).scores.merge(_truth_at(truth, END), on="account_id").dropna(subset=["churn_risk"])
    risks = {
        "churn": rows["churn_risk"],
        "utilisation": -rows["utilisation"],
        "cases": rows["open_cases"],
        "total": -rows["health"],
        "truth": rows["truth"],
    }
    return {
        "renewals": len(rows),
        "lost": round(float(lost.mean()), 3),
        "mean_risk": round(float(rows["churn_risk"].mean()), 3),
        **{f"{name}_auc": round(_auc(lost, risk.to_numpy(dtype="float64")), 3) for name, risk in risks.items()},
        "truth_mean": round(float(rows["truth"].mean()), 3),
        **{
            f"{name}_log_loss": round(_log_loss(lost, rows[column].to_numpy(dtype="float64")), 4)
            for name, column in (("churn", "churn_risk"), ("truth", "truth"))
        },
        **_against_utilisation(lost, risks["churn"].to_numpy(), risks["utilisation"].to_numpy(dtype="float64")),
        "churn_ece": round(_calibration(lost, rows["churn_risk"].to_numpy()), 3),
        "truth_ece": round(_calibration(lost, rows["truth"].to_numpy(dtype="float64")), 3),
        "rank_with_truth": round(float(today["churn_risk"].corr(today["truth"], method="spearman")), 3),
        "rank_utilisation_with_truth": round(
            float(
                -_used(book).reindex(today["account_id"]).set_axis(today.index).corr(today["truth"], method="spearman")
            ),
            3,
        ),
    }


def _decided(book: Book, truth: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Renewals decided some weeks after a day, with the scores of that day."""
    deals = book.opportunities
    first, last = (day + pd.Timedelta(days=days) for days in ROUND)
    chosen = deals[(deals["segment"] == "Renew") & deals["is_closed"] & deals["close_date"].between(first, last)]
    found = score_health(book, day)
    wide = found.measures.pivot_table(index="account_id", columns="measure", values="value")
    scores = found.scores.set_index("account_id").join(wide[["utilisation", "open_cases"]])
    rows = chosen[["opportunity_id", "account_id", "is_won"]].join(scores, on="account_id")
    return rows.assign(lost=~rows["is_won"]).merge(_truth_at(truth, day), on="account_id", how="left")


def _truth_at(truth: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    week = truth.loc[truth["as_of"] <= day, "as_of"].max()
    rows = truth[truth["as_of"] == week]
    return pd.DataFrame({"account_id": rows["account_id"], "truth": rows["next_renewal_lost"]})


def _used(book: Book) -> pd.Series[float]:
    last = book.usage[book.usage["week_start"] == book.usage["week_start"].max()]
    sums = last.groupby("account_id")[["active_users", "licensed"]].sum()
    return pd.Series(sums["active_users"] / sums["licensed"], dtype="float64")


def _auc(lost: np.ndarray[Any, Any], risk: np.ndarray[Any, Any]) -> float:
    known = ~np.isnan(risk)
    rank = pd.Series(risk[known]).rank().to_numpy()
    count = lost[known].sum()
    return float((rank[lost[known] == 1].sum() - count * (count + 1) / 2) / (count * (known.sum() - count)))


def _log_loss(lost: np.ndarray[Any, Any], risk: np.ndarray[Any, Any]) -> float:
    inside = np.clip(risk, 1e-6, 1 - 1e-6)
    return float(-(lost * np.log(inside) + (1 - lost) * np.log1p(-inside)).mean())


def _against_utilisation(
    lost: np.ndarray[Any, Any], risk: np.ndarray[Any, Any], utilisation: np.ndarray[Any, Any]
) -> dict[str, float]:
    """How much better the risk ranks than utilisation alone: 5 and 95 % of the difference of their AUC over redrawn
    renewals."""
    rng, found = np.random.default_rng(0), []
    for _ in range(REDRAWN):
        chosen = rng.integers(0, len(lost), len(lost))
        found.append(_auc(lost[chosen], risk[chosen]) - _auc(lost[chosen], utilisation[chosen]))
    low, high = np.quantile(found, [0.05, 0.95])
    return {"vs_utilisation_low": round(float(low), 3), "vs_utilisation_high": round(float(high), 3)}


def _calibration(lost: np.ndarray[Any, Any], risk: np.ndarray[Any, Any]) -> float:
    """Mean distance of the mean risk from the share lost, over ten groups of as many renewals by risk."""
    groups = np.array_split(np.argsort(risk, kind="stable"), 10)
    return float(sum(len(own) * abs(risk[own].mean() - lost[own].mean()) for own in groups) / len(risk))


def maven() -> dict[str, Any]:
    """What is said of accounts of which nothing is known."""
    book = maven_book()
    if book is None:
        return {}
    found = score_health(book, pd.Timestamp("2017-12-31"))
    scores = found.scores
    return {
        "accounts": len(scores),
        "coverage": round(float(scores["coverage"].max()), 3),
        "unknown": round(float((scores["band"] == "Unknown").mean()), 3),
        "scores": int(scores[["health", "technical", "deployment", "adoption"]].notna().any(axis=1).sum()),
        "reasons": len(found.reasons),
        "actions": len(found.playbooks),
    }


def speed(accounts: int) -> dict[str, Any]:
    """Seconds of all accounts, and of one in a hundred as after a change of these."""
    book = large_book(accounts)
    base = peak_mb()
    began, work = time.perf_counter(), time.process_time()
    scores = score_health(book, END).scores
    seconds, processor = time.perf_counter() - began, time.process_time() - work
    peak = peak_mb()
    work = time.process_time()
    score_health(book, END, accounts=pd.Index(scores["account_id"].iloc[::100]))
    return {
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "some_processor_seconds": round(time.process_time() - work, 2),
        "book_mb": base,
        "peak_mb": peak,
    }


def apply(accounts: int) -> dict[str, Any]:
    """Processor seconds of the same measures and weeks by groupby-apply."""
    book = large_book(accounts)
    days = [END - pd.Timedelta(days=7 * week) for week in range(26)]
    parts = {name: dict(list(getattr(book, name).groupby("account_id"))) for name in ("cases", "deployments", "assets")}
    work = time.process_time()

    def one(usage: pd.DataFrame) -> pd.DataFrame:
        own = {name: tables[usage["account_id"].iloc[0]] for name, tables in parts.items()}
        return pd.DataFrame([_plain_measures(usage, **own, day=day) for day in days])

    pd.concat([one(usage) for _, usage in book.usage.groupby("account_id")])
    return {"processor_seconds": round(time.process_time() - work, 2)}


def _plain_measures(
    usage: pd.DataFrame, cases: pd.DataFrame, deployments: pd.DataFrame, assets: pd.DataFrame, day: pd.Timestamp
) -> dict[str, float]:
    """The measures as one would write them down; without freshness, targets and points."""
    known = cases[cases["created_date"] <= day]
    opened = known[~(known["closed_date"] <= day)]
    load = pd.to_numeric(opened["priority"].map({"Critical": 4, "High": 2})).fillna(1).sum()
    closed = known[known["closed_date"].between(day - pd.Timedelta(days=180), day)]
    limit = pd.to_numeric(closed["priority"].map({"Critical": 5, "High": 10})).fillna(20)
    recent = known["created_date"] > day - pd.Timedelta(days=90)
    found = {
        "open": load,
        "old": (opened["created_date"] < day - pd.Timedelta(days=30)).sum(),
        "escalated": (known["is_escalated"] & recent).sum(),
        "reopened": ((known["reopened"] > 0) & recent).sum(),
        "resolved": ((closed["closed_date"] - closed["created_date"]).dt.days <= limit).mean(),
        "lapsed": (assets["usage_end_date"] < day).mean(),
    }
    begun = deployments[deployments["started_on"] <= day]
    found |= {
        "deployed": (begun["deployed"] / begun["bought"]).mean(),
        "milestones": (begun["milestones_reached"] / begun["milestones_planned"]).mean(),
        "days": (begun["completed_on"].where(begun["completed_on"] <= day, day) - begun["started_on"]).dt.days.mean(),
        "late": ((begun["target_date"] < day) & ~(begun["completed_on"] <= day)).mean(),
    }
    weeks = usage[usage["week_start"] <= day - pd.Timedelta(days=6)]
    last = weeks[weeks["week_start"] > day - pd.Timedelta(days=20)].groupby("product").sum(numeric_only=True)
    newer = weeks[weeks["week_start"] > day - pd.Timedelta(days=34)].groupby("product")["active_users"].mean()
    older = weeks[weeks["week_start"].between(day - pd.Timedelta(days=62), day - pd.Timedelta(days=35))]
    eight = weeks[weeks["week_start"] > day - pd.Timedelta(days=62)]
    share = assets.set_index("product")["arr"] / assets["arr"].sum()
    found |= {
        "utilisation": (last["active_users"] / last["licensed"] * share).sum(),
        "breadth": (last["features_used"] / last["features_bought"] * share).sum(),
        "depth": (last["volume"] / last["licensed"] * share).sum(),
        "trend": ((newer / older.groupby("product")["active_users"].mean() - 1) * share).sum(),
        "regular": (eight["active_users"] >= 0.1 * eight["licensed"]).mean(),
    }
    return found


WAYS: dict[str, Callable[..., dict[str, Any]]] = {"churn": churn, "maven": maven, "speed": speed, "apply": apply}

if __name__ == "__main__":
    print(json.dumps(WAYS[sys.argv[1]](*map(int, sys.argv[2:]))))
