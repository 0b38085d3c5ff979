"""Actions about customers: contracts that end without a renewal deal."""

import numpy as np
import pandas as pd

from scoring.actions.proposing import key_of, proposed
from scoring.actions.settings import ActionSettings
from scoring.book import Book
from scoring.days import date_text
from scoring.health.renewals import in_force
from scoring.lookup import keyed, looked_up
from scoring.quarter import Quarter
from scoring.results import DealScores
from scoring.words import whole

KIND = "Renewal missing"


def account_proposals(
    book: Book, scored: DealScores, as_of: pd.Timestamp, quarter: Quarter, settings: ActionSettings
) -> pd.DataFrame:
    """Renewal missing: a customer's entitlement ends within `renewal_days` and no open deal renews it.

    Args:
        book: validated; accounts and assets are read.
        scored: result of `score_deals`.
        as_of: the day of the scores.
        quarter: the quarter of the scores.
        settings: `renewal_days`.

    Returns:
        `PROPOSALS`, one per customer. Impact: the arr that ends in the quarter x the share of renewals that were won;
        missing for what ends later, which is not in this quarter's plan.
    """
    renewing = scored.scores.loc[scored.scores["segment"] == "Renew", "account_id"]
    last = as_of.normalize() + pd.Timedelta(days=settings.renewal_days)
    ending = in_force(book.assets, as_of)
    ending = ending[(ending["usage_end_date"] <= last) & ~ending["account_id"].isin(renewing)]
    in_quarter = ending["arr"].where(ending["usage_end_date"] <= quarter.end)
    rows = ending.assign(in_quarter=in_quarter).groupby("account_id", as_index=False, sort=True)
    found = rows.agg(end=("usage_end_date", "min"), arr=("arr", "sum"), in_quarter=("in_quarter", "sum"))
    renewals = scored.benchmarks[scored.benchmarks["segment"] == "Renew"]
    rate = renewals["won"].sum() / renewals["closed"].sum() if renewals["closed"].sum() else np.nan
    worth = found["in_quarter"] * rate
    end = date_text(found["end"])
    return proposed(
        KIND,
        found,
        key=key_of(KIND, found["account_id"]),
        owner_id=looked_up(found["account_id"], keyed(book.accounts, "account_id", "owner_id")),
        title="Open the renewal: contracts end from " + end + " on",
        why=whole(found["arr"]) + " a year end within " + f"{settings.renewal_days} days and no open deal renews them",
        cause=end,
        impact=worth.where(worth > 0),
        priority="High",
    )
