"""What the rows of an account's health follow from: records of its own, and what all accounts are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from scoring.book import Book


@dataclass(frozen=True)
class Dependence:
    """Parts of a book. Health rests on nothing else, but for the day, the settings and the lessons.

    Attributes:
        own: tables with an account_id, each row of which moves the rows of that account alone.
        common: tables that may move the rows of any account.
    """

    own: Mapping[str, pd.DataFrame]
    common: Mapping[str, pd.DataFrame]


def dependence(known: Book) -> Dependence:
    """Divide what `score_health` reads.

    Deployments and telemetry of all customers of a product say what is usual for it. The names of products are shown
    as the first record in the alphabet spells them, and whether cases, and how often they came back, are told at all is
    looked up in all of them.

    Args:
        known: result of `known_at`; its telemetry is that of the whole book.
    """
    deals = known.opportunities
    told = ["account_id", "is_closed", "is_won", "segment", "arr", "close_date"]
    revenue = deals.loc[(deals["is_closed"] & deals["is_won"]) | (deals["segment"] == "Renew"), told]
    kept = pd.DataFrame({"cases": [len(known.cases) > 0], "reopened": [known.cases["reopened"].notna().any()]})
    return Dependence(
        own={
            **{name: getattr(known, name) for name in ("accounts", "assets", "contracts", "cases", "targets")},
            "revenue": revenue,
        },
        common={
            "usage": known.usage,
            "deployments": known.deployments,
            "products": known.assets[["product"]].drop_duplicates(),
            "kept": kept,
        },
    )
