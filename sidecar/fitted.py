"""What was learned, between runs: fitted once a day, so that a change re-scores what it touches and nothing else.

Fitting moves every score a little, and a refresh is to write only what a change in the org has moved. So a model stays
until the day ends, or the configuration, the stages, the fields learned from or the closed deals are others.
"""

import hashlib
import pickle
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import pandas as pd

import scoring
from scoring.projection import ProjectionModel, QuarterProjection, prepare
from sidecar.configuration import Configuration
from sync import Mirror

# Raised when what is kept no longer fits the code that reads it.
FORMAT = 5
DEALS, PROJECTION = "deal-model", "projection-model"
# Closed deals may grow by this share and number before the day's models are too old.
SHARE, NUMBER = 0.05, 5

Model = TypeVar("Model")


def deal_model(
    mirror: Mirror,
    configuration: Configuration,
    book: scoring.Book,
    as_of: pd.Timestamp,
    settings: scoring.DealSettings,
) -> scoring.DealModel:
    """The day's model of the deals: the kept one, or a new one that is kept.

    Args:
        mirror: the model is kept beside its file.
        configuration: how the book was read.
        book: all that is in the mirror.
        as_of: the day of the scores.
        settings: see `fit_deals`.
    """
    kept = _Kept[scoring.DealModel](mirror, DEALS, configuration, book, (as_of.normalize(), settings))
    return kept.model or kept.keep(scoring.fit_deals(book, as_of, settings))


def projection(
    mirror: Mirror,
    configuration: Configuration,
    book: scoring.Book,
    as_of: pd.Timestamp,
    quarter: scoring.Quarter,
    quarters: pd.DataFrame,
) -> QuarterProjection:
    """The quarter's projection under the day's model: the kept one, or a new one that is kept.

    Args:
        mirror, configuration, book: as for `deal_model`.
        as_of, quarter, quarters: see `scoring.projection.prepare`.
    """
    about = (as_of.normalize(), quarter, _digest(quarters))
    kept = _Kept[ProjectionModel](mirror, PROJECTION, configuration, book, about)
    found = prepare(book, as_of, quarter, quarters=quarters, model=kept.model)
    if kept.model is None:
        kept.keep(found.model)
    return found


@dataclass(frozen=True)
class FittedModel(Generic[Model]):
    """A model that is kept.

    Attributes:
        fitted_at: when, aware.
        closed_deals: that were known.
        model: itself.
    """

    fitted_at: datetime
    closed_deals: int
    model: Model


def kept_models(folder: Path) -> tuple[FittedModel[scoring.DealModel] | None, FittedModel[ProjectionModel] | None]:
    """The models of the deals and of the projection that the last scores were made with; None before the first.

    Args:
        folder: of the mirror's file.
    """
    return _fitted(folder / f"{DEALS}.pickle"), _fitted(folder / f"{PROJECTION}.pickle")


def _fitted(file: Path) -> FittedModel[Any] | None:
    found = _read(file)
    if found is None or not isinstance(found[0], tuple) or found[0][:1] != (FORMAT,):
        return None
    _, closed, model = found
    return FittedModel(datetime.fromtimestamp(file.stat().st_mtime, UTC), closed, model)


class _Kept(Generic[Model]):
    """A model in a file beside the mirror's; `model` is None where there is none that fits.

    Args:
        about: what the model rests on beyond the org's deals, comparable.
    """

    def __init__(
        self, mirror: Mirror, name: str, configuration: Configuration, book: scoring.Book, about: tuple[Any, ...]
    ) -> None:
        self._file = mirror.path.with_name(f"{name}.pickle")
        configured = configuration.model_dump_json(exclude={"org", "pull", "feeds", "write"})
        predictors = tuple(sorted(set(book.predictors["name"])))
        self._key = (FORMAT, configured, _digest(book.stages), predictors, _oldest(book), *about)
        self._closed = int(book.opportunities["is_closed"].sum())
        self.model: Model | None = None
        found = _read(self._file)
        if found is not None and found[0] == self._key and abs(self._closed - found[1]) <= SHARE * found[1] + NUMBER:
            self.model = found[2]

    def keep(self, model: Model) -> Model:
        """Keep this one, whole or not at all."""
        part = self._file.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(pickle.dumps((self._key, self._closed, model)))
        part.replace(self._file)
        return model


def _digest(table: pd.DataFrame) -> str:
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()


def _oldest(book: scoring.Book) -> str:
    """The first deal ever: it tells one org from another."""
    deals = book.opportunities
    first = deals[deals["created_date"] == deals["created_date"].min()]["opportunity_id"]
    return "" if first.empty else str(first.min())


def _read(file: Path) -> tuple[object, int, Any] | None:
    """What is kept; None where nothing is, or where an older or newer version has written it."""
    if not file.exists():
        return None
    try:
        kept = pickle.loads(file.read_bytes())  # noqa: S301 - our own file, which its owner alone may write
    except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, IndexError, TypeError, ValueError):
        return None
    return kept if isinstance(kept, tuple) and len(kept) == 3 else None
