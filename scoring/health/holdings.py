"""The products of each account, and how much of its revenue rests on each, on any day."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.health.counting import NEVER, UNIT, Bools, Ints, day_number, day_numbers, place

# Statuses of assets that the customer no longer has; compared in lower case.
GONE = ("obsolete", "cancelled", "canceled", "returned", "uninstalled", "retired")


@dataclass(frozen=True)
class AssetRecords:
    """Assets that count, sorted by pair (account code x products + product code).

    Attributes:
        row: place in the book's table.
        pair: account code x products + product code.
        start: first day of use. force_end, use_end: the day after the last one of entitlement, and of use.
        weight: yearly revenue; the mean of the account's others where it is missing, else 1.
    """

    row: Ints
    pair: Ints
    start: Ints
    force_end: Ints
    use_end: Ints
    weight: Floats


def asset_records(assets: pd.DataFrame, pair: Ints, products: int, as_of: pd.Timestamp) -> AssetRecords:
    """Assets with an account; one that is gone counted until its usage end, if that had come by the day `as_of`.

    Args:
        assets: `ASSETS`.
        pair: account code x products + product code of each row, negative for an unknown account.
        products: how many products there are.
        as_of: a day.
    """
    ends = day_numbers(assets["usage_end_date"], NEVER - 1) + 1
    gone = assets["status"].fillna("").str.lower().isin(GONE).to_numpy()
    counts = (pair >= 0) & ~(gone & (ends > day_number(as_of) + 1))
    arr = assets["arr"].where(assets["arr"] >= 0)
    usual = arr.groupby(pd.Series(pair // products)).transform("mean")
    row = np.flatnonzero(counts)
    # By meaning, not by order of the rows: the same assets in another order give the same sums.
    row = row[np.lexsort((assets["asset_id"].to_numpy()[row], pair[row]))]
    return AssetRecords(
        row=row,
        pair=pair[row],
        start=day_numbers(assets["install_date"], 0)[row],
        force_end=ends[row],
        use_end=np.where(gone, ends, NEVER)[row],
        weight=arr.fillna(usual).fillna(1.0).to_numpy(dtype="float64")[row],
    )


@dataclass(frozen=True)
class Holdings:
    """The products of accounts: what they bought, else what they use or deploy.

    Attributes:
        pair: account code x products + product code, sorted; one row per product of an account.
        products: how many products there are.
        since: first day that anything is known of the pair.
        starts: first row of each account, shape (accounts + 1,).
        bought_pairs: pairs of `pair` with an asset.
        has_assets: by account code, whether the org knows what the account bought.
    """

    pair: Ints
    products: int
    since: Ints
    starts: Ints
    bought_pairs: Ints
    has_assets: Bools


def holdings(
    assets: AssetRecords, used: tuple[Ints, Ints], deployed: tuple[Ints, Ints], accounts: int, products: int
) -> Holdings:
    """Put assets, usage and deployments together.

    Args:
        assets: result of `asset_records`.
        used, deployed: account x products + product of records, and the first day of each.
        accounts, products: how many codes there are.
    """
    bought = np.unique(assets.pair)
    has_assets = np.zeros(accounts, dtype=bool)
    has_assets[bought // products] = True
    pairs = np.concatenate([assets.pair, used[0], deployed[0]])
    days = np.concatenate([assets.start, used[1], deployed[1]])
    kept = np.isin(pairs, bought) | ~has_assets[pairs // products]
    pair, number = np.unique(pairs[kept], return_inverse=True)
    since = np.full(len(pair), NEVER)
    np.minimum.at(since, number, days[kept])
    starts = np.searchsorted(pair, np.arange(accounts + 1) * products)
    return Holdings(pair, products, since, starts, bought, has_assets)


def revenue_weights(assets: AssetRecords, owned: Holdings, pair: Ints, day: Ints) -> Floats:
    """How much of an account rests on each of its products, not yet as a share.

    Revenue of the assets in force; where the account has none, of those still in use; where nothing is known of what
    it bought, 1 for each product seen by that day. An account's products are compared by `Grid`.

    Args:
        assets, owned: of the book.
        pair: rows of holdings, shape (n,).
        day: shape (n, days).

    Returns:
        Shape (2, n, days): in force, and in use (1 for products that were only seen).
    """
    asked = place(pair[:, None], day)
    in_force = running_weight(assets.pair, assets.start, assets.force_end, assets.weight, asked)
    in_use = running_weight(assets.pair, assets.start, assets.use_end, assets.weight, asked)
    seen = owned.since[np.searchsorted(owned.pair, pair)][:, None] <= day
    only_seen = ~owned.has_assets[pair // owned.products][:, None] & seen
    return np.stack([in_force, in_use + only_seen])


def running_weight(owner: Ints, start: Ints, end: Ints, weight: Floats, asked: Ints) -> Floats:
    """Sum of the weights of records that are running on each asked place (see `counting.running`)."""
    runs = end > start
    thousandths = np.rint(weight[runs] * UNIT).astype(np.int64)
    total = np.zeros(asked.shape, dtype=np.int64)
    for days, sign in ((start[runs], 1), (end[runs], -1)):
        places = place(owner[runs], days)
        order = np.argsort(places, kind="stable")
        sums = np.concatenate([[0], np.cumsum(thousandths[order])])
        total += sign * sums[np.searchsorted(places[order], asked, side="right")]
    return total / UNIT
