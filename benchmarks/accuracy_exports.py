"""The exports in ../shared/data as tables for a win model, with what was known then."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

DATA = Path(__file__).parents[2] / "shared" / "data"
WON = "won"


@dataclass(frozen=True)
class Deals:
    """Closed deals of one export.

    Attributes:
        table: the predictors, `won`, and `began`, the day a deal began, where it is known.
        categories, numbers: names of the predictors.
    """

    table: pd.DataFrame
    categories: list[str]
    numbers: list[str]

    @property
    def predictors(self) -> list[str]:
        """All of them."""
        return self.categories + self.numbers

    def where(self, rows: pd.Series) -> Deals:
        """Some of the deals."""
        return Deals(self.table[rows].reset_index(drop=True), self.categories, self.numbers)


def _read(folder: str, name: str) -> pd.DataFrame:
    return pd.read_csv(next((DATA / folder).glob(f"{name}.csv*")))


def _moments(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, utc=True, format="ISO8601").dt.tz_localize(None)


def loan_applications() -> tuple[Deals, Deals]:
    """bpic2012: applications still open after 7 days, with what was known then; those that ended before 2012, and those
    that began from 2012-01-01 to 2012-02-12."""
    deals, history, calls = (_read("bpic2012", name) for name in ("Opportunity", "OpportunityHistory", "Task"))
    history["at"], calls["at"] = _moments(history["CreatedDate"]), _moments(calls["CompletedDateTime"])
    closed = history[history["StageName"].isin(["Closed Won", "Closed Lost"])]
    deals = deals[deals["IsClosed"]].set_index("Id")
    deals["began"], deals["ended"] = _moments(deals["CreatedDate"]), closed.groupby("OpportunityId")["at"].max()
    deals["then"] = deals["began"] + pd.Timedelta(days=7)
    deals = deals[deals["ended"] > deals["then"]]
    known = history.join(deals["then"], on="OpportunityId").query("at <= then").sort_values("at", kind="stable")
    called = calls.join(deals["then"], on="WhatId").query("at <= then").groupby("WhatId")["at"]
    last = known.groupby("OpportunityId").last()
    offers = known[known["StageName"] == "O_SENT"].groupby("OpportunityId").size()
    events = pd.concat([last["at"], called.max()], axis=1).max(axis=1)
    table = deals[["began", "ended"]].assign(
        won=deals["IsWon"].astype(bool),
        stage=last["StageName"],
        amount=last["Amount"].astype("float64"),
        calls=called.size().reindex(deals.index, fill_value=0),
        offers=offers.reindex(deals.index, fill_value=0),
        quiet_days=(deals["then"] - events).dt.total_seconds() / 86_400.0,
    )
    found = Deals(table, ["stage"], ["amount", "calls", "offers", "quiet_days"])
    later = table["began"].between("2012-01-01", "2012-02-12T23:59:59")
    return found.where(table["ended"] < "2012-01-01"), found.where(later)


def hardware_sales() -> tuple[Deals, Deals]:
    """maven_crm: closed deals with what was known at opening, closed before and from 2017-09-29. The price is the first
    history row's: today's amount of a won deal is the price it closed at."""
    deals, history, accounts, lines = (
        _read("maven_crm", name) for name in ("Opportunity", "OpportunityHistory", "Account", "OpportunityLineItem")
    )
    history["at"] = _moments(history["CreatedDate"])
    opened = history.sort_values("at", kind="stable").groupby("OpportunityId")["Amount"].first()
    deals = deals[deals["IsClosed"]].set_index("Id").join(accounts.set_index("Id"), on="AccountId", rsuffix="_account")
    table = pd.DataFrame(
        {
            "began": _moments(deals["CreatedDate"]),
            "ended": pd.to_datetime(deals["CloseDate"]),
            WON: deals["IsWon"].astype(bool),
            "rep": deals["OwnerId"],
            "sector": deals["Industry"],
            "country": deals["BillingCountry"],
            "product": lines.groupby("OpportunityId")["Product2Id"].first().reindex(deals.index),
            "size": deals["NumberOfEmployees"].astype("float64"),
            "list_price": opened.reindex(deals.index).astype("float64"),
        }
    )
    found = Deals(table, ["rep", "sector", "country", "product"], ["size", "list_price"])
    return found.where(table["ended"] < "2017-09-29"), found.where(table["ended"] >= "2017-09-29")


def software_sales() -> Deals:
    """salvirt_b2b without duplicated rows."""
    table = pd.read_csv(DATA / "salvirt_b2b" / "deals.csv", sep=";", keep_default_na=False).drop_duplicates()
    table[WON] = table.pop("Status") == "Won"
    return Deals(table.reset_index(drop=True), [str(name) for name in table if name != WON], [])
