"""The book as it stood at the end of a past day."""

from dataclasses import replace

import pandas as pd

from scoring.book import Book
from scoring.stage_history import ordered_history

NOT_IN_HISTORY = ("forecast_category", "next_step", "last_activity_date")


def known_at(book: Book, as_of: pd.Timestamp) -> Book:
    """The deals as they stood at the end of the day `as_of`; nothing that happened later is left in.

    Deals created later are dropped. A deal whose history goes on after that day gets the stage, amount and close
    date of its last earlier row; its ARR is scaled with its amount, and what the history does not keep is emptied.
    Segment, owner and account are taken as unchanging. The history comes back in the order of `ordered_history`.

    Args:
        book: a validated book.
        as_of: a day.
    """
    end = as_of.normalize() + pd.Timedelta(days=1)
    ordered = ordered_history(book.stage_history, book.stages)
    known = ordered[ordered["changed_at"] < end].reset_index(drop=True)
    deals = book.opportunities[book.opportunities["created_date"] < end].reset_index(drop=True)
    later = set(ordered.loc[ordered["changed_at"] >= end, "opportunity_id"])
    rewound = deals["opportunity_id"].isin(later)
    if rewound.any():
        deals = _rewound(deals, rewound, known, book.stages)
    return replace(
        book,
        opportunities=deals,
        stage_history=known,
        activities=book.activities[~(book.activities["activity_date"] >= end)].reset_index(drop=True),
    )


def _rewound(
    deals: pd.DataFrame, rewound: "pd.Series[bool]", known: pd.DataFrame, stages: pd.DataFrame
) -> pd.DataFrame:
    last = known.drop_duplicates("opportunity_id", keep="last").set_index("opportunity_id")
    then = last.reindex(deals["opportunity_id"]).set_axis(deals.index)
    closing = stages.set_index("stage")
    scale = (then["amount"] / deals["amount"].where(deals["amount"] > 0)).where(then["amount"].notna())
    changes = {
        "stage": then["stage"],
        "amount": then["amount"],
        "close_date": then["close_date"],
        "arr": deals["arr"] * scale,
        "is_closed": then["stage"].isin(closing.index[closing["is_closed"]]),
        "is_won": then["stage"].isin(closing.index[closing["is_won"]]),
    }
    result = deals.assign(**{name: deals[name].mask(rewound, values) for name, values in changes.items()})
    for name in NOT_IN_HISTORY:
        result[name] = result[name].mask(rewound)
    return result
