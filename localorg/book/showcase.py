"""Which account and deal of a book to show first: the ones with the most to see, found in the data."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from localorg.book.catalogue import STAGES
from localorg.book.generate import Book

MIDDLE = tuple(stage.name for stage in STAGES[2:5])
SOON_DAYS = 120


@dataclass(frozen=True)
class Showcase:
    """Record ids of an account and of one of its deals (the account's, unless it has none)."""

    account_id: str
    opportunity_id: str


def showcase(book: Book) -> Showcase:
    """The account with most of: telemetry, roll-outs, open and escalated cases, something in the red, an open mid-stage
    upsell with history and activities, a renewal soon, and an open gap to its plan. Ties go to the larger gap."""
    accounts = pd.Index(book["Account"]["Id"].to_pylist(), name="account")
    deals = _deals(book)
    signs = _health_signs(book, accounts).join(_deal_signs(book, deals, accounts))
    weights = {
        "telemetry": 2.0,
        "rollout": 2.0,
        "cases": 1.0,
        "escalated": 1.5,
        "stalled": 1.5,
        "idle": 1.5,
        "upsell": 3.0,
        "renewal": 2.0,
        "gap": 1.5,
    }
    points = sum((signs[name] * weight for name, weight in weights.items()), start=pd.Series(0.0, index=accounts))
    best = (
        pd.DataFrame({"points": points, "plan": signs["plan"]}).sort_values(["points", "plan"], kind="stable").index[-1]
    )
    own = deals[deals["AccountId"] == best]
    candidates = own if len(own) else deals
    order = candidates.sort_values(["story", "rows", "Id"], kind="stable")
    return Showcase(str(best), str(order["Id"].iloc[-1]))


def _deals(book: Book) -> pd.DataFrame:
    columns = ["Id", "AccountId", "StageName", "Type", "Amount", "CloseDate", "IsClosed", "IsWon"]
    deals = book["Opportunity"].select(columns).to_pandas()
    deals["CloseDate"] = pd.to_datetime(deals["CloseDate"])
    history = book["OpportunityHistory"]["OpportunityId"].to_pandas().value_counts()
    what = pd.concat([book[name]["WhatId"].to_pandas() for name in ("Task", "Event")]).value_counts()
    deals["rows"] = deals["Id"].map(history).fillna(0)
    deals["acts"] = deals["Id"].map(what).fillna(0)
    told = np.minimum(deals["rows"] / 4, 1) + np.minimum(deals["acts"] / 6, 1)
    deals["story"] = ~deals["IsClosed"] * (
        1 + 2 * (deals["Type"] == "Upsell") + deals["StageName"].isin(MIDDLE) + told + deals["Amount"].notna()
    )
    return deals


def _health_signs(book: Book, accounts: pd.Index) -> pd.DataFrame:
    usage = book["Sidecar_Usage__c"].to_pandas()
    rollout = book["Sidecar_Deployment__c"].to_pandas()
    cases = book["Case"].select(["AccountId", "IsClosed", "IsEscalated"]).to_pandas()
    live = cases[~cases["IsClosed"]]
    recent = usage[usage["Sidecar_Week_Start__c"] == usage["Sidecar_Week_Start__c"].max()]
    busy = recent.groupby("Sidecar_Account__c")[["Sidecar_Active_Users__c", "Sidecar_Licensed__c"]].sum()
    share = (busy["Sidecar_Active_Users__c"] / busy["Sidecar_Licensed__c"]).reindex(accounts)
    stalled = rollout.loc[rollout["Sidecar_Status__c"] == "Stalled", "Sidecar_Account__c"]
    return pd.DataFrame(
        {
            "telemetry": accounts.isin(usage["Sidecar_Account__c"]),
            "rollout": accounts.isin(rollout["Sidecar_Account__c"]),
            "cases": accounts.isin(live["AccountId"]),
            "escalated": accounts.isin(live.loc[live["IsEscalated"], "AccountId"]),
            "stalled": accounts.isin(stalled),
            "idle": (share < 0.55).to_numpy(),
        },
        index=accounts,
    )


def _deal_signs(book: Book, deals: pd.DataFrame, accounts: pd.Index) -> pd.DataFrame:
    today = pd.Timestamp(book.settings.end)
    live = deals[~deals["IsClosed"]]
    upsell = live[
        (live["Type"] == "Upsell") & live["StageName"].isin(MIDDLE) & (live["rows"] >= 3) & (live["acts"] >= 3)
    ]
    soon = live["CloseDate"].between(today, today + pd.Timedelta(days=SOON_DAYS))
    renewal = live[(live["Type"] == "Renewal") & soon]
    plans = book["Sidecar_Plan__c"].select(["Sidecar_Account__c", "Sidecar_Amount__c"]).to_pandas()
    plan = plans.groupby("Sidecar_Account__c")["Sidecar_Amount__c"].sum().reindex(accounts).fillna(0.0)
    start = today.to_period("Q").start_time
    won = deals[deals["IsWon"] & (deals["CloseDate"] >= start)].groupby("AccountId")["Amount"].sum()
    gap = plan - won.reindex(accounts).fillna(0.0)
    return pd.DataFrame(
        {
            "upsell": accounts.isin(upsell["AccountId"]),
            "renewal": accounts.isin(renewal["AccountId"]),
            "gap": (gap > plan * 0.3).to_numpy(),
            "plan": gap.to_numpy(),
        },
        index=accounts,
    )
