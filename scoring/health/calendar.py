"""The renewal calendar: what ends when, with its revenue and what is used beyond it."""

import numpy as np
import pandas as pd

from scoring.book import Book
from scoring.days import date_text
from scoring.health.inputs import Inputs, product_key
from scoring.health.records import few_ids
from scoring.health.renewals import in_force, running_contracts
from scoring.health.results import RENEWALS
from scoring.lookup import looked_up

KEYS = ["account_id", "day", "product"]


def renewal_calendar(book: Book, inputs: Inputs, as_of: pd.Timestamp) -> pd.DataFrame:
    """Everything in force that ends on a known day, by account, day and product.

    Assets tell what ends; of an account without any such asset its running contracts do. The next day on which use is
    counted and paid for comes from the contracts.

    Args:
        book: assets and contracts are read.
        inputs: of the same book; its telemetry tells what is used beyond what was bought.
        as_of: a day.

    Returns:
        `RENEWALS`, ordered by account, day and product.
    """
    forced = in_force(book.assets, as_of)
    ending = forced[forced["usage_end_date"].notna()].assign(product=lambda table: table["product"].fillna(""))
    ending = ending.rename(columns={"usage_end_date": "day"})
    found = ending.groupby(KEYS, sort=True)[["quantity", "arr"]].sum(min_count=1).reset_index()
    ids = few_ids(_joined(ending), ending["asset_id"])
    found["record_ids"] = ids.reindex(_joined(found)).fillna("").to_numpy()
    over = _beyond(inputs).reindex(pd.MultiIndex.from_arrays([found["account_id"], product_key(found["product"])]))
    extra = found["arr"] * over.to_numpy()
    found = found.assign(source="asset", true_up_arr=extra.where(extra > 0))
    running = running_contracts(book.contracts, as_of)
    agreed = running[~running["account_id"].isin(found["account_id"])].rename(columns={"end_date": "day"})
    agreed = agreed.assign(product="", source="contract", record_ids=agreed["contract_id"])
    rows = pd.concat([found, agreed[[*KEYS, "arr", "source", "record_ids"]]], ignore_index=True)
    ahead = running[running["true_up_date"] >= as_of].groupby("account_id")["true_up_date"].min()
    rows["true_up_date"] = looked_up(rows["account_id"], ahead)
    return RENEWALS.conform(rows.sort_values([*KEYS, "record_ids"], kind="stable"))


def _joined(rows: pd.DataFrame) -> "pd.Series[str]":
    return rows["account_id"] + ("|" + date_text(rows["day"]) + "|") + rows["product"]


def _beyond(inputs: Inputs) -> "pd.Series[float]":
    """Users beyond the licences, as a share of the licences, in the last week of each account and product."""
    usage, products = inputs.usage, inputs.holdings.products
    last = np.flatnonzero(np.diff(usage.pair, append=-1) != 0)
    over = usage.numbers["active_users"][last] / usage.numbers["licensed"][last] - 1.0
    pair = usage.pair[last]
    names = product_key(pd.Series(inputs.products, dtype="str")).to_numpy()
    index = pd.MultiIndex.from_arrays([inputs.accounts.to_numpy()[pair // products], names[pair % products]])
    return pd.Series(over, index=index)
