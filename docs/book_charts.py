"""The charts of `docs/generated-book.md`: each a function from the book's tables to SVG."""

from collections.abc import Callable
from dataclasses import dataclass

import charts
import numpy as np
import pandas as pd

from localorg.book import Book
from localorg.book.catalogue import PILLARS, SEGMENTS, STAGES
from localorg.book.measures import prepared, pushes

MONTHS = 30.44


@dataclass
class Tables:
    """A book's tables as frames. deals: prepared, with their pillar, pushes and number of activities."""

    deals: pd.DataFrame
    history: pd.DataFrame
    usage: pd.DataFrame
    last_day: pd.Timestamp

    @property
    def closed(self) -> pd.DataFrame:
        """The closed deals."""
        return self.deals[self.deals["IsClosed"]]

    @property
    def won(self) -> pd.DataFrame:
        """The won deals."""
        return self.deals[self.deals["IsWon"]]


def tables_of(book: Book) -> Tables:
    """The frames that the charts need."""
    deals = prepared(book["Opportunity"].to_pandas())
    history = book["OpportunityHistory"].to_pandas().sort_values(["OpportunityId", "CreatedDate"], kind="stable")
    done = pd.concat([book[name]["WhatId"].to_pandas() for name in ("Task", "Event")]).value_counts()
    deals["pillar"] = np.array(PILLARS)[book.world.deals.profile.pillar]
    deals["pushes"] = deals["Id"].map(pushes(history)).fillna(0).astype(int)
    deals["activities"] = deals["Id"].map(done).fillna(0)
    usage = book["Sidecar_Usage__c"].select(
        ["Sidecar_Account__c", "Sidecar_Week_Start__c", "Sidecar_Active_Users__c", "Sidecar_Licensed__c"]
    )
    return Tables(deals, history, usage.to_pandas(), pd.Timestamp(book.settings.end))


def win_rates(tables: Tables) -> str:
    """Win rate by segment and pillar."""
    rate = tables.closed.groupby(["Type", "pillar"])["IsWon"].mean().unstack() * 100
    series = {segment: [float(rate.loc[segment, pillar]) for pillar in PILLARS] for segment in SEGMENTS}
    return charts.bars("Deals won of deals closed", PILLARS, series, " %")


def cycles(tables: Tables) -> str:
    """How long won deals took."""
    edges = np.arange(0, 19)
    series = {}
    for segment in SEGMENTS:
        own = tables.won.loc[tables.won["Type"] == segment, "cycle"] / MONTHS
        count, _ = np.histogram(np.minimum(own, 17.5), edges)
        series[segment] = [float(x) for x in 100 * count / count.sum()]
    labels = [str(month) if month % 3 == 0 else "" for month in edges[:-1]]
    return charts.lines("Months from entry to close, won deals", labels, series, " %")


def amounts(tables: Tables) -> str:
    """Amounts of won deals, on a logarithmic axis."""
    edges = np.geomspace(20_000, 3_000_000, 22)
    series = {}
    for segment in SEGMENTS:
        own = tables.won.loc[tables.won["Type"] == segment, "Amount"].clip(edges[0], edges[-1] * 0.999)
        count, _ = np.histogram(own, edges)
        series[segment] = [float(x) for x in 100 * count / count.sum()]
    labels = [f"{edge / 1000:,.0f}K" if place % 4 == 0 else "" for place, edge in enumerate(edges[:-1])]
    return charts.lines("Yearly amount of won deals, USD", labels, series, " %")


def pushed(tables: Tables) -> str:
    """Closed deals by pushes, and how many of them were won."""
    own = tables.closed[tables.closed["Type"] != SEGMENTS[0]]
    groups = own.groupby(own["pushes"].clip(upper=4))["IsWon"].agg(["size", "mean"])
    series = {
        "share of deals": [float(x) for x in 100 * groups["size"] / len(own)],
        "won of them": [float(x) for x in 100 * groups["mean"]],
    }
    return charts.bars(
        "Pushes of the close date into a later month, new business", ("0", "1", "2", "3", "4+"), series, " %"
    )


