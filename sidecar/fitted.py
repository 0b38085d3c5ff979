"""The deals' model between runs: fitted once a day, so that a change re-scores what it touches and nothing else."""

import pickle
from pathlib import Path

import pandas as pd

import scoring
from sync import Mirror

# Raised when what is kept no longer fits the code that reads it.
FORMAT = 2
# Closed deals may grow by this share and number before the day's model is too old.
SHARE, NUMBER = 0.05, 5


def deal_model(
    mirror: Mirror, book: scoring.Book, as_of: pd.Timestamp, settings: scoring.DealSettings
) -> scoring.DealModel:
    """The day's model: the kept one, or a new one that is kept.

    Fitting moves every score a little, and a refresh is to write only what a change in the org has moved. So a model
    stays until the day ends, or the settings, the fields learned from or the closed deals are others.

    Args:
        mirror: the model is kept beside its file.
        book: all that is in the mirror.
        as_of: the day of the scores.
        settings: see `fit_deals`.
    """
    file = mirror.path.with_name("deal-model.pickle")
    key = (FORMAT, as_of.normalize(), settings, tuple(sorted(set(book.predictors["name"]))), _oldest(book))
    closed = int(book.opportunities["is_closed"].sum())
    kept = _read(file)
    if kept is not None and kept[0] == key and abs(closed - kept[1]) <= SHARE * kept[1] + NUMBER:
        return kept[2]
    model = scoring.fit_deals(book, as_of, settings)
    part = file.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_bytes(pickle.dumps((key, closed, model)))
    part.replace(file)
    return model


def _oldest(book: scoring.Book) -> str:
    """The first deal ever: it tells one org from another."""
    deals = book.opportunities.sort_values(["created_date", "opportunity_id"])
    return "" if deals.empty else str(deals["opportunity_id"].iloc[0])


def _read(file: Path) -> tuple[object, int, scoring.DealModel] | None:
    """What is kept; None where nothing is, or where an older or newer version has written it."""
    if not file.exists():
        return None
    try:
        kept = pickle.loads(file.read_bytes())  # noqa: S301 - our own file, which its owner alone may write
    except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, IndexError, TypeError, ValueError):
        return None
    return kept if isinstance(kept, tuple) and len(kept) == 3 else None
