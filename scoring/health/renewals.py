"""What an account has in force: its assets, recurring revenue and next renewal."""

import pandas as pd

from scoring.book import Book

# Statuses of assets that the customer no longer has; compared in lower case.
GONE = ("obsolete", "cancelled", "canceled", "returned", "uninstalled", "retired")
YEAR_DAYS = 365


def in_use(assets: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The assets that an account has on the day `as_of`, entitled or not."""
    gone = assets["status"].fillna("").str.lower().isin(GONE)
    later = assets["install_date"] > as_of.normalize()
    return assets[~gone & ~later & assets["account_id"].notna()]


def in_force(assets: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The assets in use whose entitlement has not ended before the day `as_of`."""
    used = in_use(assets, as_of)
    return used[~(used["usage_end_date"] < as_of.normalize())]


def running_contracts(contracts: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The contracts with an account that have begun and not ended by the day `as_of`."""
    day = as_of.normalize()
    running = ~(contracts["start_date"] > day) & (contracts["end_date"] >= day)
    return contracts[running & contracts["account_id"].notna()]


def renewals_of(book: Book, as_of: pd.Timestamp) -> pd.DataFrame:
    """Current ARR and next renewal of each account.

    ARR is that of the assets in force; for an account without any asset that of its running contracts, else of the
    deals won in the year before. The next renewal is the first usage end of the assets in force, else the first end of
    a running contract, else the first close date of an open deal of segment Renew.

    Args:
        book: as known at `as_of`.
        as_of: a day.

    Returns:
        Indexed by account id: current_arr (money a year, NaN where unknown), next_renewal.
    """
    assets, deals, day = book.assets, book.opportunities, as_of.normalize()
    forced = in_force(assets, as_of).groupby("account_id")
    has_asset = pd.Index(assets["account_id"].dropna().unique())
    year = deals["close_date"].between(day - pd.Timedelta(days=YEAR_DAYS), day)
    won = deals[deals["is_closed"] & deals["is_won"] & year & ~deals["account_id"].isin(has_asset)]
    renewing = deals[~deals["is_closed"] & (deals["segment"] == "Renew") & (deals["close_date"] >= day)]
    running = running_contracts(book.contracts, as_of)
    agreed = running[~running["account_id"].isin(has_asset)].groupby("account_id")["arr"].sum(min_count=1)
    arr = forced["arr"].sum(min_count=1).combine_first(agreed)
    arr = arr.combine_first(won.groupby("account_id")["arr"].sum(min_count=1))
    due = forced["usage_end_date"].min().combine_first(running.groupby("account_id")["end_date"].min())
    due = due.combine_first(renewing.groupby("account_id")["close_date"].min())
    accounts = arr.index.union(due.index)
    return pd.DataFrame({"current_arr": arr.reindex(accounts), "next_renewal": due.reindex(accounts)}, index=accounts)
