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
FORMAT = 6
DEALS, PROJECTION = "deal-model", "projection-model"
# Closed deals may grow by this share and number before the day's models are too old.
SHARE, NUMBER = 0.05, 5

Model = TypeVar("Model")
# What comes of a file that is missing or broken, or that holds classes as they were in another version.
_UNREADABLE = (
    *(FileNotFoundError, pickle.UnpicklingError, AttributeError, ImportError, EOFError),
    *(IndexError, KeyError, TypeError, ValueError),
)


def deal_model(
    mirror: Mirror,
    configuration: Configuration,
    book: scoring.Book,
    as_of: pd.Timestamp,
    settings: scoring.DealSettings,
) -> "FittedModel[scoring.DealModel]":
    """The day's model of the deals: the kept one, or a new one that is kept.

    Args:
        mirror: the model is kept beside its file.
        configuration: how the book was read.
        book: all that is in the mirror.
        as_of: the day of the scores.
        settings: see `fit_deals`.
    """
    kept = _Kept[scoring.DealModel](mirror, DEALS, configuration, book, (as_of.normalize(), settings))
    return kept.fitted or kept.keep(scoring.fit_deals(book, as_of, settings))


def health_lessons(
    mirror: Mirror,
    configuration: Configuration,
    book: scoring.Book,
    as_of: pd.Timestamp,
    settings: scoring.HealthSettings,
) -> "FittedModel[scoring.HealthLessons]":
    """What past renewals teach on the day: the kept lessons, or new ones that are kept.

    Args:
        mirror, configuration, book, as_of: as for `deal_model`.
        settings: see `learn_health`.
    """
    kept = _Kept[scoring.HealthLessons](mirror, "health-lessons", configuration, book, (as_of.normalize(),))
    return kept.fitted or kept.keep(scoring.learn_health(book, as_of, settings))


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
    found = prepare(book, as_of, quarter, quarters=quarters, model=kept.fitted.model if kept.fitted else None)
    if kept.fitted is None:
        kept.keep(found.model)
    return found


@dataclass(frozen=True)
class FittedModel(Generic[Model]):
    """A model that is kept.

    Attributes:
        fitted_at: when, aware.
        closed_deals: that were known.
        model: itself.
        name: digest of its file: another model has another name.
    """

    fitted_at: datetime
    closed_deals: int
    model: Model
    name: str


def kept_models(folder: Path) -> tuple[FittedModel[scoring.DealModel] | None, FittedModel[ProjectionModel] | None]:
    """The models of the deals and of the projection that the last scores were made with; None before the first.

    Args:
        folder: of the mirror's file.
    """
    deals, quarter = (_read(folder / f"{name}.pickle") for name in (DEALS, PROJECTION))
    return deals and deals[1], quarter and quarter[1]


class _Kept(Generic[Model]):
    """A model in a file beside the mirror's; `fitted` is None where there is none that fits.

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
        self.fitted: FittedModel[Model] | None = None
        found = _read(self._file)
        if found is None or found[0] != self._key:
            return
        grown = abs(self._closed - found[1].closed_deals)
        if grown <= SHARE * found[1].closed_deals + NUMBER:
            self.fitted = found[1]

    def keep(self, model: Model) -> FittedModel[Model]:
        """Keep this one, whole or not at all."""
        write_pickle(self._file, (self._key, self._closed, model))
        return _described(self._file, self._closed, model)


def _read(file: Path) -> tuple[tuple[Any, ...], FittedModel[Any]] | None:
    """What the model in a file rests on, and the model; None where there is none of this version."""
    found = read_pickle(file)
    if not (isinstance(found, tuple) and len(found) == 3 and isinstance(found[0], tuple) and found[0][:1] == (FORMAT,)):
        return None
    return found[0], _described(file, found[1], found[2])


def _described(file: Path, closed_deals: int, model: Model) -> FittedModel[Model]:
    moment = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return FittedModel(moment, closed_deals, model, hashlib.sha256(file.read_bytes()).hexdigest())


def _digest(table: pd.DataFrame) -> str:
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()


def _oldest(book: scoring.Book) -> str:
    """The first deal ever: it tells one org from another."""
    deals = book.opportunities
    first = deals[deals["created_date"] == deals["created_date"].min()]["opportunity_id"]
    return "" if first.empty else str(first.min())


def write_pickle(file: Path, content: object) -> None:
    """Write a file that its owner alone may read, whole or not at all."""
    part = file.with_suffix(".part")
    part.touch(mode=0o600)
    with part.open("wb") as stream:
        pickle.dump(content, stream, protocol=5)
    part.replace(file)


def read_pickle(file: Path) -> object:
    """What `write_pickle` wrote; None where nothing is, or what an older or newer version has written."""
    try:
        with file.open("rb") as stream:
            return pickle.load(stream)  # noqa: S301 - our own file, which its owner alone may write
    except _UNREADABLE:
        return None
