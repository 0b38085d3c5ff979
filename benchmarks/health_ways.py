"""The measurements of `benchmarks.health`, each in a process of its own; prints one line of JSON.

churn ACCOUNTS SEEDS  risks of generated books against what happened, and against the truth
maven                 an export without any input of health
speed ACCOUNTS        all accounts, measures and weeks, at once and for one in a hundred accounts
apply ACCOUNTS        the same values in plain pandas, an account and a week at a time
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import pandas as pd

from benchmarks.health_books import END, large_book, maven_book
from benchmarks.health_churn import churn
from benchmarks.report import peak_mb
from scoring import score_health


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