def weeks_of_quarter(tables: Tables) -> str:
    """Wins by week of their quarter."""
    start = tables.won["CloseDate"].dt.to_period("Q").dt.start_time
    week = ((tables.won["CloseDate"] - start).dt.days // 7).clip(upper=12)
    share = (100 * week.value_counts(normalize=True)).reindex(range(13), fill_value=0.0)
    return charts.bars("Wins by week of the quarter", [str(n + 1) for n in range(13)], {"wins": share.tolist()}, " %")


def stage_ages(tables: Tables) -> str:
    """Median days that won deals spent in each stage."""
    rows = tables.history
    moved = rows[rows["StageName"] != rows.groupby("OpportunityId")["StageName"].shift()].copy()
    moved["days"] = (moved.groupby("OpportunityId")["CreatedDate"].shift(-1) - moved["CreatedDate"]).dt.days
    kinds = tables.won.set_index("Id")["Type"]
    moved = moved[moved["OpportunityId"].isin(kinds.index)].assign(kind=lambda found: found["OpportunityId"].map(kinds))
    days = moved.groupby(["kind", "StageName"])["days"].median().unstack()
    names = [stage.name for stage in STAGES[:6]]
    series = {segment: [_or_none(days.loc[segment].get(name)) for name in names] for segment in SEGMENTS}
    return charts.bars("Median days in stage, won deals", [f"stage {name[0]}" for name in names], series)


def rep_spread(tables: Tables) -> str:
    """Each rep's bookings as a share of the average, best first."""
    booked = tables.won.groupby("OwnerId")["Amount"].sum().sort_values(ascending=False)
    share = (100 * booked / booked.mean()).tolist()
    labels = [str(n + 1) if n % 5 == 0 else "" for n in range(len(share))]
    return charts.bars("Bookings of each rep, % of the average rep's", labels, {"bookings": share}, " %")


def activity(tables: Tables) -> str:
    """Activities a month, by how the deal ended."""
    deals = tables.deals
    end = deals["CloseDate"].where(deals["IsClosed"], tables.last_day)
    months = ((end - deals["CreatedDate"]).dt.days / MONTHS).clip(lower=1)
    rate = deals["activities"] / months
    kinds = {"won": deals["IsWon"], "lost": deals["IsClosed"] & ~deals["IsWon"], "open": ~deals["IsClosed"]}
    edges = np.arange(0, 9)
    series = {}
    for name, rows in kinds.items():
        count, _ = np.histogram(rate[rows].clip(upper=7.99), edges)
        series[name] = [float(x) for x in 100 * count / count.sum()]
    labels = [f"{n} to {n + 1}" if n < 7 else "7+" for n in edges[:-1]]
    return charts.bars("Logged activities a month and deal", labels, series, " %")


def churn(tables: Tables) -> str:
    """Licences in use in the weeks before a renewal was decided."""
    closed = tables.closed[(tables.closed["Type"] == SEGMENTS[0]) & tables.closed["AccountId"].notna()]
    usage = tables.usage.groupby(["Sidecar_Account__c", "Sidecar_Week_Start__c"]).sum().reset_index()
    usage["share"] = usage["Sidecar_Active_Users__c"] / usage["Sidecar_Licensed__c"]
    usage["week"] = pd.to_datetime(usage["Sidecar_Week_Start__c"])
    both = closed.merge(usage, left_on="AccountId", right_on="Sidecar_Account__c")
    both["before"] = (both["CloseDate"] - both["week"]).dt.days // 7
    both = both[both["before"].between(0, 51)]
    mean = 100 * both.groupby(["IsWon", "before"])["share"].mean().unstack()
    order = list(range(51, -1, -1))
    series = {
        "renewed": [float(mean.loc[True, week]) for week in order],
        "lost": [float(mean.loc[False, week]) for week in order],
    }
    labels = [str(-week) if week % 13 == 0 else "" for week in order]
    return charts.lines("Licences in use, weeks before the renewal was decided", labels, series, " %")


def _or_none(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


ALL: dict[str, Callable[[Tables], str]] = {
    "win-rates": win_rates,
    "cycles": cycles,
    "amounts": amounts,
    "pushes": pushed,
    "quarter": weeks_of_quarter,
    "stages": stage_ages,
    "reps": rep_spread,
    "activity": activity,
    "churn": churn,
}
